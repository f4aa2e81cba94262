"""One transaction and the groups of questions that can be asked in it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from mailroom.clock import Clock
from mailroom.store.accounts import Accounts
from mailroom.store.addresses import Addresses
from mailroom.store.answers import Answers
from mailroom.store.api_keys import ApiKeys
from mailroom.store.decisions import Decisions
from mailroom.store.deliveries import Deliveries
from mailroom.store.documents import Documents
from mailroom.store.events import Events
from mailroom.store.learned import LearnedLessons
from mailroom.store.ledger import Ledger
from mailroom.store.lines import DocumentLines
from mailroom.store.messages import Messages
from mailroom.store.nodes import Nodes
from mailroom.store.parts import Parts
from mailroom.store.passwords import Passwords
from mailroom.store.refusals import Refusals
from mailroom.store.reports import Reports
from mailroom.store.rules import Rules
from mailroom.store.sellers import Sellers
from mailroom.store.sessions import Sessions
from mailroom.store.users import Users


class Unit:
    """One transaction. Every group takes and returns domain values; rows never leave.

    `session` is for the engine only, which enqueues its next step in the same transaction.
    """

    def __init__(self, session: Session, clock: Clock) -> None:
        self.session = session
        self.accounts = Accounts(session)
        self.addresses = Addresses(session)
        self.users = Users(session)
        self.sessions = Sessions(session)
        self.api_keys = ApiKeys(session)
        self.passwords = Passwords(session)
        self.messages = Messages(session)
        self.parts = Parts(session)
        self.ledger = Ledger(session, self.parts)
        self.refusals = Refusals(session)
        self.answers = Answers(session)
        self.documents = Documents(session, clock)
        self.learned = LearnedLessons(session)
        self.lines = DocumentLines(session)
        self.decisions = Decisions(session)
        self.rules = Rules(session)
        self.sellers = Sellers(session)
        self.deliveries = Deliveries(session)
        self.reports = Reports(session)
        self.events = Events(session)
        self.nodes = Nodes(session, clock)
