"""`mailroom read`: one object for each file whatever is in it, in the agreed form, and nothing stored."""

from __future__ import annotations

import hashlib
import importlib
import json
import os
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import forged_papers
import pytest
from PIL import Image

from mailroom.cli import drawing
from mailroom.cli.demo_mails import demo_mails

KEYS = {"file", "sha256", "document_type", "fields", "pages", "seconds", "engine", "problems", "lines", "lines_status"}


@pytest.fixture
def xml(tmp_path: Path) -> Path:
    """An e-invoice as a file."""
    raw = next(raw for what, raw in demo_mails("a@import.example") if "Peppol" in what)
    parts = message_from_bytes(raw, policy=policy.default).walk()
    content = next(part.get_payload(decode=True) for part in parts if part.get_filename())
    file = tmp_path / "invoice.xml"
    file.write_bytes(content)  # type: ignore[arg-type]  # bytes: it is a leaf
    return file


def by_file(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["file"]: row for row in rows}


def test_a_file_gives_its_fields_in_normal_form(terminal, xml: Path) -> None:  # type: ignore[no-untyped-def]
    [row] = terminal.json("read", str(xml))
    assert row.keys() == KEYS
    assert row["sha256"] == hashlib.sha256(xml.read_bytes()).hexdigest()
    assert (row["document_type"], row["engine"]) == ("invoice", "xml")
    values = {name: field["value"] for name, field in row["fields"].items()}
    assert values["invoice_number"] == "LH-2026-0773"
    assert values["issue_date"] == "2026-11-18"
    assert values["total_amount"] == "72.60"
    assert values["iban"] == "BE38001334455672"
    assert row["seconds"] > 0
    assert not terminal.data.exists(), "nothing is stored"
    assert "LH-2026-0773" in terminal("read", str(xml)).stdout


def test_each_file_has_its_line_whatever_is_in_the_others(terminal, xml: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    empty, words, folder = tmp_path / "empty.pdf", tmp_path / "words.pdf", tmp_path / "folder.pdf"
    empty.touch()
    words.write_text("just words")
    folder.mkdir()
    bad = [str(tmp_path / "missing.pdf"), str(empty), str(words), str(folder)]
    rows = by_file(terminal.json("read", *bad, str(xml), status=1))
    assert rows.keys() == {*bad, str(xml)}
    assert rows[str(xml)]["problems"] == []
    assert rows[bad[0]]["problems"] == [{"code": "cannot_open", "text": "No such file or directory"}]
    assert [rows[name]["problems"][0]["code"] for name in bad[1:3]] == ["empty_file", "not_what_it_claims"]
    told = f"Is a directory; name the files in it: {folder}/*"
    assert rows[bad[3]]["problems"] == [{"code": "cannot_open", "text": told}]
    for name in bad:
        assert rows[name].keys() == KEYS
        assert rows[name]["fields"] == {}
        assert all(problem["code"] and problem["text"] for problem in rows[name]["problems"])
        assert rows[name]["problems"]


def test_a_list_names_files_with_their_buyers(terminal, xml: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    listed = tmp_path / "list.jsonl"
    rows = [
        {"file": str(xml), "buyer_vat_id": "BE0662918487", "buyer_name": "De\u2028Korenbloem"},
        {"file": str(tmp_path / "missing.pdf"), "buyer_vat_id": None},
    ]
    listed.write_text("\n\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n", "utf-8")
    found = by_file(terminal.json("read", "--list", str(listed), status=1))
    assert found[str(xml)]["fields"]["seller_name"]["value"] == "Leiestreek Hosting BV"
    assert found[str(tmp_path / "missing.pdf")]["problems"][0]["code"] == "cannot_open"
    from_pipe = terminal.json("read", "--list", "-", stdin=json.dumps(rows[0]))
    assert [row["file"] for row in from_pipe] == [str(xml)]


@pytest.mark.parametrize("line", ["{", "[]", "3", '"x.pdf"', '{"fil": "x.pdf"}', "null", "\x00"])
def test_a_bad_line_of_a_list_is_told_with_its_number(terminal, tmp_path: Path, line: str) -> None:  # type: ignore[no-untyped-def]
    listed = tmp_path / "list.jsonl"
    listed.write_text('{"file": "a.pdf"}\n\n' + line + "\n")
    failed = terminal("read", "--list", str(listed), "--json", status=2)
    assert failed.stdout == ""
    assert f'{listed}:3: expected {{"file": ...}}' in failed.stderr.replace("\n", "").replace("│", "")


def test_a_list_that_is_no_text_is_told(terminal, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    listed = tmp_path / "list.jsonl"
    listed.write_bytes(b"\xff\xfe{}\n")
    assert f"{listed} is not UTF-8" in terminal("read", "--list", str(listed), status=2).stderr
    assert "does not exist" in terminal("read", "--list", str(tmp_path / "none"), status=2).stderr
    assert "name at least one FILE" in terminal("read", status=2).stderr


def test_a_file_name_that_is_no_utf_8_is_read_and_named(terminal, xml: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    odd = os.fsencode(tmp_path) + b"/\xff.xml"
    Path(os.fsdecode(odd)).write_bytes(xml.read_bytes())
    [row] = terminal.json("read", os.fsdecode(odd))
    assert os.fsencode(row["file"]) == odd
    assert row["fields"]["invoice_number"]["value"] == "LH-2026-0773"


def test_a_bug_on_one_file_leaves_the_others_their_results(
    terminal,  # type: ignore[no-untyped-def]
    xml: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    command = importlib.import_module("mailroom.cli.read")

    real = command.look_twice

    def look_twice(reader: Any, original: Any, reading: Any, buyer: Any) -> Any:
        if buyer.name == "bug":
            raise ZeroDivisionError
        return real(reader, original, reading, buyer)

    monkeypatch.setattr(command, "look_twice", look_twice)
    rows = [{"file": str(xml), "buyer_name": "bug"}, {"file": str(xml)}]
    done = terminal.json("read", "--list", "-", stdin="\n".join(map(json.dumps, rows)), status=1)
    assert sorted([problem["code"] for problem in row["problems"]] for row in done) == [[], ["internal"]]


def test_explain_says_what_stood_against_each_value_and_draws_the_page(terminal, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    sheet = drawing.Sheet()
    for at, line in enumerate(
        ("Bakker Drukwerk BV", "Factuurnummer: 2026-118", "Datum: 03.04.2026", "Totaal: 121,00 EUR")
    ):
        sheet.text(60, 80 + 24 * at, line)
    file = tmp_path / "paper.pdf"
    file.write_bytes(drawing.as_pdf(sheet))
    [row] = terminal.json("read", "--explain", "--pictures", str(tmp_path), str(file))
    assert row.keys() == KEYS | {"pictures", "contenders"}
    assert row["contenders"]["invoice_number"][0]["value"] == "2026-118"
    assert row["contenders"]["invoice_number"][0]["label"] == "Factuurnummer"
    [picture] = row["pictures"]
    with Image.open(picture) as drawn:
        assert drawn.format == "PNG"
        greens = sum(n for n, colour in drawn.getcolors(1 << 20) or () if colour == (24, 128, 56))
    assert greens > 200, "a field that is sure is boxed in green"
    assert "paper.explained.png" in terminal("read", "--explain", "--pictures", str(tmp_path), str(file)).stdout


def test_a_text_that_is_not_what_the_page_shows_is_a_problem_of_the_file(terminal, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    lines = (
        ("Polder Flour Mills B.V.", 40, 790),
        ("Invoice number: 2026-77", 40, 720),
        ("Invoice date: 03/11/2026", 40, 700),
        ("IBAN: NL91 ABNA 0417 1643 00", 40, 100),
    )
    file = tmp_path / "forged.pdf"
    file.write_bytes(forged_papers.digital(lines, after="1 1 1 rg 30 90 300 30 re f"))
    [row] = terminal.json("read", str(file))
    [problem] = row["problems"]
    assert (problem["code"], problem["field"]) == ("text_not_in_picture", "iban")
    assert problem["said"] == "NL91 ABNA 0417 1643 00"
    assert row["fields"]["iban"]["value"] == "NL91ABNA0417164300"
    assert problem["text"] in terminal("read", str(file)).stdout
