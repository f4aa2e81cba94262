"""Net, VAT, total and payable amount (BT-109, BT-110, BT-112, BT-115), solved together.

Labels alone mislead (`Totaal` heads a column, `Te betalen` may come before or after a deposit), and so does
arithmetic alone. Here a total is the amount for which labels and net + VAT = total agree best: with a VAT rate of the
country, with several rates whose VAT adds up, with VAT 0 where the page says so. What an OCR misread in one of three
amounts is derived from the other two and says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from mailroom.extraction.currency import code_beside
from mailroom.extraction.net_and_vat import (
    NET,
    TOTAL,
    Found,
    Setting,
    Triple,
    best_triple,
    label_points,
    unique,
    vat_rows,
)
from mailroom.extraction.paid import (
    before_payment,
    before_rounding,
    before_withholding,
    cash_proof,
    leaves_balance,
    paid_more,
    paid_otherwise,
    points_of_payment,
    proof_by_payment,
    unrounded,
)
from mailroom.extraction.printed_amounts import Amount, rate_beside
from mailroom.extraction.rate_tables import RateRow
from mailroom.extraction.slip_sums import is_misread, is_rate, misread_vat, rows_to_add_up, subtotals_by_cash
from mailroom.extraction.tax import fits_rate, rates_of

_NOT_TOTAL = ("cash_discount", "discount", "change", "tendered", "prepaid", "rounding", "tip", "shipping")
_VAT = {"vat": 1.0}
_MOST_TOTALS = 24
_TWO = 2


@dataclass(slots=True)
class Totals:
    """The solution; a missing amount is None. `rival` is the points of the best other total."""

    net: Found | None = None
    vat: Found | None = None
    total: Found | None = None
    payable: Found | None = None
    rival: float = 0.0
    second: Amount | None = None
    ranking: list[tuple[float, Amount]] = field(default_factory=list)
    """The points of every amount that may be the total, the best first."""


def solve(amounts: list[Amount], setting: Setting) -> Totals:
    """Return the amounts of the document that labels and arithmetic agree on best."""
    amounts = _in_one_currency(amounts)
    pool = [a for a in amounts if not a.line_item]
    if setting.zero_vat:
        _name_untaxed_sum(pool)
    ranked = _ranked(pool, amounts, setting)
    table = rows_to_add_up(amounts) if setting.receipt else []
    if table:
        ranked = [r for r in ranked if all(r[1].value != row.gross.value for row in table)]
        if _weak(ranked):
            return _whole(table, pool)
    withheld = _withheld(pool, ranked)
    if withheld:
        return withheld
    derived = _derived(pool, ranked, setting) or (_unlabelled(amounts, setting) if _weak(ranked) else None)
    if derived:
        derived.payable = _payable(derived.total, pool)
        return derived
    column = _sum_of_column(amounts) if _weak(ranked) else None
    if column:
        summed = Totals(total=Found(column.value, column, 3.0, "sum_of_lines"))
        summed.payable = _payable(summed.total, pool)
        return summed
    if not ranked:
        return Totals()
    best_points, total, triple = ranked[0]
    others = [r for r in ranked[1:] if r[1].value != total.value]
    proof = "net_plus_vat" if triple else proof_by_payment(total, pool, amounts, setting)
    result = Totals(
        total=Found(total.value, total, best_points, proof),
        rival=others[0][0] if others else 0.0,
        second=others[0][1] if others else None,
        ranking=[(points, amount) for points, amount, _ in ranked],
    )
    if result.total:
        result.total.doubt = _is_odd(total, triple, amounts, setting)
    if triple:
        result.net, result.vat = triple.net, triple.vat
    else:
        _complete(result, pool, setting)
    result.payable = _payable(result.total, pool)
    return result


def _whole(table: list[RateRow], pool: list[Amount]) -> Totals:
    """Add up the rows of the table of rates, where the line of the total was not read."""
    nets, vats, grosses = ([getattr(row, part) for row in table] for part in ("net", "vat", "gross"))
    net, vat, total = (
        Found(sum((a.value for a in parts), Decimal(0)), None, 4.0, "sum_of_rates", parts, doubt=True)
        for parts in (nets, vats, grosses)
    )
    return Totals(net, vat, total, _payable(total, pool))


def _in_one_currency(amounts: list[Amount]) -> list[Amount]:
    """Leave out what is only said in another currency: an invoice in euros may repeat its sums in crowns or dollars.

    The first total that is printed with a currency tells which one counts, but an amount in a column only where there
    is no other; amounts without a sign stay.
    """
    codes = {id(amount): code for amount in amounts if (code := code_beside(amount.at))}
    if len(set(codes.values())) < _TWO:
        return amounts
    totals = [a for a in amounts if id(a) in codes and a.role(*TOTAL) >= 0.5 and not a.line_item]
    first = min(totals, key=lambda a: a.header, default=None)
    return amounts if first is None else [a for a in amounts if codes.get(id(a), codes[id(first)]) == codes[id(first)]]


def _is_odd(total: Amount, triple: Triple | None, amounts: list[Amount], setting: Setting) -> bool:
    """Tell a total that is likely a misreading: `6.004` among amounts with cents, `0.09` on a slip of larger ones."""
    whole = triple is None and not _CENTS.search(total.at.text)
    if whole and setting.receipt:
        return True
    if triple is None and _is_rest(total, amounts):
        return True
    if setting.receipt and triple is not None and _is_only_rate_row(total, triple, amounts):
        return True
    if whole and sum(_CENTS.search(a.at.text) is not None for a in amounts) > 1:
        return True
    rates_add_up = triple is not None and triple.vat.proof == "sum_of_rates"
    if not setting.receipt or rates_add_up or cash_proof(total, amounts):
        return False
    larger = {a.value for a in amounts if a.value > total.value and not a.role("tendered", "change", "prepaid")}
    return len(larger) > _FEW_LARGER or paid_otherwise(total, amounts)


def _is_rest(total: Amount, amounts: list[Amount]) -> bool:
    """Say whether an amount is only called what is to be paid, after something was taken off the total."""
    taken_off = any(a.role("prepaid") >= 0.5 and a.value for a in amounts)
    return taken_off and total.role("payable") >= 0.5 and total.role("total", "sum") < 0.5


def _is_only_rate_row(total: Amount, triple: Triple, amounts: list[Amount]) -> bool:
    """Say whether a slip's total is seen nowhere but in a row of one rate: the rows of others may be lost."""
    own = total.at.segment
    row = [a for a in (triple.net.amount, triple.vat.amount) if a and a.at.page == total.at.page]
    beside = [a for a in row if a is not total and a.at.segment.row == own.row]
    return len(beside) == _TWO and sum(a.value == total.value for a in amounts) == 1


_CENTS = re.compile(r"[.,:]\s?\d{2}(?!\d)")
_FEW_LARGER = 2
_Ranking = list[tuple[float, Amount, "Triple | None"]]


def _weak(ranked: _Ranking) -> bool:
    return not ranked or (ranked[0][2] is None and ranked[0][1].role(*TOTAL) < 0.5)


def _derived(pool: list[Amount], ranked: _Ranking, setting: Setting) -> Totals | None:
    """Add up net and VAT when no total can be read, or when the one that was read is a misreading of their sum."""
    if ranked and (ranked[0][2] is not None or not _clean_pair_wanted(ranked[0][1])):
        return None
    top = max((a.value for a in pool), default=Decimal(0))
    for vat in sorted((a for a in pool if a.role("vat") >= 0.6 and a.value > 0), key=lambda a: -a.value):
        for net in sorted((a for a in pool if a.role("net", "subtotal") >= 0.6), key=lambda a: -a.value):
            value = net.value + vat.value
            exact = fits_rate(net.value, vat.value, rates_of(setting.country))
            if net.value < top * Decimal("0.6") or not (exact or _sum_of_rates(pool, vat.value)):
                continue
            misread = exact and is_misread(ranked[0][1].value, value) if ranked else False
            if _weak(ranked) or (misread and not _stands(ranked[0][1], vat, pool)):
                return Totals(
                    Found(net.value, net, 4.0, "net_plus_vat"),
                    Found(vat.value, vat, 4.0, "net_plus_vat"),
                    Found(value, None, 5.0, "sum_of_net_and_vat", [net, vat]),
                )
    return None


def _withheld(pool: list[Amount], ranked: _Ranking) -> Totals | None:
    """Add up net and VAT where the best total is only what a withheld tax leaves of them, and has no VAT of its own."""
    if not ranked or ranked[0][2] is not None:
        return None
    rest = ranked[0][1]
    parts = before_withholding(rest, pool)
    if parts is None:
        return None
    net, vat = parts
    return Totals(
        Found(net.value, net, 4.0, "net_plus_vat"),
        Found(vat.value, vat, 4.0, "net_plus_vat"),
        Found(net.value + vat.value, None, 5.0, "sum_of_net_and_vat", [net, vat]),
        Found(rest.value, rest, 5.0, "total_less_prepaid"),
    )


def _stands(total: Amount, vat: Amount, pool: list[Amount]) -> bool:
    """Say whether a total is no misreading: it is printed twice, cash proves it, or the VAT is a part of it."""
    again = sum(a.value == total.value and a.role(*TOTAL, "tendered", "subtotal", "net") >= 0.5 for a in pool) > 1
    rate = rate_beside(vat)
    within = rate is not None and rate > 0 and fits_rate(total.value - vat.value, vat.value, frozenset({rate}))
    return again or within or cash_proof(total, pool) != ""


def _sum_of_rates(pool: list[Amount], vat: Decimal) -> bool:
    """Say whether an amount is the VAT of all rates: the rows of two rates add up to it, or it is said twice."""
    rows = vat_rows(pool)
    said = sum(1 for a in pool if a.value == vat and a.role("vat") >= 0.6)
    return said > 1 or (len(rows) > 1 and sum((r.value for r in rows), Decimal(0)) == vat)


def _clean_pair_wanted(total: Amount) -> bool:
    return total.at.segment.sheet.ocr or total.role(*TOTAL) < 0.5


def _unlabelled(amounts: list[Amount], setting: Setting) -> Totals | None:
    """Find net, VAT and total by arithmetic alone, one under the other, when their labels were not read."""
    for at in range(len(amounts) - 1, 1, -1):
        total = amounts[at]
        for vat in reversed(amounts[max(1, at - 3) : at]):
            for net in reversed(amounts[max(0, at - 6) : at - 1]):
                adds_up = net.value + vat.value == total.value and 0 < vat.value < net.value and not total.part
                if adds_up and fits_rate(net.value, vat.value, rates_of(setting.country)):
                    return Totals(
                        Found(net.value, net, 2.0, "net_plus_vat"),
                        Found(vat.value, vat, 2.0, "net_plus_vat"),
                        Found(total.value, total, 3.0, "net_plus_vat"),
                    )
    return None


def _sum_of_column(amounts: list[Amount]) -> Amount | None:
    """Return the lowest amount that is the sum of those right above it in its column, where no label says more."""
    for at in range(len(amounts) - 1, 1, -1):
        total = amounts[at]
        if total.value == 0 or total.part or total.negative or total.role(*_NOT_TOTAL) >= 0.5:
            continue
        letter = total.at.tokens[-1].letter
        over = (a for a in reversed(amounts[max(0, at - _LONGEST_COLUMN) : at]) if a.at.page == total.at.page)
        summed, count = Decimal(0), 0
        for amount in over:
            if abs(amount.at.x1 - total.at.x1) > letter:
                continue
            summed += amount.signed
            count += 1
            if count > 1 and summed == total.value:
                return total
    return None


_LONGEST_COLUMN = 60  # amounts


def _ranked(pool: list[Amount], amounts: list[Amount], setting: Setting) -> _Ranking:
    labelled = sorted(unique(pool, TOTAL), key=lambda a: -label_points(a, TOTAL))[:_MOST_TOTALS]
    by_cash = subtotals_by_cash(pool) if setting.receipt else []
    labelled += [a for a in by_cash if a not in labelled]
    if not any(a.role(*TOTAL) >= 0.3 for a in labelled):
        labelled += sorted((a for a in amounts if a not in labelled), key=lambda a: -a.value)[:6]
    counts: dict[Decimal, int] = {}
    for amount in amounts:
        counts[amount.value] = counts.get(amount.value, 0) + 1
    ranked = []
    for total in labelled:
        triple = best_triple(before_rounding(total, pool) or total, pool, setting)
        if triple is None and setting.receipt:
            triple = next(filter(None, (best_triple(t, pool, setting) for t in unrounded(total, pool))), None)
        points = (
            _total_points(total, pool, counts, setting) + 7.0 * (total in by_cash) + (triple.points if triple else 0.0)
        )
        ranked.append((points, total, triple))
    return sorted(_with_balance(ranked, pool), key=lambda r: -r[0])


def _with_balance(ranked: _Ranking, pool: list[Amount]) -> _Ranking:
    """Prefer the balance of a settlement that has net and VAT of its own: `1.843,51`, `- 1.980,00`, `- 136,49`.

    What was asked for in advance was taxed then. A balance without VAT of its own is only what is left to pay.
    """
    proven = [
        (total.value, triple.vat.value, points) for points, total, triple in ranked if triple and triple.vat.value
    ]
    paid = {a.value for a in pool if a.negative or a.role("prepaid") >= 0.5}
    raised = []
    for points, total, triple in ranked:
        own = triple.vat.value if triple else Decimal(0)
        wholes = [
            of_whole
            for whole, vat, of_whole in proven
            if own and vat != own and paid & {abs(whole - total.value), whole + total.value}
        ]
        raised.append((max([points, *(of_whole + 1.0 for of_whole in wholes)]), total, triple))
    return raised


def _total_points(total: Amount, pool: list[Amount], counts: dict[Decimal, int], setting: Setting) -> float:
    points = 4.0 * label_points(total, TOTAL)
    points -= 2.5 * total.role(*_NOT_TOTAL) * (total.role(*TOTAL) < 0.5)
    paid = bool(cash_proof(total, pool))
    if setting.receipt:
        points += points_of_payment(total, pool)
    points -= 2.0 * total.role("net", "vat", "subtotal") * (total.role(*TOTAL) < 0.6 and not paid)
    points -= 4.0 * (total.value == 0) + 6.0 * total.part
    points -= 1.0 if _in_sentence(total) else 0.0
    points -= 1.0 if total.header else 0.0
    points += 0.3 * min(counts[total.value] - 1, 3)
    points += 3.5 * paid + 7.0 * before_payment(total, pool)
    # One row of the table of rates is a part of what was paid; the other rows were not read.
    points -= 4.0 if setting.receipt and not paid and paid_more(total, pool) else 0.0
    points += 4.0 if before_rounding(total, pool) else 0.0
    points += 1.2 if any(a.role("tendered") >= 0.5 and a.value == total.value and a is not total for a in pool) else 0.0
    points += 0.5 if _larger_type(total) else 0.0
    labelled = [a.value for a in pool if a.role(*TOTAL) >= 0.6]
    points += 0.8 if labelled and total.value == max(labelled) and not setting.receipt else 0.0
    # A sum that nothing calls one is no rival to a larger one that is called the total: `Logies 218,00`.
    points -= 2.5 if labelled and not total.role(*TOTAL) and total.value < max(labelled) else 0.0
    return points


def _name_untaxed_sum(pool: list[Amount]) -> None:
    """Where no VAT is due, the net amount that a retention and what is paid out make up is the total."""
    if any(a.role("vat") >= 0.5 and a.value for a in pool):
        return
    for amount in pool:
        called = amount.role("net", "subtotal")
        if called >= 0.5 and not amount.role("payable") and leaves_balance(amount, pool):
            amount.roles = {"sum": called}


def _in_sentence(amount: Amount) -> bool:
    words = [t for t in amount.at.segment.tokens if t.text.isalpha() and len(t.text) > 1]
    return len(words) > 7


def _larger_type(amount: Amount) -> bool:
    tokens = amount.at.tokens
    return max(t.y1 - t.y0 for t in tokens) > 1.15 * amount.at.segment.sheet.line


def _complete(result: Totals, pool: list[Amount], setting: Setting) -> None:
    """Without a printed triple: derive the third amount from the total and the better of net and VAT."""
    total = result.total
    if total is None or total.amount is None:
        return
    tips = {total.value - a.value for a in pool if a.role("tip") >= 0.5 and a.value}
    net = _best([a for a in pool if a.value not in tips], NET, below=total.value, skip=total.amount)
    vats = [a for a in pool if not (setting.receipt and is_rate(a, total.value, setting.country))]
    vat = _best(vats, _VAT, below=total.value * Decimal("0.25"), skip=total.amount)
    misread = misread_vat(vat, total.value, vats, setting.country) if vat and setting.receipt else None
    if vat and fits_rate(total.value - vat.value, vat.value, rates_of(setting.country)):
        result.vat = Found(vat.value, vat, 2.0 + vat.role("vat"), "fits_rate")
        result.net = Found(total.value - vat.value, None, 2.0, "total_less_vat", [total.amount, vat])
    elif net and net.value < total.value and fits_rate(net.value, total.value - net.value, rates_of(setting.country)):
        result.net = Found(net.value, net, 2.0 + label_points(net, NET), "fits_rate")
        result.vat = Found(total.value - net.value, None, 2.0, "total_less_net", [total.amount, net])
    elif vat and misread:
        result.vat = Found(misread, None, 2.0, "rate_of_total", [total.amount, vat], doubt=True)
        result.net = Found(total.value - misread, None, 2.0, "total_less_vat", [total.amount, vat], doubt=True)
    else:
        apart = net is not None and vat is not None and net.value + vat.value != total.value
        result.net = Found(net.value, net, 2.0 * label_points(net, NET), doubt=apart) if net else None
        result.vat = Found(vat.value, vat, 2.0 * vat.role("vat"), doubt=apart) if vat else None


def _best(pool: list[Amount], weights: dict[str, float], *, below: Decimal, skip: Amount) -> Amount | None:
    fit = [a for a in pool if a is not skip and a.value <= below and label_points(a, weights) >= 0.45]
    return max(fit, key=lambda a: (round(label_points(a, weights), 1), a.value), default=None)


def _with_added(total: Found, pool: list[Amount]) -> Iterator[Amount]:
    """Yield what is called payable and is the total and what is printed between them: `Sold neachitat   118,20`."""
    if total.amount not in pool:
        return
    after = pool[pool.index(total.amount) + 1 :]
    for at, amount in enumerate(after):
        if amount.role("payable") >= 0.5 and any(
            total.value + a.signed == amount.value > total.value for a in after[:at]
        ):
            yield amount


def _left_to_pay(total: Found, prepaid: list[Amount], pool: list[Amount]) -> Amount | None:
    """Return the amount after a payment that is what it leaves of the total, whatever it is called."""
    if not prepaid or any(a.value == total.value for a in prepaid):
        return None
    after = pool[pool.index(prepaid[0]) + 1 :]
    rests = {total.value - a.value for a in prepaid} | {total.value - sum((a.value for a in prepaid), Decimal(0))}
    return next((a for a in after if a.value in rests and a.value > 0 and not a.role("net", "vat")), None)


def _payable(total: Found | None, pool: list[Amount]) -> Found | None:
    """Return what is left to pay: the total less what was paid before, where the page says so."""
    if total is None:
        return None
    prepaid = [a for a in pool if a.role("prepaid") >= 0.5 and 0 < a.value <= total.value]
    named = [a for a in pool if a.role("payable") >= 0.5 and a.value <= total.value]
    before = {a.value for a in pool if a.role("previous") >= 0.5}
    with_rest = (a for a in pool if a.role("payable", "total", "sum") >= 0.5 and a.value - total.value in before)
    for amount in (*with_rest, *_with_added(total, pool)):
        return Found(amount.value, amount, total.points + 1.0, "total_with_previous")
    for amount in reversed(named):
        rest = total.value - amount.value
        if rest and any(p.value == rest for p in prepaid):
            return Found(amount.value, amount, total.points + 1.0, "total_less_prepaid")
    left = _left_to_pay(total, prepaid, pool)
    if left:
        return Found(left.value, left, total.points, "total_less_prepaid")
    if named and all(a.value != total.value for a in named):
        return Found(named[-1].value, named[-1], 3.0 * named[-1].role("payable"))
    printed = next((a for a in named if a.value == total.value), total.amount)
    return Found(total.value, printed, total.points, "same_as_total")
