"""Log in by password or by a one-time link, log out, and what a person sets for himself: name, language, password."""

from __future__ import annotations

import re
from datetime import timedelta

from starlette.responses import Response

from mailroom import log
from mailroom.domain.account import User
from mailroom.errors import NotFound
from mailroom.languages import Language
from mailroom.web import passwords
from mailroom.web.passwords import Cost
from mailroom.web.serving import Serving
from mailroom.web.throttle import Throttle
from mailroom.web.visit import Visit

_log = log.get_logger("web")
_OWN_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*")  # no second slash, no backslash: browsers take those for a host


class LogIn:
    """The pages of the log-in; it keeps the count of failed tries."""

    def __init__(self, serving: Serving, throttle: Throttle, cost: Cost = passwords.DEFAULT) -> None:
        self._serving = serving
        self._throttle = throttle
        self._cost = cost

    def show(self, visit: Visit) -> Response:
        """Show the log-in form; who is logged in goes on to his pages."""
        if visit.user:
            return visit.go("/")
        return self._form(visit, next_path=visit.query("next"))

    def log_in(self, visit: Visit) -> Response:
        """Check e-mail and password."""
        email, password = visit.typed("email", 254), str(visit.form.get("password", ""))
        client = visit.request.client.host if visit.request.client else ""
        seconds = self._throttle.wait(email, client)
        if seconds:
            _log.warning("log_in_throttled", client=client, seconds=seconds)
            return self._form(visit, email=email, status=429, minutes=seconds // 60 + 1)
        store = visit.services.store
        with store.read() as unit:
            user = unit.users.by_email(email) if email else None
            stored = unit.users.password_hash(user.id) if user else None
        if not passwords.verify(password, stored, self._cost) or user is None or stored is None:
            self._throttle.failed(email, client)
            _log.warning("log_in_failed", client=client, user_id=user.id if user else "")
            return self._form(visit, email=email, status=422, wrong=True)
        self._throttle.succeeded(email, client)
        renewed = passwords.hash_password(password, self._cost) if passwords.outdated(stored, self._cost) else None
        return self._open(visit, user, "password", new_hash=renewed)

    def show_link(self, visit: Visit) -> Response:
        """Show what a sign-in link would do. Looking at it does not use it up."""
        return self._link(visit, self._person_of_link(visit))

    def use_link(self, visit: Visit) -> Response:
        """Use a sign-in link once, and set a password where one was typed."""
        password = str(visit.form.get("new_password", ""))
        person = self._person_of_link(visit)
        problem = _problem_of(visit, password) if password else ""
        if person is None or problem:
            return self._link(visit, person, problem)
        new_hash = passwords.hash_password(password, self._cost) if password else None
        with visit.services.store.unit() as unit:
            redeemed = unit.sessions.redeem_sign_in(visit.path("token"), visit.now)
        if redeemed is None:
            raise NotFound("sign-in link used meanwhile")
        return self._open(visit, redeemed, "link", new_hash=new_hash)

    def _person_of_link(self, visit: Visit) -> User | None:
        with visit.services.store.read() as unit:
            person = unit.sessions.peek_sign_in(visit.path("token"), visit.now)
        if person:
            visit.words.language = person.language
        return person

    def _link(self, visit: Visit, person: User | None, problem: str = "") -> Response:
        status = 422 if problem else 200 if person else 404
        return visit.page("sign_in.html", person=person, problem=problem, shortest=passwords.SHORTEST, status=status)

    def log_out(self, visit: Visit) -> Response:
        """End this session."""
        with visit.services.store.unit() as unit:
            unit.sessions.close(visit.session)
            unit.events.add("logged_out", subject=visit.person.id, actor=visit.person.id, at=visit.now)
        response = visit.go("/log-in")
        self._serving.log_out(response)
        response.headers["clear-site-data"] = '"cache"'  # the page pictures that the browser kept
        return response

    def show_me(self, visit: Visit) -> Response:
        """Show the person's own settings."""
        return self._me(visit)

    def save_me(self, visit: Visit) -> Response:
        """Save name and language."""
        chosen = visit.typed("language")
        language = Language(chosen) if chosen in set(Language) else visit.person.language
        changed = visit.person.model_copy(update={"name": visit.typed("name", 100), "language": language})
        with visit.services.store.unit() as unit:
            unit.users.update(changed)
            unit.events.add("person_changed", subject=changed.id, actor=changed.id, at=visit.now)
        return visit.go("/me?done=saved")

    def change_password(self, visit: Visit) -> Response:
        """Set a new password. Every other session of the person ends."""
        user, password = visit.person, str(visit.form.get("new_password", ""))
        if self._throttle.wait(user.email, "password"):
            return self._me(visit, problem=visit.words.t("web.log_in.wait", n=15), status=429)
        with visit.services.store.read() as unit:
            stored = unit.users.password_hash(user.id)
        if stored and not passwords.verify(str(visit.form.get("old_password", "")), stored, self._cost):
            self._throttle.failed(user.email, "password")
            return self._me(visit, problem=visit.words.t("web.password.old_wrong"), status=422)
        problem = _problem_of(visit, password)
        if problem:
            return self._me(visit, problem=problem, status=422)
        return self._open(visit, user, "password", new_hash=passwords.hash_password(password, self._cost), to="/me")

    def _open(self, visit: Visit, user: User, by: str, *, new_hash: str | None, to: str = "") -> Response:
        """Open a session in the place of the one before; with a new password, of all before."""
        end = visit.now + timedelta(days=visit.services.settings.web.session_days)
        with visit.services.store.unit() as unit:
            if new_hash:
                unit.sessions.close_all(user.id)
                unit.users.set_password_hash(user.id, new_hash)
                unit.events.add("password_set", subject=user.id, actor=user.id, at=visit.now)
            elif visit.session:
                unit.sessions.close(visit.session)
            token = unit.sessions.open(user.id, end)
            unit.events.add("logged_in", subject=user.id, actor=user.id, at=visit.now, facts={"by": by})
        wanted = visit.typed("next", 1000)
        response = visit.go(f"{to}?done=saved" if to else wanted if _OWN_PATH.fullmatch(wanted) else "/")
        self._serving.log_in(response, token)
        return response

    def _form(
        self,
        visit: Visit,
        *,
        next_path: str = "",
        email: str = "",
        status: int = 200,
        wrong: bool = False,
        minutes: int = 0,
    ) -> Response:
        wanted = next_path or visit.typed("next", 1000)
        alert = visit.words.t("web.log_in.wrong") if wrong else ""
        if minutes:
            alert = visit.words.t("web.log_in.wait", n=minutes)
        return visit.page("log_in.html", next_path=wanted, email=email, alert=alert, status=status)

    def _me(self, visit: Visit, *, problem: str = "", status: int = 200) -> Response:
        return visit.page(
            "me.html",
            problem=problem,
            languages=list(Language),
            shortest=passwords.SHORTEST,
            notice=visit.done,
            here="me",
            status=status,
        )


def _problem_of(visit: Visit, password: str) -> str:
    """Return what speaks against a new password, in words, or nothing."""
    if not passwords.SHORTEST <= len(password) <= passwords.LONGEST:
        return visit.words.t("web.password.length", shortest=passwords.SHORTEST, longest=passwords.LONGEST)
    if password != visit.form.get("new_password_again"):
        return visit.words.t("web.password.differ")
    return ""
