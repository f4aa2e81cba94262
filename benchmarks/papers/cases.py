"""Cases with their truth: a folder a case with `input.*` and `truth.json`, and what counts as right."""

from __future__ import annotations

import json
import pickle
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from mailroom.domain.document import FieldName
from mailroom.domain.reading import Reading
from mailroom.extraction import Buyer

NAMES = {
    FieldName.SELLER_NAME: "supplier_name", FieldName.SELLER_VAT_ID: "supplier_vat_id", FieldName.IBAN: "iban",
    FieldName.INVOICE_NUMBER: "invoice_number", FieldName.ISSUE_DATE: "issue_date", FieldName.DUE_DATE: "due_date",
    FieldName.CURRENCY: "currency", FieldName.NET_AMOUNT: "net", FieldName.VAT_AMOUNT: "vat", FieldName.TOTAL_AMOUNT: "total",
}  # fmt: skip
"""Our fields and what truth.json calls them."""
_AMOUNTS = {FieldName.NET_AMOUNT, FieldName.VAT_AMOUNT, FieldName.TOTAL_AMOUNT}
_LEGAL = re.compile(
    r"\b(gmbh( ?& ?co\.? ?kg)?|ag|ug|kg|ohg|e\.?k\.?|b\.?v\.?b\.?a\.?|b\.?v\.?|n\.?v\.?|s\.?a\.?r\.?l\.?|s\.?a\.?s\.?|s\.?a\.?|s\.?r\.?l\.?"
    r"|sprl|vof|cv|ltd\.?|limited|inc\.?|llc|plc|pty|sdn\.? ?bhd\.?|\(m\)|co\.?|eurl|scrl)(?=\W|$)",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Case:
    """A document with its truth."""

    ident: str
    group: str
    cluster: str
    file: Path
    fields: dict[str, str | None]
    skipped: frozenset[str]
    alternatives: dict[str, list[str]]
    kind: str
    buyer: Buyer = field(default_factory=Buyer)

    def scored(self, name: FieldName) -> bool:
        """Say whether the truth knows of a field."""
        return NAMES[name] not in self.skipped

    def truth(self, name: FieldName) -> str | None:
        """Return what is right, None when the page does not say it."""
        return self.fields.get(NAMES[name])


def cases_of(folder: Path) -> Iterator[Case]:
    """Yield the cases of a folder by name."""
    for path in sorted(folder.glob("*/truth.json")):
        told: dict[str, Any] = json.loads(path.read_text("utf-8"))
        more = told.get("extra") or {}
        file = next(f for f in sorted(path.parent.iterdir()) if f.name.startswith("input."))
        buyer = Buyer(name=more.get("customer_name") or "", vat_id=more.get("customer_vat_id") or "")
        kind = more.get("doc_type") or ("receipt" if "receipt" in told["group"] else "invoice")
        yield Case(
            told["id"], told["group"], told["cluster"], file, told["fields"], frozenset(told.get("not_scored", ())),
            told.get("alternatives") or {}, kind, buyer,
        )  # fmt: skip


def read_cases(cases: Iterable[Case]) -> Iterator[tuple[Case, Reading]]:
    """Yield each case with its reading, kept beside it from run to run."""
    from mailroom.app import open_box
    from mailroom.config import ReadingSettings, Settings
    from mailroom.errors import MailroomError
    from mailroom.intake import detect
    from mailroom.reading.read import Reader

    box = open_box(Settings())
    reader = Reader(box, ReadingSettings())
    try:
        for case in cases:
            kept = case.file.with_name("reading.pickle")
            try:
                if not kept.exists():
                    content = case.file.read_bytes()
                    kept.write_bytes(pickle.dumps(reader.read(content, detect(content)).reading.model_dump()))
            except MailroomError as error:
                print(f"{case.ident}: {error.reason}")
                continue
            yield case, Reading.model_validate(pickle.loads(kept.read_bytes()))
    finally:
        box.close()


def is_right(case: Case, name: FieldName, value: str | None) -> bool:
    """Say whether a value is what the case's truth says, written in whatever way."""
    if value is None:
        return False
    told = [right for right in (case.truth(name), *case.alternatives.get(NAMES[name], ())) if right is not None]
    return any(_same(name, value, right, credit=case.kind == "credit_note") for right in told)


def _same(name: FieldName, value: str, truth: str, *, credit: bool) -> bool:
    if name in _AMOUNTS:
        a, b = _amount(value), _amount(truth)
        if a is None or b is None:
            return False
        return abs(a) == abs(b) if credit or b < 0 else a == b
    if name is FieldName.SELLER_NAME:
        a, b = _name(value), _name(truth)
        return bool(a and b) and (a == b or SequenceMatcher(None, a, b, autojunk=False).ratio() >= 0.85)
    if name is FieldName.SELLER_VAT_ID:
        a, b = _plain(value), _plain(truth)
        return a == b or (b[:2].isalpha() and a == b[2:])
    return _plain(value) == _plain(truth)


def _plain(text: str) -> str:
    return re.sub(r"[^0-9A-Z]", "", unicodedata.normalize("NFKC", text).upper())


def _name(text: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
    return re.sub(r"[^0-9a-z]", "", _LEGAL.sub(" ", plain))


def _amount(text: str) -> Decimal | None:
    try:
        return Decimal(text).quantize(Decimal("0.01"))
    except InvalidOperation:
        return None
