"""Documents of locked files: they wait for a password, and become what was inside once the file was opened.

The row that a person looked at lives on: it takes the first document that came out of its file, so that his page and
his links stay; what else came out are documents of their own. All of it happens in the transaction of `sort`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mailroom.domain.document import Document, DocumentState
from mailroom.domain.message import Message, Part, PartVerdict
from mailroom.domain.value import Reason
from mailroom.steps.house import House
from mailroom.store import Unit

LOCKED = frozenset({"password_missing", "password_wrong", "certificate_missing", "password_protected"})
"""Reasons of a document that waits for a key. The last one is what the reader says."""
TYPED = frozenset({"password_missing", "password_wrong", "password_protected"})
"""Those that a password answers."""

_WAITS = frozenset({DocumentState.UNREADABLE, DocumentState.READING, DocumentState.NEEDS_ATTENTION})


def waits_for_key(document: Document) -> bool:
    """Say whether a document is a locked file that nobody opened yet."""
    return any(reason.code in LOCKED for reason in (*document.reasons, *document.problems))


class Opened:
    """The waiting documents of one message whose files are open now."""

    def __init__(
        self, unit: Unit, house: House, message: Message, containers: Iterable[str], told: tuple[Reason, ...] = ()
    ) -> None:
        """`containers` are the paths of the files that were unlocked; `told` is what every document is told."""
        self.told = told
        self.unit, self.house, self.message = unit, house, message
        paths = set(containers)
        known = unit.documents.of_message(message.id) if paths else []
        self._waiting = {
            document.part_path: document
            for document in known
            if document.part_path in paths and document.state in _WAITS and waits_for_key(document)
        }

    def take(self, part: Part, problems: tuple[Reason, ...]) -> Document | None:
        """Let the document that waited for a file around this part go on as the part; None when there is none."""
        path = next((path for path in self._waiting if part.path.startswith(f"{path}.")), None)
        if path is None or self.unit.documents.by_bytes(self._waiting[path].account_id, part.sha256):
            return None
        waiting = self._waiting.pop(path)
        taken = {
            "part_path": part.path,
            "sha256": part.sha256,
            "media_type": part.media_type,
            "filename": part.filename or waiting.filename,
            "size": part.size,
        }
        fresh = {"state": DocumentState.READING, "reasons": (), "problems": problems, "attempts": 0}
        self._note("document_unlocked", waiting)
        return self.unit.documents.save(waiting.model_copy(update=taken | fresh))

    def close(self, rows: Sequence[tuple[Part, PartVerdict, str | None]]) -> None:
        """Refuse what waited for a file in which there is nothing to read, or nothing that is new."""
        for path, document in self._waiting.items():
            copies = [row for row in rows if row[0].path.startswith(f"{path}.") and row[2]]
            state = DocumentState.DUPLICATE if copies else DocumentState.REFUSED
            reason = Reason(code="same_bytes_as_document" if copies else "nothing_inside")
            self.unit.documents.save(document.model_copy(update={"state": state, "reasons": (reason,), "attempts": 0}))
            self._note("document_unlocked", document)

    def _note(self, event: str, document: Document) -> None:
        self.unit.events.add(
            event, account_id=document.account_id, subject=document.id, actor="sort", at=self.house.clock()
        )


def still_locked(unit: Unit, house: House, document: Document, reason: Reason) -> Document:
    """Note on a document for which a password was typed that this password does not open it, and forget that one."""
    if document.state is not DocumentState.READING:
        return document
    unit.passwords.forget_last_typed(document.message_id)
    wrong = Reason(code="password_wrong", facts=reason.facts) if reason.code in TYPED else reason
    unit.events.add(
        "document_unreadable",
        account_id=document.account_id,
        subject=document.id,
        actor="sort",
        facts={"reason": wrong.code},
        at=house.clock(),
    )
    update = {"state": DocumentState.UNREADABLE, "reasons": (wrong,), "attempts": 0}
    return unit.documents.save(document.model_copy(update=update))
