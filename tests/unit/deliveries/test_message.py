"""The message that goes out: RFC 5322, the same identity at every try, no answer wanted from machines."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from mailroom.config import MailSettings
from mailroom.deliveries import message_of
from mailroom.domain.delivery import Attachment, OutgoingMail
from mailroom.errors import DeliveryRejected

SETTINGS = MailSettings(sender="mailroom@post.example", sender_name="Mailroom – Peeters, Brussel")
MAIL = OutgoingMail(
    message_id="<action_required.01jd.2026-11-21@post.example>",
    recipient="jo@bakker.example",
    subject="3 documenten vragen uw aandacht – Bakkerij Peeters",
    text="Goedemorgen,\n.punt vooraan\n€ 12,50\n",
    html="<p>Goedemorgen – € 12,50</p>",
    language="nl",
)


def noon() -> datetime:
    return datetime(2026, 11, 21, 12, tzinfo=UTC)


def parsed(mail: OutgoingMail) -> EmailMessage:
    raw = message_of(mail, SETTINGS, noon).as_bytes()
    assert raw.isascii()  # a relay without 8BITMIME takes it
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    return message_from_bytes(raw, policy=default)  # type: ignore[return-value]


def test_the_headers_say_who_what_and_when() -> None:
    message = parsed(MAIL)
    assert message["From"] == '"Mailroom – Peeters, Brussel" <mailroom@post.example>'
    assert message["To"] == "jo@bakker.example"
    assert message["Subject"] == MAIL.subject
    assert message["Message-ID"] == MAIL.message_id
    assert message["Date"] == "Sat, 21 Nov 2026 12:00:00 +0000"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["MIME-Version"] == "1.0"


def test_text_comes_before_html_as_an_alternative() -> None:
    message = parsed(MAIL)
    assert message.get_content_type() == "multipart/alternative"
    text, html = message.iter_parts()
    assert text.get_content().replace("\r\n", "\n") == MAIL.text  # type: ignore[attr-defined]
    assert html.get_content().strip() == MAIL.html  # type: ignore[attr-defined]


def test_a_mail_without_html_is_plain_text() -> None:
    assert parsed(MAIL.model_copy(update={"html": ""})).get_content_type() == "text/plain"


def test_a_mail_offers_an_end_only_when_there_is_a_link() -> None:
    assert parsed(MAIL)["List-Unsubscribe"] is None
    linked = parsed(MAIL.model_copy(update={"unsubscribe": "https://post.example/accounts/a/settings"}))
    assert linked["List-Unsubscribe"] == "<https://post.example/accounts/a/settings>"


def test_attachments_keep_their_bytes_and_names() -> None:
    file = Attachment(filename="factuur é.pdf", media_type="application/pdf", content=bytes(range(256)))
    message = parsed(MAIL.model_copy(update={"attachments": (file,)}))
    (attached,) = message.iter_attachments()
    assert attached.get_filename() == "factuur é.pdf"
    assert attached.get_content() == file.content  # type: ignore[attr-defined]


def test_line_ends_in_a_subject_add_no_header() -> None:
    message = parsed(MAIL.model_copy(update={"subject": "Factuur\r\nBcc: all@evil.example"}))
    assert message["Bcc"] is None
    assert message["Subject"] == "Factuur Bcc: all@evil.example"


def test_a_very_long_message_id_is_not_broken() -> None:
    identity = f"<report.{'x' * 120}@post.example>"
    raw = message_of(MAIL.model_copy(update={"message_id": identity}), SETTINGS, noon).as_bytes()
    assert identity.encode() in raw.replace(b"\r\n ", b"")
    assert b"=?" not in raw.split(b"Message-ID:")[1].split(b"Auto-Submitted")[0]


@pytest.mark.parametrize("address", ["", "jo", "jo@", "a@b@c.example", "jo@bakker.example\r\nBcc: x@y.example"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(DeliveryRejected):
        message_of(MAIL.model_copy(update={"recipient": address}), SETTINGS, noon)


def test_a_domain_outside_ascii_is_written_in_ascii() -> None:
    assert parsed(MAIL.model_copy(update={"recipient": "jo@bücher.example"}))["To"] == "jo@xn--bcher-kva.example"
