"""`mailroom einvoice`: show, check and convert e-invoices, XML or inside a PDF. Read in the boxed child."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mailroom.app import open_box
from mailroom.cli.output import Session, as_json, console, print_json, print_table, reason_text
from mailroom.domain.value import Reason
from mailroom.errors import MailroomError, MissingProgram
from mailroom.intake import detect
from mailroom.languages import Language
from mailroom.reading.box import Box
from mailroom.reading.frames import JSON

if TYPE_CHECKING:
    from mailroom.einvoice.official import Official

files_argument = click.argument("files", nargs=-1, required=True, type=click.Path(dir_okay=False, path_type=Path))


@click.group()
def einvoice() -> None:
    """E-invoices: show, check, convert, render. Exit status 1 on a fatal finding or a file that is no e-invoice."""


@einvoice.command()
@files_argument
@as_json
@click.pass_obj
def show(session: Session, files: tuple[Path, ...], as_json: bool) -> None:
    """Show the business terms of e-invoices, and what no term took."""
    failed = False
    for file, answer, _ in _each(session, "show_invoice", files):
        failed |= "problem" in answer
        if as_json:
            rows = [{"term": term, "name": name, "value": value} for term, name, value in answer.pop("rows", [])]
            print_json([{"file": str(file), **answer, "terms": rows}])
            continue
        click.secho(f"{file}  {answer.get('syntax', '')}", bold=True)
        if "problem" in answer:
            click.secho(answer["problem"], fg="red")
            continue
        print_table(["term", "name", "value"], answer["rows"])
        for path, value in answer["unmapped"]:
            click.secho(f"not mapped: {path} = {value}", fg="yellow")
    sys.exit(1 if failed else 0)


@einvoice.command()
@files_argument
@click.option("--official", is_flag=True, help="Ask the official XSD and Schematron, too (rules list: which ones).")
@as_json
@click.pass_obj
def check(session: Session, files: tuple[Path, ...], official: bool, as_json: bool) -> None:
    """Check e-invoices: the arithmetic, the categories, Peppol's rules, check digits."""
    failed = False
    answers = _each(session, "check_invoice", files)
    for file, answer, _ in _with_verdicts(session, answers) if official else answers:
        findings = answer.get("findings", [])
        failed |= "problem" in answer or any(finding["severity"] == "fatal" for finding in findings)
        if as_json:
            print_json([{"file": str(file), **answer}])
            continue
        words = (
            answer.get("problem") or f"{len(findings)} finding{'s' * (len(findings) > 1)}"
            if findings or "problem" in answer
            else "in order"
        )
        click.secho(f"{file}  {words}", bold=True)
        for rules in answer.get("official_rules", []):
            click.echo(f"  asked    {rules}")
        for finding in findings:
            colour = "red" if finding["severity"] == "fatal" else "yellow"
            click.secho(f"  {finding['severity']:<8}", fg=colour, nl=False)
            click.echo(f"{finding['rule']:<22}{finding['place']:<22}{finding['text']}")
    sys.exit(1 if failed else 0)


def _with_verdicts(
    session: Session, answers: Iterator[tuple[Path, dict[str, Any], list[bytes]]]
) -> Iterator[tuple[Path, dict[str, Any], list[bytes]]]:
    """Add to each answer what the official rules find; only documents that our own reader took are shown to them."""
    from mailroom.einvoice.official import Official
    from mailroom.einvoice.official_rules import known_rules

    with Official(known_rules(_rules_folder(session))) as official:
        box = open_box(session.settings)
        try:
            for file, answer, blobs in answers:
                if "problem" not in answer:
                    _add_verdict(official, box, session, file, answer)
                yield file, answer, blobs
        finally:
            box.close()


def _add_verdict(official: Official, box: Box, session: Session, file: Path, answer: dict[str, Any]) -> None:
    said, blobs = _ask(box, session, "invoice_xml", file, {})
    if not blobs:
        answer.update(said)
        return
    try:
        verdict = official.verdict(blobs[0])
    except MailroomError as error:
        answer["problem"] = reason_text(Reason(code=error.reason), session.language)
        return
    answer["official_rules"] = list(verdict.rules)
    answer["findings"] += [one.model_dump(mode="json") for one in verdict.findings]
    if verdict.problem:
        answer["problem"] = verdict.problem


def _rules_folder(session: Session) -> Path:
    return session.settings.data / "rules"


@einvoice.group()
def rules() -> None:
    """The official rules: which are in use, and installing newer ones."""


@rules.command("list")
@as_json
@click.pass_obj
def list_rules(session: Session, as_json: bool) -> None:
    """List the official rules that are in use, with version and SHA-256."""
    from mailroom.einvoice.official_rules import known_rules

    known = known_rules(_rules_folder(session))
    if as_json:
        print_json(rule.model_dump(mode="json", exclude={"path"}) for rule in known)
        return
    print_table(
        ["rules", "version", "of", "for", "sha256"],
        [[rule.name, rule.version, rule.release, ", ".join(rule.roots), rule.sha256[:12]] for rule in known],
    )


@rules.command("install")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def install_release(session: Session, file: Path) -> None:
    """Install a release of OpenPeppol, CEN or KoSIT: a ZIP with compiled Schematron (XSLT) inside."""
    from mailroom.einvoice.official_rules import install_rules

    for rule in install_rules(file.read_bytes(), file.name, _rules_folder(session), at=session.clock()):
        click.echo(rule.title)


@einvoice.command()
@files_argument
@click.option(
    "--to",
    "syntax",
    type=click.Choice(["ubl", "cii", "facturx"]),
    default="ubl",
    show_default=True,
    help="ubl: Peppol BIS Billing 3; facturx: a PDF with the invoice as CII inside.",
)
@click.option("--output", type=click.Path(path_type=Path), help="File, or folder for several; none: standard output.")
@as_json
@click.pass_obj
def convert(session: Session, files: tuple[Path, ...], syntax: str, output: Path | None, as_json: bool) -> None:
    """Convert e-invoices. What the other syntax needs and the invoice lacks is said by `mailroom einvoice check`."""
    failed = False
    several = len(files) > 1 or (output is not None and output.is_dir())
    if output is None and (several or (as_json and syntax == "facturx")):
        raise click.UsageError("several files, and a PDF beside JSON, need --output")
    writer = {"ubl": "peppol"}.get(syntax, syntax)
    taken: set[Path] = set()
    for file, answer, blobs in _each(session, "convert_invoice", files, to=writer):
        failed |= "problem" in answer
        target = _free(_target(file, output, syntax, several=several), taken)
        if "problem" in answer:
            click.secho(f"{file}: {answer['problem']}", fg="red", err=True)
        elif target is None and not as_json:
            sys.stdout.buffer.write(blobs[0])
        elif target is not None:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(blobs[0])
        if as_json:
            written = blobs[0].decode() if blobs and target is None and syntax != "facturx" else None
            print_json([{"file": str(file), "output": str(target) if target else None, "content": written, **answer}])
    sys.exit(1 if failed else 0)


@einvoice.command()
@files_argument
@click.option("--language", type=click.Choice([one.value for one in Language]), help="Without it, the terminal's.")
@click.option("--output", type=click.Path(path_type=Path), help="FILE.pdf or FILE.html, or a folder for several (PDF).")
@click.pass_obj
def render(session: Session, files: tuple[Path, ...], language: str | None, output: Path | None) -> None:
    """Make a readable copy: PDF, or HTML with --output FILE.html or to standard output. The XML stays the invoice."""
    failed = False
    several = len(files) > 1 or (output is not None and output.is_dir())
    if several and output is None:
        raise click.UsageError("several files need --output FOLDER")
    wanted = Language(language) if language else session.language
    taken: set[Path] = set()
    as_pdf = several or (output is not None and output.suffix.lower() == ".pdf")
    for file, answer, blobs in _each(session, "readable_copy", files, language=wanted.value, pdf=as_pdf):
        if "problem" in answer:
            failed = True
            click.secho(f"{file}: {answer['problem']}", fg="red", err=True)
        elif output is None:
            sys.stdout.buffer.write(blobs[-1])
        else:
            target = _free(output / f"{file.stem}.copy.pdf" if several else output, taken) or output
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(blobs[-1])
    sys.exit(1 if failed else 0)


def _target(file: Path, output: Path | None, syntax: str, *, several: bool) -> Path | None:
    if output is None or str(output) == "-":
        return None
    ending = "pdf" if syntax == "facturx" else "xml"
    return output / f"{file.stem}.{syntax}.{ending}" if several else output


def _free(target: Path | None, taken: set[Path]) -> Path | None:
    """Return the target, with a number where a file of the same name, out of another folder, was written before it."""
    free, number = target, 1
    while free in taken and target is not None:
        number += 1
        free = target.with_name(f"{target.name.partition('.')[0]}-{number}.{target.name.partition('.')[2]}")
    if free is not None:
        taken.add(free)
    return free


def _each(
    session: Session, task: str, files: tuple[Path, ...], **arguments: JSON
) -> Iterator[tuple[Path, dict[str, Any], list[bytes]]]:
    """Yield (file, answer, blobs) in the order of the files; an answer with `problem` says why there is none."""
    box = open_box(session.settings)

    def one(file: Path) -> tuple[Path, dict[str, Any], list[bytes]]:
        return (file, *_ask(box, session, task, file, arguments))

    try:
        with ThreadPoolExecutor() as pool:
            answers = pool.map(one, files)
            if len(files) > 20 and sys.stderr.isatty():
                from rich.progress import track

                answers = iter(track(answers, total=len(files), console=console(stderr=True), transient=True))
            yield from answers
    finally:
        box.close()


def _ask(
    box: Box, session: Session, task: str, file: Path, arguments: dict[str, JSON]
) -> tuple[dict[str, Any], list[bytes]]:
    try:
        content = file.read_bytes()
        told: dict[str, JSON] = {
            "media_type": detect(content, file.name).value,
            "language": session.language.value,
            **arguments,
        }
        answer, blobs = box.call(task, told, [content])
        return (answer if isinstance(answer, dict) else {}), blobs
    except OSError as error:
        return {"problem": error.strerror or str(error)}, []
    except MailroomError as error:
        facts = {name: str(fact) for name, fact in error.facts.items()}
        words = reason_text(Reason(code=error.reason, facts=facts), session.language)
        return {"problem": f"{words} {error}" if isinstance(error, MissingProgram) else words}, []
