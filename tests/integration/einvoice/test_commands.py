"""The commands on e-invoices, as a person uses them on many files."""

from __future__ import annotations

from pathlib import Path
from random import Random

from click.testing import CliRunner
from invoices_einvoice import make_invoice

from mailroom.cli import main
from mailroom.einvoice import read_invoice, to_cii, write_ubl


def test_files_of_the_same_name_from_two_folders_do_not_overwrite_each_other(tmp_path: Path) -> None:
    made = [make_invoice(Random(seed)) for seed in (3, 4)]
    files = []
    for folder, content in (("a", to_cii(made[0])), ("b", write_ubl(made[1]))):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "invoice.xml").write_bytes(content)
        files.append(str(tmp_path / folder / "invoice.xml"))
    out = tmp_path / "out"
    command = ["--data", str(tmp_path / "data"), "einvoice", "convert", "--output", str(out)]
    done = CliRunner().invoke(main, [*command, *files])
    assert done.exit_code == 0, done.output
    assert [read_invoice(file.read_bytes()).number for file in sorted(out.iterdir(), reverse=True)] == [
        one.number for one in made
    ]
    assert {file.name for file in out.iterdir()} == {"invoice.ubl.xml", "invoice-2.ubl.xml"}
