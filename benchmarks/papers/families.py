"""The layouts, a function each: the whole structure of the page is another, not only its words.

A family is left out whole when something is trained: what is known of it is then what one knows of a layout never seen.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from .pieces import Paper, gridded, listed, picture_of, slogan, stacked

_BASE = """
@page { size: A4; margin: 16mm 15mm 24mm 18mm; @bottom-left { content: element(foot); } }
body { font: 9.5pt %s; color: #222; } table { border-collapse: collapse; } td, th { padding: 2px 5px; vertical-align: top; text-align: left; font-weight: normal; }
.items { width: 100%%; margin: 8mm 0 4mm; } .items th { border-bottom: 1px solid #666; font-weight: bold; } .items .r, .items th + th { text-align: right; }
.sums { margin-left: auto; } .sums .v { text-align: right; padding-left: 12mm; } .sums tr:last-child td { font-weight: bold; }
.foot { position: running(foot); font-size: 7pt; color: #555; width: 176mm; } .cols { display: flex; justify-content: space-between; } .logo { height: 14mm; }
h1 { font-size: 17pt; margin: 6mm 0 3mm; font-weight: bold; } .big { font-size: 14pt; font-weight: bold; } .small { font-size: 7pt; } .right { text-align: right; }
"""
_FONTS = [
    "Liberation Sans",
    "Liberation Serif",
    "DejaVu Sans",
    "Liberation Sans Narrow",
    "DejaVu Serif",
    "Liberation Mono",
]


def _page(paper: Paper, body: str, css: str = "", fonts: tuple[int, ...] = (0, 1, 2, 3, 0)) -> str:
    font = _FONTS[paper.rng.choice(fonts)]
    return f"<html><style>{_BASE % repr(font)}{css}</style><body>{body}</body></html>"


def _foot(paper: Paper, inner: str = "") -> str:
    return f'<div class="foot">{inner or paper.company_line()}</div>'


def letter(paper: Paper) -> str:
    """Letterhead in large type top left, buyer right, captions left of their values, sums right."""
    f = paper.facts
    head = f'<div class="cols"><div><div class="big">{escape(f.seller.name)}</div>{slogan(paper)}{stacked(paper.seller_lines(name=False))}</div></div>'
    buyer = f'<div style="margin: 8mm 0 4mm 95mm">{stacked(paper.buyer_lines())}</div>'
    meta = listed(paper.meta(), "meta", paper.rng.choice([":", "", " :"]))
    tail = f"{listed(paper.sums(), 'sums')}<p>{stacked(paper.notes())}</p>{stacked(paper.bank_lines())}"
    return _page(
        paper,
        f"{_foot(paper) if paper.chance(0.5) else ''}{head}{buyer}<h1>{paper.title}</h1>{meta}{paper.items()}{tail}",
    )


def din(paper: Paper) -> str:
    """The German business letter: sender in one small line over the address, info block right, three foot columns."""
    f = paper.facts
    s = f.seller
    sender = f'<div class="small"><u>{escape(s.name)} {paper.rng.choice(["·", "-", "|", ","])} {escape(s.street)} {paper.rng.choice(["·", "-", ","])} {s.place}</u></div>'
    logo = picture_of(s.brand) if paper.chance(0.6) else f'<div class="big">{escape(s.brand)}</div>'
    left = f'<div style="width:90mm">{sender}{stacked(paper.buyer_lines())}</div>'
    right = listed(paper.meta(), "meta", paper.rng.choice([":", ""]))
    columns = "".join(f"<div>{stacked(c)}</div>" for c in (
        [escape(s.name), escape(s.street), s.place, f"{paper.word('phone')} {s.phone}"],
        [paper.rng.choice(["Sparkasse", "Commerzbank", "ING", "Volksbank"]), paper.iban_row(), f"BIC: {s.bic}"],
        [f"{paper.word('register')} {s.register}", paper.vat_row(s), f"www.{s.domain}"],
    ))  # fmt: skip
    body = f'<div class="right">{logo}</div><div class="cols" style="margin-top:12mm">{left}<div>{right}</div></div><h1>{paper.title} {escape(f.number) if paper.chance(0.4) else ""}</h1>'
    return _page(
        paper,
        f"{_foot(paper, f'<div class=cols>{columns}</div>')}{body}{paper.items()}{listed(paper.sums(), 'sums')}<p>{stacked(paper.notes())}</p>",
    )


def picture_head(paper: Paper) -> str:
    """The letterhead is a picture only; the legal name stands in the foot, the captions over the values in a bar."""
    f = paper.facts
    head = f"<div>{picture_of(f.seller.brand.upper() if paper.chance(0.5) else f.seller.brand)}{slogan(paper)}</div>"
    buyer = f'<div style="margin: 6mm 0">{paper.word("buyer")}<br/>{stacked(paper.buyer_lines())}</div>'
    bar = gridded(paper.meta(most=5), "bar")
    css = ".bar { width: 100%; } .bar th { background: #eef; font-size: 8pt; color: #557; } .bar td { padding-bottom: 3mm; }"
    body = f"{_foot(paper)}{head}<div class='cols'>{buyer}<h1>{paper.title}</h1></div>{bar}{paper.items()}{listed(paper.sums(), 'sums')}<p>{stacked(paper.notes() + paper.bank_lines())}</p>"
    return _page(paper, body, css)


def subscription(paper: Paper) -> str:
    """A payment platform's page: captions without colons, two parties side by side, the amount due in a sentence."""
    f = paper.facts
    meta = listed(paper.meta(due=1.0), "meta")
    seller = f"<b>{escape(f.seller.name)}</b>{stacked(paper.seller_lines(name=False))}"
    buyer = f"<b>{paper.word('buyer')}</b>{stacked(paper.buyer_lines())}"
    due = f.due or f.issue
    said = paper.rng.choice(
        [
            f"{paper.style.loud(f.payable)} {paper.word('due').lower()} {paper.style.day(due)}",
            f"{paper.style.loud(f.payable)}",
        ]
    )
    if f.due and said.endswith(paper.style.day(due)):
        f.facts["due"] = due.isoformat()
    body = f"<div class='cols'><h1>{paper.title}</h1><div class='big' style='color:#888'>{escape(f.seller.brand)}</div></div>{meta}<br/><div class='cols'><div style='width:80mm'>{seller}</div><div style='width:85mm'>{buyer}</div></div><p class='big'>{said}</p>"
    return _page(paper, f"{body}{paper.items()}{listed(paper.sums(), 'sums')}<p>{stacked(paper.bank_lines())}</p>")


def utility(paper: Paper) -> str:
    """Telecom and energy: customer numbers first, a coloured box with the amount, an earlier balance, direct debit."""
    f = paper.facts
    rows = [
        (paper.word("customer"), f.customer or "10023411"),
        (paper.word("contract"), str(paper.rng.randint(10**8, 10**10))),
    ]
    meta = listed([*rows, *paper.meta(due=0.6)], "meta", paper.rng.choice(["", ":"]))
    zero = paper.style.money(f.total - f.total)
    earlier = listed([(paper.word("previous"), zero), *paper.sums()], "sums")
    box = f"<div class='box'>{paper.word('payable')}<div class='big'>{paper.style.loud(f.payable)}</div></div>"
    css = ".box { border: 2px solid #c60; padding: 4mm; width: 60mm; margin: 5mm 0; }"
    head = f"<div class='cols'><div>{picture_of(f.seller.brand, (190, 60, 20))}</div><div class='small'>{stacked(paper.seller_lines())}</div></div>"
    body = f"{_foot(paper)}{head}<div style='margin:6mm 0 6mm 90mm'>{stacked(paper.buyer_lines())}</div><h1>{paper.title}</h1><div class='cols'>{meta}{box}</div>{earlier}<p>{stacked(paper.notes())}</p>"
    return _page(
        paper, f"{body}<div style='break-before:page'><b>{paper.word('description')}</b></div>{paper.items()}", css
    )


def slip_below(paper: Paper) -> str:
    """The British and Irish way: centred letterhead, remittance slip at the foot of the page."""
    f = paper.facts
    head = f"<div style='text-align:center'><div class='big'>{escape(f.seller.name)}</div><div class='small'>{' &nbsp; '.join(paper.seller_lines(name=False))}</div></div>"
    meta = listed(paper.meta(), "meta", ":")
    slip = f"<hr style='border-top:1px dashed'/><b>REMITTANCE ADVICE</b><div class='cols'><div>{stacked(paper.bank_lines())}</div>{listed([paper.number_row(), (paper.word('payable'), paper.style.money(f.payable))], 'meta')}</div>"
    body = f"{head}<h1 style='text-align:center'>{paper.title}</h1><div class='cols'><div>{stacked(paper.buyer_lines())}</div>{meta}</div>{paper.items()}{listed(paper.sums(), 'sums')}<p>{stacked(paper.notes())}</p>{slip}"
    return _page(paper, body)


def sum_bar(paper: Paper) -> str:
    """All sums as one bar of columns at the foot of the table: net, VAT, total beside each other."""
    f = paper.facts
    css = ".bar { width: 100%; border: 1px solid #444; } .bar th { border: 1px solid #444; font-size: 8pt; } .bar td { border: 1px solid #444; text-align: right; }"
    parties = f"<div class='cols'><div style='width:82mm'>{picture_of(f.seller.brand)}{stacked(paper.seller_lines())}</div><div style='width:80mm;border:1px solid #444;padding:3mm'>{stacked(paper.buyer_lines())}</div></div>"
    body = f"{parties}<h1>{paper.title}</h1>{gridded(paper.meta(most=6), 'bar')}{paper.items()}{gridded(paper.sums(), 'bar')}<p>{stacked(paper.notes())}</p>"
    return _page(paper, f"{_foot(paper)}{body}", css)


def rate_table(paper: Paper) -> str:
    """A table of VAT by rate (rate, base, VAT) left, the total in a box right, as bookkeeping programs print."""
    f, style = paper.facts, paper.style
    groups = "".join(
        f"<tr><td>{str(r).replace('.', style.decimal)}%</td><td class='r'>{style.plain(n)}</td><td class='r'>{style.plain(v)}</td></tr>"
        for r, (n, v) in f.by_rate.items()
    )
    table = f"<table class='bar'><tr><th>{paper.word('rate')}</th><th>{paper.word('net')}</th><th>{escape(paper.rng.choice([w for w in f.words['vat'] if '{' not in w]))}</th></tr>{groups}</table>"
    total = listed([r for i, r in enumerate(paper.sums()) if i != 0], "sums")
    css = ".bar th, .bar td { border: 1px solid #999; padding: 2px 8px; } .bar .r { text-align: right; }"
    head = f"<div class='cols'><div><span class='big'>{escape(f.seller.name)}</span>{stacked(paper.seller_lines(name=False))}</div><div>{paper.word('buyer')}:<br/>{stacked(paper.buyer_lines())}</div></div>"
    body = f"{head}<h1>{paper.title}</h1>{listed(paper.meta(), 'meta', ':')}{paper.items(rate=False)}<div class='cols'>{table}{total}</div><p>{stacked(paper.notes() + paper.bank_lines())}</p>"
    return _page(paper, f"{_foot(paper) if paper.chance(0.4) else ''}{body}", css)


def two_parties(paper: Paper) -> str:
    """The Romanian way: supplier left and customer right, each with all its ids; number and date in the middle."""
    f = paper.facts
    seller = [
        f"{paper.word('seller')}: <b>{escape(f.seller.name)}</b>",
        f"{paper.word('register')}: J40/{paper.rng.randint(100, 9999)}/20{paper.rng.randint(10, 22)}",
        paper.vat_row(f.seller),
        escape(f.seller.street),
        f.seller.place,
        *paper.bank_lines(),
    ]
    buyer = [
        f"{paper.word('buyer')}: {escape(f.buyer.name)}",
        paper.vat_row(f.buyer, "buyer_vat"),
        escape(f.buyer.street),
        f.buyer.place,
    ]
    number, day = paper.number_row(), paper.date_row()
    middle = f"<div style='text-align:center'><h1>{paper.title}</h1>{number[0]}: {number[1]}<br/>{day[0]}: {day[1]}<br/>{'<br/>'.join(f'{k}: {v}' for k, v in paper.due_row())}</div>"
    css = ".items td, .items th { border: 1px solid #333; } .p { width: 58mm; font-size: 8pt; }"
    body = f"<div class='cols'><div class='p'>{stacked([s for s in seller if s])}</div>{middle}<div class='p'>{stacked([b for b in buyer if b])}</div></div>{paper.items()}{listed(paper.sums(), 'sums')}<p>{stacked(paper.notes())}</p>"
    return _page(paper, body, css)


def sidebar(paper: Paper) -> str:
    """A narrow coloured column at the left holds the captions over their values and the company; items right."""
    f = paper.facts
    over = "".join(f"<p><span class='k'>{k}</span><br/><b>{v}</b></p>" for k, v in paper.meta())
    css = ".side { width: 48mm; background: #f0f0f4; padding: 4mm; font-size: 8pt; } .side .k { color: #777; } .main { width: 118mm; }"
    side = f"<div class='side'>{picture_of(f.seller.brand, size=34) if paper.chance(0.5) else f'<b>{escape(f.seller.brand)}</b>'}{over}{stacked(paper.seller_lines())}<br/>{stacked(paper.bank_lines())}</div>"
    main = f"<div class='main'><h1>{paper.title}</h1><div>{paper.word('buyer')}</div>{stacked(paper.buyer_lines())}{paper.items()}{listed(paper.sums(), 'sums')}<p>{stacked(paper.notes())}</p></div>"
    return _page(paper, f"<div class='cols'>{side}{main}</div>", css)


def one_man(paper: Paper) -> str:
    """A craftsman's page from a word processor: all in lines, the date after the town, the number in the subject."""
    f = paper.facts
    number = paper.number_row()
    subject = paper.rng.choice(
        [
            f"{paper.title} {number[1]}",
            f"{number[0]} {number[1]}",
            f"{paper.title} {paper.rng.choice(['nr.', 'Nr.', 'no.', 'n°'])} {number[1]}",
        ]
    )
    town = f"{f.seller.city}, {paper.style.day(f.issue)}"
    lines = stacked([f"{escape(line.text)}: {paper.style.money(line.net)}" for line in f.lines])
    sums = stacked([f"{k}: {v}" for k, v in paper.sums()])
    body = f"{stacked(paper.seller_lines())}<br/><br/>{stacked(paper.buyer_lines())}<p class='right'>{town}</p><p><b>{subject}</b></p>{lines}<br/>{sums}<p>{stacked(paper.notes() + paper.bank_lines())}</p>"
    return _page(paper, body, "body { font-size: 11pt; }", (0, 1, 1, 4, 5))


def inline_head(paper: Paper) -> str:
    """All captions in one line, parted by bars; totals in a line too; an online shop's confirmation that is paid."""
    f = paper.facts
    meta = paper.rng.choice([" | ", " &nbsp; ", " · "]).join(f"{k}: {v}" for k, v in paper.meta(most=4))
    head = f"<div class='cols'><div class='big'>{escape(f.seller.brand)}{slogan(paper)}</div><div class='right'>{paper.title}</div></div><p>{meta}</p>"
    body = f"{head}<div class='cols'><div style='width:80mm'>{paper.word('buyer')}<br/>{stacked(paper.buyer_lines())}</div><div style='width:80mm'>{paper.word('seller')}<br/>{stacked(paper.seller_lines())}</div></div>{paper.items()}{listed(paper.sums(), 'sums', ':')}<p>{stacked(paper.notes())}</p>"
    return _page(paper, f"{_foot(paper)}{body}")


def right_head(paper: Paper) -> str:
    """The company's block top right, buyer left under a caption, head captions right aligned, no foot."""
    f = paper.facts
    block = f"<div class='right'><span class='big'>{escape(f.seller.name)}</span>{slogan(paper)}{stacked(paper.seller_lines(name=False))}</div>"
    css = ".meta { margin-left: auto; } .meta .v { text-align: right; }"
    body = f"{block}<div>{paper.word('buyer')}:</div>{stacked(paper.buyer_lines())}<h1>{paper.title}</h1>{listed(paper.meta(), 'meta', paper.rng.choice(['', ':']))}{paper.items()}{listed(paper.sums(), 'sums')}<p>{stacked(paper.notes() + paper.bank_lines())}</p>"
    return _page(paper, body, css)


def boxed(paper: Paper) -> str:
    """Boxes everywhere: the seller's box, the buyer's box, a box for each caption over its value, ruled sums."""
    f = paper.facts
    boxes = "".join(f"<div class='b'><div class='small'>{k}</div>{v}</div>" for k, v in paper.meta(most=5))
    css = ".b { border: 1px solid #555; padding: 2mm; min-width: 24mm; } .items td, .items th, .sums td { border: 1px solid #555; }"
    body = f"<div class='cols'><div class='b' style='width:80mm'><b>{escape(f.seller.name)}</b>{stacked(paper.seller_lines(name=False))}</div><div class='b' style='width:80mm'><div class='small'>{paper.word('buyer')}</div>{stacked(paper.buyer_lines())}</div></div><h1>{paper.title}</h1><div class='cols'>{boxes}</div>{paper.items()}{listed(paper.sums(), 'sums')}<p>{stacked(paper.notes() + paper.bank_lines())}</p>"
    return _page(paper, body, css)


def folio(paper: Paper) -> str:
    """A hotel's bill: guest, arrival and departure, a dated line a charge, tax summary, payment by card."""
    f, style = paper.facts, paper.style
    stay = [
        ("Guest" if f.language == "en" else paper.word("customer"), "Peeters Jan"),
        ("Room", "214"),
        ("Arrival", style.day(f.issue.replace(day=1))),
        ("Departure", style.day(f.issue)),
    ]
    charges = "".join(
        f"<tr><td>{style.day(f.issue.replace(day=1))}</td><td>{escape(line.text)}</td><td class='r'>{style.plain(line.net)}</td></tr>"
        for line in f.lines
    )
    body = f"<div style='text-align:center'>{picture_of('Hotel ' + f.seller.brand)}</div><div class='cols'><div>{stacked(paper.buyer_lines())}</div>{listed([*stay, paper.number_row(), paper.date_row()], 'meta')}</div><h1>{paper.title}</h1><table class='items'><tr><th>{paper.word('date')}</th><th>{paper.word('description')}</th><th>{paper.word('amount')}</th></tr>{charges}</table>{listed(paper.sums(), 'sums')}<p>{stacked(paper.notes())}</p>"
    return _page(paper, f"{_foot(paper)}{body}")


def prose(paper: Paper) -> str:
    """An office's or insurer's letter: the facts stand in sentences and in a short table."""
    f, style = paper.facts, paper.style
    head = f"<div class='big'>{escape(f.seller.name)}</div><div class='small'>{' - '.join(paper.seller_lines(name=False))}</div>"
    number, day = paper.number_row(), paper.date_row()
    refs = listed([number, day, *paper.other_rows()[:2]], "meta", ":")
    sums = listed(paper.sums(), "sums")
    sentence = ""
    if f.due:
        f.facts["due"] = f.due.isoformat()
        sentence = paper.word("due_sentence", amount=style.loud(f.payable), due=style.day(f.due))
    body = f"{head}<div style='margin:10mm 0'>{stacked(paper.buyer_lines())}</div>{refs}<h1>{paper.title}</h1><p>{escape(f.lines[0].text)}. {paper.word('thanks')}</p>{sums}<p>{sentence}</p>{stacked(paper.bank_lines())}"
    return _page(paper, f"{_foot(paper)}{body}", "", (1, 4, 0))


def gross_lines(paper: Paper) -> str:
    """Net, VAT and gross in every line and three sums in one row; the number is set in groups, without a colon."""
    f, style = paper.facts, paper.style
    f_number = (
        f.number
        if not f.number.isdigit() or len(f.number) < 6
        else f"{f.number[:-6]} {f.number[-6:-3]} {f.number[-3:]}".strip()
    )
    meta = [(k, f_number if v == escape(f.number) else v) for k, v in paper.meta(most=5)]
    vat_word = escape(next(w for w in f.words["vat"] if "{" not in w))
    lines = "".join(
        f"<tr><td>{escape(line.text)}</td><td class='r'>{line.quantity}</td><td class='r'>{style.plain(line.net)}</td>"
        f"<td class='r'>{str(line.rate).replace('.', style.decimal)}%</td></tr>"
        for line in f.lines
    )
    sums = "".join(f"<td class='r'>{style.plain(a)}</td>" for a in (f.net, f.total - f.net, f.total))
    heads = "".join(
        f"<th>{w}</th>" for w in (paper.word("description"), paper.word("quantity"), paper.word("amount"), vat_word)
    )
    table = f"<table class='items'><tr>{heads}</tr>{lines}</table><table class='bar'><tr><td>{paper.word('total')}</td>{sums}</tr></table>"
    css = ".bar { width: 100%; border-top: 1px solid #444; } .bar .r { text-align: right; }"
    left = (
        f"<b>{escape(f.seller.name)}</b> {paper.vat_row(f.seller)}{stacked(paper.seller_lines(name=False, vat=False))}"
    )
    body = f"<div class='cols'><div>{left}</div><div>{stacked(paper.buyer_lines())}</div></div><h1>{paper.title}</h1>{listed(meta, 'meta')}{table}<p>{stacked(paper.notes() + paper.bank_lines())}</p>"
    return _page(paper, body, css)


def brand_over_name(paper: Paper) -> str:
    """A brand in large letters, the full name small under it, title and number in one line, the date after the town."""
    f = paper.facts
    head = f"<div class='big'>{escape(f.seller.brand)}</div><div class='small'>{escape(f.seller.name)} {paper.rng.choice(['-', '·', '|'])} {escape(f.seller.street)}, {f.seller.place}</div>"
    town = f"{f.seller.city}, {paper.style.day(f.issue)}"
    due = "<br/>".join(f"{k} {v}" for k, v in paper.due_row())
    body = f"{head}<div style='margin:8mm 0 8mm 95mm'>{stacked(paper.buyer_lines())}</div><div>{town}</div><h1>{paper.title} {escape(f.number)}</h1>{paper.items()}{listed(paper.sums(), 'sums', paper.rng.choice(['', ':']))}<p>{due}</p><p>{stacked(paper.notes())}</p>"
    foot = " · ".join(
        p for p in (paper.vat_row(f.seller), f"{paper.word('register')} {f.seller.register}", paper.iban_row()) if p
    )
    return _page(paper, f"{_foot(paper, foot)}{body}")


Family = Callable[[Paper], str]
FAMILIES: dict[str, Family] = {f.__name__: f for f in (
    letter, din, picture_head, subscription, utility, slip_below, sum_bar, rate_table, two_parties, sidebar, one_man, inline_head, right_head, boxed, folio, prose, gross_lines, brand_over_name,
)}  # fmt: skip
