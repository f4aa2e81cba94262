"""Our writers and our checks against the official XSD and Schematron."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from einvoice_official import verdicts
from einvoice_spoiling import spoil
from invoices_einvoice import make_invoice
from pydantic import BaseModel

from mailroom.einvoice import check, read_invoice, to_cii, to_ubl, write_ubl
from mailroom.einvoice.checks import EN16931_RULES, FORM_RULES, OWN_RULES
from mailroom.einvoice.official import Official
from mailroom.einvoice.official_rules import known_rules

KNOWN = {rule.id for rule in (*EN16931_RULES, *OWN_RULES, *FORM_RULES)}


def test_what_we_write_passes_the_official_rules(tmp_path: Path) -> None:
    for seed in range(40):
        invoice = make_invoice(Random(seed))
        (tmp_path / f"{seed}.ubl.xml").write_bytes(to_ubl(invoice))
        if all(row.category != "B" for row in invoice.vat_breakdown):  # Factur-X knows no split payment
            (tmp_path / f"{seed}.cii.xml").write_bytes(to_cii(invoice))
    found = {name: [rule for rule, flag in said if flag == "fatal"] for name, said in verdicts(tmp_path).items()}
    assert len(found) > 70
    assert {name: rules for name, rules in found.items() if rules} == {}


def spoilt(value: Any, random: Random) -> Any:
    """Return the model with one value replaced by one that some rule forbids."""
    name = random.choice([field for field in type(value).model_fields if field not in {"source", "specification"}])
    held = getattr(value, name)
    changed: Any = held
    if isinstance(held, BaseModel):
        changed = spoilt(held, random)
    elif isinstance(held, tuple) and held and isinstance(held[0], BaseModel):
        place = random.randrange(len(held))
        changed = (*held[:place], spoilt(held[place], random), *held[place + 1 :])
    elif isinstance(held, str) and held:
        changed = random.choice(("XX", "S", "E", "AE", "30", "EUR", "NL"))
    elif isinstance(held, Decimal):
        changed = held + random.choice((1, Decimal("0.005"), -held))
    elif isinstance(held, date):
        changed = held.replace(year=2011)
    return value.model_copy(update={name: changed})


def test_our_verdict_is_the_official_one_for_every_rule_that_we_have(tmp_path: Path) -> None:
    ours: dict[str, set[str]] = {}
    for seed in range(150):
        random = Random(f"spoilt {seed}")
        invoice = make_invoice(random)
        for _ in range(random.randint(1, 3)):
            invoice = spoilt(invoice, random)
        content = write_ubl(invoice)
        (tmp_path / f"{seed}.xml").write_bytes(content)
        ours[f"{seed}.xml"] = {finding.rule for finding in check(read_invoice(content), as_peppol=False)}
    differing: dict[str, tuple[set[str], set[str]]] = {}
    broken = set()
    for name, said in verdicts(tmp_path).items():
        official = {rule for rule, _ in said} & KNOWN
        mine = {rule for rule in ours[name] if not rule.startswith("M-")}
        broken |= official
        if official != mine and "XSD" not in {rule for rule, _ in said}:
            differing[name] = (mine - official, official - mine)
    assert differing == {}
    assert len(broken) > 25  # the comparison must have had something to compare


def test_our_verdict_is_the_official_one_for_files_that_are_spoilt_as_files(tmp_path: Path) -> None:
    broken = set()
    with Official(known_rules(tmp_path)) as official:
        for seed in range(250):
            random = Random(f"file {seed}")
            content, done = spoil(write_ubl(make_invoice(random)), random)
            verdict = official.verdict(content)
            said = {finding.rule for finding in verdict.findings}
            if verdict.problem or said & {"XSD", "SCHEMATRON"}:
                continue  # no invoice of UBL: the other rules do not speak of it
            mine = {finding.rule for finding in check(read_invoice(content), as_peppol=False)}
            assert {rule for rule in mine if not rule.startswith("M-")} == said & KNOWN, (seed, done)
            broken |= said & KNOWN
    assert len(broken) > 20
