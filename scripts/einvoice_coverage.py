"""Write docs/einvoice-coverage.md: which business terms stand where, and which rules are checked. A test compares."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mailroom.einvoice import cii, ubl
from mailroom.einvoice.checks import EN16931_RULES, FORM_RULES, OWN_RULES, PEPPOL_RULES
from mailroom.einvoice.findings import Rule
from mailroom.einvoice.mapping import Group, Leaf, Table

PAGE = Path(__file__).parent.parent / "docs/einvoice-coverage.md"
NOT_CHECKED = {
    "BR-CO-05 to BR-CO-08": "always true in the official rules",
    "UBL-SR-23": "its path does not exist in UBL, so it can never fail",
    "UBL-CR-001 to UBL-CR-682": "elements that EN 16931 does not use: each is listed as not mapped instead",
}


def leaves(table: Table, path: str = "", seen: frozenset[int] = frozenset()) -> Iterator[tuple[str, str]]:
    """Give (term, path) of every row that has a number."""
    if id(table) in seen:
        return
    for row in table.rows:
        if isinstance(row, Leaf) and row.term.startswith("BT-"):
            yield row.term, f"{path}{row.path.partition(' | ')[0]}"
        elif isinstance(row, Group):
            below = "" if row.path == "." else f"{row.path.partition(' | ')[0]}/"
            yield from leaves(row.inner(), f"{path}{below}", seen | {id(table)})


def _order(term: str) -> tuple[str, list[int]]:
    return term.rstrip("0123456789-"), [int(part) for part in term.split("-")[1:] if part.isdigit()]


def _rules(title: str, rules: tuple[Rule, ...]) -> list[str]:
    by_id = {rule.id: rule.severity.value for rule in rules}
    fatal = [name for name, severity in by_id.items() if severity == "fatal"]
    warned = [name for name, severity in by_id.items() if severity != "fatal"]
    told = [f"### {title}: {len(by_id)}", ""]
    told += [f"Fatal: {', '.join(sorted(fatal))}.", ""] if fatal else []
    return told + ([f"Warnings: {', '.join(sorted(warned))}.", ""] if warned else [])


def page() -> str:
    """Return the page."""
    in_ubl = dict(leaves(ubl.table(credit_note=False)))
    in_cii = dict(leaves(cii.table()))
    terms = sorted({*in_ubl, *in_cii, *(f"BT-{number}" for number in range(1, 166) if number != 4)}, key=_order)
    rows = [f"| {term} | {_cell(term, in_ubl)} | {_cell(term, in_cii)} |" for term in terms]
    lines = [
        "# E-invoices: terms and rules",
        "",
        "Written by `python scripts/einvoice_coverage.py`; a test holds it to the tables of the code.",
        "",
        "## Business terms",
        "",
        f"{len(terms)} numbered terms of EN 16931 (there is no BT-4) and of XRechnung's extension (BT-DEX). Where no",
        "path stands, a table that several groups share (allowances, VAT rows) or a function takes the term (notes,",
        "order numbers, VAT totals, payment references). The round trips over the whole model hold it:",
        "`tests/unit/einvoice/test_round_trip.py`.",
        "",
        "| term | UBL | CII |",
        "| --- | --- | --- |",
        *rows,
        "",
        "## Rules",
        "",
        *_rules("EN 16931 (CEN 1.3.16)", (*EN16931_RULES, *FORM_RULES)),
        *_rules("Peppol BIS Billing 3.0.21", PEPPOL_RULES),
        *_rules("Our own", OWN_RULES),
        "### Not checked by us",
        "",
        *(f"- {rules}: {why}." for rules, why in NOT_CHECKED.items()),
    ]
    return "\n".join(lines) + "\n"


def _cell(term: str, paths: dict[str, str]) -> str:
    if term in paths:
        return f"`{paths[term]}`"
    return "not in this syntax" if term.startswith("BT-DEX") else "shared table or function"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
