"""Net and VAT of a total: which printed amounts add up to it, by a rate of the country, by several, or by none.

What bears no VAT (a levy, a deposit) stands apart and belongs to the net; a net of several rates may be printed only in
its parts. `totals.py` weighs what is found here against the labels.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from mailroom.extraction.printed_amounts import Amount, rate_beside
from mailroom.extraction.tax import fits_rate, rates_of

NET = {"net": 1.0, "subtotal": 0.75, "sum": 0.2}
TOTAL = {"total": 1.0, "payable": 0.85, "sum": 0.75}
"""How far each label calls an amount net, or the total."""
_VAT = {"vat": 1.0}
_CENT = Decimal("0.01")
_MOST_APART = 6
_MOST_VAT = Decimal("0.22")  # 27 % of the net, the highest rate there is, is this part of the total
_TWO = 2


@dataclass(slots=True)
class Found:
    """One of the four amounts: the value, where it is printed (if it is), points and proof."""

    value: Decimal
    amount: Amount | None
    points: float
    proof: str = ""
    parts: list[Amount] = field(default_factory=list)
    """The printed amounts it is derived from."""
    doubt: bool = False
    """Whether a person should look at it in any case: it has no cents, or is smaller than much else on a slip."""


@dataclass(slots=True)
class Triple:
    """Net and VAT of a total, and the points that they give it."""

    net: Found
    vat: Found
    points: float


@dataclass(slots=True)
class Setting:
    """What else is known of the document when its totals are solved."""

    country: str = ""
    zero_vat: bool = False
    receipt: bool = False


def unique(pool: Iterable[Amount], weights: dict[str, float]) -> list[Amount]:
    """Keep, of equal values, the one whose label says most."""
    best: dict[Decimal, Amount] = {}
    for amount in pool:
        known = best.get(amount.value)
        if known is None or label_points(amount, weights) >= label_points(known, weights):
            best[amount.value] = amount
    return list(best.values())


def label_points(amount: Amount, weights: dict[str, float]) -> float:
    """Return how far the labels of an amount call it what the weights are for."""
    return max((weights[role] * strength for role, strength in amount.roles.items() if role in weights), default=0.0)


def best_triple(total: Amount, pool: list[Amount], setting: Setting) -> Triple | None:
    """Return the net and the VAT that add up to a total best; None where nothing does."""
    if total.value == 0 or total.part:
        return None
    nets = {a.value: a for a in unique((a for a in pool if a is not total), NET)}
    kinds = ("levy", "deposit", "tip") if setting.receipt else ("levy", "deposit")
    apart = [a for a in pool if a.role(*kinds) >= 0.5 and 0 < a.value < total.value][:_MOST_APART]
    bases = [a for a in nets.values() if a.role("net") >= 0.5 and not a.line_item]
    best: Triple | None = None
    for vat in _vats(pool, total.value, setting):
        net_value = total.value - vat.value
        net = _printed_net(nets, net_value, total)
        if net is None and apart and vat.value > 0:
            best = _better(best, _with_untaxed(pool, nets, total, vat, apart=apart, setting=setting))
        if net is None:
            best = _better(best, _summed_net(pool, net_value, vat) or _with_zero_rated(bases, net_value, vat))
            continue
        points = _triple_points(net, vat, net_value, setting)
        if points > 0 and (best is None or points > best.points):
            shown = net_value if net is total else net.value
            best = Triple(Found(shown, net, points, "net_plus_vat"), vat, points)
    return best


def _better(one: Triple | None, other: Triple | None) -> Triple | None:
    if one is None or other is None:
        return one or other
    return other if other.points > one.points else one


def _with_untaxed(
    pool: list[Amount],
    nets: dict[Decimal, Amount],
    total: Amount,
    vat: Found,
    *,
    apart: list[Amount],
    setting: Setting,
) -> Triple | None:
    """Add to the taxed net what bears no VAT and stands apart: a city tax, deposits for bottles.

    What is exempt belongs to the net of the document (BT-109), so that it is the total less VAT.
    """
    whole = total.value - vat.value
    for untaxed in {*(a.value for a in apart), sum((a.value for a in apart), Decimal(0))}:
        taxed = nets.get(whole - untaxed)
        if taxed and taxed is not total and label_points(taxed, NET) >= 0.3:
            points = _triple_points(taxed, vat, taxed.value, setting) - 0.4
            if points > 0:
                return Triple(Found(whole, None, points, "net_plus_vat", [taxed, *apart]), vat, points)
        summed = _summed_net(pool, whole - untaxed, vat)
        if summed:
            return Triple(
                Found(whole, None, summed.points, "sum_of_rates", [*summed.net.parts, *apart]), vat, summed.points
            )
    return None


def _summed_net(pool: list[Amount], net_value: Decimal, vat: Found) -> Triple | None:
    """Add up the taxable amounts of several rates, where only these are printed and not their sum."""
    if vat.proof != "sum_of_rates":
        return None
    bases: dict[Decimal, Amount] = {}
    for amount in pool:
        rate = _rate_of(amount) if amount.role("net", "subtotal") >= 0.5 else None
        if rate is not None:
            bases[rate] = amount
    if len(bases) < 2 or sum((a.value for a in bases.values()), Decimal(0)) != net_value:
        return None
    points = 2.2 + vat.points
    return Triple(Found(net_value, None, points, "sum_of_rates", list(bases.values())), vat, points)


def _with_zero_rated(bases: list[Amount], net_value: Decimal, vat: Found) -> Triple | None:
    """`VAT 0% base 3.368,16`, `VAT 21% base 95,00`, `VAT 19,95`: only one of two net amounts is taxed."""
    if len(bases) != _TWO or not vat.value or bases[0].value + bases[1].value != net_value:
        return None
    if not any(fits_rate(base.value, vat.value, rates_of("")) for base in bases):
        return None
    points = 2.2 + vat.points
    return Triple(Found(net_value, None, points, "sum_of_rates", bases), vat, points)


def _printed_net(nets: dict[Decimal, Amount], value: Decimal, total: Amount) -> Amount | None:
    for slack in (Decimal(0), _CENT, -_CENT):
        found = nets.get(value + slack)
        if found and found is not total:
            return found
    return total if value == total.value and total.role("total", "payable", "sum") else None


def _vats(pool: list[Amount], total: Decimal, setting: Setting) -> Iterator[Found]:
    """Yield what the VAT of a total may be: each smaller amount, and the sum of the rows of several rates."""
    rows = vat_rows(pool)
    if len(rows) > 1:
        value = sum((r.value for r in rows), Decimal(0))
        exact = next((a for a in pool if a.value == value and a.role("vat") > 0.5), None)
        yield Found(value, exact, 3.0 if exact else 2.2, "sum_of_rates", rows)
    charged = any(
        0 < a.value < total * _MOST_VAT and a.role("vat") >= 0.6 and a.role("vat") > a.role("net") for a in pool
    )
    for amount in unique((a for a in pool if a.role("tip") < 0.5), _VAT):
        if amount.value < total and (amount.value > 0 or (amount.role("vat") >= 0.5 and not charged)):
            yield Found(amount.value, amount, 2.2 * amount.role("vat"), "net_plus_vat")
    if setting.zero_vat and not charged:
        yield Found(Decimal(0), None, 1.0, "vat_free")


def vat_rows(pool: list[Amount]) -> list[Amount]:
    """Return the VAT amounts that stand in rows with their own rate, each rate once."""
    rows: dict[Decimal, Amount] = {}
    for amount in pool:
        if amount.role("vat") < 0.6 or amount.role("net") > amount.role("vat"):
            continue
        rate = _rate_of(amount)
        if rate == 0 and amount.value:
            continue  # `btw 0% op 950,00` names what bears no VAT
        known = rows.get(rate) if rate is not None else None
        if rate is not None and (known is None or amount.rate is not None or known.rate is None):
            rows[rate] = amount
    return list(rows.values())


def _rate_of(amount: Amount) -> Decimal | None:
    return rate_beside(amount) if amount.rate is None else amount.rate


def _triple_points(net: Amount, vat: Found, net_value: Decimal, setting: Setting) -> float:
    points = 2.2 * label_points(net, NET) + vat.points - 0.6
    if vat.value == 0:
        return points if vat.points > 0.8 else -1.0
    if fits_rate(net_value, vat.value, rates_of(setting.country)):
        return points + 1.8
    if fits_rate(net_value, vat.value, rates_of("")):
        return points + 0.9
    if vat.proof == "sum_of_rates":
        return points + 1.2
    labelled = label_points(net, NET) >= 0.5 and vat.points >= 1.2
    return points if labelled and vat.value < net_value * Decimal("0.3") else -1.0
