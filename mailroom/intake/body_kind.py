"""Does the text of a mail itself hold an invoice, or only a link to one? In five languages, by words and amounts.

Pure, over the words of the body and the links of its markup; nothing is fetched. Order confirmations, newsletters,
reminders and letters that only accompany an attached invoice are none. What is missed stays in the ledger as the text
of a mail; what is taken is laid before a person like any other document.
"""

from __future__ import annotations

import re
from html import unescape
from typing import NamedTuple
from urllib.parse import urlsplit

_LONGEST = 40_000
_OPENING = 600
_MOST_LINKS = 300

_INVOICE = (
    r"factu(?:ur|ren|re|ră|ra|rii|rile)|invoices?|rechnung(?:en)?|receipts?|reçus?|quittung(?:en)?|kassabon|bonnetje|"
    r"betalingsbewijs|betaalbewijs|ontvangstbewijs|aankoopbewijs|zahlungsbeleg|kaufbeleg|chitanț[ăa]|chitan[tţ]a|"
    r"bon fiscal|ticket de caisse|credit ?notes?|creditnota|note de crédit|avoir|gutschrift|notă de credit|"
    r"e-?ticket receipt|purchase confirmation and receipt"
)
_INVOICE_WORD = re.compile(rf"(?<![^\W_])(?:{_INVOICE})(?![^\W_])", re.IGNORECASE)
_NUMBER = re.compile(
    r"(?:factuur|invoice|facture|rechnungs?|factur[ăa]|receipt|bon|beleg|quittungs?|document|chitanț[ăa]|re[çc]u|ticket|"
    r"credit ?note|creditnota|gutschrift)[ -]{0,2}(?:nummer|number|num[ée]ro|nr\.?|no\.?|n[°º]\.?|#|id|seria)"
    r"[ \t]*[:#.]?\s{0,3}#?[ \t]*([A-Z0-9][A-Z0-9/_.-]{2,29})|"
    r"(?:num[ée]ro|num[ăa]r(?:ul)?|nr\.?|n[°º])[ \t]{0,2}(?:de |du |la |l.)?(?:la )?(?:facture|factur[ăa]|facturii|"
    r"reçu|ticket|chitanț[ăa])[ \t]*[:#.]?\s{0,3}([A-Z0-9][A-Z0-9/_.-]{2,29})",
    re.IGNORECASE,
)
_MONEY = (
    r"(?:(?:€|\$|£|EUR|USD|GBP|CHF|RON|lei)\s?-?\d{1,3}(?:[ .,\u00a0\u202f']?\d{3})*(?:[.,]\d{2})|"
    r"\d{1,3}(?:[ .,\u00a0\u202f']?\d{3})*[.,]\d{2}\s?(?:€|\$|£|EUR|USD|GBP|CHF|RON|lei))"
)
_AMOUNT = re.compile(_MONEY, re.IGNORECASE)
_TOTAL = re.compile(
    rf"(?:totaal|total|te betalen|amount (?:due|paid|charged)|montant|à payer|gesamt|summe|betrag|de plat[ăa]|"
    rf"plata|charged|paid|betaald|bezahlt|payé|gezahlt|achitat)[^\d€$£]{{0,60}}{_MONEY}",
    re.IGNORECASE,
)
_TAX = re.compile(
    r"(?<![^\W_])(?:btw|vat|tva|t\.v\.a\.?|mwst\.?|ust\.?|umsatzsteuer|mehrwertsteuer|sales tax|gst)(?![^\W_])"
    rf"[^\n]{{0,60}}(?:\d{{1,2}}(?:[.,]\d{{1,2}})?\s?%|{_MONEY})|\d{{1,2}}(?:[.,]\d{{1,2}})?\s?%\s?(?:btw|vat|tva|mwst|ust)",
    re.IGNORECASE,
)
_PAID = re.compile(
    r"(?:betaald|paid|payé|réglé|bezahlt|beglichen|achitat|plătit)\b|"
    r"(?:visa|mastercard|amex|american express|maestro|bancontact|paypal|apple pay|sepa|ideal)\b",
    re.IGNORECASE,
)
# What such a mail is instead; said in its subject or in its first lines it wins over an invoice word further down.
_OTHER = re.compile(
    r"order ?confirmation|your order (?:has been|is) (?:received|confirmed)|order received|bestel(?:lings)?bevestiging|"
    r"orderbevestiging|bevestiging van (?:uw|je) bestelling|confirmation de (?:votre )?commande|auftragsbestätigung|"
    r"bestellbestätigung|bestätigung (?:ihrer|deiner) bestellung|confirmarea? (?:comenzii|comand[ăa])|"
    r"(?:has|have) (?:been )?shipped|on its way|is onderweg|verzend(?:ings)?bevestiging|versandbestätigung|"
    r"expédi(?:ée|tion)|expediat|lieferschein|leveringsbon|delivery note|bon de livraison|"
    r"(?:payment )?reminder|betalingsherinnering|herinnering|aanmaning|rappel|relance|mahnung|zahlungserinnerung|"
    r"soma[țt]ie|amintire de plat[ăa]|notificare de plat[ăa]|"
    r"(?<![^\W_])(?:offerte|quotation|quote|devis|angebot|ofert[ăa])(?![^\W_])|newsletter|nieuwsbrief|"
    r"account statement|rekeningoverzicht|relevé de compte|kontoauszug|extras de cont|pro ?forma|proformă",
    re.IGNORECASE,
)
_ATTACHED = re.compile(
    r"in (?:de )?bijlage|als bijlage|bijgevoegd|bijgaand|attached|attachment|enclosed|en annexe|ci-joint|"
    r"pièce jointe|im anhang|anbei|angehängt|beigefügt|în ata[șşs]ament|ata[șşs]at|anexat",
    re.IGNORECASE,
)
_ACTION = re.compile(
    r"download|herunterladen|abrufen|ansehen|anzeigen|öffnen|bekijk|open|raadpleeg|télécharger|consulter|voir|afficher|"
    r"view|see|get|descărca|descarcă|vizualiza|vezi|accesa|hier|here|ici|aici|klik|click|cliquez",
    re.IGNORECASE,
)
_ANCHOR = re.compile(r"<a\b([^>]{0,4000})>", re.IGNORECASE)
_HREF = re.compile(r"href\s*=\s*(?:\"([^\"]{1,3000})\"|'([^']{1,3000})'|([^\s>]{1,3000}))", re.IGNORECASE)
_PLAIN_LINK = re.compile(r"https?://[^\s<>\"']{4,2000}", re.IGNORECASE)
_TAGS = re.compile(r"<[^>]{0,4000}>")
_NOT_A_DOCUMENT = re.compile(
    r"unsubscribe|uitschrijven|abmelden|désabonner|dezabona|privacy|datenschutz", re.IGNORECASE
)


class BodyKind(NamedTuple):
    """What a body is. `invoice`, or `host` of the link to one; neither for all other mails."""

    invoice: bool = False
    host: str = ""


def kind_of(subject: str, words: str, markup: str = "", *, to_many: bool = False) -> BodyKind:
    """Judge a body by its words, and its links by the markup (or the plain text). `to_many`: it went to a list."""
    words = words[:_LONGEST]
    if _reads_like_invoice(subject, words, to_many=to_many):
        return BodyKind(invoice=True)
    if _OTHER.search(subject) or to_many:
        return BodyKind()
    return BodyKind(host=_linked_host(subject, words, markup))


def _reads_like_invoice(subject: str, words: str, *, to_many: bool) -> bool:
    amounts = len(_AMOUNT.findall(words))
    if amounts < 2 or not _TOTAL.search(words):
        return False
    head = f"{subject}\n{words[:_OPENING]}"
    number, tax = _has_number(words), _TAX.search(words) is not None
    if _OTHER.search(head) and not (number and tax and _INVOICE_WORD.search(head)):
        return False
    if _OTHER.search(subject) and not _INVOICE_WORD.search(subject):
        return False
    if _ATTACHED.search(words) and not (number and tax and amounts >= 3):
        return False
    if number and (tax or amounts >= 3):
        return True
    named = _INVOICE_WORD.search(head) is not None
    return named and not to_many and (tax or _PAID.search(words) is not None)


def _has_number(words: str) -> bool:
    found = (match[1] or match[2] for match in _NUMBER.finditer(words))
    return any(re.search(r"\d{2}", number) for number in found)


def _linked_host(subject: str, words: str, markup: str) -> str:
    """Return the host of the first link that promises the invoice, or an empty string."""
    if not _INVOICE_WORD.search(subject) and not _INVOICE_WORD.search(words[:_LONGEST]):
        return ""
    for said, before, address in _links(words, markup):
        promised = _INVOICE_WORD.search(said) or (_ACTION.search(said) and _INVOICE_WORD.search(before))
        act = _ACTION.search(said) or _ACTION.search(before[-60:])
        if promised and act and not _NOT_A_DOCUMENT.search(said):
            host = _host(address)
            if host:
                return host
    return ""


def _links(words: str, markup: str) -> list[tuple[str, str, str]]:
    """Return (what the link says, what stands before it, its address); plain addresses say themselves."""
    found: list[tuple[str, str, str]] = []
    markup = markup[:500_000]
    for anchor, _ in zip(_ANCHOR.finditer(markup), range(_MOST_LINKS), strict=False):
        href = _HREF.search(anchor[1])
        if href is None:
            continue
        end = markup.find("</a", anchor.end(), anchor.end() + 4_000)
        said = _bare(markup[anchor.end() : end if end >= 0 else anchor.end() + 200])
        before = _bare(markup[max(0, anchor.start() - 800) : anchor.start()].partition(">")[2])[-200:]
        found.append((said or " ", before, unescape(href[1] or href[2] or href[3])))
    if not found:
        for link, _ in zip(_PLAIN_LINK.finditer(words), range(_MOST_LINKS), strict=False):
            before = words[max(0, link.start() - 200) : link.start()]
            found.append((f"{before.rpartition(chr(10))[2]} open", before, link[0]))
    return found


def _bare(markup: str) -> str:
    return " ".join(unescape(_TAGS.sub(" ", markup)).split())


def _host(address: str) -> str:
    try:
        parts = urlsplit(address.strip())
        host = parts.hostname or ""
    except ValueError:
        return ""
    valid = parts.scheme in ("http", "https") and re.fullmatch(r"[a-z0-9.-]{3,253}", host) is not None and "." in host
    return host if valid else ""
