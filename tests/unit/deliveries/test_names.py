"""Names: sortable for the accountant, harmless for every file system."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailroom.deliveries import file_name, safe_name
from mailroom.domain.document import Document, Field, FieldName, FieldSource
from mailroom.domain.message import MediaType


def document(media_type: MediaType = MediaType.PDF, **values: str) -> Document:
    at = datetime(2026, 11, 21, 9, tzinfo=UTC)
    return Document(
        id="01jd",
        account_id="a",
        message_id="m",
        part_path="2",
        sha256="c0ffee00" * 8,
        media_type=media_type,
        fields={
            FieldName(name): Field(value=value, source=FieldSource.XML, confidence=1) for name, value in values.items()
        },
        created_at=at,
        updated_at=at,
    )


def test_a_file_is_named_by_date_seller_and_number() -> None:
    named = document(issue_date="2026-11-03", seller_name="Drukkerij De Wit", invoice_number="2026/118")
    assert file_name(named) == "2026-11-03_Drukkerij-De-Wit_2026-118.pdf"


def test_a_document_without_fields_still_gets_a_name_that_tells_it_apart() -> None:
    assert file_name(document(MediaType.JPEG)) == "2026-11-21_unknown_c0ffee00.jpg"


@pytest.mark.parametrize(
    ("wanted", "safe"),
    [
        ("../../etc/passwd", "etc-passwd"),
        ("..", "unnamed"),
        (".hidden", "hidden"),
        ("a/b\\c:d*e?f", "a-b-c-d-e-f"),
        ("con", "_con"),  # Windows keeps it for the console
        ("LPT1.pdf", "_LPT1.pdf"),
        ("console.pdf", "console.pdf"),
        ("invoice\u202efdp.exe", "invoice fdp.exe"),  # the sign that turns the writing direction
        ("a\x00b\nc", "a b c"),
        ("Café Liège", "Café Liège"),  # composed, as macOS does not write it
        ("naam. ", "naam"),  # Windows drops trailing points and spaces
        ("", "unnamed"),
    ],
)
def test_a_name_is_one_harmless_component(wanted: str, safe: str) -> None:
    assert safe_name(wanted) == safe


def test_a_long_name_keeps_its_extension() -> None:
    cut = safe_name("é" * 300 + ".pdf")
    assert cut.endswith(".pdf")
    assert len(cut.encode()) <= 120


@settings(deadline=None)
@given(st.text())
def test_whatever_is_wanted_the_name_has_no_folder_no_control_sign_and_an_end(wanted: str) -> None:
    name = safe_name(wanted)
    assert name
    assert name not in {".", ".."}
    assert not set(name) & set('/\\<>:"|?*\0')
    assert not name.startswith((".", " "))
    assert not name.endswith((".", " "))
    assert len(name.encode()) <= 125
    assert safe_name(name) == name


@settings(deadline=None)
@given(st.text(), st.text(), st.text())
def test_a_file_name_is_safe_whatever_the_document_says(seller: str, number: str, issued: str) -> None:
    name = file_name(document(seller_name=seller, invoice_number=number, issue_date=issued))
    assert name.endswith(".pdf")
    assert "/" not in name
    assert len(name.encode()) <= 125
