"""What people answered: the newest answer to each question, for each account."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, delete, update
from sqlalchemy.orm import Session

from mailroom.domain.answer import Answer, Question
from mailroom.store.rows import insert_new, one, values, values_of
from mailroom.store.tables import ANSWERS


class Answers:
    """The answers, in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def give(self, answer: Answer) -> None:
        """Remember an answer, in the place of an earlier one to the same question."""
        row = values_of(answer, ANSWERS)
        if not insert_new(self._session, ANSWERS, row):
            same = _is(answer.account_id, answer.question, answer.subject)
            self._session.execute(update(ANSWERS).where(same).values(row))

    def find(self, account_id: str, question: Question, subject: str) -> str:
        """Return what was answered, or nothing."""
        found = one(self._session, ANSWERS, _is(account_id, question, subject))
        return str(found["answer"]) if found else ""

    def of(self, account_id: str, question: Question) -> list[Answer]:
        """Return every answer of an account to one kind of question, the newest first."""
        asked = and_(ANSWERS.c.account_id == account_id, ANSWERS.c.question == question)
        newest = ANSWERS.select().where(asked).order_by(ANSWERS.c.at.desc(), ANSWERS.c.subject)
        return values(self._session, Answer, newest)

    def forget(self, account_id: str, question: Question, subjects: Collection[str]) -> None:
        """Take answers back."""
        asked = and_(ANSWERS.c.account_id == account_id, ANSWERS.c.question == question)
        self._session.execute(delete(ANSWERS).where(asked, ANSWERS.c.subject.in_(list(subjects))))


def _is(account_id: str, question: Question, subject: str) -> ColumnElement[bool]:
    return and_(ANSWERS.c.account_id == account_id, ANSWERS.c.question == question, ANSWERS.c.subject == subject)
