"""Mail that was not let in. Strangers cause these rows, so there are few of them whatever they do: one for each
address, reason and sender, a bounded number of new ones a day for an account, and none that is older than the log is
kept.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.orm import Session

from mailroom.domain.ledger import RefusedMail
from mailroom.store.rows import firsts, insert_new, values, values_of
from mailroom.store.tables import REFUSALS

NEW_A_DAY = 200
"""So many new rows a day for an account; further senders are summed up in a row without one."""

KEPT = timedelta(days=90)


class Refusals:
    """The refused mail, in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def note(self, refused: RefusedMail) -> None:
        """Add the tries to what is known of this address, reason and sender; begin a row where nothing is."""
        if self._add(refused):
            return
        self._session.execute(delete(REFUSALS).where(REFUSALS.c.last_at < refused.last_at - KEPT))
        if refused.sender and self._full(refused):
            refused = refused.model_copy(update={"sender": ""})
            if self._add(refused):
                return
        if not insert_new(self._session, REFUSALS, values_of(refused, REFUSALS)):
            self._add(refused)

    def of(
        self, account_id: str, words: str = "", *, before: datetime | None = None, limit: int = 100
    ) -> list[RefusedMail]:
        """Return what an account's addresses refused, the latest first; each word is in the address or the sender."""
        query = REFUSALS.select().where(REFUSALS.c.account_id == account_id)
        if before is not None:
            query = query.where(REFUSALS.c.last_at < before)
        for word in words.replace("\x00", " ").lower().split():
            said = (REFUSALS.c.address, REFUSALS.c.sender, REFUSALS.c.peer)
            query = query.where(or_(*(column.icontains(word, autoescape=True) for column in said)))
        latest = query.order_by(REFUSALS.c.last_at.desc(), REFUSALS.c.number.desc())
        return values(self._session, RefusedMail, latest.limit(limit))

    def _add(self, refused: RefusedMail) -> bool:
        same = and_(
            REFUSALS.c.account_id == refused.account_id,
            REFUSALS.c.address == refused.address,
            REFUSALS.c.reason == refused.reason,
            REFUSALS.c.sender == refused.sender,
        )
        more = {"times": REFUSALS.c.times + refused.times, "last_at": refused.last_at}
        changed = update(REFUSALS).where(same).values(door=refused.door, peer=refused.peer, **more)
        return self._session.execute(changed.returning(REFUSALS.c.number)).first() is not None

    def _full(self, refused: RefusedMail) -> bool:
        # By the last try, which the index knows: rows that were begun today are among them.
        day = refused.last_at - timedelta(days=1)
        mine = and_(REFUSALS.c.account_id == refused.account_id, REFUSALS.c.last_at >= day)
        return len(firsts(self._session, select(REFUSALS.c.number).where(mine).limit(NEW_A_DAY))) >= NEW_A_DAY
