from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from web_browser import Browser, read
from web_house import NOW, House

from mailroom.domain.account import Role
from mailroom.domain.document import DocumentState, FieldName
from mailroom.domain.report import Frequency, ReportKind, Subscription
from mailroom.domain.value import Reason, new_id
from mailroom.languages import Language

KEY = re.compile(r"\b(?:web|state|field|verdict|source|role|reason|words)\.[a-z_]+(?:\.[a-z_]+)*|\{[a-z_]+\}")
KNOWN = (Reason(code="waits_for_acceptance"), Reason(code="missing_fields", facts={"fields": "iban", "n": "1"}))


@pytest.mark.parametrize("language", Language)
def test_every_page_speaks_the_persons_language_without_a_gap(
    open_browser: Callable[..., Browser], house: House, bakery: SimpleNamespace, language: Language
) -> None:
    owner = house.user(f"{language}@korenaar.example", Role.OWNER, bakery.account, language=language)
    house.user("op@mailroom.example", Role.OPERATOR, language=language)
    until = NOW + timedelta(minutes=9)
    documents = [
        house.add(
            bakery.account, state, filename=f"{state}", reasons=KNOWN, archive_at=until, ubl="0" * 64, pages=n % 2
        )
        for n, state in enumerate(DocumentState)
    ]
    documents.append(house.add(bakery.account, DocumentState.INCOMPLETE, values={FieldName.IBAN: None}, filename="x"))
    with house.store.unit() as unit:
        for frequency in Frequency:
            unit.reports.subscribe(
                Subscription(
                    id=new_id(),
                    account_id=bakery.account.id,
                    kind=ReportKind.ACTION_REQUIRED,
                    frequency=frequency,
                    recipient="els@korenaar.example",
                    language=language,
                )
            )
        unit.addresses.replace(bakery.address.id, NOW)
        token = unit.sessions.issue_sign_in(owner.id, NOW + timedelta(hours=1))
    stranger = open_browser(**{"accept-language": language.value})
    seen = [stranger.get("/log-in"), stranger.get(f"/sign-in/{token}"), stranger.get("/sign-in/gone")]
    seen.append(stranger.log_in("who@ever.example"))
    at = f"/accounts/{bakery.account.id}"
    for email in (owner.email, "op@mailroom.example"):
        browser = open_browser(email)
        names = (
            "inbox",
            "inbox?tab=refused&q=zzz",
            "inbox?tab=archived",
            "ledger",
            "ledger?q=zzz",
            "upload",
            "settings",
            "report",
        )
        seen += [browser.get(address) for address in ("/me", "/accounts", "/attention", "/nowhere")]
        seen += [browser.get(f"{at}/{name}") for name in names]
        seen += [browser.get(f"/documents/{document.id}") for document in documents]
        seen += [
            browser.get(f"/documents/{documents[0].id}?done={done}") for done in ("saved", "accepted", "still_missing")
        ]
        address = f"/documents/{documents[-1].id}"
        page = browser.get(address)
        seen.append(browser.submit(page, f"{address}/fields", {"field.total_amount": "a lot"}))
        seen.append(browser.ask("POST", f"{address}/fields"))
    for page in seen:
        assert f'<html lang="{language}"' in page.text, page.url
        assert KEY.findall(read(page)) == [], page.url
