"""What may stand once only in UBL although the model has room for more (UBL-SR, UBL-DT).

Of a file that was read, `form` says the rules of `_UNREAD`: it saw the elements themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from mailroom.einvoice.findings import Found, Rule, Severity
from mailroom.einvoice.model import Invoice, Syntax


def _in_ubl(invoice: Invoice) -> bool:
    return invoice.source is None or invoice.source.syntax is Syntax.UBL


def _when(broken: Callable[[Invoice], bool], place: str, invoice: Invoice) -> Iterator[Found]:
    if _in_ubl(invoice) and broken(invoice):
        yield Found(place, {"term": place})


def _when_unread(broken: Callable[[Invoice], bool], place: str, invoice: Invoice) -> Iterator[Found]:
    if invoice.source is None and broken(invoice):
        yield Found(place, {"term": place})


def _references(invoice: Invoice) -> bool:
    return len({invoice.payment_reference, *(one.reference for one in invoice.payment_means)} - {""}) > 1


def _files(attr: str, invoice: Invoice) -> bool:
    return any(one.content is not None and not getattr(one, attr) for one in invoice.attachments)


_RULES: tuple[tuple[str, str, str, Callable[[Invoice], bool]], ...] = (
    ("UBL-SR-44", "once", "BT-83", _references),
    ("UBL-SR-46", "once", "BT-82", lambda i: sum(bool(one.text) for one in i.payment_means) > 1),
    ("UBL-SR-47", "once", "BT-81", lambda i: len({one.code for one in i.payment_means}) > 1),
    ("UBL-DT-06", "missing", "BT-125-1", partial(_files, "media_type")),
    ("UBL-DT-07", "missing", "BT-125-2", partial(_files, "filename")),
)
_UNREAD: tuple[tuple[str, str, Callable[[Invoice], bool]], ...] = (
    ("UBL-SR-16", "BT-46", lambda i: len(i.buyer.ids) > 1),
    ("UBL-SR-20", "BT-60", lambda i: len(i.payee.ids if i.payee else ()) > 1),
    ("UBL-SR-43", "BT-122", lambda i: any(one.reference and one.reference.scheme for one in i.attachments)),
    ("UBL-SR-54", "BG-18", lambda i: sum(one.card is not None for one in i.payment_means) > 1),
    ("UBL-SR-55", "BG-19", lambda i: sum(bool(o.mandate or o.debited_account) for o in i.payment_means) > 1),
)
RULES: tuple[Rule, ...] = (
    *(Rule(rule, Severity.FATAL, sentence, partial(_when, broken, place)) for rule, sentence, place, broken in _RULES),
    *(Rule(rule, Severity.FATAL, "once", partial(_when_unread, broken, place)) for rule, place, broken in _UNREAD),
)
