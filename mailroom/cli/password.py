"""`mailroom account password`: what an account's locked files are tried with. Secrets come from a prompt or a pipe."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from mailroom.cli.output import Session, as_json, print_json, print_table
from mailroom.domain.account import KeptPassword, Opens
from mailroom.domain.value import new_id


@click.group("password")
def password() -> None:
    """What locked files (PDF, ZIP, S/MIME) of a company are tried with, besides its VAT id."""


@password.command("add")
@click.argument("wanted", metavar="ACCOUNT")
@click.option("--label", default="", help="What it is for, such as the supplier's name.")
@click.option(
    "--certificate",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="PEM file with a certificate and its private key, without a passphrase: opens encrypted mails (S/MIME).",
)
@as_json
@click.pass_obj
def add_password(session: Session, wanted: str, label: str, certificate: Path | None, as_json: bool) -> None:
    """Keep a password, typed at the prompt or piped in, or a certificate. It is stored sealed and never shown."""
    row = session.account(wanted)
    kept = KeptPassword(
        id=new_id(),
        account_id=row.id,
        kind=Opens.CERTIFICATE if certificate else Opens.PASSWORD,
        label=label or (certificate.name if certificate else ""),
        created_at=session.clock(),
    )
    secret = _certificate(certificate) if certificate else typed_password()
    sealed = session.store.sealer.seal(secret)
    with session.store.unit() as unit:
        unit.passwords.add(kept, sealed)
        unit.events.add("password_kept", account_id=row.id, subject=kept.id, actor="operator", at=session.clock())
    if as_json:
        print_json([kept.model_dump(mode="json")])
        return
    click.echo(f"Kept as {kept.id}; files to come are tried with it.")


@password.command("list")
@click.argument("wanted", metavar="ACCOUNT")
@as_json
@click.pass_obj
def list_passwords(session: Session, wanted: str, as_json: bool) -> None:
    """List what a company keeps, without the secrets."""
    row = session.account(wanted)
    with session.store.read() as unit:
        found = unit.passwords.of(row.id)
    if as_json:
        print_json(kept.model_dump(mode="json") for kept in found)
        return
    print_table(
        ["id", "kind", "for", "since"],
        [[kept.id, kept.kind.value, kept.label, f"{kept.created_at:%Y-%m-%d}"] for kept in found],
        empty="No password is kept.",
    )


@password.command("remove")
@click.argument("wanted", metavar="ACCOUNT")
@click.argument("password_id", metavar="ID")
@click.pass_obj
def remove_password(session: Session, wanted: str, password_id: str) -> None:
    """Forget a password or certificate."""
    row = session.account(wanted)
    with session.store.unit() as unit:
        unit.passwords.remove(row.id, password_id)
        unit.events.add(
            "password_removed", account_id=row.id, subject=password_id, actor="operator", at=session.clock()
        )
    click.echo(f"{password_id} is forgotten.")


def typed_password() -> str:
    """Return a password from the prompt, or the first line of what is piped in."""
    if sys.stdin.isatty():
        secret = str(click.prompt("Password", hide_input=True))
    else:
        secret = sys.stdin.readline().rstrip("\r\n")
    if not secret:
        raise click.UsageError("no password was given; type it at the prompt, or pipe it in")
    return secret


def _certificate(file: Path) -> str:
    """Return the PEM text; refuse what could never open anything."""
    pem = file.read_text("ascii", "replace")
    if "-----BEGIN CERTIFICATE-----" not in pem or "PRIVATE KEY-----" not in pem:
        raise click.UsageError(f"{file} must hold a certificate and its private key, both as PEM")
    if "ENCRYPTED" in pem:
        raise click.UsageError(
            f"the key in {file} has a passphrase; take it off first: openssl pkey -in KEY -out PLAIN"
        )
    return pem
