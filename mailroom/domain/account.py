"""Accounts, their people and their import addresses."""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum

from mailroom.domain.value import Value
from mailroom.languages import Language

EMAIL = re.compile(r"[^\s@,;<>\"]{1,64}@[^\s@,;<>\"]{1,190}")
"""What is taken for an e-mail address where a person types one."""

MAIL_DOMAIN = re.compile(r"@[^\s@,;<>\"]{1,190}")
"""What stands for all addresses of a domain on a list of senders."""

UNASSIGNED = "unassigned"
"""Id of the account that holds collected mail of which nobody knows whose it is. Only operators see it."""


class Role(StrEnum):
    """What a person may do in an account; `operator` is the installation's own."""

    OWNER = "owner"
    MEMBER = "member"
    ACCOUNTANT = "accountant"
    VALIDATOR = "validator"
    OPERATOR = "operator"


class Purpose(StrEnum):
    """What an import address takes in."""

    PURCHASES = "purchases"
    SALES = "sales"
    OTHER = "other"


class Account(Value):
    """A company. `names` are further names under which suppliers address it.

    `blocked_senders` are addresses, or domains such as `@example.com`, whose mail no door takes. `messages_per_day` is
    its own limit in the place of the installation's; 0: that of the installation. `body_documents`: an invoice that
    stands only in the text of a mail becomes a document.
    """

    id: str
    name: str
    vat_id: str = ""
    names: tuple[str, ...] = ()
    language: Language = Language.EN
    time_zone: str = "Europe/Brussels"
    auto_accept: bool = False
    trusted_senders: tuple[str, ...] = ()
    accountant_email: str = ""
    suspended: bool = False
    blocked_senders: tuple[str, ...] = ()
    messages_per_day: int = 0
    body_documents: bool = True
    created_at: datetime


class ImportAddress(Value):
    """An address at which an account receives. Retired ones are kept, so that they are never given out again.

    With `senders`, addresses or domains such as `@example.com`, it takes mail of nobody else.
    """

    id: str
    account_id: str
    local_part: str
    domain: str
    purpose: Purpose = Purpose.PURCHASES
    senders: tuple[str, ...] = ()
    created_at: datetime
    retired_at: datetime | None = None
    replaced_by: str | None = None

    @property
    def address(self) -> str:
        """The address as it stands in an envelope."""
        return f"{self.local_part}@{self.domain}"


class User(Value):
    """A person who logs in. `is_operator` opens the installation's own pages."""

    id: str
    email: str
    name: str = ""
    language: Language = Language.EN
    is_operator: bool = False
    has_password: bool = False
    created_at: datetime


class Membership(Value):
    """A person's role in an account."""

    user_id: str
    account_id: str
    role: Role


class ApiKey(Value):
    """A key with which a program of an account hands documents in. The key itself is known to its holder only."""

    id: str
    account_id: str
    name: str
    created_at: datetime
    revoked_at: datetime | None = None


class Opens(StrEnum):
    """What a kept secret is."""

    PASSWORD = "password"  # noqa: S105 - a name
    CERTIFICATE = "certificate"


class KeptPassword(Value):
    """A password, or a certificate with its key, with which locked files of an account are tried.

    `label` says what it is for. The secret itself is stored sealed and is no part of the value. With `message_id` it
    was typed for the files of that mail and is tried on no other; one that opened nothing is forgotten.
    """

    id: str
    account_id: str
    message_id: str | None = None
    kind: Opens = Opens.PASSWORD
    label: str = ""
    created_at: datetime


class ApiAnswer(Value):
    """What was answered under an `Idempotency-Key`, and the fingerprint of the request that it answered."""

    account_id: str
    key: str
    fingerprint: str
    created_at: datetime
    answer: dict[str, object]


class SellerMarks(Value):
    """What a document says of who sold. `other_vat_ids` follow from enterprise numbers on its pages (SIREN, KBO).

    `domain` is that of a proved sender; empty when nothing proves it or many people share it.
    """

    vat_id: str = ""
    iban: str = ""
    other_vat_ids: tuple[str, ...] = ()
    domain: str = ""
    name: str = ""


class Seller(Value):
    """A supplier that an account has had documents from. `ibans` are those that a person accepted.

    One without accepted `documents` is proposed only: a person corrected a document of it.
    """

    id: str
    account_id: str
    name: str = ""
    vat_id: str = ""
    ibans: tuple[str, ...] = ()
    documents: int = 0
