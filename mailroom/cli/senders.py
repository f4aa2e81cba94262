"""What may be typed where a sender is asked for. A list with a misspelt entry would keep nobody out, without a word."""

from __future__ import annotations

import click

from mailroom.domain.account import EMAIL, MAIL_DOMAIN


class _Email(click.ParamType[str]):
    """An e-mail address, in lower case; empty where an option may be emptied."""

    name = "email"

    def __init__(self, *, may_be_empty: bool = False) -> None:
        self._may_be_empty = may_be_empty

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the address, or end with a usage error."""
        if EMAIL.fullmatch(value) or (self._may_be_empty and not value):
            return value.lower()
        return self.fail(f"{value!r} is no e-mail address", param, ctx)


class _Sender(click.ParamType[str]):
    """An e-mail address, or all of a domain."""

    name = "sender"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the sender in lower case, or end with a usage error."""
        if EMAIL.fullmatch(value) or MAIL_DOMAIN.fullmatch(value):
            return value.lower()
        return self.fail(
            f"{value!r} is neither an e-mail address nor a domain such as @{value.strip() or 'example.com'}", param, ctx
        )


EMAIL_ADDRESS, EMAIL_OR_NOTHING, SENDER = _Email(), _Email(may_be_empty=True), _Sender()
