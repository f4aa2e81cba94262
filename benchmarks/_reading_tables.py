"""The tables of the reading benchmark: what was right, what was sure, what it cost."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from _daemon import median, others_cpu, table
from papers.cases import NAMES, Case, is_right

from mailroom.domain.document import FieldName, Fields
from mailroom.extraction import THRESHOLDS, missing

KEY = (FieldName.SELLER_VAT_ID, FieldName.INVOICE_NUMBER, FieldName.ISSUE_DATE, FieldName.TOTAL_AMOUNT)
_SHORT = ("seller", "VAT id", "IBAN", "number", "date", "due", "curr.", "net", "VAT", "total")


@dataclass(slots=True)
class Outcome:
    """What was read of a case, and what it cost."""

    case: Case
    fields: Fields
    pages: int
    cpu: float
    """CPU seconds of everything: the reader's processes and extraction."""
    extraction: float
    """CPU seconds of extraction alone, of the first reading."""
    twice: int
    """Pages that were read a second time."""
    ocr: int
    """Pages that were read by OCR."""


_CHILD_ENDS = 0.02
"""Seconds in which a child of the box is gone after its answer, and its CPU is counted."""


@dataclass(slots=True)
class Split:
    """CPU seconds of the parts of reading digital papers, of all processes, summed over the papers."""

    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    pages: int = 0

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Count what is done inside as this part, with the end of the children that it left."""
        others, own = others_cpu(), time.process_time()
        yield
        time.sleep(_CHILD_ENDS)
        self.seconds[name] += time.process_time() - own
        self.seconds[name] += others_cpu() - others


def by_group(outcomes: Iterable[Outcome]) -> dict[str, list[Outcome]]:
    """Return the outcomes by the case's group, in the groups' order."""
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        groups[outcome.case.group].append(outcome)
    return dict(sorted(groups.items()))


def _f1(outcomes: Sequence[Outcome], names: Iterable[FieldName]) -> str:
    right = wrong = absent = 0
    for outcome, name in ((o, n) for n in names for o in outcomes if o.case.scored(n)):
        value, truth = outcome.fields[name].value, outcome.case.truth(name)
        good = is_right(outcome.case, name, value)
        right += good
        wrong += value is not None and not good
        absent += truth is not None and not good
    return f"{2 * right / (2 * right + wrong + absent):.3f}" if right + wrong + absent else "–"


def _all_right(outcome: Outcome, names: Iterable[FieldName]) -> bool | None:
    told = [n for n in names if outcome.case.scored(n) and outcome.case.truth(n) is not None]
    return all(is_right(outcome.case, n, outcome.fields[n].value) for n in told) if told else None


def show_accuracy(outcomes: Sequence[Outcome]) -> None:
    """Print F1 by group and field, and how many documents have all key fields right."""
    rows = []
    for group, part in by_group(outcomes).items():
        keys = [k for o in part if (k := _all_right(o, KEY)) is not None]
        share = f"{sum(keys) / len(keys):.2f}" if keys else "–"
        rows.append([group, str(len(part)), *(_f1(part, [n]) for n in NAMES), _f1(part, list(NAMES)), share])
    note = "key: documents whose VAT id, number, issue date and total are all right, as far as the page says them."
    table("Fields, F1 by group", ["group", "n", *_SHORT, "all", "key"], rows, note)


def show_trust(outcomes: Sequence[Outcome]) -> None:
    """Print what would pass without a person: documents that miss nothing, and how many of their values are wrong."""
    rows = []
    for kind in ("digital", "scan", "photo"):
        part = [o for o in outcomes if o.case.group.endswith(kind)]
        passed = [o for o in part if not missing(o.fields)]
        values = [(o, n) for o in passed for n in NAMES if o.case.scored(n) and _taken(o, n)]
        wrong = sum(not is_right(o.case, n, o.fields[n].value) for o, n in values)
        if part:
            share = f"{wrong / max(1, len(values)):.2%}"
            rows.append([kind, str(len(part)), f"{len(passed) / len(part):.0%}", str(len(values)), str(wrong), share])
    note = "Complete: every required field is there and above its threshold; values below theirs are shown as doubtful."
    table("What passes without a person", ["kind", "documents", "complete", "values", "wrong", "share"], rows, note)


def _taken(outcome: Outcome, name: FieldName) -> bool:
    field = outcome.fields[name]
    return field.value is not None and field.confidence >= THRESHOLDS[name]


def show_types(outcomes: Sequence[Outcome]) -> None:
    """Print how many documents of each kind are known as what they are."""
    right, all_of = Counter[str](), Counter[str]()
    for outcome in outcomes:
        all_of[outcome.case.kind] += 1
        right[outcome.case.kind] += outcome.fields[FieldName.DOCUMENT_TYPE].value == outcome.case.kind
    rows = [[kind, str(n), f"{right[kind] / n:.2f}"] for kind, n in sorted(all_of.items())]
    table("What it was", ["kind", "documents", "right"], rows)


def show_cost(outcomes: Sequence[Outcome], raw: Sequence[float], memory: dict[str, float]) -> None:
    """Print CPU by kind of page, beside raw tesserocr of the same run, and the readers' memory."""
    rows = []
    kinds = {kind: [o for o in outcomes if o.case.group.endswith(kind)] for kind in ("digital", "scan", "photo")}
    for (kind, part), aim in zip(kinds.items(), ("0.015", "1.15 × raw", "3"), strict=True):
        if part:
            pages = sum(o.pages for o in part)
            own = median([o.extraction / o.pages for o in part]) * 1000
            rows.append([kind, str(pages), f"{sum(o.cpu for o in part) / pages:.3f}", f"{own:.1f} ms", aim])
    if raw:
        rows.append(["raw tesserocr, a scanned page", str(len(raw)), f"{sum(raw) / len(raw):.3f}", "", ""])
    note = "With preview; extraction is the median, and part of all."
    table("CPU seconds a page", ["kind", "pages", "all", "extraction", "aim"], rows, note)
    again = [
        [kind, f"{sum(o.twice for o in part) / max(1, sum(o.ocr for o in part)):.0%}"]
        for kind, part in kinds.items()
        if any(o.ocr for o in part)
    ]
    table("Pages of OCR that were read a second time", ["kind", "share"], again)
    note = "Highest resident size in the run; aims: 300, and 1000 with the photo engine."
    table("Memory of readers", ["process", "MB"], [[name, f"{mb:.0f}"] for name, mb in memory.items()], note)


def show_split(split: Split) -> None:
    """Print what a digital page costs, part by part."""
    if not split.pages:
        return
    cost = {name: 1000 * seconds / split.pages for name, seconds in split.seconds.items()}
    needed, preview = cost["text"] + cost["fields"], cost["with preview"] - cost["text"]
    comparison = cost["with comparison"] - cost["with preview"]
    rows = [
        ["text and all fields", f"{needed:.1f}", "15"],
        ["  of these: words and their places, in the box", f"{cost['text']:.1f}", ""],
        ["  of these: fields and lines", f"{cost['fields']:.1f}", ""],
        ["preview for people", f"{preview:.1f}", ""],
        ["text compared with the picture", f"{comparison:.1f}", ""],
        ["all that the daemon does to read a page", f"{cost['with comparison'] + cost['fields']:.1f}", ""],
    ]
    note = f"Means of {split.pages} pages, each part in a pass of its own; the others by the kernel's count of 10 ms."
    table("A digital page, CPU milliseconds", ["part", "ms", "aim"], rows, note)
