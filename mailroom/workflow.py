"""The order of things, on one page. Nothing else knows it.

A message is authenticated, then sorted; each document in it is read, its fields are extracted, and it is decided on.
An accepted document is archived once its undo window is over: turned into UBL and handed over. A report is rendered and
sent. Each line is a step: when it is done it is recorded, and after a crash the story goes on at the first line that is
not. A step takes the id of the item and returns small JSON; what it finds out stands in the store.

A person is no step: what a person decides is a row (steps/desk.py), and the clock or the click begins the next story.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple, Protocol, TypeVar

from mailroom.steps.archive import convert, plan_deliveries
from mailroom.steps.authenticate import authenticate, authenticate_again, leave_in_doubt
from mailroom.steps.decide import decide, decide_again
from mailroom.steps.deliver import deliver
from mailroom.steps.divide import divide
from mailroom.steps.extract import extract
from mailroom.steps.house import House
from mailroom.steps.park import park_delivery, park_document, park_message, park_report
from mailroom.steps.read import read
from mailroom.steps.readable import draw
from mailroom.steps.replay import sort_again
from mailroom.steps.report import compose_report
from mailroom.steps.sort import sort

Kind = Literal["message", "replay", "authentication", "document", "archive", "delivery", "report"]
Result = TypeVar("Result")


class Run(Protocol):
    """What the engine gives to a story."""

    def __call__(self, step: Callable[[House, str], Result], item_id: str, /) -> Result:
        """Run a step, once."""
        ...

    def begin(self, kind: Kind, item_id: str, /) -> None:
        """Begin another story."""
        ...


def message_arrived(run: Run, message_id: str) -> None:
    """From the spool to a verdict for every part."""
    run(authenticate, message_id)
    for document_id in run(sort, message_id):
        run.begin("document", document_id)


def mail_replayed(run: Run, message_id: str) -> None:
    """A person had a mail run again: new verdicts from the raw bytes; only documents that are new are read."""
    for document_id in run(sort_again, message_id):
        run.begin("document", document_id)


def sender_in_doubt(run: Run, message_id: str) -> None:
    """The DNS was silent when the mail came: look again, and decide again on what only the rules keep waiting."""
    for document_id in run(authenticate_again, message_id):
        run(decide_again, document_id)


def document_found(run: Run, document_id: str) -> None:
    """From bytes to a decision, and to a page where XML has none. What cannot be read stops here, with its reason.

    A file with several invoices, and photos that are pages of one, become documents of their own on the way.
    """
    seen = run(read, document_id)
    if seen:
        # `is True`: an earlier version's step said how many fields it found, and its story went on without dividing.
        if run(extract, document_id) is True:
            for made_id in run(divide, document_id):
                run.begin("document", made_id)
        run(decide, document_id)
        if seen != "pages":  # an earlier version's step said only that it goes on, and every story drew
            run(draw, document_id)


def document_accepted(run: Run, document_id: str) -> None:
    """From accepted to archived, after the undo window."""
    if run(convert, document_id):
        for delivery_id in run(plan_deliveries, document_id):
            run.begin("delivery", delivery_id)


def delivery_planned(run: Run, delivery_id: str) -> None:
    """Hand one thing over, through one channel."""
    run(deliver, delivery_id)


def report_due(run: Run, run_id: str) -> None:
    """Say what needs doing, or nothing when nothing does."""
    for delivery_id in run(compose_report, run_id):
        run.begin("delivery", delivery_id)


Story = Callable[[Run, str], None]


class Plan(NamedTuple):
    """The story of a kind of item, and where an item goes when its story cannot go on.

    A parked item keeps its place, shows its reason and waits for a person.
    """

    story: Story
    parking: Callable[[House, str, str], None]


STORIES: dict[Kind, Plan] = {
    "message": Plan(message_arrived, park_message),
    "replay": Plan(mail_replayed, park_message),
    "authentication": Plan(sender_in_doubt, leave_in_doubt),
    "document": Plan(document_found, park_document),
    "archive": Plan(document_accepted, park_document),
    "delivery": Plan(delivery_planned, park_delivery),
    "report": Plan(report_due, park_report),
}
