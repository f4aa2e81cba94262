"""The body as a document, links to invoices, forwards and mail that is not for the books, through the steps."""

from __future__ import annotations

import pypdfium2
import pytest
from house_for_steps import TestHouse, pdf
from mails_intake import HEAD, File, attached_mail, cid, html, mail, multipart, png, text

from mailroom.config import Settings, TrustSettings
from mailroom.domain.document import Document, DocumentState
from mailroom.domain.message import LedgerEntry, Message, MessageState
from mailroom.intake import take_apart
from mailroom.reports.mail_page import MailPage, enclosed, harmless, mail_pdf
from mailroom.steps.body import with_body
from mailroom.steps.boxed import render_mail
from mailroom.store import Store

SUBJECT = HEAD.replace(b"Factuur 2026-0042", b"Uw factuur van Netto")
INVOICE = "Factuurnummer: NL-2026-5511\nFactuurdatum: 3 november 2026\nHosting € 20,00\nBtw 21% € 4,20\nTotaal € 24,20"
LINK = '<p>Uw factuur staat klaar.</p><a href="https://portal.energie.example/f">Bekijk uw factuur</a>'
GMAIL = (
    b"From: Gmail Team <forwarding-noreply@google.com>\r\nTo: acme@import.example\r\n"
    b"Subject: (#482913375) Gmail Forwarding Confirmation - Receive Mail from jan@gmail.com\r\n"
)
ASKS = "jan@gmail.com has requested to forward mail.\nConfirmation code: 482913375\nhttps://mail-settings.google.com/mail/vf-%5BA\n"


def markup(words: str) -> str:
    return "<p>" + words.replace("\n", "</p><p>") + "</p>"


def lines(store: Store) -> list[tuple[str, str, str]]:
    with store.read() as unit:
        return [(line.path, line.verdict.value, line.reason.code) for line in unit.parts.ledger()]


def only(home: TestHouse, raw: bytes) -> Document:
    [document_id] = home.documents_of(raw)
    return home.work_on(document_id)


def message(home: TestHouse, raw: bytes, **more: object) -> Message:
    name = home.arrives(raw, **more)
    from mailroom.steps.sort import sort

    sort(home.house, name)
    with home.store.read() as unit:
        return unit.messages.get(name)


def test_an_invoice_in_the_text_becomes_a_document_with_a_pdf(home: TestHouse) -> None:
    document = only(home, mail(html(markup(INVOICE)), head=SUBJECT))
    assert (document.filename, document.media_type) == ("Uw factuur van Netto.pdf", "application/pdf")
    assert document.state is not DocumentState.UNREADABLE
    assert lines(home.store) == [("1", "container", "body_as_document"), ("1.1", "document", "body_invoice")]
    assert home.store.blobs.get(document.sha256).startswith(b"%PDF")


def test_the_text_of_a_mail_with_an_invoice_attached_stays_a_text(home: TestHouse) -> None:
    raw = mail(text(INVOICE), File(pdf(), "application/pdf", "f.pdf"), head=SUBJECT)
    assert only(home, raw).filename == "f.pdf"
    assert "render_mail" not in home.box.calls


def test_the_switch_of_the_account_turns_it_off(home: TestHouse) -> None:
    home.set_account(body_documents=False)
    assert home.documents_of(mail(html(markup(INVOICE)), head=SUBJECT)) == []
    assert lines(home.store) == [("1", "ignored", "body_html")]


def test_sorting_twice_gives_the_same_rows(home: TestHouse) -> None:
    raw = mail(html(markup(INVOICE)), head=SUBJECT)
    first = home.documents_of(raw)
    rows = lines(home.store)
    with home.store.unit() as unit:
        stored = unit.messages.get(home.document(first[0]).message_id)
        unit.messages.update(stored.model_copy(update={"state": MessageState.STORED}))
    from mailroom.steps.sort import sort

    assert sort(home.house, stored.id) == first
    assert lines(home.store) == rows


def test_a_link_to_the_invoice_is_a_task_that_names_the_host(home: TestHouse) -> None:
    document = only(home, mail(html(LINK)))
    assert document.state is DocumentState.UNREADABLE
    assert [(one.code, one.facts) for one in document.reasons] == [
        ("invoice_behind_link", {"host": "portal.energie.example"})
    ]
    assert document.previews, "the mail can be seen"


def test_the_confirmation_of_gmail_is_shown_with_its_code(home: TestHouse) -> None:
    home.set_account(body_documents=False)
    document = only(home, mail(text(ASKS), head=GMAIL))
    assert [(one.code, one.facts) for one in document.reasons] == [
        ("forwarding_confirmation", {"code": "482913375", "host": "mail-settings.google.com"})
    ]


@pytest.mark.parametrize(
    ("head", "code"),
    [
        (b"Auto-Submitted: auto-replied\r\n", "auto_reply"),
        (b"Auto-Submitted: auto-replied\r\nSubject: Out of office: Els\r\n", "out_of_office"),
        (b"Subject: R\xc3\xa9ponse automatique : absence du bureau\r\n", "out_of_office"),
        (b"Subject: Automatische Antwort: Rechnung\r\n", "auto_reply"),
        (b"List-Id: <news.example.com>\r\n", "mailing_list"),
        (b"From: MAILER-DAEMON@example.com\r\nSubject: Undelivered Mail Returned to Sender\r\n", "bounce"),
    ],
)
def test_mail_that_is_not_for_the_books_says_what_it_is(home: TestHouse, head: bytes, code: str) -> None:
    found = message(home, mail(text("Ik ben er niet."), head=head + HEAD))
    assert [reason.code for reason in found.reasons] == [code]


def test_a_mark_of_spam_counts_only_from_a_server_of_our_own(home: TestHouse) -> None:
    raw = mail(text(), File(pdf("s"), "application/pdf", "f.pdf"), head=b"X-Spam-Flag: YES\r\n" + HEAD)
    found = message(home, raw, peer="203.0.113.9")
    assert found.reasons == ()
    trusting = TestHouse.__new__(TestHouse)
    trusting.__dict__.update(home.__dict__)
    settings = Settings(data=home.folder, trust=TrustSettings(trusted_peers=("203.0.113.0/24",)))
    object.__setattr__(home.house, "settings", settings)
    raw = raw.replace(b"<m1@", b"<m2@").replace(pdf("s"), pdf("t"))
    found = message(home, raw, peer="203.0.113.9")
    assert [reason.code for reason in found.reasons] == ["spam_marked"]


def test_a_document_of_marked_mail_is_held(home: TestHouse) -> None:
    settings = Settings(data=home.folder, trust=TrustSettings(trusted_peers=("203.0.113.9",)))
    object.__setattr__(home.house, "settings", settings)
    raw = mail(text(), File(pdf("s"), "application/pdf", "f.pdf"), head=b"X-Spam-Flag: YES\r\n" + HEAD)
    [document_id] = home.documents_of(raw, peer="203.0.113.9")
    document = home.work_on(document_id)
    assert document.state is DocumentState.HELD
    assert "spam_marked" in [reason.code for reason in document.reasons]


FORWARD = (
    "Ter info\n\n---------- Forwarded message ---------\nVan: Netto BV <facturen@netto.example>\n"
    "Date: vr 20 nov 2026 om 09:12\nSubject: Factuur NL-1\nTo: <els@korenbloem.example>\n\nBeste klant\n"
)


@pytest.mark.parametrize(
    "raw",
    [
        mail(text(FORWARD), File(pdf(), "application/pdf", "f.pdf")),
        mail(
            text("Ter info"),
            attached_mail(
                mail(
                    text("Dag"),
                    File(pdf(), "application/pdf", "f.pdf"),
                    head=b"From: Netto BV <facturen@netto.example>\r\nSubject: Factuur NL-1\r\n"
                    b"Date: Fri, 20 Nov 2026 09:12:00 +0100\r\n",
                )
            ),
        ),
    ],
    ids=["inline", "attached"],
)
def test_the_first_sender_of_a_forward_is_kept_and_found(home: TestHouse, raw: bytes) -> None:
    found = message(home, raw)
    original = found.header.original
    assert original is not None
    assert (original.sender_address, original.sender_name, str(original.sent_on), original.subject) == (
        "facturen@netto.example",
        "Netto BV",
        "2026-11-20",
        "Factuur NL-1",
    )
    assert found.sender.identity == "boekhouding@bakkerij.example", "the forwarder is the one who is answered"
    with home.store.read() as unit:
        by_sender: list[LedgerEntry] = list(unit.parts.ledger(search="facturen@netto.example"))
    assert by_sender
    assert {line.original_sender for line in by_sender} == {"facturen@netto.example"}


# -- the page itself ---------------------------------------------------------------------------------------------------


def drawn(markup: str, pictures: dict[str, bytes] | None = None) -> str:
    """Return the words of the PDF that is made of a body."""
    made = mail_pdf(MailPage(markup, "bare words", [("From", "a@b.example")], pictures or {}))
    with pypdfium2.PdfDocument(made) as document:
        return str(document[0].get_textpage().get_text_bounded())


def test_the_page_shows_the_words_and_its_head() -> None:
    said = drawn(markup(INVOICE))
    assert "From: a@b.example" in said
    assert "Totaal € 24,20" in said


def test_nothing_that_acts_is_on_the_page() -> None:
    hostile = (
        "<script>alert(1)</script><style>@import 'https://e.example/x.css'; p { color: red }</style>"
        "<link rel=stylesheet href=https://e.example/y.css><iframe src=https://e.example></iframe>"
        "<form action=https://e.example><input "
        "value=1></form><p onclick='x()' style='background:url(https://e.example/z)'>Totaal</p>"
        "<base href=https://e.example>"
        "<img src=https://e.example/p.png><a href='https://e.example'>link</a><object data=file:///etc/passwd></object>"
    )
    clean = harmless(hostile)
    for word in ("script", "iframe", "form", "input", "onclick", "base", "object", "href", "link rel", "@import"):
        assert word not in clean
    assert "<img>" in clean
    assert "Totaal" in drawn(hostile)


@pytest.mark.parametrize(
    "url",
    [
        "https://e.example/x.png",
        "http://127.0.0.1:9/",
        "file:///etc/passwd",
        "ftp://e.example",
        "/etc/passwd",
        "cid:unknown@x",
        "data:text/html,<script>",
        "data:image/svg+xml,<svg/>",
        "CID:",
    ],
)
def test_nothing_is_ever_fetched(url: str) -> None:
    with pytest.raises(ValueError, match="fetched"):
        enclosed(url, {"known@x": b"x"})


def test_pictures_of_the_mail_are_shown() -> None:
    assert enclosed("cid:known@x", {"known@x": png(3, 3)}) == ("", png(3, 3))
    assert enclosed("data:image/png;base64,aGFsbG8=", {})[1] == b"hallo"
    assert "Totaal" in drawn("<img src='cid:l@x'><p>Totaal</p>", {"l@x": png(30, 30)})


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "hostile",
    [
        "<div>" * 5_000,
        "<table><tr><td>" * 1_500,
        "<p>" * 200_000,
        "<!--" * 100_000,
        "<script>" * 40_000,
        "\x00\ud800<b",
    ],
    ids=["deep", "tables", "many", "comments", "scripts", "odd"],
)
def test_a_page_that_cannot_be_drawn_is_drawn_from_its_words(hostile: str) -> None:
    assert "bare words" in drawn(hostile) or drawn(hostile)


def test_the_boxed_task_gives_the_same_bytes_again() -> None:
    arguments = {"charset": "utf-8", "media_type": "text/html", "pictures": ["l@x"], "head": [["Van", "a@b.example"]]}
    raw = markup(INVOICE).encode()
    assert render_mail(arguments, [raw, png(30, 30)]) == render_mail(arguments, [raw, png(30, 30)])
    plain = {**arguments, "media_type": "text/plain", "pictures": []}
    assert render_mail(plain, [INVOICE.encode()])[1][0].startswith(b"%PDF")


def test_only_pictures_go_to_the_renderer(home: TestHouse) -> None:
    picture = File(png(300, 90), "image/png", "l.png", "inline", cid("l@x"))
    vector = File(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml", "v.svg", "inline", cid("v@x"))
    body = markup(INVOICE) + "<img src='cid:l@x'><img src='cid:v@x'>"
    apart = take_apart(mail(multipart(html(body), picture, vector, kind="related"), head=SUBJECT))
    asked: list[int] = []
    call = home.box.call

    def counted(task: str, arguments: object, blobs: object = (), **more: object) -> object:
        asked.append(len(blobs))  # type: ignore[arg-type]
        return call(task, arguments, blobs, **more)  # type: ignore[arg-type]

    home.box.call = counted  # type: ignore[method-assign, assignment]
    stored = message(home, mail(text("x")))
    with_body(home.house, stored, home.account, apart)
    assert asked[-1] == 2
