"""What every channel keeps to: a second try leaves what one would have left, a full disk is worth another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from faults.disk_full_for_files import disk_full_for_files

from mailroom.config import MailSettings
from mailroom.deliveries import Channel, MailChannel, Parcel, Vault
from mailroom.domain.account import Account
from mailroom.domain.delivery import Attachment, ChannelName, OutgoingMail
from mailroom.domain.document import Document
from mailroom.domain.message import MediaType
from mailroom.errors import PermanentFailure, TemporaryFailure

AT = datetime(2026, 11, 21, tzinfo=UTC)
FULL = Parcel(
    account=Account(id="acc1", name="Bakkerij Peeters", created_at=AT),
    document=Document(
        id="doc1",
        account_id="acc1",
        message_id="m",
        part_path="2",
        sha256="0" * 64,
        media_type=MediaType.PDF,
        created_at=AT,
        updated_at=AT,
    ),
    files=(Attachment(filename="a.pdf", media_type="application/pdf", content=b"%PDF"),),
    mail=OutgoingMail(message_id="<a@b>", recipient="jo@bakker.example", subject="s", text="t"),
)

CHANNELS: dict[ChannelName, Callable[[Path], Channel]] = {
    ChannelName.VAULT: Vault,
    ChannelName.MAIL: lambda folder: MailChannel(MailSettings(), folder, lambda: AT),
}


def left_in(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_every_channel_is_held_to_this_contract() -> None:
    assert set(CHANNELS) == set(ChannelName)


@pytest.mark.parametrize("name", list(ChannelName))
def test_a_channel_knows_its_name(name: ChannelName, tmp_path: Path) -> None:
    assert CHANNELS[name](tmp_path).name is name


@pytest.mark.parametrize("name", list(ChannelName))
def test_a_second_try_leaves_what_one_would_have_left(name: ChannelName, tmp_path: Path) -> None:
    channel = CHANNELS[name](tmp_path)
    detail = channel.deliver(FULL)
    once = left_in(tmp_path)
    assert once
    assert detail
    assert channel.deliver(FULL) == detail
    assert left_in(tmp_path) == once


@pytest.mark.parametrize("name", list(ChannelName))
def test_a_full_disk_is_worth_another_try_and_leaves_nothing(name: ChannelName, tmp_path: Path) -> None:
    channel = CHANNELS[name](tmp_path)
    with disk_full_for_files(), pytest.raises(TemporaryFailure):
        channel.deliver(FULL)
    assert left_in(tmp_path) == {}
    channel.deliver(FULL)
    assert left_in(tmp_path)


@pytest.mark.parametrize("name", list(ChannelName))
def test_an_empty_parcel_is_refused_for_good(name: ChannelName, tmp_path: Path) -> None:
    with pytest.raises(PermanentFailure):
        CHANNELS[name](tmp_path).deliver(Parcel())
    assert left_in(tmp_path) == {}
