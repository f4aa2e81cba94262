"""What admission asks of the store: whose an address is, and whether mail may come to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from mailroom.clock import Clock, utc_now
from mailroom.domain.account import UNASSIGNED, Account, ImportAddress, Purpose
from mailroom.domain.message import Door
from mailroom.errors import MailroomError, NotFound
from mailroom.gateways.admission import FindRecipient, Recipient, RecordRefusal, Refusal, check
from mailroom.store import Store, Unit


def find_recipient(store: Store, messages_per_day: int = 0, clock: Clock = utc_now) -> FindRecipient:
    """Return the look-up that the doors ask: whose address is this, and may mail come to it?"""

    def find(local_part: str, domain: str) -> Recipient | None:
        with store.read() as unit:
            address = unit.addresses.find(local_part, domain)
            if address is None:
                return None
            account = unit.accounts.get(address.account_id)
            return recipient_of(unit, account, address, messages_per_day=messages_per_day, now=clock())

    return find


def admitted(  # noqa: PLR0913 what a door knows of a delivery, all but the first named
    store: Store,
    *,
    account_id: str,
    door: Door,
    clock: Clock,
    messages_per_day: int,
    record: RecordRefusal,
    purpose: Purpose | None = None,
) -> Recipient:
    """Return where the files of somebody who is known go: the account's first address in use for that purpose.

    Without a purpose: one for purchases, or where there is none, any.

    Raises:
        NotFound: there is no such account, or it has no such address in use.
        AccountSuspended, QuotaReached: nothing is taken now; it is noted.
    """
    with store.read() as unit:
        account = unit.accounts.get(account_id)
        recipient = _first_in_use(unit, account, purpose, messages_per_day=messages_per_day, now=clock())
    try:
        return check(recipient)
    except MailroomError as error:
        record(Refusal(door, account_id, recipient.address, error.reason))
        raise


def find_account(store: Store, messages_per_day: int = 0, clock: Clock = utc_now) -> Callable[[str, str], Recipient]:
    """Return the look-up of a door whose mail is all for one account: (name, id or VAT id; purpose or nothing).

    It raises NotFound.
    """

    def find(wanted: str, purpose: str) -> Recipient:
        with store.read() as unit:
            account = unit.accounts.find(wanted)
            asked = Purpose(purpose) if purpose else None
            return _first_in_use(unit, account, asked, messages_per_day=messages_per_day, now=clock())

    return find


def unassigned_box(store: Store, import_domain: str, clock: Clock = utc_now) -> Callable[[], Recipient]:
    """Return what gives the operator's box for mail of which nobody knows whose it is; made when it is first needed."""

    def box() -> Recipient:
        with store.unit() as unit:
            try:
                unit.accounts.get(UNASSIGNED)
            except NotFound:
                unit.accounts.add(Account(id=UNASSIGNED, name="Unassigned mail", created_at=clock()))
        return Recipient(f"{UNASSIGNED}@{import_domain}", UNASSIGNED, retired=False, suspended=False)

    return box


def _first_in_use(
    unit: Unit, account: Account, purpose: Purpose | None, *, messages_per_day: int, now: datetime
) -> Recipient:
    in_use = [each for each in unit.addresses.of(account.id) if each.retired_at is None]
    address = next((each for each in in_use if each.purpose is (purpose or Purpose.PURCHASES)), None)
    if address is None and purpose is None:
        address = next(iter(in_use), None)
    if address is None:
        kind = f" for {purpose.value}" if purpose else ""
        raise NotFound(f"account {account.id} has no import address{kind} in use", account=account.id)
    return recipient_of(unit, account, address, messages_per_day=messages_per_day, now=now)


def recipient_of(
    unit: Unit, account: Account, address: ImportAddress, *, messages_per_day: int, now: datetime
) -> Recipient:
    """Return what admission must know of an address; messages are counted only where there is a limit."""
    most = account.messages_per_day or messages_per_day
    return Recipient(
        address=address.address,
        account_id=account.id,
        retired=address.retired_at is not None,
        suspended=account.suspended,
        blocked=account.blocked_senders,
        senders=address.senders,
        quota_reached=bool(most) and unit.messages.count_since(account.id, _midnight(account, now), most) >= most,
    )


def _midnight(account: Account, now: datetime) -> datetime:
    here = now.astimezone(ZoneInfo(account.time_zone))
    return here.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
