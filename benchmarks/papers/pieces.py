"""Pieces of a page that several layouts share: captions with values, item tables, sums, company lines. As HTML."""

from __future__ import annotations

import base64
import io
import random
from dataclasses import dataclass
from decimal import Decimal
from html import escape

from PIL import Image, ImageDraw, ImageFont

from .facts import Facts, Party
from .forms import Style

Row = tuple[str, str]


@dataclass(slots=True)
class Paper:
    """Facts with one way of writing, and the dice for what is left open."""

    facts: Facts
    style: Style
    rng: random.Random

    def word(self, name: str, **filled: str) -> str:
        """Draw one of the document's words for something."""
        drawn = self.rng.choice(self.facts.words[name]).replace("EUR", self.facts.currency)
        return escape(drawn.format(**filled)) if filled else escape(drawn)

    def chance(self, share: float) -> bool:
        """Throw the dice."""
        return self.rng.random() < share

    @property
    def title(self) -> str:
        return self.word(self.facts.kind)

    def number_row(self) -> Row:
        """Return caption and number."""
        return self.word("credit_number" if self.facts.kind == "credit_note" else "number"), escape(self.facts.number)

    def date_row(self) -> Row:
        """Return caption and issue date."""
        return self.word("date"), self.style.day(self.facts.issue)

    def due_row(self) -> list[Row]:
        """Return caption and due date, once: what is printed is scored."""
        if self.facts.due is None or "due" in self.facts.facts:
            return []
        self.facts.facts["due"] = self.facts.due.isoformat()
        return [(self.word("due"), self.style.day(self.facts.due))]

    def other_rows(self) -> list[Row]:
        """Return captions with values that are no field: order, customer, contract, delivery, period."""
        facts, rows = self.facts, []
        if facts.order:
            rows.append((self.word("order"), facts.order))
        if facts.customer:
            rows.append((self.word("customer"), facts.customer))
        if facts.delivery:
            rows.append((self.word("delivery"), self.style.day(facts.delivery)))
        if facts.original:
            rows.append((self.word("original"), escape(facts.original)))
        if self.chance(0.25):
            month = facts.issue.replace(day=1)
            rows.append((self.word("period"), f"{self.style.day(month)} - {self.style.day(month.replace(day=28))}"))
        if self.chance(0.2):
            rows.append((self.word("contract"), str(self.rng.randint(10**6, 10**10))))
        return rows

    def meta(self, due: float = 0.7, most: int = 9) -> list[Row]:
        """Return the head's captions with their values, in one of the usual orders; `most` bounds the lesser ones."""
        others = self.other_rows()
        self.rng.shuffle(others)
        others = others[: max(0, most - 3)]
        first = [self.number_row(), self.date_row()]
        if self.chance(0.3):
            first.reverse()
        dues = self.due_row() if self.chance(due) else []
        where = self.rng.choice(["before", "after", "after", "between"])
        if where == "before":
            return others + first + dues
        return first + dues + others if where == "after" else [first[0], *others, first[1], *dues]

    def vat_row(self, party: Party, caption: str = "vat_id") -> str:
        """Return a company's VAT id with its caption, or nothing."""
        if not party.vat_id:
            return ""
        self.facts.facts["seller_vat" if party is self.facts.seller else "buyer_vat"] = party.vat_id
        return (
            f"{self.word(caption)}{self.rng.choice([': ', ' ', ' : '])}{self.style.vat_id(party.vat_id, party.country)}"
        )

    def iban_row(self) -> str:
        """Return the account with its caption, or nothing."""
        if not self.facts.seller.iban:
            return ""
        self.facts.facts["iban"] = self.facts.seller.iban
        return f"{self.word('iban')}{self.rng.choice([': ', ' ', ' : '])}{self.style.iban(self.facts.seller.iban)}"

    def buyer_lines(self) -> list[str]:
        """Return the buyer's address."""
        buyer = self.facts.buyer
        lines = [escape(buyer.name)]
        if self.chance(0.3):
            lines.append(
                self.rng.choice(["t.a.v. ", "z. Hd. ", "Attn. ", "c/o ", ""])
                + self.rng.choice(["M. Peeters", "Frau Lang", "John Smith", "Mme Roux"])
            )
        lines += [escape(buyer.street), buyer.place]
        if self.chance(0.5):
            vat = self.vat_row(buyer, "buyer_vat")
            lines += [vat] if vat else []
        return lines

    def seller_lines(self, *, name: bool = True, vat: bool = True) -> list[str]:
        """Return the seller's address block."""
        seller = self.facts.seller
        lines = [escape(seller.name)] if name else []
        lines += [escape(seller.street), seller.place]
        if self.chance(0.6):
            lines.append(f"{self.word('phone')} {seller.phone}")
        if self.chance(0.6):
            lines.append(self.rng.choice([f"info@{seller.domain}", f"www.{seller.domain}", f"billing@{seller.domain}"]))
        if vat:
            row = self.vat_row(seller)
            lines += [row] if row else []
        return lines

    def company_line(self) -> str:
        """Return the line at the foot that names the company with all its numbers."""
        seller = self.facts.seller
        parts = [
            escape(seller.name),
            f"{escape(seller.street)}, {seller.place}",
            f"{self.word('register')} {seller.register}",
            self.vat_row(seller),
        ]
        if self.chance(0.6):
            parts.append(self.iban_row())
        if self.chance(0.4):
            parts.append(f"www.{seller.domain}")
        return self.rng.choice([" · ", " | ", " - ", " – ", ", "]).join(p for p in parts if p)

    def items(self, css: str = "items", *, rate: bool = True, head: bool = True) -> str:
        """Return the item table."""
        columns = ["description", "quantity", "price", "amount"]
        if rate and self.chance(0.6):
            columns.insert(3, "rate")
        heads = "".join(f"<th>{self.word(c)}</th>" for c in columns) if head else ""
        rows = []
        for line in self.facts.lines:
            percent = f"{str(line.rate).replace('.', self.style.decimal)}{self.rng.choice(['%', ' %'])}"
            cells = {
                "description": escape(line.text),
                "quantity": str(line.quantity),
                "price": self.style.plain(line.price),
                "rate": percent,
                "amount": self.style.plain(line.net),
            }
            rows.append(
                "<tr>"
                + "".join(f'<td class="{"l" if c == "description" else "r"}">{cells[c]}</td>' for c in columns)
                + "</tr>"
            )
        return f'<table class="{css}"><tr>{heads}</tr>{"".join(rows)}</table>'

    def sums(self) -> list[Row]:
        """Return the sums: net, VAT by rate, total, and what was paid before."""
        facts, money = self.facts, self.style.money
        rows = [(self.word("net"), money(facts.net))]
        groups = facts.by_rate
        template = self.rng.choice([w for w in facts.words["vat"] if len(groups) == 1 or "{rate}" in w])
        if facts.reverse:
            rows.append(
                (
                    self.word("reverse")
                    if self.chance(0.5)
                    else escape(template.format(rate="0", net=self.style.plain(facts.net))),
                    money(Decimal(0)),
                )
            )
        elif facts.seller.country != "US":
            for rate, (net, vat) in groups.items():
                shown = str(rate).replace(".", self.style.decimal)
                rows.append((escape(template.format(rate=shown, net=self.style.plain(net))), money(vat)))
        total = self.word("total")
        while total in {r[0] for r in rows}:
            total = self.word("total")
        rows.append((total, money(facts.total)))
        if facts.prepaid:
            minus = self.rng.choice(["-", "- ", "–", ""])
            payable = self.word("payable")
            while payable == total:
                payable = self.word("payable")
            rows += [(self.word("prepaid"), f"{minus}{money(facts.prepaid)}"), (payable, money(facts.payable))]
        return rows

    def notes(self) -> list[str]:
        """Return the sentences under the sums."""
        facts, lines = self.facts, []
        if facts.reverse:
            lines.append(self.word("reverse"))
        if facts.skonto and facts.due:
            before = facts.issue.replace(day=min(facts.issue.day + 5, 28))
            lines.append(
                self.word(
                    "skonto",
                    date=self.style.day(before),
                    amount=self.style.money((facts.total * Decimal("0.98")).quantize(Decimal("0.01"))),
                )
            )
        if facts.due and "due" not in facts.facts:
            if self.chance(0.4):
                facts.facts["due"] = facts.due.isoformat()
                lines.append(
                    self.word("due_sentence", amount=self.style.loud(facts.payable), due=self.style.day(facts.due))
                )
            elif self.chance(0.6):
                facts.facts["due_words"] = facts.due.isoformat()
                lines.append(self.word("due_words", n=str(facts.due_days)))
        if facts.reference:
            lines.append(f"{self.word('reference')}: {facts.reference}")
        lines.append(self.word("thanks"))
        return lines

    def bank_lines(self) -> list[str]:
        """Return the account with bank and holder."""
        row = self.iban_row()
        if not row:
            return []
        lines = [row, f"BIC {self.facts.seller.bic}"]
        if self.chance(0.4):
            lines.append(f"{self.word('holder')}: {escape(self.facts.seller.name)}")
        return lines


_SLOGANS = {
    "en": ["Quality you can trust", "Since 1987", "Your partner for every job", "Open on Sundays"],
    "nl": ["Vakwerk sinds 1952", "Uw partner in kwaliteit", "Altijd dichtbij", "Ook op zondag open"],
    "fr": ["La qualité depuis 1968", "Votre partenaire de confiance", "À votre service", "Ouvert le dimanche"],
    "de": ["Qualität seit 1949", "Ihr Partner vor Ort", "Immer für Sie da", "Meisterbetrieb der Innung"],
    "ro": ["Calitate din 1994", "Partenerul dumneavoastră", "Mereu aproape", "Tradiție și calitate"],
}


def slogan(paper: Paper) -> str:
    """Return a line of advertising, sometimes a large one."""
    words = paper.rng.choice(_SLOGANS[paper.facts.language])
    return paper.rng.choice(["", "", f"<div>{words}</div>", f"<div class='big' style='color:#a33'>{words}</div>"])


def stacked(lines: list[str]) -> str:
    """Return lines under each other."""
    return "".join(f"<div>{line}</div>" for line in lines)


def listed(rows: list[Row], css: str, colon: str = "") -> str:
    """Return captions left of their values."""
    return (
        f'<table class="{css}">'
        + "".join(f'<tr><td class="k">{k}{colon}</td><td class="v">{v}</td></tr>' for k, v in rows)
        + "</table>"
    )


def gridded(rows: list[Row], css: str) -> str:
    """Return captions over their values, side by side."""
    return (
        f'<table class="{css}"><tr>'
        + "".join(f"<th>{k}</th>" for k, _ in rows)
        + "</tr><tr>"
        + "".join(f"<td>{v}</td>" for _, v in rows)
        + "</tr></table>"
    )


def picture_of(words: str, colour: tuple[int, int, int] = (30, 80, 140), size: int = 64) -> str:
    """Return words as an embedded picture: a logo that leaves nothing in the text layer."""
    font = ImageFont.truetype("DejaVuSans-Bold.ttf", size)
    wide = int(font.getlength(words)) + size
    image = Image.new("RGB", (wide, size * 2), (255, 255, 255))
    ImageDraw.Draw(image).text((size // 2, size // 3), words, fill=colour, font=font)
    target = io.BytesIO()
    image.save(target, "PNG")
    return f'<img class="logo" src="data:image/png;base64,{base64.b64encode(target.getvalue()).decode()}"/>'
