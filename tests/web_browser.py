"""A browser without JavaScript for the tests of the pages: it keeps cookies and sends the forms that it was shown."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
from lxml import html
from web_house import CHEAP, PASSWORD, House

from mailroom.web import create_app


class Browser:
    """A browser without JavaScript: keeps cookies, follows redirects, and sends the forms that stand on the page."""

    def __init__(self, house: House, base: str = "http://mailroom.test", **headers: str) -> None:
        self.app = create_app(house.services, password_cost=CHEAP)
        self._runner = asyncio.Runner()
        self._client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.app),
            base_url=base,
            headers={"origin": base, "sec-fetch-site": "same-origin", **headers},
        )

    def ask(self, method: str, path: str, *, follow: bool = True, **more: Any) -> httpx.Response:
        return self._runner.run(self._client.request(method, path, follow_redirects=follow, **more))

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("GET", path, **more)

    def submit(
        self, page: httpx.Response, action: str, fields: Mapping[str, str] | None = None, **more: Any
    ) -> httpx.Response:
        """Fill in the form of the page that goes to `action` (or has a button that does), and send it."""
        tree = html.fromstring(page.content)
        forms = [f for f in tree.forms if f.get("action") == action]
        forms += [f for f in tree.forms if f.xpath(f".//button[@formaction='{action}']")]
        if not forms:
            raise AssertionError(f"no form to {action} on {page.url}")
        form = forms[0]
        data: dict[str, Any] = {}
        for name, value in form.form_values():  # a name may stand there several times
            data.setdefault(name, []).append(value or "")
        unknown = set(fields or {}) - set(form.fields) - set(form.xpath(".//button/@name"))
        assert not unknown, f"the form has no {unknown}"
        return self.ask(form.get("method", "get").upper(), action, data={**data, **(fields or {})}, **more)

    def log_in(self, email: str, password: str = PASSWORD) -> httpx.Response:
        return self.submit(self.get("/log-in"), "/log-in", {"email": email, "password": password})

    @property
    def cookies(self) -> httpx.Cookies:
        return self._client.cookies

    def close(self) -> None:
        self._runner.run(self._client.aclose())
        self._runner.close()


def read(page: httpx.Response) -> str:
    """Return the words on a page."""
    return " ".join(html.fromstring(page.content).text_content().split())
