"""What was decided on a document, on which facts and by whom."""

from __future__ import annotations

from datetime import date, datetime

from mailroom.domain.account import Purpose
from mailroom.domain.document import DocumentState, Fields
from mailroom.domain.message import SenderProof
from mailroom.domain.value import Reason, Value


class Facts(Value):
    """Everything a decision may look at, gathered before it is made, and stored with it.

    `sender_listed` says that the address that sent it is on the account's list; `sender` whether that is proved.
    `known_ibans` are those accepted from this seller before. `purpose`: of the import address to which it came.
    """

    fields: Fields
    auto_accept: bool = False
    sender: SenderProof
    sender_listed: bool = False
    completed_by_hand: bool = False
    own_vat_id: str = ""
    purpose: Purpose = Purpose.PURCHASES
    seller_known: bool = False
    known_ibans: tuple[str, ...] = ()
    problems: tuple[Reason, ...] = ()
    today: date


class Decision(Value):
    """The state that follows from the facts, with every reason and the rule that decided."""

    state: DocumentState
    rule: str
    reasons: tuple[Reason, ...] = ()


class DecisionRecord(Value):
    """A decision as it was stored. `actor` is a user id, or `rules`."""

    document_id: str
    at: datetime
    actor: str
    decision: Decision
    facts: Facts | None = None
