"""Generated sellers for the benchmark of learning: each has a layout of its own, and sends several invoices.

Everything follows from a seed. Labels come from two lists: those that every reader knows, and those that a seller made
up, which only a correction can teach. A page is a PDF with a text layer, written byte by byte; a scan is its picture.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from mailroom.extraction.identifiers import check_digits

CENT = Decimal("0.01")
MONTHS = {
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "en": "January February March April May June July August September October November December",
}
WORDS = {
    "nl": {
        "title": "FACTUUR", "number": "Factuurnummer", "date": "Factuurdatum", "due": "Vervaldatum", "to": "Klant",
        "net": "Totaal excl. btw", "vat": "Btw", "total": "Te betalen", "vat_id": "BTW", "customer": "Klantnummer",
        "head": ("Omschrijving", "Aantal", "Prijs", "Btw", "Bedrag"),
    },
    "fr": {
        "title": "FACTURE", "number": "N° de facture", "date": "Date de facture", "due": "Échéance", "to": "Client",
        "net": "Total HT", "vat": "TVA", "total": "Total TTC", "vat_id": "TVA", "customer": "Code client",
        "head": ("Désignation", "Quantité", "P.U. HT", "TVA", "Montant HT"),
    },
    "de": {
        "title": "RECHNUNG", "number": "Rechnungsnummer", "date": "Rechnungsdatum", "due": "Fällig am", "to": "Kunde",
        "net": "Summe netto", "vat": "MwSt.", "total": "Gesamtbetrag", "vat_id": "USt-IdNr.", "customer": "Kundennr.",
        "head": ("Bezeichnung", "Menge", "Einzelpreis", "MwSt.", "Gesamt"),
    },
    "en": {
        "title": "INVOICE", "number": "Invoice number", "date": "Invoice date", "due": "Due date", "to": "Bill to",
        "net": "Subtotal", "vat": "VAT", "total": "Total", "vat_id": "VAT number", "customer": "Customer no.",
        "head": ("Description", "Qty", "Unit price", "VAT", "Amount"),
    },
}  # fmt: skip
ODD = {
    "number": ("Kenmerk", "Dossier", "Stuk", "Volgnr.", "Bescheid", "Vorgang", "Pièce", "Code", "Doc", "Ons stuk"),
    "date": ("Opgemaakt", "Gent,", "Fait à Lille,", "Köln, den", "Issued at Cork,", "Stand", "Dd."),
    "total": ("Saldo", "Ons tegoed", "Solde", "Endsumme", "Grand sum", "Eindafrekening", "Some à régler"),
}
UNITS = {
    "nl": ("stuks", "uur", "kg"),
    "fr": ("pce", "h", "kg"),
    "de": ("Stk", "Std.", "kg"),
    "en": ("pcs", "hrs", "kg"),
}
UNIT_HEAD = {"nl": "Eenheid", "fr": "Unité", "de": "Einheit", "en": "Unit"}
OFF_HEAD = {"nl": "Korting", "fr": "Remise", "de": "Rabatt", "en": "Discount"}
THINGS = (
    "Eiken plank 22 mm", "Montage ter plaatse", "Toner zwart XL", "Onderhoud ketel", "Transport", "Papier A4 80 g",
    "Huur container 10 m³", "Conseil technique", "Câble RJ45 5 m", "Nettoyage des vitres", "Schrauben M6x40",
    "Beratung", "Wartung Server", "Büromaterial", "Hosting May", "Annual licence", "Repair of door", "LED panel 60x60",
)  # fmt: skip
STEMS = ("Eikenhof", "Vandamme", "Lumière", "Hartwig", "Brookfield", "Zuiderzicht", "Rivoli", "Kastanje", "Norden",
         "Clearwater", "Polderzicht", "Meunier", "Sonnberg", "Ashdown", "Waterman", "Delcourt")  # fmt: skip
TRADES = ("Houthandel", "Imprimerie", "Elektro", "Services", "Bouw", "Conseil", "Technik", "Foods", "Garage", "Print")
FORMS = {"nl": ("BV", "NV"), "fr": ("SARL", "SA"), "de": ("GmbH", "AG"), "en": ("Ltd", "BV")}


@dataclass(frozen=True)
class Item:
    """One line of truth."""

    description: str
    quantity: Decimal
    price: Decimal
    rate: Decimal
    more: str = ""
    unit: str = ""
    off: Decimal = Decimal(0)
    code: str = ""

    @property
    def net(self) -> Decimal:
        return (self.quantity * self.price * (100 - self.off) / 100).quantize(CENT, ROUND_HALF_UP)


@dataclass
class Paper:
    """One invoice: its file and its truth, in the names and forms of `mailroom read --json`."""

    content: bytes
    truth: dict[str, str]
    lines: list[Item]


@dataclass
class Layout:
    """How a seller's invoices look; the same on all of them."""

    language: str
    labels: dict[str, str]
    date_form: int
    number_form: int
    decimal: str
    block_right: bool
    above: bool
    head_first: bool
    with_rates: bool
    columns: str
    """Which of the table's columns there are, in order: c code, d description, q quantity, u unit, p price, o discount,
    v VAT, a amount; U: the unit stands behind the quantity."""
    size: int
    gap: int


@dataclass
class Maker:
    """A seller: who it is, and its layout."""

    seed: int
    name: str = ""
    vat_id: str = ""
    iban: str = ""
    customer: str = ""
    layout: Layout = field(
        default_factory=lambda: Layout("nl", {}, 0, 0, ",", True, False, True, True, "dqpva", 10, 16)
    )

    @classmethod
    def of(cls, seed: int) -> Maker:
        """Make the seller of a seed."""
        dice = Random(seed)
        language = dice.choice(("nl", "nl", "fr", "de", "en"))
        words = dict(WORDS[language])
        labels = {key: str(word) for key, word in words.items() if isinstance(word, str)}
        for key, odd in ODD.items():
            if dice.random() < 0.55:  # only a correction can teach these
                labels[key] = dice.choice(odd)
        columns = dice.choice(("dqpva", "dqpa", "cdqpva", "qdpva", "dqupva", "dUpva", "dqpova", "cdqupa", "dvqpa"))
        layout = Layout(
            language=language,
            labels=labels,
            date_form=dice.randrange(4),
            number_form=dice.randrange(5),
            decimal="." if language == "en" else ",",
            block_right=dice.random() < 0.6,
            above=dice.random() < 0.3,
            head_first=dice.random() < 0.5,
            with_rates="v" in columns,
            columns=columns,
            size=dice.choice((9, 10, 11)),
            gap=dice.choice((14, 16, 19)),
        )
        name = f"{dice.choice(STEMS)} {dice.choice(TRADES)} {dice.choice(FORMS[language])}"
        return cls(seed, name, _vat_id(dice), _iban(dice), f"C-{dice.randrange(1000, 9999)}", layout)

    def paper(self, number: int) -> Paper:
        """Return the invoice of this seller with a running number."""
        dice = Random(f"{self.seed}/{number}")
        issued = date(2026, 1, 3) + timedelta(days=dice.randrange(300))
        due = issued + timedelta(days=30)
        rates = [Decimal(21)] if dice.random() < 0.6 or not self.layout.with_rates else [Decimal(21), Decimal(6)]
        items = [self._item(dice, rates) for _ in range(dice.randrange(1, 9))]
        sums: dict[Decimal, Decimal] = {}
        for item in items:
            sums[item.rate] = sums.get(item.rate, Decimal(0)) + item.net
        taxes = {rate: (value * rate / 100).quantize(CENT, ROUND_HALF_UP) for rate, value in sums.items()}
        net, vat = sum(sums.values(), Decimal(0)), sum(taxes.values(), Decimal(0))
        no = self._number(dice, issued)
        truth = {
            "seller_name": self.name,
            "seller_vat_id": self.vat_id,
            "iban": self.iban,
            "invoice_number": no,
            "issue_date": issued.isoformat(),
            "due_date": due.isoformat(),
            "currency": "EUR",
            "net_amount": str(net),
            "vat_amount": str(vat),
            "total_amount": str(net + vat),
        }
        drawn = _Sheet(self.layout.size)
        self._draw(drawn, truth, items, taxes, dice)
        return Paper(drawn.pdf(), truth, items)

    def _item(self, dice: Random, rates: list[Decimal]) -> Item:
        quantity = Decimal(dice.choice(("1", "1", "2", "3", "5", "10", "24", "0.5", "2.5")))
        price = Decimal(dice.randrange(150, 90_000)) / 100
        more = dice.choice(("", "", "", "levering week 12", "ref. 8871")) if self.layout.gap < 19 else ""
        unit = dice.choice(UNITS[self.layout.language])
        off = Decimal(dice.choice((0, 0, 5, 10))) if "o" in self.layout.columns else Decimal(0)
        return Item(
            dice.choice(THINGS), quantity, price, dice.choice(rates), more, unit, off, str(dice.randrange(1000, 99999))
        )

    def _number(self, dice: Random, issued: date) -> str:
        n = dice.randrange(100, 9999)
        forms = (f"{issued.year}-{n:04d}", f"F{n:05d}", f"VK{issued:%y}/{n:04d}", f"{issued:%Y%m}{n:04d}", f"{n:06d}")
        return forms[self.layout.number_form]

    def _amount(self, value: Decimal) -> str:
        whole, _, cents = f"{value:,.2f}".partition(".")
        return f"{whole}.{cents}" if self.layout.decimal == "." else f"{whole.replace(',', '.')},{cents}"

    def _day(self, value: date) -> str:
        month = MONTHS[self.layout.language].split()[value.month - 1]
        forms = (f"{value:%d/%m/%Y}", f"{value:%d-%m-%y}", f"{value.day} {month} {value.year}", f"{value:%d.%m.%Y}")
        return forms[self.layout.date_form]

    def _draw(self, sheet: _Sheet, truth: dict[str, str], items: list[Item], taxes: dict[Decimal, Decimal],
              dice: Random) -> None:  # fmt: skip
        look, labels = self.layout, self.layout.labels
        sheet.text(50, 790, self.name, bold=True)
        sheet.text(50, 790 - look.gap, f"Stationsstraat {self.seed % 90 + 1}, 9000 Gent")
        sheet.text(50, 790 - 2 * look.gap, f"{labels['vat_id']} {self.vat_id}")
        sheet.text(350, 790, labels["title"], bold=True)
        sheet.text(50, 715, labels["to"])
        sheet.text(50, 715 - look.gap, "Bakkerij De Korenbloem BV")
        sheet.text(50, 715 - 2 * look.gap, "Meelweg 3, 8000 Brugge")
        other = date.fromisoformat(truth["issue_date"]) - timedelta(days=dice.randrange(3, 40))
        rows = [
            (labels["number"], truth["invoice_number"]),
            (labels["date"], self._day(date.fromisoformat(truth["issue_date"]))),
            (labels["due"], self._day(date.fromisoformat(truth["due_date"]))),
            (labels["customer"], self.customer),
            ("Levering", self._day(other)),
        ]
        if not look.head_first:
            rows = [rows[3], rows[1], rows[0], rows[2], rows[4]]
        self._head(sheet, rows)
        self._table(sheet, items)
        self._sums(sheet, truth, taxes)

    def _head(self, sheet: _Sheet, rows: list[tuple[str, str]]) -> None:
        look = self.layout
        if look.above:  # captions over their values
            for place, (label, value) in enumerate(rows):
                sheet.text(50 + 102 * place, 645, label)
                sheet.text(50 + 102 * place, 645 - look.gap, value)
            return
        x, y = (350, 715) if look.block_right else (300, 760)
        for place, (label, value) in enumerate(rows):
            sheet.text(x, y - look.gap * place, label)
            sheet.text(x + 105, y - look.gap * place, value)

    def _table(self, sheet: _Sheet, items: list[Item]) -> None:
        look = self.layout
        words = dict(zip("dqpva", WORDS[look.language]["head"], strict=True))
        words |= {"c": "Art.", "u": UNIT_HEAD[look.language], "o": OFF_HEAD[look.language], "U": words["q"]}
        widths = {"c": 55, "d": 175, "q": 45, "u": 50, "p": 65, "v": 45, "o": 55, "a": 80, "U": 75}
        y, x, places = 590.0, 50.0, []
        stretch = (545 - x) / sum(widths[kind] for kind in look.columns)
        for kind in look.columns:
            places.append((kind, x, x + widths[kind] * stretch - 8))
            x += widths[kind] * stretch
        for kind, left, edge in places:
            ends = kind not in "cdu"
            sheet.text(edge if ends else left, y, words[kind], right=ends)
        for item in items:
            y -= look.gap
            for kind, left, edge in places:
                ends = kind not in "cdu"
                sheet.text(edge if ends else left, y, self._cell(kind, item), right=ends)
            if item.more:
                y -= 12
                sheet.text(next(left for kind, left, _ in places if kind == "d"), y, item.more)
        self._bottom = y

    def _cell(self, kind: str, item: Item) -> str:
        quantity = format(item.quantity.normalize(), "f")
        quantity = quantity if self.layout.decimal == "." else quantity.replace(".", ",")
        cells = {
            "c": item.code, "d": item.description, "q": quantity, "u": item.unit, "p": self._amount(item.price),
            "v": f"{item.rate}%", "o": f"{item.off}%", "a": self._amount(item.net), "U": f"{quantity} {item.unit}",
        }  # fmt: skip
        return cells[kind]

    def _sums(self, sheet: _Sheet, truth: dict[str, str], taxes: dict[Decimal, Decimal]) -> None:
        look, labels = self.layout, self.layout.labels
        rows = [(labels["net"], Decimal(truth["net_amount"]))]
        rows += [(f"{labels['vat']} {rate}%", tax) for rate, tax in sorted(taxes.items())]
        rows.append((labels["total"], Decimal(truth["total_amount"])))
        y = self._bottom - 2 * look.gap
        for label, value in rows:
            sheet.text(350, y, label)
            sheet.text(545, y, self._amount(value), right=True)
            y -= look.gap
        grouped = " ".join(self.iban[i : i + 4] for i in range(0, len(self.iban), 4))
        sheet.text(50, 70, f"IBAN {grouped}")


def _vat_id(dice: Random) -> str:
    while True:
        body = f"0{dice.randrange(4_000_000, 7_999_999)}"
        vat_id = f"BE{body}{97 - int(body) % 97:02d}"
        if check_digits(vat_id):
            return vat_id


def _iban(dice: Random) -> str:
    bank = f"{dice.randrange(10**9, 10**10)}"
    account = f"{bank}{int(bank) % 97 or 97:02d}"
    check = 98 - int(f"{account}111400") % 97  # BE is 1114
    return f"BE{check:02d}{account}"


_NARROW = {" ": 278, ",": 278, ".": 278, "/": 278, "-": 333, ":": 278, "%": 889, "°": 400}
_LETTERS = dict(zip("fijlrstI", (278, 222, 222, 222, 333, 500, 278, 278), strict=True))


class _Sheet:
    """A page of Helvetica."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._rows: list[str] = []

    def text(self, x: float, y: float, words: str, *, right: bool = False, bold: bool = False) -> None:
        """Set words at a baseline, in points from bottom left; `right`: they end at x."""
        if right:  # widths of Helvetica in thousandths; letters that are not listed have about the width of a digit
            x -= sum(_NARROW.get(c, _LETTERS.get(c, 556)) for c in words) * self._size / 1000
        size = self._size + 4 if bold else self._size
        escaped = words.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
        self._rows.append(f"BT /F1 {size} Tf 1 0 0 1 {x:.2f} {y:.2f} Tm ({escaped}) Tj ET")

    def pdf(self) -> bytes:
        """Return the page as a file."""
        content = "\n".join(self._rows).encode("cp1252", "replace")
        font = b"/Resources << /Font << /F1 3 0 R >> >>"
        page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R " + font + b" >>"
        objects = [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
            page,
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        ]
        out = bytearray(b"%PDF-1.4\n")
        places = []
        for number, body in enumerate(objects, 1):
            places.append(len(out))
            out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
        start = len(out)
        out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
        out += f"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
        return bytes(out)


def scanned(content: bytes, seed: int) -> bytes:
    """Return a PDF's first page as a scan: 200 dpi, a little crooked and grey."""
    import pypdfium2 as pdfium
    from PIL import Image, ImageFilter

    dice = Random(seed)
    picture = pdfium.PdfDocument(content)[0].render(scale=200 / 72).to_pil().convert("L")
    picture = picture.rotate(dice.uniform(-0.7, 0.7), Image.Resampling.BICUBIC, fillcolor=250)
    noise = Image.effect_noise(picture.size, 22)
    picture = Image.blend(picture.filter(ImageFilter.GaussianBlur(0.6)), noise, 0.06)
    with io.BytesIO() as file:
        picture.save(file, "PDF", resolution=200, quality=70)
        return file.getvalue()
