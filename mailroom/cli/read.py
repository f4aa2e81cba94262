"""`mailroom read`: from files to fields on all cores, without storing anything."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from mailroom.app import open_box
from mailroom.cli.explained import draw_pages
from mailroom.cli.output import Session, as_json, console, print_json, print_table, reasons_json
from mailroom.config import Settings
from mailroom.domain.document import FieldName
from mailroom.domain.message import ENDINGS, READABLE
from mailroom.domain.reading import Reading
from mailroom.domain.value import Reason
from mailroom.errors import MailroomError, NotWhatItClaims, UnsupportedType
from mailroom.extraction import Buyer
from mailroom.extraction import explain as explain_reading
from mailroom.intake import detect
from mailroom.languages import Language
from mailroom.reading.read import Reader
from mailroom.steps.second_opinion import look_twice
from mailroom.steps.text_and_picture import differences

_DRAWN_DPI = 150
"""Dots an inch of the pages that --explain draws."""
_NAMED_SO = frozenset({".jpeg", *(ENDINGS[kind] for kind in READABLE)})
"""Names of files that are read, if they are what they are called."""


@dataclass(frozen=True)
class Job:
    """One file, and what its account knows of itself."""

    file: str
    buyer: Buyer
    pictures: Path | None = None
    """Where its pages are drawn with their fields; None when nobody asks why."""


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--list",
    "list_file",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
    help='Take the files from lines {"file": ..., "buyer_vat_id": ..., "buyer_name": ...}.',
)
@click.option("--buyer-vat", default="", metavar="ID", help="The account's own VAT id: never the seller's.")
@click.option("--buyer-name", default="", metavar="NAME", help="The account's own name: never the seller's.")
@click.option(
    "--explain",
    is_flag=True,
    help="Also say why each value won and what stood against it, and draw the pages with the fields marked (PNG).",
)
@click.option(
    "--pictures",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    metavar="FOLDER",
    help="Where --explain puts its pictures; without it, the folder where you are.",
)
@as_json
@click.pass_obj
def read(
    session: Session,
    files: tuple[Path, ...],
    list_file: Path | None,
    buyer_vat: str,
    buyer_name: str,
    explain: bool,
    pictures: Path,
    as_json: bool,
) -> None:
    """Read files and print their fields. Nothing is stored. Exit status 1 when a file could not be read."""
    jobs = [Job(str(file), Buyer(name=buyer_name, vat_id=buyer_vat)) for file in files]
    if list_file is not None:
        jobs += _jobs_of(list_file)
    jobs = [replace(job, pictures=pictures if explain else None) for job in jobs]
    if not jobs:
        raise click.UsageError("name at least one FILE, or a --list")
    failed = 0
    for number, result in enumerate(_with_progress(read_all(session.settings, jobs, session.language), len(jobs))):
        failed += result.pop("failed")
        if as_json:
            print_json([result])
        else:
            _show(result, first=number == 0)
    if failed:
        sys.exit(1)


def read_all(settings: Settings, jobs: Sequence[Job], language: Language) -> Iterator[dict[str, Any]]:
    """Yield one result a file, in the order in which they are done."""
    box = open_box(settings)
    explained = any(job.pictures is not None for job in jobs)
    reading = settings.reading.model_copy(update={"preview_dpi": _DRAWN_DPI}) if explained else settings.reading
    reader = Reader(box, reading, previews=explained)
    workers = settings.engine.workers or os.cpu_count() or 1
    try:
        with ThreadPoolExecutor(max_workers=workers) as pool:
            waiting = [pool.submit(_read_one, reader, job, language) for job in jobs]
            for done in as_completed(waiting):
                yield done.result()
    finally:
        box.close()


def _why(error: MailroomError, file: str) -> Reason:
    facts = {name: str(fact) for name, fact in error.facts.items()}
    claims = isinstance(error, UnsupportedType) and Path(file).suffix.lower() in _NAMED_SO
    return Reason(code=NotWhatItClaims.reason if claims else error.reason, facts=facts)


def _read_one(reader: Reader, job: Job, language: Language) -> dict[str, Any]:
    began = time.perf_counter()
    result: dict[str, Any] = {
        "file": job.file,
        "sha256": None,
        "document_type": None,
        "fields": {},
        "lines": [],
        "lines_status": "none",
        "pages": 0,
        "seconds": 0.0,
        "engine": "",
        "problems": [],
        "failed": 0,
    }
    try:
        content = Path(job.file).read_bytes()
        result["sha256"] = hashlib.sha256(content).hexdigest()
        read = reader.read(content, detect(content, Path(job.file).name), Path(job.file).name)
        reading = read.reading
        found, result["engine"] = look_twice(reader, lambda: content, reading, job.buyer)
        result["fields"] = {name.value: field.model_dump(mode="json") for name, field in found.fields.items()}
        result["document_type"] = found.fields[FieldName.DOCUMENT_TYPE].value
        result["lines"] = [line.model_dump(mode="json") for line in found.lines.items]
        result["lines_status"] = found.lines.status.value
        result["pages"] = reading.page_count
        seen = differences(reader, lambda: content, reading, found)
        result["problems"] = reasons_json((*reading.problems, *found.problems, *seen), language)
        if job.pictures is not None:
            drawn = draw_pages(read.previews, found.fields, job.pictures / f"{Path(job.file).stem}.explained")
            result["pictures"] = [str(file) for file in drawn]
            result["contenders"] = _contenders(reading, job.buyer)
    except OSError as error:
        result["failed"] = 1
        said = error.strerror or str(error)
        if isinstance(error, IsADirectoryError):
            said += f"; name the files in it: {job.file}/*"
        result["problems"] = [{"code": "cannot_open", "text": said}]
    except MailroomError as error:
        result["failed"] = 1
        result["problems"] = reasons_json([_why(error, job.file)], language)
    except Exception:  # one file must not take the results of all others along
        from mailroom.log import get_logger

        get_logger("read").exception("file_not_read", file=job.file)
        result["failed"] = 1
        result["problems"] = reasons_json([Reason(code="internal")], language)
    result["seconds"] = round(time.perf_counter() - began, 3)
    return result


def _contenders(reading: Reading, buyer: Buyer) -> dict[str, list[dict[str, Any]]]:
    """Return between which values was chosen, by field, as JSON; the winner is the first."""
    return {
        name.value: [{"value": c.value, "points": c.points, **c.evidence.model_dump(mode="json")} for c in found]
        for name, found in explain_reading(reading, buyer).items()
    }


def _jobs_of(list_file: Path) -> list[Job]:
    try:
        source = sys.stdin.read() if str(list_file) == "-" else list_file.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise click.BadParameter(f"{list_file} is not UTF-8") from error
    jobs = []
    for number, line in enumerate(source.split("\n"), 1):  # a JSON string may hold other ends of lines (U+2028)
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            jobs.append(
                Job(str(row["file"]), Buyer(name=row.get("buyer_name") or "", vat_id=row.get("buyer_vat_id") or ""))
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise click.BadParameter(f'{list_file}:{number}: expected {{"file": ...}}, got {line[:60]!r}') from error
    return jobs


def _with_progress(results: Iterator[dict[str, Any]], total: int) -> Iterator[dict[str, Any]]:
    """Show how far it is on standard error, when that is a terminal and there is something to wait for."""
    if total < 2 or not sys.stderr.isatty():
        yield from results
        return
    from rich.progress import track

    yield from track(results, total=total, description="reading", console=console(stderr=True), transient=True)


def _show(result: dict[str, Any], *, first: bool) -> None:
    if not first:
        click.echo()
    click.secho(f"{result['file']}  {result['engine']}  {result['pages']} p.  {result['seconds']} s", bold=True)
    rows = []
    for name, field in result["fields"].items():
        evidence = field["evidence"][0] if field["evidence"] else {}
        words = [evidence.get("label"), evidence.get("proof"), evidence.get("path")]
        place = f"p. {evidence['page']}" if evidence.get("page") else ""
        rows.append(
            [
                name,
                field["value"] or "–",
                f"{field['confidence']:.0%}",
                field["source"],
                " ".join(word for word in (*words, place) if word),
            ]
        )
    print_table(["field", "value", "sure", "from", "evidence"], rows, empty="No fields.")
    if result["lines"]:
        _show_lines(result)
    for problem in result["problems"]:
        click.secho(f"! {problem['text']}", fg="yellow")
    _show_contenders(result)


def _show_lines(result: dict[str, Any]) -> None:
    rows = [
        [
            line["description"][:50],
            f"{line['quantity'] or ''} {line['unit']}".strip(),
            line["unit_price"] or "",
            f"{line['vat_rate']} %" if line["vat_rate"] is not None else "",
            line["net_amount"] or (f"{line['gross_amount']} incl. VAT" if line["gross_amount"] else ""),
            f"{line['confidence']:.0%}",
        ]
        for line in result["lines"]
    ]
    print_table([f"lines: {result['lines_status']}", "quantity", "price", "VAT", "net", "sure"], rows, empty="")


def _show_contenders(result: dict[str, Any]) -> None:
    """Say of every field between which values was chosen, and name the drawn pages."""
    for name, found in result.get("contenders", {}).items():
        click.secho(f"{name}:", bold=True)
        rows = [
            [c["value"], str(c["points"]), c["label"] or "–", c["proof"] or "–", f"p. {c['page']}", c["text"]]
            for c in found
        ]
        print_table(["value", "points", "label", "proof", "place", "words"], rows, empty="")
    for picture in result.get("pictures", ()):
        click.echo(picture)
