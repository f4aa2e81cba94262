"""What was paid says which amount is the total: cash less change, a card, a payment and the balance that it leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import takewhile

from mailroom.extraction.net_and_vat import TOTAL, Setting
from mailroom.extraction.printed_amounts import Amount
from mailroom.extraction.tax import fits_rate, rates_of

_ROUNDING = Decimal("0.05")


def before_payment(total: Amount, pool: list[Amount]) -> bool:
    """`Total honoraires 769,50`, `Payé 300,00`, `Solde 469,50`: the sum that a payment and the balance make up."""
    if total.role("subtotal", "sum", "total") < 0.5 or total.role("payable", "net"):
        return False
    return leaves_balance(total, pool)


def leaves_balance(total: Amount, pool: list[Amount]) -> bool:
    """Say whether a payment, or all that is taken off, leaves of a total what is called the rest to pay."""
    rest = {a.value for a in pool if a.role("payable") >= 0.5 and a.value}
    paid = [a for a in pool if a.role("prepaid", "tendered") >= 0.5 and a.value]
    return any(total.value - a.value in rest for a in paid) or (bool(paid) and _all_taken_off(total, pool) in rest)


def _all_taken_off(total: Amount, pool: list[Amount]) -> Decimal:
    """`12.950,00`, `Overname -2.500,00`, `Voorschot -1.000,00`: what payments below a total leave, a car among them."""
    below = pool[pool.index(total) + 1 :] if total in pool else []
    off = [a for a in takewhile(_no_sum, below) if _taken_off(a) and not a.role("discount", "cash_discount")]
    return total.value - sum((a.value for a in off), Decimal(0)) if len(off) > 1 else Decimal(0)


def before_withholding(rest: Amount, pool: list[Amount]) -> tuple[Amount, Amount] | None:
    """Return net and VAT of which a tax was withheld: `1.000,00`, `IVA 21% 210,00`, `IRPF -150,00`, `Total 1.060,00`.

    Their sum, the total, is not printed; what is called so is what is left to pay.
    """
    sums = {rest.value + a.value for a in pool if a.role("prepaid") >= 0.5 and a.value}
    for vat in (a for a in pool if a.role("vat") >= 0.6 and a.value):
        for net in (a for a in pool if a.role("net", "subtotal") >= 0.6):
            if net.value + vat.value in sums and fits_rate(net.value, vat.value, rates_of("")):
                return net, vat
    return None


def _taken_off(amount: Amount) -> bool:
    return amount.negative or amount.role("prepaid") >= 0.5


def _no_sum(amount: Amount) -> bool:
    """Say whether an amount ends no sum: under what was billed before, an intermediate bill begins with its own net."""
    return _taken_off(amount) or amount.role("net", "total") < 0.5


def paid_more(total: Amount, pool: list[Amount]) -> bool:
    """Say whether a larger amount is called the total, and cash less change proves it."""
    larger = (a for a in pool if a.value > total.value and a.role("total", "sum", "payable") >= 0.6)
    return any(cash_proof(a, pool) for a in larger)


def cash_proof(total: Amount, pool: list[Amount]) -> str:
    """Cash given less change is the total."""
    given = [a.value for a in pool if a.role("tendered", "prepaid") >= 0.5]
    back = [a.value for a in pool if a.role("change") >= 0.5 and a.value > 0]
    return "cash_less_change" if any(g - b == total.value for g in given for b in back) else ""


def proof_by_payment(total: Amount, pool: list[Amount], amounts: list[Amount], setting: Setting) -> str:
    """Name what proves a total on a slip: cash less change, the card's amount, or the lines above it."""
    cash = cash_proof(total, pool)
    if cash or not setting.receipt:
        return cash
    if any(a is not total and _pays(a.value, total.value, pool) for a in _by_card(pool)):
        return "card_amount"
    return "sum_of_lines" if total.value in _sums_of_lines(amounts) else ""


def _by_card(pool: list[Amount]) -> list[Amount]:
    """Return what was paid by card, which is the very total unless several ways of paying make it up."""
    return [a for a in pool if a.role("card") >= 0.5 and a.value > 0]


def paid_otherwise(total: Amount, pool: list[Amount]) -> bool:
    """Say whether a card paid another amount, that no other payment, tip or rounding explains."""
    cards = _by_card(pool)
    if not cards or total.role("card") >= 0.5 or any(a.role("change", "prepaid") >= 0.5 and a.value for a in pool):
        return False
    exact = any(_pays(a.value, total.value, pool) for a in cards)
    return not exact and sum(_paid(pool), Decimal(0)) != total.value


def _pays(paid: Decimal, total: Decimal, pool: list[Amount]) -> bool:
    """Say whether a payment is a total, rounded to what coins can pay, or with a tip."""
    more = paid - total
    if abs(more) <= _ROUNDING and (not more or paid % _ROUNDING == 0):
        return True
    return more > 0 and any(a.role("tip") >= 0.5 and a.value == more for a in pool)


def _paid(pool: list[Amount]) -> list[Decimal]:
    return [a.value for a in pool if a.role("tendered", "card", "prepaid") >= 0.5]


def points_of_payment(total: Amount, pool: list[Amount]) -> float:
    """Weigh what was paid: by a card it is the total, and where nothing is called the total, any payment is."""
    if any(a.role("change") >= 0.5 and a.value for a in pool):
        return 0.0
    if total.role("card") >= 0.5 and total.role(*TOTAL) < 0.5:
        return 2.5
    if total.role("prepaid", "tendered") >= 0.5 and total.role(*TOTAL) < 0.5:
        return 0.0 if any(a.role(*TOTAL) >= 0.5 for a in pool) else 3.5
    return -3.0 if paid_otherwise(total, pool) else 0.0


def _sums_of_lines(amounts: list[Amount]) -> set[Decimal]:
    """Return what the last amounts of the rows over the first sum come to: of all of them, and of the lower ones."""
    above: dict[tuple[int, int], Decimal] = {}
    for amount in amounts:
        if amount.role("total", "sum", "subtotal", "payable") >= 0.5:
            break
        above[amount.at.page, amount.at.segment.row] = amount.signed
    summed, found = Decimal(0), set()
    for count, value in enumerate(reversed(above.values())):
        summed += value
        if count:
            found.add(summed)
    return found


def before_rounding(total: Amount, pool: list[Amount]) -> Amount | None:
    """Return the total of which this one is the rounding to what coins can pay, when the rounding is printed."""
    if total.line_item or (total.role("total", "sum") < 0.5 and set(total.roles) - {"tendered"}):
        return None
    steps = [a.signed for a in pool if a.role("rounding") >= 0.5 and 0 < a.value <= _ROUNDING]
    before = {a.value: a for a in pool if a.role(*TOTAL) >= 0.5 and a.value != total.value}
    at = pool.index(total)
    return next((a for s in steps if (a := before.get(total.value - s)) and pool.index(a) < at), None)


def unrounded(total: Amount, pool: list[Amount]) -> Iterator[Amount]:
    """Yield what a total was before the printed rounding, where that sum is not printed itself."""
    if total.role(*TOTAL) >= 0.5:
        steps = {a.signed for a in pool if a.role("rounding") >= 0.5 and 0 < a.value <= _ROUNDING}
        yield from (replace(total, value=total.value - step) for step in sorted(steps))
