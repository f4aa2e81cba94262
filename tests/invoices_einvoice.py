"""Invoices made by code: any category, several rates, allowances on both levels, all optional terms, sums that add up.

`make_invoice(Random(seed))` is the same invoice for the same seed, in pytest, in hypothesis and in the benchmarks.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import TypeVar

from mailroom.einvoice.checks.peppol import SPECIFICATION
from mailroom.einvoice.model import Invoice
from mailroom.einvoice.parts import (
    Account,
    Address,
    AllowanceCharge,
    Card,
    Contact,
    Delivery,
    Identifier,
    Item,
    ItemAttribute,
    Line,
    Note,
    Party,
    PaymentMeans,
    Period,
    PrecedingInvoice,
    Price,
    SupportingDocument,
    Totals,
    VatBreakdown,
)

T = TypeVar("T")
CENT = Decimal("0.01")
WORDS = ("Hout", "Æther & Söhne", "pièce <neuve>", 'șurub 5" ', "Zahnrad", "zand\ngrof", "10% meer", "№ 7", "']]>'")
REASONS = {
    "E": ("VATEX-EU-132", "Exempt"), "AE": ("VATEX-EU-AE", ""), "K": ("VATEX-EU-IC", ""), "G": ("VATEX-EU-G", ""),
    "O": ("VATEX-EU-O", "Not subject to VAT"),
}  # fmt: skip


def cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


class Maker:
    """Draws one invoice."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.categories = self._categories()
        self.outside = self.categories[0][0] == "O"
        self.italian = self.categories[0][0] == "B"

    def maybe(self, make: Callable[[], T], otherwise: T, chance: float = 0.5) -> T:
        return make() if self.random.random() < chance else otherwise

    def word(self) -> str:
        return self.random.choice(WORDS).strip()

    def money(self, most: int = 100_000) -> Decimal:
        return Decimal(self.random.randint(1, most)).scaleb(-2)

    def day(self) -> date:
        return date(2024, 1, 1) + timedelta(days=self.random.randint(0, 700))

    def _categories(self) -> list[tuple[str, Decimal | None]]:
        drawn = self.random.random()
        if drawn < 0.1:
            return [("O", None)]
        if drawn > 0.96:
            return [("B", Decimal(22))]  # split payment: everybody is in Italy
        rated = [("S", Decimal(rate)) for rate in ("21", "6", "12", "5.5")]
        rest = [("Z", 0), ("E", 0), ("AE", 0), ("K", 0), ("G", 0), ("L", "7"), ("M", "4")]
        known: list[tuple[str, Decimal | None]] = [*rated, *((code, Decimal(rate)) for code, rate in rest)]
        return self.random.sample(known, self.random.randint(1, 4))

    # -- parties ----------------------------------------------------------------------------------------------------

    def address(self) -> Address:
        if self.italian:
            return Address(street="Via A 1", city="Roma", postcode="00100", country="IT")
        return Address(
            street=self.maybe(self.word, ""),
            additional_street=self.maybe(self.word, ""),
            third_line=self.maybe(self.word, ""),
            city=self.maybe(self.word, "Gent"),
            postcode=self.maybe(lambda: "9000", ""),
            subdivision=self.maybe(self.word, ""),
            country=self.random.choice(("BE", "AT", "FR", "RO")),
        )

    def contact(self) -> Contact:
        return Contact(name=self.word(), telephone=self.maybe(lambda: "+32 9 1", ""), email="a@b.example")

    def party(self, vat_id: str, enterprise: str) -> Party:
        schemes = (Identifier(value=enterprise, scheme="0208"), Identifier(value="5412345678908", scheme="0088"))
        return Party(
            name=self.word(),
            trading_name=self.maybe(lambda: "Shop of " + self.word(), ""),
            ids=self.maybe(lambda: (self.random.choice((Identifier(value="K-1"), *schemes)),), ()),
            legal_id=Identifier(value=enterprise, scheme="0208"),
            vat_id="" if self.outside else vat_id,
            endpoint=self.random.choice((*schemes, Identifier(value="bills@x.example", scheme="EM"))),
            address=self.address(),
            contact=self.maybe(self.contact, None),
        )

    # -- lines ------------------------------------------------------------------------------------------------------

    def allowance(self, *, on_line: bool) -> AllowanceCharge:
        charge = self.random.random() < 0.5
        base = self.maybe(lambda: self.money(10_000), None)
        percent = Decimal(self.random.choice(("5", "10", "2.5"))) if base is not None else None
        amount = cents(base * percent / 100) if base is not None and percent is not None else self.money(5_000)
        category, rate = self.random.choice(self.categories) if not on_line else ("", None)
        coded = self.random.random() < 0.5
        return AllowanceCharge(
            charge=charge, amount=amount, base=base, percent=percent, vat_category=category, vat_rate=rate,
            reason="" if coded else self.word(), reason_code=("FC" if charge else "95") if coded else "",
        )  # fmt: skip

    def item(self) -> Item:
        return Item(
            name=self.word(),
            description=self.maybe(self.word, ""),
            seller_id=self.maybe(lambda: "A-1", ""),
            buyer_id=self.maybe(lambda: "B-1", ""),
            standard_id=self.maybe(lambda: Identifier(value="5412345678908", scheme="0160"), None),
            classifications=self.maybe(lambda: (Identifier(value="7210", scheme="SRV", version="19"),), ()),
            origin=self.maybe(lambda: "IT" if self.italian else "BE", ""),
            attributes=self.maybe(lambda: (ItemAttribute(name="Kleur", value=self.word()),), ()),
        )

    def line(self, number: int) -> Line:
        quantity = Decimal(self.random.randint(1, 9_999)).scaleb(-self.random.randint(0, 3))
        quantity = -quantity if self.random.random() < 0.1 else quantity
        net_price, discount = self.money(), self.maybe(lambda: self.money(500), None, 0.3)
        base = self.maybe(lambda: Decimal(self.random.choice((1, 10, 100))), None, 0.3)
        allowances = self.maybe(lambda: tuple(self.allowance(on_line=True) for _ in range(2)), (), 0.3)
        net = cents(quantity * net_price / (base or 1))
        net += sum((one.amount or 0) * (1 if one.charge else -1) for one in allowances)
        category, rate = self.categories[(number - 1) % len(self.categories)]
        return Line(
            id=str(number), note=self.maybe(self.word, ""), quantity=quantity, unit="C62", net=net,
            object_id=self.maybe(lambda: Identifier(value="O-1", scheme="ABZ"), None, 0.2),
            order_line=self.maybe(lambda: str(number), "", 0.3),
            accounting_reference=self.maybe(lambda: "6000", "", 0.3),
            period=self.maybe(lambda: Period(start=date(2024, 1, 1), end=date(2024, 1, 31)), None, 0.2),
            allowances=allowances, vat_category=category, vat_rate=rate, item=self.item(),
            price=Price(net=net_price, discount=discount, gross=None if discount is None else net_price + discount,
                        base_quantity=base, base_unit="C62" if base else ""),
        )  # fmt: skip

    # -- amounts ----------------------------------------------------------------------------------------------------

    def breakdown(self, lines: tuple[Line, ...], allowances: tuple[AllowanceCharge, ...]) -> tuple[VatBreakdown, ...]:
        sums: dict[tuple[str, Decimal | None], Decimal] = {}
        parts = [(one.vat_category, one.vat_rate, one.net or Decimal(0)) for one in lines]
        parts += [(o.vat_category, o.vat_rate, (o.amount or Decimal(0)) * (1 if o.charge else -1)) for o in allowances]
        for category, rate, amount in parts:
            sums[category, rate] = sums.get((category, rate), Decimal(0)) + amount
        return tuple(
            VatBreakdown(
                category=category, rate=rate, taxable=amount, tax=cents(amount * (rate or 0) / 100),
                reason_code=REASONS.get(category, ("", ""))[0], reason=REASONS.get(category, ("", ""))[1],
            )
            for (category, rate), amount in sums.items()
        )  # fmt: skip

    def totals(
        self,
        lines: tuple[Line, ...],
        allowances: tuple[AllowanceCharge, ...],
        rows: tuple[VatBreakdown, ...],
        foreign: bool,
    ) -> Totals:
        less = [one.amount or Decimal(0) for one in allowances if not one.charge]
        more = [one.amount or Decimal(0) for one in allowances if one.charge]
        line_net = sum((line.net or Decimal(0) for line in lines), Decimal(0))
        net = line_net + sum(more) - sum(less)
        vat = sum((row.tax or Decimal(0) for row in rows), Decimal(0))
        prepaid = self.maybe(lambda: self.money(1_000), None, 0.3)
        rounding = self.maybe(lambda: Decimal(self.random.choice(("0.02", "-0.02"))), None, 0.2)
        return Totals(
            line_net=line_net, allowances=sum(less, Decimal(0)) if less else None,
            charges=sum(more, Decimal(0)) if more else None, net=net, vat=vat,
            vat_accounting=cents(vat * 5) if foreign else None, gross=net + vat, prepaid=prepaid, rounding=rounding,
            payable=net + vat - (prepaid or 0) + (rounding or 0),
        )  # fmt: skip

    def payment(self) -> tuple[PaymentMeans, ...]:
        accounts = (Account(id="BE68539007547034", name="Zaak", bank="KREDBEBB"), Account(id="NL91ABNA0417164300"))
        kind = self.random.choice(("transfer", "two", "card", "debit", "none"))
        text = self.maybe(lambda: "Overschrijving", "")
        return {
            "transfer": (PaymentMeans(code="30", text=text, account=accounts[0]),),
            "two": tuple(PaymentMeans(code="58", account=account) for account in accounts),
            "card": (PaymentMeans(code="48", card=Card(number="1234", network="NA", holder="J. Jansen")),),
            "debit": (PaymentMeans(code="59", mandate="M-1", debited_account="BE68539007547034"),),
            "none": (),
        }[kind]

    def attachment(self) -> SupportingDocument:
        if self.random.random() < 0.3:
            return SupportingDocument(reference=Identifier(value="D-1"), uri="https://files.example/1")
        return SupportingDocument(
            reference=Identifier(value="D-2"), description=self.maybe(self.word, ""), content=self.random.randbytes(40),
            media_type="application/pdf", filename="bijlage.pdf",
        )  # fmt: skip

    # -- the whole --------------------------------------------------------------------------------------------------

    def invoice(self) -> Invoice:
        count = len(self.categories) + self.random.randint(0, 4)
        lines = tuple(self.line(number) for number in range(1, count + 1))
        allowances = self.maybe(lambda: tuple(self.allowance(on_line=False) for _ in range(2)), (), 0.4)
        rows = self.breakdown(lines, allowances)
        credit_note, foreign = self.random.random() < 0.3, self.random.random() < 0.2
        means, issued = self.payment(), self.day()
        community = any(category == "K" for category, _ in self.categories)
        point = self.random.choice((None, "date", "code"))
        return Invoice(
            number=f"F-{self.random.randint(1, 9999)}", issue_date=issued, is_credit_note=credit_note,
            type_code="381" if credit_note else "380", currency="EUR", tax_currency="RON" if foreign else "",
            tax_point_date=issued if point == "date" else None, tax_point_code="35" if point == "code" else "",
            due_date=issued + timedelta(days=30) if means or not credit_note else None,
            buyer_reference=self.word(), project=self.maybe(self.word, ""), contract=self.maybe(self.word, ""),
            purchase_order=self.maybe(self.word, ""), sales_order=self.maybe(self.word, ""),
            receiving_advice=self.maybe(self.word, ""), despatch_advice=self.maybe(self.word, ""),
            tender=self.maybe(self.word, ""), accounting_reference=self.maybe(self.word, ""),
            invoiced_object=self.maybe(lambda: Identifier(value="OBJ", scheme="ABZ"), None),
            payment_terms="30 dagen", notes=self.maybe(lambda: (Note(subject_code="AAI", text=self.word()),), ()),
            business_process="urn:fdc:peppol.eu:2017:poacc:billing:01:1.0", specification=SPECIFICATION,
            preceding=self.maybe(lambda: (PrecedingInvoice(number="F-0", issue_date=self.day()),), ()),
            seller=self.party("BE0428759497", "0428759497"), buyer=self.party("BE0403170701", "0403170701"),
            payee=self.maybe(lambda: Party(name="Factor", ids=(Identifier(value="P-1"),)), None, 0.2),
            tax_representative=None if self.outside else self.maybe(self._agent, None, 0.2),
            delivery=self._delivery() if community else self.maybe(self._delivery, None),
            period=self.maybe(lambda: Period(start=date(2024, 1, 1), end=date(2024, 1, 31)), None, 0.3),
            payment_reference="+++090/9337/55493+++" if means else "", payment_means=means,
            creditor_id=self.maybe(lambda: "BE12ZZZ0123456789", "", 0.2), allowances=allowances,
            totals=self.totals(lines, allowances, rows, foreign), vat_breakdown=rows,
            attachments=self.maybe(lambda: (self.attachment(),), ()), lines=lines,
        )  # fmt: skip

    def _agent(self) -> Party:
        return Party(name="Agent", vat_id="NL004495445B01", address=self.address())

    def _delivery(self) -> Delivery:
        place = self.maybe(lambda: Identifier(value="5412345678908", scheme="0088"), None)
        return Delivery(name=self.maybe(self.word, ""), location_id=place, day=self.day(), address=self.address())


def make_invoice(random: Random) -> Invoice:
    """Return an invoice that breaks no rule."""
    return Maker(random).invoice()
