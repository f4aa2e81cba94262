"""The ledger by mail: found by each of its fields, page after page, also when it was never taken apart."""

from __future__ import annotations

import pytest
from store_values import later, part, sha, verdict, with_account, with_document, with_message

from mailroom.domain.ledger import LedgerQuery
from mailroom.domain.message import HeaderView, Verdict
from mailroom.store import Store


def header(name: str, sender: str, subject: str) -> HeaderView:
    return HeaderView(message_id=f"<{name}@x.example>", from_addresses=(sender,), from_name="Zoë", subject=subject)


@pytest.fixture
def office(store: Store) -> dict[str, str]:
    """Three mails of one account and one of another, by name."""
    owner, other = with_account(store), with_account(store, name="Other")
    mails = {
        "acme": with_message(store, owner.id, header=header("one", "bills@acme.example", "Société Générale")),
        "shop": with_message(
            store, owner.id, header=header("two", "a@shop.example", "your acme order"), received_at=later(1)
        ),
        "raw": with_message(store, owner.id, header=HeaderView(), envelope_sender="x@y.example", received_at=later(2)),
        "other": with_message(store, other.id, header=header("one", "bills@acme.example", "Société")),
    }
    paper = with_document(store, mails["acme"])
    with store.unit() as unit:
        unit.parts.record(
            mails["acme"].id,
            [
                (part("1", filename="logo.png"), verdict("1", Verdict.IGNORED), None),
                (part("2", filename="Reçu 7.pdf"), verdict("2"), paper.id),
            ],
        )
        unit.parts.record(mails["shop"].id, [(part("1", filename="logo.png"), verdict("1", Verdict.IGNORED), None)])
    return {name: mail.id for name, mail in mails.items()} | {"account": owner.id, "paper": paper.id}


QUESTIONS = [
    ({}, ["raw", "shop", "acme"]),
    ({"words": "acme"}, ["shop", "acme"]),
    ({"sender": "ACME"}, ["acme"]),
    ({"sender": "zoe shop"}, ["shop"]),
    ({"subject": "acme"}, ["shop"]),
    ({"subject": "societe generale"}, ["acme"]),
    ({"filename": "recu"}, ["acme"]),
    ({"filename": "logo", "sender": "shop"}, ["shop"]),
    ({"message_id": "<two@x.example>"}, ["shop"]),
    ({"message_id": "one@x.example"}, ["acme"]),
    ({"since": later(1)}, ["raw", "shop"]),
    ({"until": later(1)}, ["acme"]),
    ({"verdict": Verdict.DOCUMENT}, ["acme"]),
    ({"verdict": Verdict.IGNORED, "words": "order"}, ["shop"]),
    ({"words": sha("2")}, ["acme"]),
    ({"words": "nowhere"}, []),
    ({"subject": "100%"}, []),
]


@pytest.mark.parametrize(("asked", "names"), QUESTIONS)
def test_a_mail_is_found_by_each_of_its_fields(
    store: Store, office: dict[str, str], asked: dict[str, object], names: list[str]
) -> None:
    with store.read() as unit:
        found = unit.ledger.mails(office["account"], LedgerQuery.model_validate(asked))
    assert [mail.message.id for mail in found] == [office[name] for name in names]


def test_a_mail_has_all_its_parts_also_where_one_of_them_was_asked_for(store: Store, office: dict[str, str]) -> None:
    with store.read() as unit:
        (mail,) = unit.ledger.mails(office["account"], LedgerQuery(words=office["paper"]))
        everywhere = unit.ledger.mails(None, LedgerQuery(sender="bills@acme.example"))
    assert [(line.filename, line.verdict) for line in mail.parts] == [
        ("logo.png", Verdict.IGNORED),
        ("Reçu 7.pdf", Verdict.DOCUMENT),
    ]
    assert {mail.message.id for mail in everywhere} == {office["acme"], office["other"]}


def test_pages_follow_each_other_without_gap_or_repetition(store: Store) -> None:
    owner = with_account(store)
    all_of_them = {with_message(store, owner.id, received_at=later(number // 3)).id for number in range(10)}
    seen: list[str] = []
    before = None
    with store.read() as unit:
        while page := unit.ledger.mails(owner.id, LedgerQuery(), limit=4, before=before):
            seen += [mail.message.id for mail in page]
            before = (page[-1].message.received_at, page[-1].message.id)
    assert len(seen) == 10
    assert set(seen) == all_of_them


def test_a_search_goes_on_when_the_first_finds_say_the_word_elsewhere(store: Store) -> None:
    owner = with_account(store)
    wanted = with_message(store, owner.id, header=header("old", "old@x.example", "needle"))
    for number in range(7):
        with_message(store, owner.id, header=header(str(number), "needle@x.example", "hay"), received_at=later(number))
    with store.read() as unit:
        found = unit.ledger.mails(owner.id, LedgerQuery(subject="needle"), limit=2)
    assert [mail.message.id for mail in found] == [wanted.id]


@pytest.mark.parametrize("few", [0, 1, 2000])
def test_a_word_is_found_by_each_way_of_searching(store: Store, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    # 0: compared row by row, 1: the index says that the word is frequent or rare, 2000: the account is small.
    monkeypatch.setattr("mailroom.store.search.FEW", few)
    owner = with_account(store)
    wanted = with_message(store, owner.id, header=header("<f3-2026-01444494@x>", "a@x.example", "F3-2026-01444494 due"))
    with_message(store, owner.id, header=header("other", "a@x.example", "F9-2026-01444494 due"))
    with store.read() as unit:
        for words in ("f3-2026-01444494", "F3-2026-01444494 due", "3-2026-0144", "f3"):
            for account in (owner.id, None):
                found = unit.ledger.mails(account, LedgerQuery(words=words))
                assert [mail.message.id for mail in found] == [wanted.id], (words, account)
        assert unit.documents.list(owner.id, search="01444494") == []
