"""Till slips: supermarket, restaurant with tip, fuel, parking, and the card terminal's. Narrow, in a typewriter's type."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from html import escape

from .facts import CENT, COUNTRIES, Facts, Line, party
from .forms import Style, style_of
from .pieces import Paper, picture_of
from .words import LANGUAGES

_CSS = """
@page { size: 80mm %dmm; margin: 4mm; } body { font: %spt %s; color: #111; } .c { text-align: center; } .big { font-size: 15pt; font-weight: bold; }
table { width: 100%%; border-collapse: collapse; } td { padding: 0; } td + td { text-align: right; } .logo { height: 11mm; } .t td { font-weight: bold; font-size: 12pt; }
"""


def slip_facts(rng: random.Random) -> tuple[Facts, Style]:
    """Make up what was bought at a counter."""
    country = rng.choice(["BE", "NL", "FR", "LU", "DE", "AT", "GB", "IE", "RO", "US"])
    language, rates, currencies, _ = COUNTRIES[country]
    language = rng.choice(["nl", "fr"]) if country == "BE" else language
    words = LANGUAGES[language]
    seller = party(rng, country, language)
    trades = {
        "nl": ["Bakkerij", "Café", "Slagerij", "Brasserie", "Apotheek"],
        "fr": ["Boulangerie", "Brasserie", "Pharmacie", "Chez", "Café"],
        "de": ["Bäckerei", "Gasthaus", "Café", "Metzgerei"],
        "en": ["The", "Café", "Bistro", "Corner Shop"],
        "ro": ["Restaurant", "Cofetăria", "Magazin"],
    }
    name = seller.brand.split(" & ")[0].split()[-1]
    seller.brand = f"{rng.choice(trades[language])} {name}"
    seller.name = seller.brand if rng.random() < 0.5 else seller.name
    lines = [
        Line(t, Decimal(rng.choice([1, 1, 2, 3])), Decimal(rng.randint(80, 2400)) / 100, Decimal(rates[0]))
        for t in rng.sample(words["food"], rng.randint(1, 6))
    ]
    issue = date(2022, 1, 1) + timedelta(days=rng.randint(0, 1700))
    made = Facts(
        "receipt",
        language,
        words,
        seller,
        party(rng, country),
        str(rng.randint(1000, 99999)),
        issue,
        currencies[0],
        lines,
    )
    return made, style_of(made, rng)


def _rows(rows: list[tuple[str, str]], css: str = "") -> str:
    return f'<table class="{css}">' + "".join(f"<tr><td>{a}</td><td>{b}</td></tr>" for a, b in rows) + "</table>"


def _page(paper: Paper, body: str, height: int = 0) -> str:
    fonts = ["Liberation Mono", "Liberation Sans Narrow", "Liberation Sans", "DejaVu Sans Mono"]
    high = height or 115 + 6 * len(paper.facts.lines)
    return f"<html><style>{_CSS % (high, paper.rng.choice(['8', '8.5', '9']), repr(paper.rng.choice(fonts)))}</style><body>{body}</body></html>"


def _head(paper: Paper) -> str:
    s = paper.facts.seller
    brand = s.brand.upper() if paper.chance(0.6) else s.brand
    first = picture_of(brand, (20, 20, 20)) if paper.chance(0.3) else f"<div class='big'>{escape(brand)}</div>"
    legal = f"<div>{escape(s.name)}</div>" if s.name != s.brand else ""
    return f"<div class='c'>{first}{legal}<div>{escape(s.street)}</div><div>{s.place}</div><div>{paper.word('phone')} {s.phone}</div><div>{paper.vat_row(s)}</div></div><br/>"


def _when(paper: Paper) -> str:
    clock = f"{paper.rng.randint(8, 22):02d}:{paper.rng.randint(0, 59):02d}"
    day = paper.style.day(paper.facts.issue)
    return paper.rng.choice(
        [
            f"<div>{day} {clock}</div>",
            f"<div>{paper.word('date')}: {day}  {clock}</div>",
            _rows([(day, clock)]),
            f"<div>{clock} - {day} #{paper.facts.number}</div>",
        ]
    )


def _gross(line: Line) -> Decimal:
    return (line.quantity * line.price).quantize(CENT, ROUND_HALF_UP)


def _sums(paper: Paper) -> tuple[Decimal, str, str]:
    f, style = paper.facts, paper.style
    total = sum((_gross(line) for line in f.lines), Decimal(0))
    rate = f.lines[0].rate
    vat = (total * rate / (100 + rate)).quantize(CENT, ROUND_HALF_UP)
    caption = paper.rng.choice([w for w in (*f.words["total"], "TOTAL", "Total") if len(w) < 17])
    f.facts["total"] = str(total)
    f.facts["vat"], f.facts["net"] = str(vat), str(total - vat)
    shown = f"{str(rate).replace('.', style.decimal)}%"
    tax = paper.rng.choice([
        _rows([(paper.word("net"), style.plain(total - vat)), (f"{escape(f.words['vat'][1].split('{')[0].strip(' (@'))} {shown}", style.plain(vat))]),
        f"<div>{shown}  {style.plain(total - vat)}  {style.plain(vat)}  {style.plain(total)}</div>",
    ]) if rate and paper.chance(0.7) else ""  # fmt: skip
    return (
        total,
        _rows(
            [
                (
                    caption.upper() if paper.chance(0.5) else caption,
                    style.loud(total) if paper.chance(0.5) else style.plain(total),
                )
            ],
            "t",
        ),
        tax,
    )


def _paid(paper: Paper, total: Decimal) -> str:
    style = paper.style
    if paper.chance(0.4):
        given = (total // 10 + 1) * 10
        return _rows([(paper.word("cash"), style.plain(given)), (paper.word("change"), style.plain(given - total))])
    return _rows([(paper.word("card"), style.plain(total))])


def shop(paper: Paper) -> str:
    """A shop's slip: items with their prices, the total large, cash and change or a card."""
    items = _rows(
        [
            (f"{line.quantity} {paper.rng.choice(['x ', ''])}{escape(line.text)}", paper.style.plain(_gross(line)))
            for line in paper.facts.lines
        ]
    )
    total, big, tax = _sums(paper)
    title = paper.word("receipt")
    return _page(
        paper,
        f"{_head(paper)}<div class='c'>{title}</div>{_when(paper)}<hr/>{items}<hr/>{big}{_paid(paper, total)}<br/>{tax}<div class='c'>{paper.rng.choice(['***', 'MERCI', 'DANK U', 'THANK YOU', 'DANKE'])}</div>",
    )


def table_bill(paper: Paper) -> str:
    """A restaurant's bill: table and waiter, and a tip added after the total."""
    f, style = paper.facts, paper.style
    items = _rows([(f"{line.quantity} {escape(line.text)}", style.plain(_gross(line))) for line in f.lines])
    total, big, tax = _sums(paper)
    tip = ""
    if paper.chance(0.4):
        amount = (total / 10).quantize(Decimal(1))
        tip = _rows([(paper.word("tip"), style.plain(amount))])
    where = _rows(
        [
            (
                f"{paper.rng.choice(['Table', 'Tafel', 'Tisch', 'Masa'])} {paper.rng.randint(1, 30)}",
                f"{paper.rng.choice(['Ober', 'Server', 'Kellner', 'Serveur'])} {paper.rng.choice(['Lea', 'Tom', 'Ana'])}",
            )
        ]
    )
    return _page(
        paper,
        f"{_head(paper)}{_when(paper)}{where}<hr/>{items}<hr/>{big}{tax}{tip}{_paid(paper, total) if paper.chance(0.6) else ''}",
    )


def pump(paper: Paper) -> str:
    """A fuel station's slip: litres, price a litre, the card terminal's copy under it."""
    f, style = paper.facts, paper.style
    litres = Decimal(paper.rng.randint(1500, 7000)) / 100
    price = Decimal(paper.rng.randint(1400, 2100)) / 1000
    f.lines = [Line("Diesel B7", Decimal(1), (litres * price).quantize(CENT, ROUND_HALF_UP), f.lines[0].rate)]
    total, big, tax = _sums(paper)
    fuel = paper.rng.choice(["Diesel B7", "Euro 95 E10", "SP95-E10", "Super E5", "Motorina"])
    body = f"{_head(paper)}{_when(paper)}<div>{paper.rng.choice(['Pomp', 'Pompe', 'Zapfsäule', 'Pump'])} 4  {fuel}</div>{_rows([(f'{style.plain(litres)} L x {str(price).replace(chr(46), style.decimal)}', style.plain(total))])}<hr/>{big}{tax}<br/><div>VISA DEBIT ************{paper.rng.randint(1000, 9999)}</div><div>AID A0000000031010</div><div>AUTH {paper.rng.randint(10**5, 10**6)}</div>"
    return _page(paper, body, 125)


def parking(paper: Paper) -> str:
    """A car park's slip: in, out, duration, amount; hardly any captions."""
    f, style = paper.facts, paper.style
    f.lines = f.lines[:1]
    total, big, tax = _sums(paper)
    day = style.day(f.issue)
    stay = _rows(
        [
            (paper.rng.choice(["IN", "Entrée", "Einfahrt", "Aankomst"]), f"{day} 09:12"),
            (paper.rng.choice(["OUT", "Sortie", "Ausfahrt", "Vertrek"]), f"{day} 11:47"),
        ]
    )
    return _page(
        paper, f"{_head(paper)}<div class='c'>{paper.word('receipt')}</div>{stay}{big}{tax}{_paid(paper, total)}", 95
    )


SLIPS: dict[str, Callable[[Paper], str]] = {f.__name__: f for f in (shop, table_bill, pump, parking)}
