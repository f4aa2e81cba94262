"""The kinds of values in a syntax: how each is read out of an element and written into one.

A reader returns None for what is not of its kind; it never raises. Decimals keep the digits that were written. What
senders write in another form, and what can be meant by it only, is read too and noted (`Context.bent`): decimals with
a comma, thousands, a currency beside the amount, dates of people, codes in small letters.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from mailroom.einvoice.parts import Identifier
from mailroom.einvoice.tree import Node

if TYPE_CHECKING:
    from mailroom.einvoice.mapping import Context


class Kind(NamedTuple):
    """A pair of functions."""

    read: Callable[[str, Node, Context], Any]
    write: Callable[[Any, Node, Context], str]


_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})")
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:T[0-9:.]*)?(?:Z|[+-][0-9]{2}:[0-9]{2})?")
_SHORT_DAY = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:[0-9]{4,6})?")


def number(text: str) -> Decimal | None:
    """Return an xsd:decimal, or None. Thirty digits on each side are more than any money needs."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def plain(value: Decimal) -> str:
    """Return a decimal without exponent, and zero without a sign."""
    return format(value or value.copy_abs(), "f")


def day(text: str) -> date | None:
    """Return a date of ISO 8601 (a time zone is dropped) or of the format 102 of CII, or None."""
    match = _DAY.fullmatch(text) or _SHORT_DAY.fullmatch(text)
    try:
        return date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None


_AROUND = re.compile(r"^[A-Za-z€$£]{1,3}|[A-Za-z€$£]{1,3}$")
_BLANKS = re.compile(r"[\s\u00a0\u202f'’]")
_COMMA = re.compile(r"[+-]?(?:[0-9]{1,27}|[0-9]{1,3}(?:\.[0-9]{3}){1,9}),(?:[0-9]{1,2}|[0-9]{4,30})")
_POINT = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3}){1,9}\.[0-9]{1,30}")
_ROUND = re.compile(r"[+-]?[0-9]{1,3}(?:(?:\.[0-9]{3}){2,9}|(?:,[0-9]{3}){2,9})")
_HUMAN_DAY = re.compile(r"([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4})")
_SLASHED = re.compile(r"([0-9]{4})[./]([0-9]{2})[./]([0-9]{2})")


def human_number(text: str) -> Decimal | None:
    """Return a number as people write it, where only one can be meant: `1,234` may be either and is None."""
    bare = _AROUND.sub("", _BLANKS.sub("", text)) if len(text) < 80 else text
    if _COMMA.fullmatch(bare):
        bare = bare.replace(".", "").replace(",", ".")
    elif _POINT.fullmatch(bare):
        bare = bare.replace(",", "")
    elif _ROUND.fullmatch(bare):
        bare = re.sub("[.,]", "", bare)
    return number(bare)


def human_day(text: str) -> date | None:
    """Return a date as people write it, the day before the month as in Europe, or with a time after a blank."""
    bare = text.partition(" ")[0]
    ordered, european = _SLASHED.fullmatch(bare), _HUMAN_DAY.fullmatch(bare)
    if ordered:
        bare = "-".join(ordered.groups())
    elif european:
        bare = f"{european[3]}-{european[2]:0>2}-{european[1]:0>2}"
    return day(bare)


def _text(raw: str, _node: Node, _context: Context) -> str:
    return raw


def _code(raw: str, _node: Node, _context: Context) -> str:
    return "".join(raw.split())


def _capital(raw: str, node: Node, context: Context) -> str:
    bare = "".join(raw.split())
    if bare != bare.upper():
        context.bent.append((node, "not_code"))
    return bare.upper()


def _number(raw: str, node: Node, context: Context) -> Decimal | None:
    value = number(raw)
    if value is None and (value := human_number(raw)) is not None:
        context.bent.append((node, "not_number"))
    return value


def _amount(raw: str, node: Node, context: Context) -> Decimal | None:
    currency = node.attributes.get("currencyID", "").strip()
    if currency:
        node.taken = (node.taken or set()) | {"currencyID"}
        if currency != context.currency:
            context.currencies.add(currency)
    return _number(raw, node, context)


def _write_amount(value: Decimal, node: Node, context: Context) -> str:
    node.attributes["currencyID"] = context.currency
    return plain(value)


def _day(raw: str, node: Node, context: Context) -> date | None:
    value = day(raw)
    if value is None and (value := human_day(raw)) is not None:
        context.bent.append((node, "not_day"))
    return value


def _short_day(raw: str, node: Node, context: Context) -> date | None:
    if "format" in node.attributes:
        node.taken = (node.taken or set()) | {"format"}
    return _day(raw, node, context)


def _write_short_day(value: date, node: Node, _context: Context) -> str:
    node.attributes["format"] = "102"
    return value.isoformat().replace("-", "")  # strftime does not pad the year


_TRUTH = {"true": True, "1": True, "false": False, "0": False}


def _identifier(raw: str, node: Node, _context: Context) -> Identifier:
    known = node.attributes.keys() & {"schemeID", "schemeVersionID", "listID", "listVersionID"}
    node.taken = (node.taken or set()) | known
    read = node.attributes.get
    scheme = read("schemeID") or read("listID") or ""
    return Identifier(
        value=raw, scheme=scheme.strip(), version=(read("schemeVersionID") or read("listVersionID") or "").strip()
    )


def _write_identifier(value: Identifier, node: Node, _context: Context) -> str:
    if value.scheme:
        node.attributes["schemeID"] = value.scheme
    if value.version:
        node.attributes["schemeVersionID"] = value.version
    return value.value


def _write_listed(value: Identifier, node: Node, _context: Context) -> str:
    if value.scheme:
        node.attributes["listID"] = value.scheme
    if value.version:
        node.attributes["listVersionID"] = value.version
    return value.value


def _binary(raw: str, _node: Node, _context: Context) -> bytes | None:
    try:  # binascii takes the text itself: base64 would copy 27 MB once more
        return binascii.a2b_base64(raw.translate(_NO_BLANKS) if _BLANK.search(raw) else raw, strict_mode=True)
    except (binascii.Error, ValueError):
        return None


_BLANK = re.compile(r"\s")
_NO_BLANKS = dict.fromkeys(map(ord, " \t\r\n\u00a0"))


def _same(value: str, _node: Node, _context: Context) -> str:
    return value


KINDS: dict[str, Kind] = {
    "text": Kind(_text, _same),
    "code": Kind(_code, _same),
    "capital": Kind(_capital, _same),
    "number": Kind(_number, lambda value, _node, _context: plain(value)),
    "amount": Kind(_amount, _write_amount),
    "bare_amount": Kind(_amount, lambda value, _node, _context: plain(value)),
    "day": Kind(_day, lambda value, _node, _context: value.isoformat()),
    "short_day": Kind(_short_day, _write_short_day),
    "truth": Kind(lambda raw, _n, _c: _TRUTH.get(raw.lower()), lambda value, _n, _c: "true" if value else "false"),
    "identifier": Kind(_identifier, _write_identifier),
    "listed": Kind(_identifier, _write_listed),
    "binary": Kind(_binary, lambda value, _n, _c: base64.b64encode(value).decode("ascii")),
}
