"""Runs labelled mails through the steps, from the raw bytes to the decision, and says what became of each file."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from house_for_steps import TestHouse
from mails_choices import File, Mail

from mailroom.app.box import BOX_TASKS
from mailroom.config import ReadingSettings
from mailroom.domain.document import BESIDE, Bond, Document, DocumentState
from mailroom.domain.message import LedgerEntry, Verdict
from mailroom.reading.box import Box
from mailroom.reading.read import Reader


class OpenBox:
    """Runs every task of the box in this process: what it says is the same, and nothing has to be forked."""

    def call(self, task: str, arguments: dict[str, Any], blobs: Sequence[bytes] = (), **_how: Any) -> Any:
        module, _, name = BOX_TASKS[task].partition(":")
        return getattr(importlib.import_module(module), name)(arguments, list(blobs))[:2]

    def ask(self, *_: Any) -> None:
        """Stand in for a box whose children never stay."""

    def another(self, *_: Any, **__: Any) -> OpenBox:
        """Stand in for a box with other limits, too."""
        return self


def open_up(home: TestHouse) -> TestHouse:
    """Let the house really read."""
    box = OpenBox()
    object.__setattr__(home.house, "box", box)
    object.__setattr__(home.house, "reader", Reader(cast(Box, box), ReadingSettings(second_opinion="off")))
    return home


@dataclass
class Figures:
    """What came out: right and wrong choices by story, and each wrong one in words."""

    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)
    decoration_taken: int = 0
    documents_dropped: int = 0
    mails: int = 0

    @property
    def share(self) -> float:
        """The share of right choices."""
        right = self.right.total()
        return right / max(right + self.wrong.total(), 1)


def judge(home: TestHouse, mails: Iterable[Mail]) -> Figures:
    """Take the mails in, one after the other, and compare what became of each file with its label."""
    found = Figures()
    for mail in mails:
        found.mails += 1
        for number in home.documents_of(mail.raw()):
            home.work_on(number)
        with home.store.read() as unit:
            message = next(iter(unit.parts.ledger(home.account.id, limit=1))).mail
            lines = {line.filename: line for line in unit.parts.of(message)}
            documents = {one.part_path: one for one in unit.documents.of_message(message)}
            pieces = {one.id: len(unit.documents.made_of(one.id)) for one in documents.values()}
        for file in mail.files:
            line = lines[file.name]
            document = documents.get(line.path)
            chosen = choice(line, document, pieces)
            _count(found, mail, file, chosen)
        home.clock.go_on(minutes=1)
    return found


def choice(line: LedgerEntry, document: Document | None, pieces: dict[str, int]) -> str:
    """Return what became of a file, in the words of the labels."""
    if line.verdict in (Verdict.IGNORED, Verdict.REFUSED):
        return "decoration"
    if document is None:
        return "appendix" if line.verdict is Verdict.APPENDIX else line.verdict.value
    if document.bond is Bond.DIVIDED:
        return f"divided {pieces[document.id]}"
    if document.bond is not None and document.state in BESIDE:
        return "aside" if document.bond is Bond.REMINDER else document.bond.value
    codes = {reason.code for reason in document.reasons}
    return "waits" if document.state is DocumentState.HELD and "not_for_the_books" in codes else "main"


def _count(found: Figures, mail: Mail, file: File, chosen: str) -> None:
    wanted = f"divided {file.pieces}" if file.pieces else "main" if file.label == "further" else file.label
    if chosen == wanted:
        found.right[mail.story] += 1
        return
    found.wrong[mail.story] += 1
    found.told.append(f"{mail.language}, {mail.story}: {file.name} is {file.label}, taken for {chosen}")
    found.decoration_taken += wanted == "decoration"
    found.documents_dropped += chosen == "decoration"
