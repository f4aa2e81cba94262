"""The page of terms and rules says what the code does."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[3]


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("einvoice_coverage", ROOT / "scripts/einvoice_coverage.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_of_terms_and_rules_is_what_the_code_does() -> None:
    written = script()
    assert written.PAGE.read_text("utf-8") == written.page(), "python scripts/einvoice_coverage.py writes it again"
    assert "| BT-115 | `LegalMonetaryTotal/PayableAmount` |" in written.page()
