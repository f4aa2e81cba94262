"""Which bodies are invoices themselves, which only link to one, and which are neither: labelled by hand."""

from __future__ import annotations

import pytest
from mails_intake import HEAD, File, attached_mail, entity, html, mail, multipart, pdf, text

from mailroom.intake import take_apart
from mailroom.intake.body_kind import BodyKind, kind_of

INVOICES = {
    "nl": (
        "Uw factuur van Netto",
        "Factuurnummer: NL-2026-5511\nFactuurdatum: 3 november 2026\nHosting € 20,00\nBtw 21% € 4,20\nTotaal € 24,20",
    ),
    "fr": (
        "Votre facture",
        "Facture n° FR-2026-118\nDate : 3/11/2026\nAbonnement 100,00 €\nTVA 20 % 20,00 €\nTotal TTC : 120,00 €",
    ),
    "de": (
        "Ihre Rechnung",
        "Rechnungsnummer: RE-2026-77\nBahnfahrt 50,00 EUR\nMwSt. 7 % 3,27 EUR\nGesamtbetrag 50,00 EUR",
    ),
    "en": (
        "Your receipt from Widgets Inc. #2291-4410",
        "Receipt from Widgets Inc.\nAmount paid $29.00\nPayment method Visa 4242\nPro plan $29.00\nTotal $29.00",
    ),
    "ro": (
        "Factura dumneavoastră",
        "Număr factură: RO-2026-19\nServicii 100,00 lei\nTVA 21% 21,00 lei\nTotal de plată 121,00 lei",
    ),
    "airline": (
        "E-ticket receipt booking KX99LM",
        "E-ticket receipt\nTicket number: 0742118822931\nFare EUR 180.00\nTax EUR 42.18\nTotal EUR 222.18\nPaid: Visa",
    ),
    "shop": (
        "Je aankoopbewijs van Fietsen.example",
        "Aankoopbewijs\nBonnummer: 88123\nBinnenband € 7,95\nTotaal € 7,95 incl. 21% btw € 1,38\nBetaald",
    ),
    "confirmation and invoice": (
        "Order confirmation and invoice 20261107",
        "Invoice number: 20261107\nLamp EUR 40.00\nVAT 21% EUR 8.40\nTotal EUR 48.40",
    ),
}

LETTERS = {
    "accompanies": (
        "Factuur 2026-42",
        "Beste klant, in bijlage vindt u factuur 2026-42 van € 121,00. Totaal € 121,00.",
    ),
    "accompanies in German": (
        "Rechnung 4711",
        "Anbei erhalten Sie unsere Rechnung Nr. 4711 über 99,00 EUR. Der Betrag von 99,00 EUR ist bis 1.12. fällig.",
    ),
    "order": (
        "Orderbevestiging 8812",
        "Bedankt voor uw bestelling. Bestelbevestiging 8812\nLamp € 40,00\nVerzending € 5,00\nTotaal € 45,00 incl. btw",
    ),
    "order in French": (
        "Confirmation de commande",
        "Confirmation de votre commande 1234\nLampe 40,00 €\nPort 5,00 €\nTotal 45,00 € TVA 20 % incluse",
    ),
    "shipped": ("Your order is on its way", "Your order has been shipped. Total $45.00, paid with Visa $45.00."),
    "newsletter": ("Nieuwsbrief november", "Lampen nu € 19,99! Stoelen € 49,99. Totaal uitverkocht € 10,00 korting."),
    "reminder": (
        "Betalingsherinnering",
        "Herinnering: factuurnummer 2026-42 van € 121,00 staat open. Totaal € 121,00.",
    ),
    "quote": ("Offerte 2026-9", "Offerte 2026-9\nWerken € 1.000,00\nBtw 21% € 210,00\nTotaal € 1.210,00"),
    "debt": ("", "U bent 12,50 EUR verschuldigd."),
    "small talk": ("Lunch?", "Zullen we vrijdag lunchen? Vorige keer was het samen € 31,50."),
    "nothing": ("", ""),
}

LINKS = {
    "nl": (
        '<p>Uw factuur staat klaar.</p><a href="https://portal.energie.example/f?id=1">Bekijk uw factuur</a>',
        "portal.energie.example",
    ),
    "fr": (
        '<p>Votre facture est disponible.</p><a href="https://espace.telecom.example/">Télécharger la facture</a>',
        "espace.telecom.example",
    ),
    "de": (
        "<p>Ihre Rechnung liegt bereit.</p><p>Zum Abruf klicken Sie <a href='https://kunde.strom.example/r'>hier</a></p>",
        "kunde.strom.example",
    ),
    "en": (
        '<a href="https://x.example/"><img></a><a href="https://pay.saas.example/inv/9">View invoice</a>',
        "pay.saas.example",
    ),
    "ro": ('<p>Factura este gata.</p><a href="https://cont.gaz.example/f">Descarcă factura</a>', "cont.gaz.example"),
    "no promise": ('<p>Dank u.</p><a href="https://shop.example/">Naar de winkel</a>', ""),
    "not a page": ('<p>Uw factuur</p><a href="javascript:alert(1)">Bekijk uw factuur</a>', ""),
    "unsubscribe": ('<p>Over uw factuur</p><a href="https://n.example/u">Unsubscribe here</a>', ""),
}


@pytest.mark.parametrize("name", INVOICES)
def test_a_body_that_reads_like_an_invoice_is_one(name: str) -> None:
    subject, words = INVOICES[name]
    assert kind_of(subject, words) == BodyKind(invoice=True)


@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_is_none(name: str) -> None:
    subject, words = LETTERS[name]
    assert kind_of(subject, words) == BodyKind()


@pytest.mark.parametrize("name", LINKS)
def test_a_link_to_the_invoice_is_named_by_its_host(name: str) -> None:
    markup, host = LINKS[name]
    found = take_apart(mail(html(markup), head=HEAD.replace(b"Factuur 2026-0042", b"Bericht"))).body
    assert (found.facts["host"] if found else "") == host


def test_a_plain_text_links_too() -> None:
    found = take_apart(HEAD + entity(text("Download uw factuur: https://portal.example/f/1\n"))).body
    assert found is not None
    assert (found.code, found.facts) == ("invoice_behind_link", {"host": "portal.example"})


def test_the_body_of_an_attached_mail_counts() -> None:
    subject, words = INVOICES["nl"]
    inner = mail(text(words), head=HEAD.replace(b"Factuur 2026-0042", subject.encode()))
    found = take_apart(mail(text("Zie hieronder"), attached_mail(inner))).body
    assert found is not None
    assert (found.code, found.path) == ("body_invoice", "2.1")


def test_the_formatted_text_comes_before_the_plain_one() -> None:
    _, words = INVOICES["nl"]
    both = multipart(text("Open this mail as HTML"), html(words.replace("\n", "<br>")), kind="alternative")
    found = take_apart(mail(both)).body
    assert found is not None
    assert found.path == "2"


@pytest.mark.parametrize(
    "line",
    [
        b"Auto-Submitted: auto-replied",
        b"X-Autoreply: yes",
        b"Precedence: auto_reply",
        b"Subject: Automatisch antwoord: x",
    ],
)
def test_an_automatic_answer_holds_no_invoice_of_its_own(line: bytes) -> None:
    _, words = INVOICES["nl"]
    head = line + b"\r\n" + HEAD
    assert take_apart(mail(text(words), head=head)).body is None


def test_invoices_that_machines_send_are_invoices() -> None:
    _, words = INVOICES["nl"]
    head = b"Auto-Submitted: auto-generated\r\nPrecedence: bulk\r\nList-Unsubscribe: <https://x.example/>\r\n" + HEAD
    apart = take_apart(mail(text(words), head=head))
    assert apart.body is not None
    assert apart.problems == ()


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "words",
    [
        "invoice number " * 100_000,
        "€ 1.000" * 100_000,
        "total " * 100_000,
        "<a href=" * 60_000,
        "<a href='x'>" * 60_000,
        "factuur nr " + "A" * 400_000,
        "1 000 000 000 " * 40_000,
    ],
    ids=["numbers", "amounts", "totals", "open anchors", "anchors", "letters", "groups"],
)
def test_bodies_made_to_be_slow_are_not(words: str) -> None:
    for body in (text(words), html(words)):
        take_apart(mail(body))


def test_a_mail_with_its_invoice_attached_is_told_nothing_less() -> None:
    _, words = INVOICES["nl"]
    apart = take_apart(mail(text(words), File(pdf(), "application/pdf", "f.pdf")))
    assert apart.body is not None, "whether it becomes a document is judged with the files: steps/body.py"
