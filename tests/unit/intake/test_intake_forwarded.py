from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mails_intake import File, attached_mail, html, mail, multipart, text

from mailroom.domain.message import OriginalMail
from mailroom.intake import take_apart
from mailroom.intake.bodies import body_text, text_of_html
from mailroom.intake.forwarded import forwards_in, original_of, read_date

ORIGINAL = OriginalMail(
    sender_name="Jan Peeters",
    sender_address="jan@bakkerij.example",
    sent_on=date(2026, 11, 20),
    subject="Factuur 2026-0042",
)
WHO, WHAT, TO = "Jan Peeters <jan@bakkerij.example>", "Factuur 2026-0042", "Acme <info@acme.example>"


def block(head: str, *lines: str) -> str:
    return "\n".join(["Zie onder.", "", head, *lines, "", "Geachte klant,", "In bijlage: de factuur."])


OUTLOOK = {
    "nl": (
        "-----Oorspronkelijk bericht-----",
        "Van",
        "Verzonden",
        "vrijdag 20 november 2026 09:30",
        "Aan",
        "Onderwerp",
    ),
    "fr": ("-----Message d'origine-----", "De ", "Envoyé ", "vendredi 20 novembre 2026 09:30", "À ", "Objet "),
    "de": ("-----Ursprüngliche Nachricht-----", "Von", "Gesendet", "Freitag, 20. November 2026 09:30", "An", "Betreff"),
    "en": ("-----Original Message-----", "From", "Sent", "Friday, November 20, 2026 9:30 AM", "To", "Subject"),
    "ro": ("-----Mesaj original-----", "De la", "Trimis", "vineri, 20 noiembrie 2026 09:30", "Către", "Subiect"),
}
GMAIL = {
    "nl": ("Van", "vr 20 nov 2026 om 09:30"),
    "fr": ("De", "ven. 20 nov. 2026 à 09:30"),
    "de": ("Von", "Fr., 20. Nov. 2026 um 09:30 Uhr"),
    "en": ("From", "Fri, Nov 20, 2026 at 9:30 AM"),
    "ro": ("De la", "vin., 20 nov. 2026 la 09:30"),
}
APPLE = {
    "nl": ("Begin doorgestuurd bericht:", "Van", "Onderwerp", "Datum", "20 november 2026 om 09:30:00 CET", "Aan"),
    "fr": ("Début du message réexpédié :", "De", "Objet", "Date", "20 novembre 2026 à 09:30:00 UTC+1", "À"),
    "de": (
        "Anfang der weitergeleiteten Nachricht:",
        "Von",
        "Betreff",
        "Datum",
        "20. November 2026 um 09:30:00 MEZ",
        "An",
    ),
    "en": ("Begin forwarded message:", "From", "Subject", "Date", "20 November 2026 at 09:30:00 CET", "To"),
    "ro": ("Început mesaj redirecționat:", "De la", "Subiect", "Data", "20 noiembrie 2026, 09:30:00 EET", "Către"),
}
THUNDERBIRD = {
    "nl": ("-------- Doorgestuurd bericht --------", "Onderwerp", "Datum", "Van", "Aan"),
    "fr": ("-------- Message transféré --------", "Sujet ", "Date ", "De ", "Pour "),
    "de": ("-------- Weitergeleitete Nachricht --------", "Betreff", "Datum", "Von", "An"),
    "en": ("-------- Forwarded Message --------", "Subject", "Date", "From", "To"),
    "ro": ("-------- Mesaj redirecționat --------", "Subiect", "Data", "De la", "Către"),
}


@pytest.mark.parametrize("language", OUTLOOK)
def test_a_forward_of_outlook_is_understood(language: str) -> None:
    head, from_, sent, when, to, subject = OUTLOOK[language]
    lines = [f"{from_}: {WHO}", f"{sent}: {when}", f"{to}: {TO}", f"{subject}: {WHAT}"]
    assert original_of(block(head, *lines)) == ORIGINAL
    assert original_of(block("_" * 32, *[f"> {line}" for line in lines])) == ORIGINAL
    bold = [f"*{line.partition(':')[0]}:*{line.partition(':')[2]}" for line in lines]
    assert original_of(block("", *bold)) == ORIGINAL


@pytest.mark.parametrize("language", GMAIL)
def test_a_forward_of_gmail_is_understood(language: str) -> None:
    from_, when = GMAIL[language]
    lines = [f"{from_}: {WHO}", f"Date: {when}", f"Subject: {WHAT}", f"To: {TO}"]
    assert original_of(block("---------- Forwarded message ---------", *lines)) == ORIGINAL


@pytest.mark.parametrize("language", APPLE)
def test_a_forward_of_apple_mail_is_understood(language: str) -> None:
    head, from_, subject, date_, when, to = APPLE[language]
    lines = ["", f"{from_}: {WHO}", f"{subject}: {WHAT}", f"{date_}: {when}", f"{to}: {TO}"]
    assert original_of(block(head, *[f"> {line}" for line in lines])) == ORIGINAL


@pytest.mark.parametrize("language", THUNDERBIRD)
def test_a_forward_of_thunderbird_is_understood(language: str) -> None:
    head, subject, date_, from_, to = THUNDERBIRD[language]
    when = "Fri, 20 Nov 2026 09:30:00 +0100"
    lines = [f"{subject}: \t{WHAT}", f"{date_}: \t{when}", f"{from_}: \t{WHO}", f"{to}: \t{TO}"]
    assert original_of(block(head, *lines)) == ORIGINAL


@pytest.mark.parametrize(
    ("written", "name", "address"),
    [
        ("jan@bakkerij.example", "", "jan@bakkerij.example"),
        ("Jan Peeters [mailto:jan@bakkerij.example]", "Jan Peeters", "jan@bakkerij.example"),
        ('"Jan Peeters" <JAN@bakkerij.example>', "Jan Peeters", "jan@bakkerij.example"),
        ("Jan Peeters", "Jan Peeters", ""),
        ("<jan@bakkerij.example>", "", "jan@bakkerij.example"),
        ("Jan via Shop <mailto:jan@bakkerij.example>", "Jan via Shop", "jan@bakkerij.example"),
    ],
)
def test_the_sender_is_read_however_he_is_written(written: str, name: str, address: str) -> None:
    found = original_of(f"From: {written}\nSent: 20/11/2026 09:30\nSubject: x\n")
    assert found is not None
    assert (found.sender_name, found.sender_address) == (name, address)


def test_in_a_chain_the_mail_from_outside_is_the_original() -> None:
    chain = block(
        "", "From: Piet <piet@acme.example>", "Date: 21 Nov 2026", "Subject: FW", "To: boekhouding@acme.example"
    )
    chain += "\n" + block("", f"From: {WHO}", "Date: 20 Nov 2026", f"Subject: {WHAT}", f"To: {TO}")
    assert [mail.sender_name for mail in forwards_in(chain)] == ["Piet", "Jan Peeters"]
    assert original_of(chain, "baas@acme.example") == ORIGINAL
    outermost = original_of(chain)
    assert outermost is not None
    assert outermost.sender_name == "Piet"


@pytest.mark.parametrize(
    "words",
    ["", "Beste,\n\nVan: harte\n\ngroeten", "From: here to there\nit is far", "De: x", "Total: 3\nDate: 4\nTo: 5"],
)
def test_a_text_without_a_forward_holds_none(words: str) -> None:
    assert original_of(words, "a@b.example") is None


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-11-20 09:30", date(2026, 11, 20)),
        ("20/11/2026 09:30", date(2026, 11, 20)),
        ("20.11.2026", date(2026, 11, 20)),
        ("1er août 2026", date(2026, 8, 1)),
        ("5 mrt. 2026", date(2026, 3, 5)),
        ("5. März 2026", date(2026, 3, 5)),
        ("5 mai 2026", date(2026, 5, 5)),
        ("5 iulie 2026", date(2026, 7, 5)),
        ("5 juillet 2026", date(2026, 7, 5)),
        ("June 3rd, 2026", date(2026, 6, 3)),
        ("31 februari 2026", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_a_day_is_read_in_five_languages(written: str, day: date | None) -> None:
    assert read_date(written) == day


@given(st.text(alphabet="From:VanDe \n>*@<0123456789.", max_size=600))
@settings(deadline=None)
def test_no_text_makes_it_fail(words: str) -> None:
    assert isinstance(forwards_in(words), tuple)


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "words", ["From: x\n" * 100_000, "a" * 1_000_000, ("From:\n" + "x " * 900 + "\n") * 2_000, "@" * 500_000]
)
def test_a_hostile_text_is_read_quickly(words: str) -> None:
    forwards_in(words)


def test_the_words_of_html_are_read_line_by_line() -> None:
    markup = f"<html><head><style>x</style></head><b>Von:</b> {WHO.replace('<', '&lt;')}<br>"
    markup += "<b>Gesendet:</b>&nbsp;20. November 2026<br>"
    words = text_of_html(markup + f"<table><tr><td>Betreff:</td><td>{WHAT}</td></tr></table><script>alert(1)</script>")
    assert "alert" not in words
    assert original_of(words) == ORIGINAL


def test_the_body_is_taken_as_text_before_html_and_not_from_attached_mails() -> None:
    inner = attached_mail(mail(text("inner"), File(b"x", "text/plain", "notes.txt")))
    both = multipart(text("plain é"), html("<p>formatted</p>"), kind="alternative")
    apart = take_apart(mail(both, inner))
    assert body_text(apart) == "plain é"
    assert body_text(apart, "2") == "inner"
    assert body_text(take_apart(mail(html("<p>only<br>this</p>")))) == "only\nthis"
    assert body_text(take_apart(b"")) == ""
