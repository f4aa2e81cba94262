"""Dates that are possible and rarely right: a misread digit, or an invoice that lay around for a year."""

from __future__ import annotations

from datetime import timedelta

from mailroom.domain.decision import Facts
from mailroom.domain.document import FieldName
from mailroom.domain.value import Reason
from mailroom.rules.facts import day

AHEAD = timedelta(days=1)  # the seller's zone may be a day ahead of ours
OLD = timedelta(days=366)  # older than a bookkeeping year: the VAT return it belongs to was closed


def unusual_dates(facts: Facts, _missing: tuple[FieldName, ...]) -> Reason | None:
    """Tell that the issue date lies ahead or far back, or that payment was due before it."""
    issued, due = day(facts, FieldName.ISSUE_DATE), day(facts, FieldName.DUE_DATE)
    if issued is None:
        return None
    if issued > facts.today + AHEAD:
        return Reason(code="issue_date_ahead", facts={"issue_date": issued.isoformat()})
    if due is not None and due < issued:
        return Reason(code="due_before_issue", facts={"issue_date": issued.isoformat(), "due_date": due.isoformat()})
    if issued < facts.today - OLD:
        return Reason(code="issue_date_old", facts={"issue_date": issued.isoformat()})
    return None
