from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import JSON, Table
from sqlalchemy.dialects import postgresql, sqlite

from mailroom.domain.account import Account, ApiAnswer, ApiKey, ImportAddress, KeptPassword, Membership, Seller, User
from mailroom.domain.decision import DecisionRecord
from mailroom.domain.delivery import Delivery
from mailroom.domain.document import Document
from mailroom.domain.event import Event
from mailroom.domain.message import Message, Part, PartVerdict
from mailroom.domain.node import Node
from mailroom.domain.report import ReportRun, Subscription
from mailroom.domain.rule import AccountRule
from mailroom.domain.value import Value
from mailroom.store import tables

DIALECTS = [sqlite.dialect(), postgresql.dialect()]


@pytest.mark.parametrize(
    ("value", "table", "elsewhere"),
    [
        (Account, tables.ACCOUNTS, set()),
        (ImportAddress, tables.IMPORT_ADDRESSES, set()),
        (User, tables.USERS, {"has_password"}),  # derived from the hash
        (Membership, tables.MEMBERSHIPS, set()),
        (ApiKey, tables.API_KEYS, set()),
        (ApiAnswer, tables.API_ANSWERS, set()),
        (KeptPassword, tables.ACCOUNT_PASSWORDS, set()),
        (Seller, tables.SELLERS, {"ibans"}),  # rows of their own
        (Message, tables.MESSAGES, set()),
        (Part, tables.PARTS, set()),
        (PartVerdict, tables.PARTS, set()),
        (Document, tables.DOCUMENTS, set()),
        (DecisionRecord, tables.DECISIONS, set()),
        (Delivery, tables.DELIVERIES, set()),
        (Subscription, tables.SUBSCRIPTIONS, set()),
        (ReportRun, tables.REPORT_RUNS, set()),
        (AccountRule, tables.ACCOUNT_RULES, set()),
        (Event, tables.EVENTS, set()),
        (Node, tables.NODES, set()),
    ],
)
def test_every_field_of_a_value_has_a_column(value: type[Value], table: Table, elsewhere: set[str]) -> None:
    assert set(value.model_fields) - set(table.columns.keys()) == elsewhere


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_an_instant_comes_back_aware_and_in_utc(dialect: sqlite.dialect) -> None:
    brussels = datetime(2026, 7, 1, 14, 30, tzinfo=timezone(timedelta(hours=2)))
    kept = tables.Instant().process_bind_param(brussels, dialect)
    back = tables.Instant().process_result_value(kept, dialect)
    assert back == brussels
    assert back is not None
    assert back.tzinfo is UTC


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_an_instant_without_a_zone_is_refused(dialect: sqlite.dialect) -> None:
    with pytest.raises(ValueError, match="without a zone"):
        tables.Instant().process_bind_param(datetime(2026, 7, 1), dialect)  # noqa: DTZ001  the point of it


@pytest.mark.parametrize(
    ("text", "kept"),
    [("a\x00b", "a\ufffdb"), ("\ud800x", "?x"), ("é\x00", "é\ufffd"), ("plain", "plain"), ("Größe", "Größe")],
)
def test_text_that_a_database_refuses_is_replaced(text: str, kept: str) -> None:
    assert tables.Text().process_bind_param(text, DIALECTS[1]) == kept


def test_wide_columns_stand_last_so_that_searching_reads_no_overflow_pages() -> None:
    for table in (tables.MESSAGES, tables.DOCUMENTS):
        kinds = [isinstance(column.type, JSON) for column in table.columns]
        assert kinds == sorted(kinds)
