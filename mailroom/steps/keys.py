"""What an account's locked files are tried with: unsealed here, handed to the box, written nowhere."""

from __future__ import annotations

from mailroom.domain.account import Account, Opens
from mailroom.intake import Keys, spellings
from mailroom.steps.house import House

_MOST = 200  # opening a modern PDF takes milliseconds for each that is tried


def keys_for(house: House, account: Account, message_id: str) -> Keys:
    """Return what may open the locked files of a message: what was typed for it, what is kept, the company's numbers.

    Raises:
        BadConfiguration: what is kept was sealed with another key.
    """
    with house.store.read() as unit:
        sealed = unit.passwords.sealed(account.id, message_id)
    opened = [(kind, house.store.sealer.open(text)) for kind, text in sealed]
    passwords = [text for kind, text in opened if kind is Opens.PASSWORD]
    return Keys(
        passwords=tuple(dict.fromkeys((*passwords[:_MOST], *spellings(account.vat_id)))),
        identities=tuple(text for kind, text in opened if kind is Opens.CERTIFICATE),
    )
