"""What people said about parts and documents, remembered for the account."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from mailroom.domain.value import Value


class Question(StrEnum):
    """What was asked; beside each, what it is about and what may be answered.

    `picture`: a picture's SHA-256 or, after `~`, its likeness: `document` or `decoration`. `same_invoice`: two
    documents (`ID ID`) or a seller: `same` or `other`. `division`: a document or a sender: `split` or `whole`;
    the pages of a photo (`pages:ID`): the ids of the photos that are one invoice with it, in their order.
    """

    PICTURE = "picture"
    SAME_INVOICE = "same_invoice"
    DIVISION = "division"


class Answer(Value):
    """One answer. `actor` is the id of the user who gave it."""

    account_id: str
    question: Question
    subject: str
    answer: str
    actor: str
    at: datetime
