"""The vault on a real disk: the accountant's tree, each document once, whatever happens in between."""

from __future__ import annotations

import errno
import os
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from faults.disk_full_for_files import disk_full_for_files

from mailroom.deliveries import Ledger, Parcel, Vault
from mailroom.deliveries.vault import STAGES
from mailroom.domain.account import Account
from mailroom.domain.delivery import Attachment
from mailroom.domain.document import Document
from mailroom.domain.message import MediaType
from mailroom.errors import DeliveryRejected, StorageUnavailable

AT = datetime(2026, 11, 21, tzinfo=UTC)
ACCOUNT = Account(id="acc1", name="Bakkerij Peeters", vat_id="BE0403019261", created_at=AT)
DOCUMENT = Document(
    id="doc1",
    account_id="acc1",
    message_id="m",
    part_path="2",
    sha256="0" * 64,
    media_type=MediaType.PDF,
    created_at=AT,
    updated_at=AT,
)
PDF = Attachment(filename="2026-11-03_De-Wit_118.pdf", media_type="application/pdf", content=b"%PDF-1.7 one")
OTHER = PDF.model_copy(update={"content": b"%PDF-1.7 two"})
TRANSFER = "BE0403019261/Bakkerij Peeters/Accounts Payable/Transfer"


def files_under(root: Path) -> list[str]:
    return sorted(file.relative_to(root).as_posix() for file in root.rglob("*") if not file.is_dir())


def test_a_purchase_lies_in_the_clients_transfer_folder(tmp_path: Path) -> None:
    assert Vault(tmp_path).put(ACCOUNT, DOCUMENT, [PDF]) == [f"{TRANSFER}/{PDF.filename}"]
    assert (tmp_path / TRANSFER / PDF.filename).read_bytes() == PDF.content
    assert files_under(tmp_path) == [f"{TRANSFER}/{PDF.filename}"]


def test_a_sale_lies_among_the_receivables(tmp_path: Path) -> None:
    (path,) = Vault(tmp_path).put(ACCOUNT, DOCUMENT, [PDF], ledger=Ledger.RECEIVABLE)
    assert path == f"BE0403019261/Bakkerij Peeters/Accounts Receivable/Transfer/{PDF.filename}"


def test_the_whole_tree_is_there_and_healed_when_somebody_removed_a_folder(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    vault.put(ACCOUNT, DOCUMENT, [PDF])
    client = tmp_path / "BE0403019261" / "Bakkerij Peeters"
    (client / "Accounts Receivable" / "Enriched_error").rmdir()
    vault.put(ACCOUNT, DOCUMENT, [PDF])
    for ledger in ("Accounts Payable", "Accounts Receivable"):
        assert sorted(folder.name for folder in (client / ledger).iterdir()) == sorted(STAGES)


def test_the_same_hand_over_twice_leaves_one_file(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    assert vault.put(ACCOUNT, DOCUMENT, [PDF]) == vault.put(ACCOUNT, DOCUMENT, [PDF])
    assert len(files_under(tmp_path)) == 1


@pytest.mark.parametrize("stage", STAGES)
def test_a_file_that_the_accountant_moved_on_does_not_come_back(stage: str, tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    vault.put(ACCOUNT, DOCUMENT, [PDF])
    moved = tmp_path / TRANSFER / ".." / stage / PDF.filename
    (tmp_path / TRANSFER / PDF.filename).rename(moved)
    (path,) = vault.put(ACCOUNT, DOCUMENT, [PDF])
    assert path.split("/")[3] == stage
    assert len(files_under(tmp_path)) == 1


def test_other_bytes_under_the_same_name_get_a_name_of_their_own(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    vault.put(ACCOUNT, DOCUMENT, [PDF])
    (path,) = vault.put(ACCOUNT, DOCUMENT, [OTHER])
    assert path.startswith(f"{TRANSFER}/2026-11-03_De-Wit_118_")
    assert path.endswith(".pdf")
    assert (tmp_path / path).read_bytes() == OTHER.content
    assert (tmp_path / TRANSFER / PDF.filename).read_bytes() == PDF.content
    assert vault.put(ACCOUNT, DOCUMENT, [OTHER]) == [path]
    assert len(files_under(tmp_path)) == 2


def test_a_file_into_which_the_accountants_program_wrote_is_never_overwritten(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    vault.put(ACCOUNT, DOCUMENT, [PDF])
    (tmp_path / TRANSFER / PDF.filename).write_bytes(b"stamped")
    first = vault.put(ACCOUNT, DOCUMENT, [PDF])
    (tmp_path / first[0]).write_bytes(b"stamped too")
    assert vault.put(ACCOUNT, DOCUMENT, [PDF]) == first
    assert len(files_under(tmp_path)) == 2


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EDQUOT])
def test_a_full_disk_leaves_no_half_file_and_the_next_try_succeeds(code: int, tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    vault.put(ACCOUNT, DOCUMENT, [])
    with disk_full_for_files(code), pytest.raises(StorageUnavailable):
        vault.put(ACCOUNT, DOCUMENT, [PDF])
    assert files_under(tmp_path) == []
    assert len(vault.put(ACCOUNT, DOCUMENT, [PDF])) == 1


def test_what_a_power_cut_left_behind_is_swept_away_after_an_hour(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    vault.put(ACCOUNT, DOCUMENT, [PDF])
    old, new = (tmp_path / TRANSFER / f".mailroom-{age}" for age in ("old", "new"))
    old.write_bytes(b"half")
    new.write_bytes(b"half")
    os.utime(old, (0, 0))
    vault.put(ACCOUNT, DOCUMENT, [PDF])
    assert not old.exists()
    assert new.exists()  # another process may be writing it now


def test_a_file_system_without_hard_links_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    vault = Vault(tmp_path)
    assert vault.put(ACCOUNT, DOCUMENT, [PDF]) == vault.put(ACCOUNT, DOCUMENT, [PDF])
    assert files_under(tmp_path) == [f"{TRANSFER}/{PDF.filename}"]


def test_two_hand_overs_at_the_same_moment_leave_both_documents_once(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    vault.put(ACCOUNT, DOCUMENT, [])
    together = threading.Barrier(8)
    paths: list[str] = []

    def hand_over(file: Attachment) -> None:
        together.wait()
        paths.extend(vault.put(ACCOUNT, DOCUMENT, [file]))

    threads = [threading.Thread(target=hand_over, args=(file,)) for file in [PDF, OTHER] * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    held = sorted((tmp_path / path).read_bytes() for path in files_under(tmp_path))
    # Both may lose the plain name to the other in turn, but no bytes are lost and none is there twice.
    assert held == sorted([PDF.content, OTHER.content])
    assert {(tmp_path / path).read_bytes() for path in paths} == {PDF.content, OTHER.content}


@pytest.mark.parametrize(
    ("name", "vat_id", "folder"),
    [
        ("../../etc", "BE0403019261", "BE0403019261/etc"),
        ("Peeters & Zn / Fils", "BE 0403.019.261", "BE 0403.019.261/Peeters & Zn - Fils"),
        ("", "", "acc1/acc1"),
        ("..", "../..", "acc1/acc1"),
    ],
)
def test_names_of_clients_lead_nowhere_else(name: str, vat_id: str, folder: str, tmp_path: Path) -> None:
    account = ACCOUNT.model_copy(update={"name": name, "vat_id": vat_id})
    (path,) = Vault(tmp_path / "vault").put(account, DOCUMENT, [PDF])
    assert path == f"{folder}/Accounts Payable/Transfer/{PDF.filename}"
    assert (tmp_path / "vault" / path).is_file()
    assert [entry.name for entry in tmp_path.iterdir()] == ["vault"]


@pytest.mark.parametrize("filename", ["../../../evil.pdf", "/etc/cron.d/evil", "..", "a\0b.pdf"])
def test_names_of_files_lead_nowhere_else(filename: str, tmp_path: Path) -> None:
    (path,) = Vault(tmp_path).put(ACCOUNT, DOCUMENT, [PDF.model_copy(update={"filename": filename})])
    assert (tmp_path / path).parent == tmp_path / TRANSFER


def test_a_link_that_leads_out_of_the_vault_is_not_followed(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "vault")
    vault.put(ACCOUNT, DOCUMENT, [])
    transfer = tmp_path / "vault" / TRANSFER
    transfer.rmdir()
    (tmp_path / "elsewhere").mkdir()
    transfer.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageUnavailable, match="leads out"):
        vault.put(ACCOUNT, DOCUMENT, [PDF])
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_link_in_the_place_of_the_file_is_not_written_through(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "vault")
    vault.put(ACCOUNT, DOCUMENT, [])
    target = tmp_path / "target"
    (tmp_path / "vault" / TRANSFER / PDF.filename).symlink_to(target)
    (path,) = vault.put(ACCOUNT, DOCUMENT, [PDF])
    assert not target.exists()
    assert (tmp_path / "vault" / path).read_bytes() == PDF.content


def test_a_link_to_the_same_bytes_is_not_taken_for_the_file(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "vault")
    vault.put(ACCOUNT, DOCUMENT, [])
    target = tmp_path / "target"
    target.write_bytes(PDF.content)
    (tmp_path / "vault" / TRANSFER / PDF.filename).symlink_to(target)
    (path,) = vault.put(ACCOUNT, DOCUMENT, [PDF])
    target.unlink()
    assert (tmp_path / "vault" / path).read_bytes() == PDF.content


def test_a_file_where_a_folder_must_be_is_told_and_tried_again(tmp_path: Path) -> None:
    (tmp_path / "BE0403019261").write_text("")
    with pytest.raises(StorageUnavailable):
        Vault(tmp_path).put(ACCOUNT, DOCUMENT, [PDF])


def test_a_parcel_without_a_document_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeliveryRejected):
        Vault(tmp_path).deliver(Parcel())
