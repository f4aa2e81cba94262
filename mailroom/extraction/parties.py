"""Seller name (BT-27) and buyer name (BT-44).

A seller's name is where its address, its VAT id or its account is, in its own web address, repeated in the footer, in
large type at the top; it has a legal form. The buyer is whom the account knows itself to be, or who stands under
`Bill to`; it is never the seller.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cache, lru_cache

from mailroom.extraction.candidates import Candidate, Sight
from mailroom.extraction.layout import Segment, below, column
from mailroom.extraction.names import follows_form, has_form, legal_forms, share_a_word, without_form
from mailroom.extraction.seller_weights import RECEIPT_WEIGHTS, WEIGHTS
from mailroom.extraction.text import compact, fold, similarity
from mailroom.extraction.zones import Zone, zone_of
from mailroom.languages import Language, reading_data

_DOMAIN = re.compile(r"(?:www\.|https?://(?:www\.)?|@)([a-z0-9\-]+(?:\.[a-z0-9\-]+)*)\.(?:[a-z]{2,6})\b")
_POSTCODE = re.compile(
    r"(?<!\w)(?:[A-Z]{1,2}[- ])?\d{4,6}(?: [A-Z]{2})?\s+[^\W\d]{2,}|\b[A-Z]{1,2}\d{1,2}[A-Z]? \d[A-Z]{2}\b"
)
_STREET = re.compile(
    r"\d.*(?:stra(?:ß|ss)e|str\.|weg|laan|gasse|platz|allee|straat|lei)|(?:rue|avenue|boulevard|chauss[ée]e|place|jalan|jln|str\.|strada|bd\.|calea)\b"
    r"|\b(?:pl|av|str|bd|bld|blv|ch[ée]e)\.\s?[^\W\d]"
    r"|\b(?:road|street|lane|drive|avenue|floor|lot|jalan|jln|taman|unit)\b|(?:stra(?:ß|ss)e|str\.|weg|laan|gasse|platz|allee|straat|plein|gracht|kade|ring)\s+\d",
    re.IGNORECASE,
)
_CONTACT = re.compile(r"@|www\.|https?:|\+\d{2}|\b(?:tel|fax|phone|t[ée]l|iban|bic)\b", re.IGNORECASE)
_LONG_NUMBER = re.compile(r"\d(?:[ .]?\d){7}")  # an id, an account or a telephone; no postcode is that long
_PRICE = re.compile(r"^\D{0,4}\d[\d.,' ]*[.,]\s?\d\d\D{0,4}$")
_CAPTIONS = re.compile(r"\s{0,2}:\s{0,2}\d")
"""What follows a caption: `Date d'envoi : 3 mars 2026`."""
_PUBLIC_MAIL = frozenset(
    {"gmail", "hotmail", "outlook", "yahoo", "gmx", "web", "icloud", "telenet", "skynet", "t-online", "live", "orange"}
)
_SMALL_WORDS = frozenset(
    compact(word) for language in Language for word in reading_data(language)["common"] if len(word) <= 4
)


@dataclass(slots=True)
class Known:
    """What is known of the parties when names are looked for."""

    buyer_names: tuple[str, ...] = ()
    zones: list[Zone] = field(default_factory=list)
    anchors: list[Segment] = field(default_factory=list)
    """Where the seller's VAT id and account stand."""
    receipt: bool = False


@lru_cache(maxsize=4096)
def is_street(text: str) -> bool:
    """Say whether a street stands in a text. The same line is asked for every name that it may be the address of."""
    return _STREET.search(text) is not None


@lru_cache(maxsize=4096)
def _has_postcode(text: str) -> bool:
    return _POSTCODE.search(text) is not None


def is_buyer(name: str, known: Known) -> bool:
    """Say whether a name is one of the account's own."""
    key = _bare(name)
    return any(similarity(key, _bare(own)) >= 0.8 for own in known.buyer_names if own)


@cache
def _bare(name: str) -> str:
    return compact(without_form(name, " ")) or compact(name)


def score_sellers(names: list[Candidate], sight: Sight, known: Known) -> list[Candidate]:
    """Return the candidates for the seller's name, best first."""
    traits = seller_traits(names, sight, known)
    weights = RECEIPT_WEIGHTS if known.receipt else WEIGHTS
    for name, seen in zip(names, traits, strict=True):
        name.score = sum(weights[trait] * strength for trait, strength in seen.items())
    ranked = sorted((n for n in names if not is_buyer(n.value, known)), key=lambda c: -c.score)
    return _sign_in_full(ranked) if known.receipt else _in_full(ranked)


def _sign_in_full(ranked: list[Candidate]) -> list[Candidate]:
    """Let the sign of a shop give way to its name spelled out under it: `Zoet & Zout` to `Lunchcafé Zoet & Zout`."""
    sign = ranked[0] if ranked else None
    named = next((n for n in ranked[1:] if sign and _spells_out(n, sign)), None)
    if sign is None or named is None:
        return ranked
    named.score = sign.score
    return [named, *(n for n in ranked if n is not named)]


def _spells_out(name: Candidate, sign: Candidate) -> bool:
    """Say whether a line within the head of a slip says the whole sign with a word or two before it, or its company."""
    whole, brand = fold(name.value), fold(sign.value)
    near = name.page == sign.page and name.first == 0 and 0 < name.segment.row - sign.segment.row <= _UNDER_SIGN
    if not near or len(compact(brand)) < _TELLING or has_form(sign.value):
        return False
    before = whole.removesuffix(f" {brand}") if whole.endswith(f" {brand}") else ""
    plain = before.replace(" ", "").isalpha() and len(before.split()) <= _MOST_MORE
    return plain or (whole.startswith(f"{brand} ") and _only_longer(name.value, len(brand)))


_UNDER_SIGN = 4
"""Lines."""


def _in_full(ranked: list[Candidate]) -> list[Candidate]:
    """Let a brand give way to the company's full name that begins with it: `Tauern` to `Tauern Handelsges.m.b.H.`"""
    if not ranked or has_form(ranked[0].value):
        return ranked
    brand = fold(ranked[0].value)
    fuller = [n for n in ranked[1:] if _begins_with(n.value, brand)]
    named = next((n for n in fuller if n.score > ranked[0].score - _FULLER and len(compact(brand)) > 3), None)
    named = named or next((n for n in ranked[1:] if _runs_brand(n, ranked[0])), None)
    if named is None:
        return ranked
    named.score = ranked[0].score
    return [named, *(n for n in ranked if n is not named)]


def _runs_brand(company: Candidate, brand: Candidate) -> bool:
    """Say whether a company that stands about as surely is called after the brand: `Ter Linden Autoservice BV`."""
    near = company.score > brand.score - _RUNS
    return near and has_form(company.value) and share_a_word(company.value, brand.value)


def _begins_with(name: str, brand: str) -> bool:
    """`Tauern Handelsges.m.b.H.` begins with `Tauern`, `Vloeberghs Klimaattechniek BV` with `Vloeberghsklimaat`."""
    if fold(name).startswith(f"{brand} "):
        return _only_longer(name, len(brand))
    joined = " " not in brand and len(brand) >= _LONG_BRAND and has_form(name)
    return joined and compact(without_form(name)).startswith(compact(brand)) and len(name.split()) <= _MOST_WORDS


_LONG_BRAND = 8  # letters of a sign that runs words together
_MOST_WORDS = 5


def _only_longer(name: str, start: int) -> bool:
    """Say whether a name goes on with a word or two and its legal form, not with a sentence or a second name."""
    form = legal_forms().search(name, start)
    words = name[start : form.start()].split() if form else []
    return form is not None and len(words) <= _MOST_MORE and not any(compact(w) in _SMALL_WORDS | {""} for w in words)


_MOST_MORE = 2
_RUNS = 1.0
_FULLER = 5.0
"""Points by which the best place of a brand may be ahead of the best place of the full name."""
Traits = dict[str, float]
"""What speaks for or against a name, by `WEIGHTS`' keys."""


def seller_traits(names: list[Candidate], sight: Sight, known: Known) -> list[Traits]:
    """Return the traits of every name: its own form, and the best place of all places where it stands."""
    domains, titles, tops = _domains(sight, known), _titles(), _first_lines(sight)
    counts = Counter(_bare(c.value) for c in names)
    forms = [_form_traits(name, sight, titles) for name in names]
    places = [_place_traits(name, known, tops) | _zone_traits(name, sight, known) for name in names]
    best: dict[str, Traits] = {}
    worst: dict[str, float] = {}
    for name, place in zip(names, places, strict=True):
        key = _bare(name.value)
        known_best = best.setdefault(key, dict.fromkeys(_SHARED, 0.0))
        for trait, strength in place.items():
            if strength > known_best.get(trait, strength):
                known_best[trait] = strength
        worst[key] = max(worst.get(key, 0.0), place.get("buyer_zone", 0.0))
    found = []
    for name, form, place in zip(names, forms, places, strict=True):
        key = _bare(name.value)
        traits = form | place
        traits |= {f"else_{trait}": max(0.0, value - place.get(trait, 0.0)) for trait, value in best[key].items()}
        traits["buyer_zone_else"] = worst[key] - place.get("buyer_zone", 0.0)
        traits["domain"] = _in_domain(name, domains)
        traits["again"] = min(counts[key] - 1 + (known.receipt and _stands_in_another(key, counts)), 2)
        found.append({trait: strength for trait, strength in traits.items() if strength})
    return found


def _stands_in_another(key: str, counts: Counter[str]) -> bool:
    """Say whether a name stands again within a longer one: `Salzkammergut Museum`, `Verein Salzkammergut Museum`."""
    return len(key) >= _TELLING and any(key in other for other in counts if len(other) > len(key))


_TELLING = 8  # letters
_SHARED = (
    "heads_address",
    "anchor",
    "company_line",
    "seller_label",
    "holder_label",
    "seller_zone",
    "top",
    "first",
    "large",
)


def _form_traits(name: Candidate, sight: Sight, titles: frozenset[str]) -> Traits:
    value = name.value
    words = value.split()
    # `De Vries`, `LE PONT` are names; small words in small letters belong to sentences.
    small = sum(1.0 if w[:1].islower() else 0.5 * value.isupper() for w in words if compact(w) in _SMALL_WORDS)
    formed = (has_form(value) or follows_form(name)) and not _COUNTY.match(value)
    covered = sum(
        a.last - (0 if a.twin else a.first)
        for a in sight.labels_in(name.segment)
        if a.first >= name.first and a.last <= name.last
    )
    rest = len(name.segment.tokens) - (name.last - name.first)
    return {
        "legal_form": 1.0 if formed else _FAMILY_FIRM * (_OF_FAMILY.search(value) is not None),
        "two_lines": float(bool(name.more)),
        "no_core": float(len(compact(without_form(value))) < 3),
        "digit": float(any(c.isdigit() for c in value)),
        "street": float(is_street(value) or (not formed and _over_postcode(name))),
        "postcode": float(_has_postcode(value)),
        "small_words": small * (not formed),
        "long": float(max(0, len(words) - 5)),
        "bracket": float(value.startswith("(")),
        "short": float(len(value) < 5),
        "doubt": max(0.0, 0.6 - name.mostly_sure),
        "colon": float(_CAPTIONS.match(name.segment.text, name.start + len(name.text)) is not None),
        "small_letter": float(value[:1].islower()),
        "title": float(compact(value) in titles),
        "is_label": covered / max(1, name.last - name.first),
        "in_text": min(rest, 12) / 8 * (name.first > 0),
        # `Dorp 12 - Nevele`, `12 Jln Telawi, Bangsar`: what goes on after a house number is a town.
        "after_number": float(not formed and any(c.isdigit() for c in name.segment.text[: name.start])),
        "owner": float(f"{fold(value)} ".startswith(_owners())),
    }


def _over_postcode(name: Candidate) -> bool:
    """Say whether a line ends with the number of a house over the postcode of an address: `Hemdijk 61`, `Werf 2`."""
    under = below(name.segment) if _HOUSE.search(name.segment.text) else None
    return under is not None and under.row > 1 and _has_postcode(under.text)


_HOUSE = re.compile(r"[^\W\d]{3,}\.? \d{1,3} ?[A-Za-z]?$")
_FAMILY_FIRM = 0.35
_OF_FAMILY = re.compile(
    r"[^\W\d]{3} (?:&|\+|et|und|en|and|e|y|i) (?:fils|filles?|cie|s[öo]hne|sohn|kinder|t[öo]chter|zonen|zoon|zn"
    r"|dochters?|sons?|daughters?|figli|figlio|hijos|hijo|filhos|fii|fiii|synowie|syn|partners?|associ[ée]s|vennoten)\b"
    r"|\b(?:gebr(?:\.|oeders|[üu]der)|fr[èe]res|brothers|bros\.|hnos\.|hermanos|fratelli|f\.lli)(?!\w)",
    re.IGNORECASE,
)
"""`Jos. Weydert & Fils`, `Gebr. Janssen`: the firm of a family is called so without a legal form."""
_COUNTY = re.compile(r"Co\. [A-Z][a-z]+$")  # `Co. Kerry` is a county of Ireland, and `Co.` there no form of a company


@cache
def _owners() -> tuple[str, ...]:
    words = {fold(word) for language in Language for word in reading_data(language)["phrases"]["owner"]}
    return tuple(f"{word}{end}" for word in sorted(words) for end in (" ", ". ", ": "))


@cache
def _titles() -> frozenset[str]:
    return frozenset(
        compact(p)
        for language in Language
        for phrases in reading_data(language)["document_types"].values()
        for p in phrases
    )


def _first_lines(sight: Sight) -> dict[int, int]:
    """Return the first wordy segments of the first page with their rank."""
    tops: dict[int, int] = {}
    for sheet in sight.sheets[:1]:
        for segment in sheet.segments:
            if sum(c.isalpha() for c in segment.text) >= 4:
                tops[id(segment)] = len(tops)
            if len(tops) >= 6:
                break
    return tops


def _place_traits(name: Candidate, known: Known, tops: dict[int, int]) -> Traits:
    segment = name.segment
    rank = tops.get(id(segment), 9)
    row = segment.sheet.rows[segment.row]
    anchors = [a for a in known.anchors if _same_block(segment, a)]
    return {
        "top": max(0.0, 1 - 2.5 * segment.y0) * (name.page == 1),
        "first": {0: 1.0, 1: 0.65, 2: 0.25}.get(rank, 0.0),
        "large": min(1.6, 2.0 * max(0.0, segment.height / segment.sheet.line - 1.1)) * (segment.y0 < 0.45),
        "heads_address": float(_heads_address(name)),
        "foot": float(segment.y0 > 0.85),
        "middle": float(0.45 < segment.y0 < 0.85),
        "later_page": float(name.page > 1),
        "priced": float(any(_PRICE.search(other.text) for other in row[segment.place + 1 :])),
        "anchor": float(bool(anchors)),
        "company_line": float(any(segment is a for a in anchors)),
        # A slip is for nobody: what heads it is the shop, however much of the table the photo shows above.
        "addressee": float(not (known.receipt and rank == 0) and _is_addressee(name)),
        "runs_it": float(rank in (1, 2) and _SOLE_TRADER.search(name.value) is not None),
    }


_SOLE_TRADER = re.compile(r"\be\. ?(?:K|U|Kfm|Kfr)\.$")
"""Under the sign of a shop these name the person who runs it: `KAUFGUT` / `Ines Pohlmann e.K.`"""


def _is_addressee(name: Candidate) -> bool:
    """Say whether it heads an address that tells nothing but where to: no telephone, no account, no ids, no web."""
    block = column(name.segment)
    if name.first or not 2 <= len(block) <= 7 or not 0.08 < name.segment.y0 < 0.45:
        return False
    placed = any(_has_postcode(s.text) for s in block[1:])
    return placed and not any(_CONTACT.search(s.text) or _LONG_NUMBER.search(s.text) for s in block)


def _heads_address(name: Candidate) -> bool:
    """Say whether a postcode or a street follows, in the same line or within three lines under it."""
    rest = name.segment.text[name.start + len(name.text) :]
    if _has_postcode(rest):
        return True
    if name.first > 0 and not name.segment.text[: name.start].rstrip().endswith(":"):
        return False
    return any(_has_postcode(s.text) or is_street(s.text) for s in column(name.segment, limit=4)[1:])


def _zone_traits(name: Candidate, sight: Sight, known: Known) -> Traits:
    segment = name.segment
    zone = zone_of(segment, known.zones)
    left = [a for a in sight.labels_of(segment) if a.x1 <= name.x0 + 1e-6 and a.segment.place >= segment.place - 1]
    roles = left[-1].roles if left else frozenset()
    other = roles - {"seller", "name", "account_holder", "invoice_word", "iban"}
    return {
        "buyer_zone": float(zone in {"buyer", "delivery_to"}),
        "seller_zone": float(zone == "seller"),
        "first_of_seller_zone": float(zone == "seller" and _is_first_of_zone(segment, known)),
        "seller_label": float(bool(roles & {"seller", "name"}) and zone != "buyer"),
        "holder_label": float(bool(roles & {"account_holder"})),
        "other_label": float(bool(other)),
        "buyer_label": float(bool(roles & {"buyer", "delivery_to"})),
    }


def _is_first_of_zone(segment: Segment, known: Known) -> bool:
    heads = [z.head for z in known.zones if z.party == "seller" and z.head and z.holds(segment)]
    return any(below(h.segment) is segment or h.segment is segment for h in heads)


def _same_block(segment: Segment, anchor: Segment) -> bool:
    if segment.sheet is not anchor.sheet:
        return False
    if segment is anchor:
        return True
    lines = segment.sheet.line
    return abs(segment.x0 - anchor.x0) < 0.06 and 0 < anchor.y0 - segment.y0 < 14 * lines


def _domains(sight: Sight, known: Known) -> list[str]:
    found: list[str] = []
    for sheet in sight.sheets:
        for segment in sheet.segments:
            if zone_of(segment, known.zones) in {"buyer", "delivery_to"}:
                continue
            for match in _DOMAIN.finditer(
                fold(segment.text).replace(" ", "") if "@" in segment.text else fold(segment.text)
            ):
                core = match[1].split(".")[-1]
                own = any(similarity(compact(core), _bare(n)) > 0.7 for n in known.buyer_names)
                if core not in _PUBLIC_MAIL and not own and len(core) > 2:
                    found.append(compact(core))
    return found


def _in_domain(name: Candidate, domains: list[str]) -> float:
    """Return how well a name fits a web address of the page, 0 to 1."""
    key, whole = _bare(name.value), compact(name.value)
    best = 0.0
    for domain in domains:
        if len(key) >= 4 and (domain.startswith(key) or (key.startswith(domain) and len(domain) >= 4)):
            best = max(best, 0.6 + 0.4 * min(len(key), len(domain)) / max(len(key), len(domain)))
        best = max(best, similarity(whole, domain), similarity(key, domain))
    return best if best >= 0.55 else 0.0


def find_buyer(names: list[Candidate], sight: Sight, known: Known) -> list[Candidate]:
    """Return the candidates for the buyer's name, best first; only what the account or a label knows as one."""
    found: list[Candidate] = []
    for name in names:
        zone = zone_of(name.segment, known.zones)
        own = is_buyer(name.value, known)
        head = any(
            z.party == "buyer" and z.head and (below(z.head.segment) is name.segment or z.head.segment is name.segment)
            for z in known.zones
        )
        if not (own or head or zone == "buyer"):
            continue
        points = 5.0 * own + 2.5 * (zone == "buyer") + 2.0 * head - 1.5 * is_street(name.value)
        points += 0.8 * has_form(name.value) - 1.5 * _has_postcode(name.value)
        points -= 2.0 * bool(sight.labels_in(name.segment)) * (not own) * (name.first == 0)
        if points > 2.0:
            name.score = points - 0.01 * len(found)
            found.append(name)
    return sorted(found, key=lambda c: -c.score)
