"""`mailroom account`: companies, their people and their settings."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
from stdnum.eu import vat
from stdnum.exceptions import ValidationError

from mailroom.cli.api_key import api_key
from mailroom.cli.learned import learned
from mailroom.cli.mailbox import mailbox
from mailroom.cli.output import Session, as_json, print_json, print_table
from mailroom.cli.password import password
from mailroom.cli.senders import EMAIL_ADDRESS, EMAIL_OR_NOTHING, SENDER
from mailroom.domain.account import Account, Membership, Purpose, Role, User
from mailroom.domain.report import Frequency, ReportKind, Subscription
from mailroom.domain.value import new_id
from mailroom.errors import NotFound
from mailroom.languages import Language
from mailroom.store import Unit

SIGN_IN_DAYS = 7
LANGUAGES = click.Choice([language.value for language in Language])


@click.group()
def account() -> None:
    """Companies, their people and their settings."""


account.add_command(api_key)
account.add_command(learned)
account.add_command(mailbox)
account.add_command(password)


@account.command()
@click.argument("name")
@click.option("--vat-id", default="", help="VAT id, such as BE0403.170.701; it is checked.")
@click.option("--owner", required=True, metavar="EMAIL", help="The person who owns the account.")
@click.option("--language", type=LANGUAGES, default="en", show_default=True, help="Language of mails and pages.")
@click.option("--time-zone", default="Europe/Brussels", show_default=True, help="For days and the hours of digests.")
@click.option("--same-vat-id", is_flag=True, help="Add it although another company has this VAT id.")
@as_json
@click.pass_obj
def add(
    session: Session,
    name: str,
    vat_id: str,
    owner: str,
    language: str,
    time_zone: str,
    same_vat_id: bool,
    as_json: bool,
) -> None:
    """Add a company with its owner, an import address and a daily digest."""
    house = session.house
    now = house.clock()
    row = Account(
        id=new_id(),
        name=name,
        vat_id=checked_vat_id(vat_id),
        language=Language(language),
        time_zone=_checked_zone(time_zone),
        created_at=now,
    )
    with house.store.unit() as unit:
        if not same_vat_id:
            _check_that_new(unit, row)
        unit.accounts.add(row)
        user = person(unit, session, owner, row.language)
        unit.users.join(Membership(user_id=user.id, account_id=row.id, role=Role.OWNER))
        address = unit.addresses.issue(row.id, session.settings.smtp.import_domain, Purpose.PURCHASES, now)
        unit.reports.subscribe(
            Subscription(
                id=new_id(),
                account_id=row.id,
                kind=ReportKind.ACTION_REQUIRED,
                frequency=Frequency.DAILY,
                recipient=user.email,
                language=row.language,
            )
        )
        token = unit.sessions.issue_sign_in(user.id, now + timedelta(days=SIGN_IN_DAYS))
    link = f"{house.public_url}/sign-in/{token}"
    if as_json:
        print_json(
            [
                {
                    "id": row.id,
                    "import_address": address.address,
                    "name": name,
                    "vat_id": row.vat_id,
                    "owner": user.email,
                    "sign_in": link,
                }
            ]
        )
        return
    click.echo(f"Account         {row.id}  {name}")
    click.echo(f"Import address  {address.address}")
    click.echo(f"Sign in         {link}  ({user.email}, good for {SIGN_IN_DAYS} days, once)")


def _check_that_new(unit: Unit, row: Account) -> None:
    for there in unit.accounts.with_vat_id(row.vat_id)[:1]:
        raise click.BadParameter(
            f"{row.vat_id} is already {there.name} ({there.id}); a further person: mailroom account invite {there.id} "
            f"EMAIL; a further address: mailroom address new {there.id}; a second company all the same: --same-vat-id"
        )


@account.command("list")
@as_json
@click.pass_obj
def list_accounts(session: Session, as_json: bool) -> None:
    """List all companies."""
    with session.store.read() as unit:
        rows = unit.accounts.all()
        addresses = {
            row.id: [address.address for address in unit.addresses.of(row.id) if address.retired_at is None]
            for row in rows
        }
    if as_json:
        print_json({**row.model_dump(mode="json"), "import_addresses": addresses[row.id]} for row in rows)
        return
    print_table(
        ["account", "name", "VAT id", "language", "auto-accept", "takes mail", "import address"],
        [
            [
                row.id,
                row.name,
                row.vat_id,
                row.language.value,
                "yes" if row.auto_accept else "no",
                "suspended" if row.suspended else "yes",
                ", ".join(addresses[row.id]),
            ]
            for row in rows
        ],
        empty="No account yet: mailroom account add NAME --vat-id ID --owner EMAIL",
    )


@account.command("set")
@click.argument("wanted", metavar="ACCOUNT")
@click.option("--name", help="Its name.")
@click.option("--vat-id", help="Its VAT id.")
@click.option("--also-known-as", multiple=True, metavar="NAME", help="A further name under which suppliers know it.")
@click.option("--language", type=LANGUAGES, help="Language of mails and pages.")
@click.option("--auto-accept/--no-auto-accept", default=None, help="Accept by itself what the rules allow.")
@click.option("--trust", multiple=True, type=EMAIL_ADDRESS, metavar="EMAIL", help="Put a sender on the list.")
@click.option("--distrust", multiple=True, metavar="EMAIL", help="Take a sender off the list.")
@click.option(
    "--accountant",
    type=EMAIL_OR_NOTHING,
    metavar="EMAIL",
    help="Where accepted documents are mailed; empty for nowhere.",
)
@click.option(
    "--block", multiple=True, type=SENDER, metavar="SENDER", help="Take no mail of an address, or of a @domain."
)
@click.option("--unblock", multiple=True, metavar="SENDER", help="Take its mail again.")
@click.option("--messages-per-day", type=click.IntRange(min=0), help="Own daily limit; 0: the installation's.")
@click.option("--body-documents/--no-body-documents", default=None, help="Invoices in the text of mails, or not.")
@click.option("--suspend/--resume", default=None, help="Take no mail for now, or take it again.")
@click.pass_obj
def set_account(
    session: Session,
    wanted: str,
    name: str | None,
    vat_id: str | None,
    also_known_as: tuple[str, ...],
    language: str | None,
    auto_accept: bool | None,
    trust: tuple[str, ...],
    distrust: tuple[str, ...],
    accountant: str | None,
    block: tuple[str, ...],
    unblock: tuple[str, ...],
    messages_per_day: int | None,
    body_documents: bool | None,
    suspend: bool | None,
) -> None:
    """Change a company's settings; what is not named stays."""
    row = session.account(wanted)
    changes: dict[str, object] = {
        "trusted_senders": _changed_list(row.trusted_senders, trust, distrust),
        "blocked_senders": _changed_list(row.blocked_senders, block, unblock),
        "names": tuple(dict.fromkeys((*row.names, *also_known_as))),
    }
    if name is not None:
        changes["name"] = name
    if vat_id is not None:
        changes["vat_id"] = checked_vat_id(vat_id)
    if language is not None:
        changes["language"] = Language(language)
    if auto_accept is not None:
        changes["auto_accept"] = auto_accept
    if accountant is not None:
        changes["accountant_email"] = accountant
    if messages_per_day is not None:
        changes["messages_per_day"] = messages_per_day
    if body_documents is not None:
        changes["body_documents"] = body_documents
    if suspend is not None:
        changes["suspended"] = suspend
    with session.store.unit() as unit:
        unit.accounts.update(row.model_copy(update=changes))
        unit.events.add(
            "account_changed",
            account_id=row.id,
            subject=row.id,
            actor="operator",
            facts={"settings": ", ".join(sorted(changes))},
            at=session.clock(),
        )
    click.echo(f"{row.name}: changed.")


def _changed_list(listed: tuple[str, ...], more: tuple[str, ...], less: tuple[str, ...]) -> tuple[str, ...]:
    """Return a list of senders with some put on it and some taken off; letter case does not matter."""
    off = {sender.casefold() for sender in less}
    return tuple(sender for sender in dict.fromkeys((*listed, *more)) if sender.casefold() not in off)


@account.command()
@click.argument("wanted", metavar="ACCOUNT")
@click.argument("email")
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role if role is not Role.OPERATOR]),
    default="member",
    show_default=True,
    help="What the person may do.",
)
@click.pass_obj
def invite(session: Session, wanted: str, email: str, role: str) -> None:
    """Give a person a role in a company, and print a sign-in link."""
    row = session.account(wanted)
    with session.store.unit() as unit:
        user = person(unit, session, email, row.language)
        unit.users.join(Membership(user_id=user.id, account_id=row.id, role=Role(role)))
    click.echo(f"{user.email} is {role} of {row.name}.")
    click.echo(_sign_in_link(session, user))


@account.command("remove-person")
@click.argument("wanted", metavar="ACCOUNT")
@click.argument("email")
@click.pass_obj
def remove_person(session: Session, wanted: str, email: str) -> None:
    """Take a person's role in a company away, and end its digests to that address; what he did stays as it is."""
    row = session.account(wanted)
    with session.store.unit() as unit:
        members = {user.email.casefold(): user for user, _ in unit.users.members(row.id)}
        user = members.get(email.strip().casefold())
        if user is None:
            there = ", ".join(sorted(members)) or "nobody"
            raise NotFound(f"{email} has no role in {row.name}; there are: {there}")
        unit.users.take_out(user.id, row.id)
        unit.events.add(
            "person_removed",
            account_id=row.id,
            subject=row.id,
            actor="operator",
            facts={"user": user.id},
            at=session.clock(),
        )
    click.echo(f"{user.email} has no role in {row.name} any more.")


@account.command("sign-in")
@click.argument("email")
@click.option("--operator", is_flag=True, help="Make the person an operator of this installation.")
@click.pass_obj
def sign_in(session: Session, email: str, operator: bool) -> None:
    """Print a link with which a person signs in once."""
    with session.store.unit() as unit:
        user = unit.users.by_email(email)
        if user is None or (operator and not user.is_operator):
            user = person(unit, session, email, session.language)
            unit.users.update(user.model_copy(update={"is_operator": user.is_operator or operator}))
    click.echo(_sign_in_link(session, user))


def person(unit: Unit, session: Session, email: str, language: Language) -> User:
    """Return the user with this address, made when there is none."""
    known = unit.users.by_email(email)
    if known is not None:
        return known
    if "@" not in email.strip("@"):
        raise click.BadParameter(f"{email!r} is no e-mail address")
    user = User(id=new_id(), email=email, language=language, created_at=session.clock())
    unit.users.add(user)
    return user


def checked_vat_id(typed: str) -> str:
    """Return the VAT id without spaces and dots; what fails its check digits is refused."""
    if not typed:
        return ""
    try:
        return str(vat.validate(typed)).upper() if typed[:2].isalpha() else _without_country(typed)
    except ValidationError as error:
        raise click.BadParameter(f"{typed} is no VAT id of the EU ({error}); check its digits") from error


def _without_country(typed: str) -> str:
    raise click.BadParameter(f"{typed} lacks its country, such as BE{typed}")


def _checked_zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise click.BadParameter(f"{name} is no time zone, such as Europe/Brussels") from error


def _sign_in_link(session: Session, user: User) -> str:
    with session.store.unit() as unit:
        expires = session.clock() + timedelta(days=SIGN_IN_DAYS)
        token = unit.sessions.issue_sign_in(user.id, expires)
    return f"{session.house.public_url}/sign-in/{token}"
