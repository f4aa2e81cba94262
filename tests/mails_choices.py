"""Mails with a label on every file: main document, further invoice, appendix, rendition, decoration, and what is none.

Made by code out of a seed: five languages, three layouts, several wordings of each label. File names are as senders
give them, mostly without a meaning, at times with a wrong one. No value is taken from a real document.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from papers_reading import pdf_of, saved
from PIL import Image, ImageDraw, ImageFont

LANGUAGES = ("nl", "fr", "de", "en", "ro")


@dataclass(frozen=True)
class File:
    """One file of a mail and what it is: `main`, `further`, `appendix`, `rendition`, `decoration`, `divided`, `aside`
    (a reminder of a known invoice) or `waits` (no invoice, for a person). `pieces`: invoices in one file.
    """

    name: str
    content: bytes
    label: str
    kind: str = "application/pdf"
    cid: str = ""
    pieces: int = 0


@dataclass(frozen=True)
class Mail:
    """A mail, its story, its language and its files."""

    story: str
    language: str
    subject: str
    files: tuple[File, ...]

    def raw(self) -> bytes:
        """Return the mail as it comes in."""
        made = EmailMessage(policy=SMTP)
        made["From"] = "billing@supplier.example"
        made["To"] = "somebody@import.example"
        made["Subject"] = self.subject
        made["Message-ID"] = f"<{self.subject.replace(' ', '.')}@supplier.example>"
        shown = "".join(f'<img src="cid:{file.cid}">' for file in self.files if file.cid)
        made.set_content(WORDS[self.language]["greeting"])
        made.add_alternative(f"<p>{WORDS[self.language]['greeting']}</p>{shown}", subtype="html")
        for file in self.files:
            main, _, sub = file.kind.partition("/")
            more = {"cid": f"<{file.cid}>", "disposition": "inline"} if file.cid else {}
            made.add_attachment(file.content, maintype=main, subtype=sub, filename=file.name, **more)
        made.set_boundary("=_outer")
        return made.as_bytes()


WORDS: dict[str, dict[str, str]] = tomllib.loads(Path(__file__).with_name("choices_words.toml").read_text("utf-8"))
NAMES = (
    "scan_{n}.pdf",
    "document{n}.pdf",
    "{n}.pdf",
    "bijlage {n}.pdf",
    "Unbenannt-{n}.pdf",
    "IMG_{n}.pdf",
    "attachment{n}.pdf",
)


Sized = tuple[str, float, float, float]


@dataclass
class Maker:
    """Draws the papers of one mail. Its choices come out of one seed."""

    language: str
    rng: random.Random
    serial: int
    words: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.words = WORDS[self.language]
        first = self.rng.choice(("Van Loo", "Dumont", "Kessler", "Harper", "Ionescu", "Peeters", "Marchal", "Brandt"))
        trade = self.rng.choice(
            ("Bouw", "Services", "Technik", "Supplies", "Construct", "Logistics", "Print", "Elektro")
        )
        self.seller = f"{first} {trade} {self.rng.choice(('NV', 'SRL', 'GmbH', 'Ltd', 'BV'))}"
        base = self.rng.randrange(1_000_000, 9_999_999)
        self.vat_id = f"BE0{base}{97 - int(f'0{base}') % 97:02d}"
        account = f"{self.rng.randrange(10**9, 10**10)}"
        bban = f"{account}{int(account) % 97 or 97:02d}"
        self.iban = f"BE{98 - int(f'{bban}111400') % 97:02d}{bban}"

    def say(self, key: str) -> str:
        """Return one of the wordings."""
        return self.rng.choice(self.words[key].split("|"))

    def name(self) -> str:
        """Return a name that means nothing."""
        return self.rng.choice(NAMES).format(n=self.rng.randrange(100, 99_999))

    def number(self, step: int = 0) -> str:
        """Return an invoice number; `step` gives the next ones of the same series."""
        styles = ("2026-{:04d}", "F26{:05d}", "INV/2026/{:03d}", "26.{:04d}", "R{:06d}")
        return styles[self.serial % len(styles)].format(self.serial * 3 + step)

    def invoice(self, number: str, net: int, *, title: str = "", marked: tuple[int, int] | None = None) -> list[Sized]:
        """Return the lines of an invoice, in one of three layouts."""
        layout = self.rng.randrange(3)
        left, right = (40, 330) if layout != 1 else (330, 40)
        vat = round(net * 0.21, 2)
        meta = [
            f"{self.say('number')}: {number}",
            f"{self.say('date')}: {self.rng.randrange(1, 28):02d}/10/2026",
            f"{self.say('due')}: {self.rng.randrange(1, 28):02d}/11/2026",
        ]
        lines: list[Sized] = [
            (self.seller, left, 800, 13),
            ("Rue du Port 12, 9000 Gent", left, 784, 10),
            (f"{self.words['vat']} {self.vat_id}", left, 770, 10),
            (title or self.say("title"), 40 if layout == 2 else right, 720, 20),
            (f"{self.say('bill')}: Bakkerij De Korenbloem BV", 40, 680, 10),
        ]
        lines += [(text, right, 660 - 15 * at, 10) for at, text in enumerate(meta)]
        for at in range(self.rng.randrange(1, 5)):
            lines.append((self.say("goods"), 40, 560 - 16 * at, 10))
            lines.append((f"{at + 1}", 330, 560 - 16 * at, 10))
        sums = (
            (self.say("net"), f"{net:.2f}"),
            (f"{self.words['vat']} 21%", f"{vat:.2f}"),
            (self.say("total"), f"{net + vat:.2f} EUR"),
        )
        for at, (label, amount) in enumerate(sums):
            lines += [(label, 330, 440 - 18 * at, 10), (amount, 470, 440 - 18 * at, 10)]
        lines.append((f"IBAN {self.iban}", 40, 90, 9))
        if marked:
            lines.append((self.words["page"].format(*marked), 270, 40, 8))
        return lines

    def more(self, marked: tuple[int, int] | None = None) -> list[Sized]:
        """Return a second page: only lines of goods."""
        lines: list[Sized] = []
        for at in range(12):
            lines += [
                (self.say("goods"), 40, 780 - 18 * at, 10),
                (f"{at + 3}", 330, 780 - 18 * at, 10),
            ]
        return [*lines, (self.words["page"].format(*marked), 270, 40, 8)] if marked else lines

    def terms(self) -> bytes:
        """Return terms and conditions."""
        lines: list[Sized] = [(self.seller, 40, 810, 9), (self.say("terms"), 40, 780, 16)]
        sentences = self.words["legal"].split(". ") * 3
        lines += [(f"{at}. {sentence.strip('.')}.", 40, 750 - 15 * at, 8) for at, sentence in enumerate(sentences, 1)]
        return pdf(lines)

    def sheet(self) -> bytes:
        """Return a time sheet."""
        lines: list[Sized] = [(self.seller, 40, 800, 11), (self.say("sheet"), 40, 760, 18)]
        hours = self.words["hours"]
        for at in range(self.rng.randrange(5, 14)):
            said = f"{at + 1:02d}/10/2026   {self.rng.randrange(2, 9)} {hours} J. Maes"
            lines += [(said, 40, 720 - 16 * at, 10)]
        return pdf(lines)

    def packing(self) -> bytes:
        """Return a delivery note."""
        lines: list[Sized] = [(self.seller, 40, 800, 11), (self.say("packing"), 40, 760, 18)]
        lines += [(f"Nr: L{self.serial:05d}", 40, 735, 10)]
        for at in range(self.rng.randrange(3, 9)):
            lines += [(f"{at + 2} x {self.say('goods')}", 40, 700 - 16 * at, 10)]
        return pdf(lines)


def pdf(*pages: list[Sized]) -> bytes:
    """Return a PDF with a text layer; a line is its text, its place from bottom left and its size in points."""
    return pdf_of([_content(page) for page in pages])


def _content(lines: list[Sized]) -> bytes:
    rows = []
    for text, x, y, size in lines:
        escaped = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
        rows.append(f"BT /F1 {size} Tf 1 0 0 1 {x} {y} Tm ({escaped}) Tj ET")
    return "\n".join(rows).encode("cp1252")


def logo(rng: random.Random, size: tuple[int, int] = (320, 110)) -> bytes:
    """Return a logo as PNG."""
    picture = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(picture)
    for _ in range(6):
        x, y = rng.randrange(size[0] - 40), rng.randrange(size[1] - 30)
        pen.ellipse((x, y, x + 40, y + 30), fill=tuple(rng.randrange(256) for _ in range(3)))
    return saved(picture, "PNG")


def goods_photo(rng: random.Random) -> bytes:
    """Return a photo without words: patches of colour, as a camera of 2 MP sees a pile of boxes."""
    picture = Image.new("RGB", (1600, 1200), (120, 110, 100))
    pen = ImageDraw.Draw(picture)
    for _ in range(9):
        x, y = rng.randrange(1200), rng.randrange(900)
        shade = rng.randrange(60, 190)
        pen.rectangle(
            (x, y, x + rng.randrange(150, 400), y + rng.randrange(150, 300)), fill=(shade, shade - 20, shade - 40)
        )
    return saved(picture, "JPEG", quality=80)


def receipt_photo(maker: Maker) -> bytes:
    """Return a photographed receipt without a camera's marks, tall and narrow, as messengers pass it on."""
    picture = Image.new("L", (760, 1400), 245)
    pen = ImageDraw.Draw(picture)
    font = ImageFont.load_default(34)
    net = maker.rng.randrange(10, 60)
    head = (maker.seller, f"{maker.words['vat']} {maker.vat_id}", f"{maker.say('title')} {maker.number()}")
    rest = ("12/10/2026 14:32", "Koffie  3.50", "Broodje  6.00", f"TOTAL {net}.90 EUR", "VISA")
    lines = (*head, *rest)
    for at, line in enumerate(lines):
        pen.text((50, 80 + 110 * at), line, fill=15, font=font)
    return saved(picture, "JPEG", quality=85)


def ubl(maker: Maker, number: str, net: int) -> bytes:
    """Return the invoice as UBL."""
    vat = round(net * 0.21, 2)
    names = "urn:oasis:names:specification:ubl:schema:xsd:"
    spaces = f'xmlns="{names}Invoice-2" xmlns:b="{names}CommonBasicComponents-2"'
    spaces += f' xmlns:a="{names}CommonAggregateComponents-2"'
    scheme = f"<b:CompanyID>{maker.vat_id}</b:CompanyID><a:TaxScheme><b:ID>VAT</b:ID></a:TaxScheme>"
    buyer = "<b:RegistrationName>Bakkerij De Korenbloem BV</b:RegistrationName>"
    amounts = (net, net + vat, net + vat)
    terms = ("TaxExclusiveAmount", "TaxInclusiveAmount", "PayableAmount")
    sums = "".join(
        f'<b:{term} currencyID="EUR">{amount:.2f}</b:{term}>' for term, amount in zip(terms, amounts, strict=True)
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Invoice {spaces}>'
        f"<b:ID>{number}</b:ID><b:IssueDate>2026-10-05</b:IssueDate><b:InvoiceTypeCode>380</b:InvoiceTypeCode>"
        "<b:DocumentCurrencyCode>EUR</b:DocumentCurrencyCode><a:AccountingSupplierParty><a:Party>"
        f"<a:PartyName><b:Name>{maker.seller}</b:Name></a:PartyName><a:PartyTaxScheme>{scheme}</a:PartyTaxScheme>"
        f"<a:PartyLegalEntity><b:RegistrationName>{maker.seller}</b:RegistrationName></a:PartyLegalEntity>"
        "</a:Party></a:AccountingSupplierParty><a:AccountingCustomerParty><a:Party>"
        f"<a:PartyLegalEntity>{buyer}</a:PartyLegalEntity></a:Party></a:AccountingCustomerParty>"
        f'<a:TaxTotal><b:TaxAmount currencyID="EUR">{vat:.2f}</b:TaxAmount></a:TaxTotal>'
        f"<a:LegalMonetaryTotal>{sums}</a:LegalMonetaryTotal></Invoice>"
    ).encode()


# -- stories -----------------------------------------------------------------------------------------------------------


def _alone(m: Maker) -> list[File]:
    return [File(m.name(), pdf(m.invoice(m.number(), 100)), "main")]


def _beside(m: Maker, paper: bytes) -> list[File]:
    files = [File(m.name(), pdf(m.invoice(m.number(), 200)), "main"), File(m.name(), paper, "appendix")]
    m.rng.shuffle(files)
    return files


def _with_terms(m: Maker) -> list[File]:
    return _beside(m, m.terms())


def _with_sheet(m: Maker) -> list[File]:
    return _beside(m, m.sheet())


def _with_packing(m: Maker) -> list[File]:
    return _beside(m, m.packing())


def _misnamed(m: Maker) -> list[File]:
    names = {
        "nl": "algemene voorwaarden",
        "fr": "conditions generales",
        "de": "AGB",
        "en": "terms and conditions",
        "ro": "termeni si conditii",
    }
    invoice = File(f"{names[m.language]}.pdf", pdf(m.invoice(m.number(), 300)), "main")
    return [invoice, File("invoice.pdf", m.terms(), "appendix")]


def _twins(m: Maker) -> list[File]:
    number = m.number()
    page = m.invoice(number, 400)
    dated = [
        (f"{m.words['date'].split('|')[0]}: 05/10/2026" if "/10/2026" in text else text, x, y, size)
        for text, x, y, size in page
    ]
    return [
        File(m.name().replace(".pdf", ".xml"), ubl(m, number, 400), "main", "application/xml"),
        File(m.name(), pdf(dated), "rendition"),
    ]


def _two(m: Maker) -> list[File]:
    return [
        File(m.name(), pdf(m.invoice(m.number(step), 100 + 50 * step)), "main" if not step else "further")
        for step in range(2)
    ]


def _with_logo(m: Maker) -> list[File]:
    icon = File("image002.png", logo(m.rng, (48, 48)), "decoration", "image/png", cid=f"i{m.serial}@x")
    mark = File("image001.png", logo(m.rng), "decoration", "image/png", cid=f"l{m.serial}@x")
    return [File(m.name(), pdf(m.invoice(m.number(), 150)), "main"), mark, icon]


def _with_goods(m: Maker) -> list[File]:
    photo = File(f"IMG_{m.serial}.jpg", goods_photo(m.rng), "appendix", "image/jpeg")
    return [File(m.name(), pdf(m.invoice(m.number(), 180)), "main"), photo]


def _several(m: Maker) -> list[File]:
    counted = m.rng.random() < 0.5
    first = [m.invoice(m.number(0), 100, marked=(1, 2) if counted else None), m.more((2, 2) if counted else None)]
    second = [m.invoice(m.number(1), 170, marked=(1, 1) if counted else None)]
    return [File(m.name(), pdf(*first, *second), "divided", pieces=2)]


def _long(m: Maker) -> list[File]:
    return [File(m.name(), pdf(m.invoice(m.number(), 900, marked=(1, 2)), m.more((2, 2))), "main")]


def _copy(m: Maker) -> list[File]:
    lines = m.invoice(m.number(), 260)
    return [
        File(m.name(), pdf(lines), "main"),
        File(m.name(), pdf([*lines, ("kopie - copy", 480, 820, 8)]), "rendition"),
    ]


def _reminded(m: Maker) -> list[File]:
    number = m.number()
    reminder = m.invoice(number, 310, title=m.say("reminder"))
    return [File(m.name(), pdf(m.invoice(number, 310)), "main"), File(m.name(), pdf(reminder), "aside")]


def _quoted(m: Maker) -> list[File]:
    lines = [
        (m.say("quote") if size == 20 else text, x, y, size)
        for text, x, y, size in m.invoice(m.number(), 500)
        if m.number() not in text
    ]
    return [File(m.name(), pdf(lines), "waits")]


def _photographed(m: Maker) -> list[File]:
    photo = File(f"photo{m.serial}.jpg", receipt_photo(m), "main", "image/jpeg", cid=f"p{m.serial}@x")
    return [photo, File("image001.png", logo(m.rng), "decoration", "image/png", cid=f"l{m.serial}@x")]


STORIES: dict[str, tuple[Callable[[Maker], list[File]], int]] = {
    "one invoice": (_alone, 3),
    "with terms": (_with_terms, 4),
    "with a time sheet": (_with_sheet, 4),
    "with a delivery note": (_with_packing, 4),
    "wrong names": (_misnamed, 3),
    "XML and PDF": (_twins, 4),
    "two invoices": (_two, 4),
    "with logo and icon": (_with_logo, 4),
    "with a photo of goods": (_with_goods, 2),
    "several in one file": (_several, 4),
    "one of two pages": (_long, 3),
    "a second copy": (_copy, 3),
    "with a reminder": (_reminded, 3),
    "a quote": (_quoted, 2),
    "a photographed receipt": (_photographed, 2),
}
"""What a mail holds, and how many of each are made in each language: 49, 245 in all."""


def mails(seed: int = 4, *, each: int | None = None) -> Iterator[Mail]:
    """Yield the labelled mails; `each`: so many of every story and language, instead of the numbers in the table."""
    serial = 100
    for language in LANGUAGES:
        for story, (make, count) in STORIES.items():
            for _ in range(count if each is None else each):
                serial += 7
                maker = Maker(language, random.Random(f"{seed} {serial}"), serial)
                yield Mail(story, language, f"{language} {serial}", tuple(make(maker)))
