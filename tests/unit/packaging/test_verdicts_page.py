"""docs/verdicts.md says what people read: made from the English texts, and every code of a part stands in it."""

from __future__ import annotations

from pathlib import Path

from mailroom.domain.message import Verdict
from mailroom.intake.reasons import MEANINGS
from mailroom.languages import Language, texts
from mailroom.web.verdicts import as_markdown, other_codes, reasons, verdicts

PAGE = Path(__file__).parents[3] / "docs" / "verdicts.md"


def test_the_page_is_the_one_that_make_reference_writes() -> None:
    assert PAGE.read_text("utf-8") == as_markdown(), "the texts changed: run make reference"


def test_every_verdict_and_reason_has_its_line() -> None:
    lines = {line.split("`")[1]: line for line in as_markdown().splitlines() if line.startswith("| `")}
    assert {verdict.value for verdict in Verdict} | set(MEANINGS) <= set(lines)
    known = {key.split(".")[1] for key in texts(Language.EN) if key.startswith("reason.")}
    assert known <= set(lines)
    assert "{" not in "".join(lines.values())


def test_every_language_explains_them_in_words_of_its_own() -> None:
    english = [sentence for _, _, sentence in verdicts(Language.EN)]
    for language in Language:
        told = [*verdicts(language), *reasons(language, [*MEANINGS, *other_codes()])]
        assert [code for code, _, sentence in told if not sentence] == []
        if language is not Language.EN:
            assert not set(english) & {sentence for _, _, sentence in told}
