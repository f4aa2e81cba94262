"""One visit: the request, who makes it, and the page that answers it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from mailroom.domain.account import Account, User
from mailroom.errors import NotFound
from mailroom.languages import Language, texts
from mailroom.web.forms import token_for
from mailroom.web.rendering import render
from mailroom.web.rights import Right, Rights
from mailroom.web.services import WebServices
from mailroom.web.words import Words

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True)
class Visit:
    """What a page function is given. `secret` is the session token, or before the log-in that of the form cookie."""

    request: Request
    services: WebServices
    words: Words
    user: User | None
    secret: str
    now: datetime
    session: str = ""
    form: FormData = field(default_factory=FormData)

    @property
    def person(self) -> User:
        """The user who is logged in; pages that are not public always have one."""
        if self.user is None:
            raise NotFound("no user")
        return self.user

    def path(self, name: str) -> str:
        """Return a part of the address."""
        return str(self.request.path_params[name])

    def query(self, name: str, default: str = "") -> str:
        """Return a value of the query, bounded in length."""
        return self.request.query_params.get(name, default)[:200]

    def typed(self, name: str, longest: int = 500) -> str:
        """Return what was typed into a field of the form, without white space around it."""
        value = self.form.get(name)
        return value.strip()[:longest].replace("\x00", "") if isinstance(value, str) else ""

    def ticked(self, name: str, longest: int = 40) -> list[str]:
        """Return the values of the boxes of this name that were ticked, in the order of the form, each once."""
        values = (value for value in self.form.getlist(name) if isinstance(value, str))
        return list(dict.fromkeys(value[:longest] for value in values))

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """Render a page for this visitor."""
        shown: dict[str, Any] = {
            "account": None,
            "rights": frozenset(),
            "here": "",
            "refresh": 0,
            "notice": "",
            "alert": "",
            **values,
        }
        html = render(
            template,
            words=self.words,
            t=self.words.t,
            user=self.user,
            csrf=token_for(self.secret) if self.secret else "",
            Right=Right,
            path=self.request.url.path,
            **shown,
        )
        return HTMLResponse(html, status_code=status)

    def account_page(self, template: str, account: Account, rights: Rights, **values: Any) -> Response:
        """Render a page of an account, in the account's time zone."""
        self.words.time_zone = account.time_zone
        return self.page(template, account=account, rights=rights, **values)

    def go(self, address: str) -> Response:
        """Answer with a redirect to one of our own pages (303: the next request is a GET)."""
        return RedirectResponse(address, status_code=303)

    @property
    def done(self) -> str:
        """The word for what was done just before, as the address of the redirect names it."""
        key = f"web.done.{self.query('done')}"
        return self.words.t(key) if key in texts(Language.EN) else ""
