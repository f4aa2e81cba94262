"""The texts: the same in all five languages, whole sentences, with the plurals that each language has."""

from __future__ import annotations

import inspect
import re
import string
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

import mailroom
from mailroom import errors
from mailroom.domain.document import DocumentType, FieldName
from mailroom.intake.reasons import MEANINGS
from mailroom.languages import (
    Language,
    enumeration,
    format_amount,
    format_date,
    format_instant,
    format_long_date,
    format_number,
    reason_text,
    text,
    texts,
    word,
)

PLURALS = {
    Language.NL: {"one", "other"},
    Language.FR: {"one", "other"},
    Language.DE: {"one", "other"},
    Language.EN: {"one", "other"},
    Language.RO: {"one", "few", "other"},  # 1 document, 2 documente, 20 de documente
}


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def by_stem(language: Language) -> dict[str, dict[str, str]]:
    """Keys without their plural ending; a text without plurals has the ending ``""``."""
    known = texts(language)
    found: dict[str, dict[str, str]] = {}
    for key, sentence in known.items():
        stem, _, ending = key.rpartition(".")
        plural = ending in {"one", "few", "other"} and f"{stem}.other" in known and f"{stem}.one" in known
        found.setdefault(stem if plural else key, {})[ending if plural else ""] = sentence
    return found


@pytest.mark.parametrize("language", list(Language))
def test_every_language_has_the_same_keys(language: Language) -> None:
    english, ours = by_stem(Language.EN), by_stem(language)
    assert sorted(english.keys() - ours.keys()) == []
    assert sorted(ours.keys() - english.keys()) == []


@pytest.mark.parametrize("language", list(Language))
def test_every_plural_has_the_forms_of_its_language(language: Language) -> None:
    wrong = {key: set(forms) for key, forms in by_stem(language).items() if set(forms) not in ({""}, PLURALS[language])}
    assert wrong == {}


@pytest.mark.parametrize("language", list(Language))
def test_every_language_has_the_same_placeholders(language: Language) -> None:
    english, ours = by_stem(Language.EN), by_stem(language)
    for key in english.keys() & ours.keys():
        wanted = set.union(*(placeholders(sentence) for sentence in english[key].values()))
        for form, sentence in ours[key].items():
            # "1 document" may be written "a document": the singular need not show its number.
            missing = wanted - placeholders(sentence) - ({"n"} if form == "one" else set())
            assert not missing, f"{language} {key} {form} lacks {missing}"
            assert placeholders(sentence) <= wanted, f"{language} {key} {form}"


@pytest.mark.parametrize("language", list(Language))
def test_no_text_is_empty_or_has_stray_spaces(language: Language) -> None:
    assert [key for key, sentence in texts(language).items() if sentence != sentence.strip() or not sentence] == []


@pytest.mark.parametrize("language", [language for language in Language if language is not Language.EN])
def test_long_sentences_are_translated_and_not_copied_from_english(language: Language) -> None:
    english = texts(Language.EN)
    copied = [key for key, said in texts(language).items() if said == english.get(key) and len(said.split()) > 3]
    assert copied == []


@pytest.mark.parametrize("language", list(Language))
def test_romanian_is_written_with_commas_below_and_none_with_cedillas(language: Language) -> None:
    assert [key for key, sentence in texts(language).items() if re.search("[şţŞŢ]", sentence)] == []


@pytest.mark.parametrize("language", list(Language))
def test_every_cause_of_failure_has_a_sentence(language: Language) -> None:
    causes = [c.reason for _, c in inspect.getmembers(errors, inspect.isclass) if issubclass(c, errors.MailroomError)]
    assert [code for code in causes if f"reason.{code}" not in texts(language)] == []


@pytest.mark.parametrize("language", list(Language))
def test_every_reason_that_is_given_anywhere_has_a_sentence(language: Language) -> None:
    sources = [file.read_text("utf-8") for file in Path(mailroom.__file__).parent.rglob("*.py")]
    named = re.compile(r"""(?:Reason\(\s*code=|_problem\(\s*|park_\w+\([^)]*?, )"([a-z_]+)\"""")
    codes = {code for source in sources for code in named.findall(source)}
    assert {"iban_changed", "page_unreadable", "accepted_by_person"} <= codes
    assert [code for code in sorted(codes | set(MEANINGS)) if not known(language, f"reason.{code}")] == []


def known(language: Language, key: str) -> bool:
    return key in texts(language) or f"{key}.other" in texts(language)


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize(
    ("group", "codes"),
    [("field", FieldName), ("document_type", DocumentType)],
)
def test_every_code_that_people_see_has_a_word(language: Language, group: str, codes: type[FieldName]) -> None:
    assert [code for code in codes if f"words.{group}.{code}" not in texts(language)] == []


def test_no_file_overwrites_a_key_of_another() -> None:
    import tomllib
    from importlib.resources import files

    for language in Language:
        counted: Counter[str] = Counter()
        for entry in files("mailroom.languages").joinpath(language.value).iterdir():
            if entry.name.endswith(".toml") and entry.name != "reading.toml":
                counted.update(flat(tomllib.loads(entry.read_text("utf-8"))))
        assert [key for key, times in counted.items() if times > 1] == []


def flat(table: dict[str, object], prefix: str = "") -> list[str]:
    keys = []
    for key, value in table.items():
        keys += flat(value, f"{prefix}{key}.") if isinstance(value, dict) else [f"{prefix}{key}"]
    return keys


@pytest.mark.parametrize(
    ("language", "n", "said"),
    [
        (Language.NL, 1, "1 document vraagt uw aandacht"),
        (Language.NL, 2, "2 documenten vragen uw aandacht"),
        (Language.RO, 2, "2 documente"),
        (Language.RO, 19, "19 documente"),
        (Language.RO, 20, "20 de documente"),
        (Language.RO, 101, "101 documente"),
        (Language.FR, 0, "document"),
    ],
)
def test_plurals_follow_the_language(language: Language, n: int, said: str) -> None:
    assert said in text(language, "report.action_required.headline", n=n)


def test_a_text_that_one_language_lacks_is_said_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    from mailroom import languages

    monkeypatch.setattr(languages, "texts", lambda language: {"a": "English"} if language is Language.EN else {})
    assert text(Language.RO, "a") == "English"
    assert text(Language.RO, "b") == "b"


def test_a_placeholder_without_a_value_stays_visible() -> None:
    assert text(Language.EN, "reason.invalid_value") == "This value does not fit the field: {field}."


def test_facts_are_put_into_words() -> None:
    assert reason_text(Language.EN, "missing_fields", {"fields": "iban,due_date", "n": "2"}) == (
        "Not found on the document: bank account (IBAN) and due date. Please fill them in."
    )
    assert "2 jan 2026" in reason_text(
        Language.NL, "due_before_issue", {"issue_date": "2026-11-21", "due_date": "2026-01-02"}
    )


def test_a_fact_that_is_not_in_normal_form_is_shown_as_it_is() -> None:
    said = reason_text(Language.EN, "due_before_issue", {"issue_date": "soon", "due_date": "2026-01-02"})
    assert "soon" in said


def test_facts_of_strangers_cannot_reach_into_the_program() -> None:
    said = reason_text(Language.EN, "sender_not_listed", {"sender": "{0.__class__} {sender}"})
    assert "{0.__class__} {sender}" in said


def test_an_unknown_code_is_shown_as_it_is() -> None:
    assert word(Language.DE, "field", "shoe_size") == "shoe_size"


def test_dates_and_amounts_are_written_as_people_write_them() -> None:
    day, amount = date(2026, 11, 21), Decimal("1234.5")
    assert format_date(day, Language.NL) == "21 nov 2026"
    assert format_date(day, Language.EN) == "21 Nov 2026"  # not American
    assert format_date(day, Language.DE) == "21.11.2026"
    assert format_long_date(day, Language.FR) == "samedi 21 novembre 2026"
    assert format_amount(amount, "EUR", Language.NL) == "€\xa01.234,50"
    assert format_amount(amount, "EUR", Language.DE) == "1.234,50\xa0€"
    assert format_number(amount, Language.FR) == "1\u202f234,50"
    assert format_number(Decimal(1234), Language.EN, decimals=0) == "1,234"
    assert format_instant(datetime(2026, 11, 21, 23, 30, tzinfo=UTC), Language.NL, "Europe/Brussels").startswith(
        "22-11"
    )
    assert enumeration(["a", "b", "c"], Language.DE) == "a, b und c"
