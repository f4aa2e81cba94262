"""The worker of the official rules: a process of its own with one thread, because saxonche aborts in threads.

It reads documents from its standard input (a line with the number of bytes, then the bytes) and answers each with one
line of JSON. It keeps compiled rules for as long as it lives. It may die at any document: official.py starts another.

It holds no secret and needs nothing but its rule files, so its walls are plain ones that every kernel has: no file may
grow, few files open, an end of memory and of CPU time, no new privileges, and death with its parent. saxonche and
libxml2 are told to fetch nothing.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import re
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

_SVRL = "{http://purl.oclc.org/dsdl/svrl}"
_RAM = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
_SPECIFICATION = (
    "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}CustomizationID",
    f"{{{_RAM}}}GuidelineSpecifiedDocumentContextParameter",
)
_PDEATHSIG, _NO_NEW_PRIVILEGES = 1, 38
_MEMORY = 1 << 30
"""Bytes of data; the rules of CEN and Peppol and an invoice of 5,000 lines need 400 MB."""
_OPEN_FILES = 64
Found = dict[str, str]
Check = Callable[[Any, str], Iterator[Found]]


class Refused(Exception):
    """The document cannot be judged; the text says why."""


def main(rules: list[dict[str, Any]], wanted: BinaryIO, answers: BinaryIO) -> None:
    """Answer until the input ends."""
    check = _checks()
    while line := wanted.readline():
        content = wanted.read(int(line))
        answers.write(json.dumps(judge(content, rules, check)).encode() + b"\n")
        answers.flush()


def judge(content: bytes, rules: list[dict[str, Any]], check: Callable[[str, str, str], Check]) -> dict[str, Any]:
    """Return what the rules say of a document, and which of them were asked."""
    from lxml import etree

    try:
        root = _invoice(content, {name for rule in rules for name in rule["roots"]})
    except (Refused, etree.XMLSyntaxError) as refused:
        return {"problem": str(refused)[:500], "rules": [], "findings": []}
    specification = next((" ".join(node.itertext()).strip() for node in root.iter(*_SPECIFICATION)), "")
    name = etree.QName(root).localname
    asked = [r for r in rules if name in r["roots"] and re.search(r["specification"], specification, re.IGNORECASE)]
    text = etree.tostring(root, encoding="unicode")
    findings: list[Found] = []
    for rule in sorted(asked, key=lambda one: one["kind"]):  # xsd before xslt
        try:
            found = check(rule["kind"], rule["path"], rule["sha256"])
            findings += [{**one, "file": rule["name"]} for one in found(root, text)]
        except Refused as refused:
            return {"problem": str(refused), "rules": [], "findings": []}
    return {"rules": [rule["title"] for rule in asked], "findings": findings[:2_000]}


def _invoice(content: bytes, roots: set[str]) -> Any:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    root: Any = etree.fromstring(content, parser)
    if root.getroottree().docinfo.doctype:
        raise Refused("a document type declaration is not allowed")
    for node in root.iter(etree.Element):
        if etree.QName(node).localname in roots:  # an envelope (SBDH) has the invoice inside
            return node
    raise Refused("there are no official rules for this kind of document")


def _checks() -> Callable[[str, str, str], Check]:
    from lxml import etree
    from saxonche import PySaxonApiError, PySaxonProcessor

    processor = PySaxonProcessor(license=False)
    sheets = processor.new_xslt30_processor()

    @cache
    def checker(kind: str, path: str, sha256: str) -> Check:
        if hashlib.sha256(Path(path).read_bytes()).hexdigest() != sha256:
            raise Refused(f"{path} was changed since it was installed")
        if kind == "xsd":
            schema = etree.XMLSchema(etree.parse(path))
            return lambda root, _text: _schema_errors(schema, root)
        sheet = sheets.compile_stylesheet(stylesheet_file=path)

        def judged(_root: Any, text: str) -> Iterator[Found]:
            try:
                report = sheet.transform_to_string(xdm_node=processor.parse_xml(xml_text=text))
            except PySaxonApiError as error:  # xs:decimal('Q'): a receiver's validator stops here, too
                yield {
                    "rule": "SCHEMATRON",
                    "severity": "fatal",
                    "place": "",
                    "text": " ".join(str(error).split())[:500],
                }
                return
            yield from _failed(report)

        return judged

    return checker


def _schema_errors(schema: Any, root: Any) -> Iterator[Found]:
    from lxml import etree

    whole = etree.fromstring(etree.tostring(root))  # of an envelope only the invoice has this schema
    if not schema.validate(whole):
        for error in list(schema.error_log)[:50]:
            yield {"rule": "XSD", "severity": "fatal", "place": f"line {error.line}", "text": error.message[:500]}


def _failed(report: str) -> Iterator[Found]:
    from lxml import etree

    parsed = etree.fromstring(report.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    failed: Any
    for failed in parsed.iter(f"{_SVRL}failed-assert", f"{_SVRL}successful-report"):
        text = " ".join("".join(failed.find(f"{_SVRL}text").itertext()).split())
        stated = re.match(r"\W*([A-Z][\w.-]+)", text)
        flag = (failed.get("flag") or failed.get("role") or "fatal").lower()
        yield {
            "rule": failed.get("id") or (stated[1] if stated else ""),
            "severity": "warning" if flag.startswith(("warn", "info")) else "fatal",
            "place": re.sub(r"\*:(\w+)\[namespace-uri\(\)='[^']*'\]|Q\{[^}]*\}", r"\1", failed.get("location", ""))[
                :300
            ],
            "text": text[:500],
        }


def _walls(cpu_seconds: int) -> None:
    """Put the limits up, before the first foreign byte."""
    libc = ctypes.CDLL(None, use_errno=True)
    for option, value in ((_PDEATHSIG, signal.SIGKILL), (_NO_NEW_PRIVILEGES, 1)):
        if libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), f"prctl({option})")
    limits = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: _OPEN_FILES,
        resource.RLIMIT_DATA: _MEMORY,
        resource.RLIMIT_CPU: cpu_seconds,
    }
    for kind, wanted in limits.items():
        hard = resource.getrlimit(kind)[1]
        value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(kind, (value, value))


if __name__ == "__main__":
    _walls(int(sys.argv[2]))
    # Libraries write to standard output as they like: the answers go out where only we write.
    answering = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    main(json.loads(sys.argv[1]), sys.stdin.buffer, answering)
