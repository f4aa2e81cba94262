"""API keys, and what was answered to their requests. Only the SHA-256 of a key is stored: a stolen database opens
nothing. A key has 256 random bits, so that a plain hash is enough and no stranger guesses one.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import and_, delete
from sqlalchemy.orm import Session

from mailroom.domain.account import ApiAnswer, ApiKey
from mailroom.domain.value import new_id
from mailroom.store.rows import insert_new, one, replace, the_one, value_of, values, values_of
from mailroom.store.tables import API_ANSWERS, API_KEYS

PREFIX = "mailroom_"
"""So that a key that was published by mistake is recognised for what it is."""

ANSWERS_KEPT = timedelta(days=30)


class ApiKeys:
    """The API keys, in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def issue(self, account_id: str, name: str, at: datetime) -> tuple[ApiKey, str]:
        """Make a key and return it with its secret form, which nobody can show a second time."""
        secret = PREFIX + secrets.token_urlsafe(32)
        key = ApiKey(id=new_id(), account_id=account_id, name=name, created_at=at)
        insert_new(self._session, API_KEYS, values_of(key, API_KEYS) | {"key_hash": _hash(secret)})
        return key, secret

    def find(self, secret: str) -> ApiKey | None:
        """Return the key with this secret form, unless it is unknown or revoked."""
        found = one(
            self._session, API_KEYS, and_(API_KEYS.c.key_hash == _hash(secret), API_KEYS.c.revoked_at.is_(None))
        )
        return None if found is None else value_of(ApiKey, found)

    def of(self, account_id: str) -> list[ApiKey]:
        """Return the keys of an account, oldest first, revoked ones too."""
        query = API_KEYS.select().where(API_KEYS.c.account_id == account_id)
        return values(self._session, ApiKey, query.order_by(API_KEYS.c.created_at, API_KEYS.c.id))

    def revoke(self, key_id: str, at: datetime) -> ApiKey:
        """Take a key out of use. One that is out of use keeps its instant. Raises NotFound."""
        key = value_of(ApiKey, the_one(self._session, API_KEYS, key_id))
        if key.revoked_at is not None:
            return key
        replace(self._session, API_KEYS, key_id, {"revoked_at": at})
        return key.model_copy(update={"revoked_at": at})

    def answer(self, account_id: str, key: str) -> ApiAnswer | None:
        """Return what was answered under an `Idempotency-Key`."""
        found = one(self._session, API_ANSWERS, and_(API_ANSWERS.c.account_id == account_id, API_ANSWERS.c.key == key))
        return None if found is None else value_of(ApiAnswer, found)

    def keep_answer(self, answer: ApiAnswer) -> bool:
        """Keep an answer for a month. False: another one is there under its key."""
        self._session.execute(delete(API_ANSWERS).where(API_ANSWERS.c.created_at < answer.created_at - ANSWERS_KEPT))
        return insert_new(self._session, API_ANSWERS, values_of(answer, API_ANSWERS))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
