"""What was learned of sellers' documents: a row for every field of a seller."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy import and_, delete, select, update
from sqlalchemy.orm import Session

from mailroom.domain.account import Seller
from mailroom.domain.learned import Learned, Lesson
from mailroom.domain.value import new_id
from mailroom.errors import NotFound
from mailroom.store.rows import firsts, insert_new, value_of, values, values_of
from mailroom.store.search import id_key
from mailroom.store.tables import LEARNED, SELLERS

_MOST_SHARED = 200


class LearnedLessons:
    """The lessons, in one transaction. None ever leaves its account but through `of_others`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, seller_id: str) -> list[Learned]:
        """Return what was learned of a seller, by field."""
        query = LEARNED.select().where(LEARNED.c.seller_id == seller_id).order_by(LEARNED.c.field)
        return values(self._session, Learned, query)

    def of_account(self, account_id: str) -> list[Learned]:
        """Return what was learned in an account, by seller and field."""
        mine = LEARNED.select().where(LEARNED.c.account_id == account_id)
        return values(self._session, Learned, mine.order_by(LEARNED.c.seller_id, LEARNED.c.field))

    def of_others(self, account_id: str, vat_id: str) -> list[Learned]:
        """Return what other accounts learned of the seller with this VAT id. The caller takes the values out."""
        key = id_key(vat_id)
        if not key:
            return []
        same = and_(SELLERS.c.vat_key == key, SELLERS.c.account_id != account_id)
        query = LEARNED.select().where(LEARNED.c.seller_id.in_(select(SELLERS.c.id).where(same)))
        return values(self._session, Learned, query.order_by(LEARNED.c.times.desc(), LEARNED.c.id).limit(_MOST_SHARED))

    def teach(
        self,
        seller: Seller,
        lessons: Iterable[Lesson],
        *,
        document_id: str,
        actor: str,
        at: datetime,
        merge: Callable[[Lesson, Lesson], Lesson],
    ) -> None:
        """Store lessons of a document; `merge` joins an old lesson on the same field with the new one."""
        for lesson in lessons:
            fresh = Learned(
                **lesson.model_dump(),
                id=new_id(),
                account_id=seller.account_id,
                seller_id=seller.id,
                document_id=document_id,
                actor=actor,
                learned_at=at,
            )
            if not insert_new(self._session, LEARNED, values_of(fresh, LEARNED)):
                self._join(fresh, merge)

    def _join(self, fresh: Learned, merge: Callable[[Lesson, Lesson], Lesson]) -> None:
        same = and_(LEARNED.c.seller_id == fresh.seller_id, LEARNED.c.field == fresh.field.value)
        # The row is locked: of two people who teach at once neither writes over the other.
        row = self._session.execute(LEARNED.select().where(same).with_for_update()).mappings().one()
        old = value_of(Learned, row)
        joined = merge(old, fresh)
        again = fresh.document_id == old.document_id
        saved = fresh.model_copy(
            update={
                "id": old.id,
                "spots": joined.spots,
                "shapes": joined.shapes,
                "value": joined.value,
                "times": old.times if again else old.times + 1,
            }
        )
        self._session.execute(update(LEARNED).where(LEARNED.c.id == old.id).values(values_of(saved, LEARNED)))

    def forget(self, account_id: str, lesson_id: str) -> None:
        """Delete one lesson of an account. Raises NotFound."""
        mine = and_(LEARNED.c.account_id == account_id, LEARNED.c.id == lesson_id)
        if not firsts(self._session, delete(LEARNED).where(mine).returning(LEARNED.c.id)):
            raise NotFound(f"no lesson {lesson_id}", lesson_id=lesson_id)

    def forget_seller(self, seller_id: str) -> int:
        """Delete what was learned of a seller and return how much it was."""
        gone = delete(LEARNED).where(LEARNED.c.seller_id == seller_id).returning(LEARNED.c.id)
        return len(firsts(self._session, gone))

    def forget_document(self, document_id: str) -> int:
        """Delete the lessons that a document taught last, and return how many they were."""
        gone = delete(LEARNED).where(LEARNED.c.document_id == document_id).returning(LEARNED.c.id)
        return len(firsts(self._session, gone))
