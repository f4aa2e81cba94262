"""The texts of the pages: complete in five languages, and every key that a page names exists."""

from __future__ import annotations

import re
import tomllib
from enum import StrEnum
from importlib.resources import files

import pytest

from mailroom.domain.account import Purpose, Role
from mailroom.domain.document import DocumentState, DocumentType, FieldName, FieldSource
from mailroom.domain.message import Door, SenderVerdict, Verdict
from mailroom.domain.report import Frequency
from mailroom.languages import Language, texts
from mailroom.web.inbox import TABS
from mailroom.web.serving import PROBLEMS

PLURALS = {".one", ".few", ".other"}


def own(language: Language) -> dict[str, str]:
    """Return the texts of web.toml, plural forms as one key."""
    source = files("mailroom.languages").joinpath(language.value, "web.toml").read_text("utf-8")
    names = set(tomllib.loads(source))
    return {key: value for key, value in texts(language).items() if key.split(".")[0] in names}


def base(key: str) -> str:
    stem, _, last = key.rpartition(".")
    return stem if f".{last}" in PLURALS and not stem.endswith((".purpose", ".type")) else key


@pytest.mark.parametrize("language", Language)
def test_every_language_has_the_same_keys(language: Language) -> None:
    assert {base(key) for key in own(language)} == {base(key) for key in own(Language.EN)}


@pytest.mark.parametrize("language", Language)
def test_every_translation_has_the_same_placeholders(language: Language) -> None:
    english = {base(key): set(re.findall(r"{\w+}", value)) for key, value in own(Language.EN).items()}
    for key, value in own(language).items():
        assert set(re.findall(r"{\w+}", value)) == english[base(key)], key


@pytest.mark.parametrize("language", Language)
def test_plurals_are_those_of_the_language(language: Language) -> None:
    wanted = {".one", ".few", ".other"} if language is Language.RO else {".one", ".other"}
    plural = {base(key) for key in own(language) if base(key) != key}
    assert plural
    for stem in plural:
        assert {f".{key.rpartition('.')[2]}" for key in own(language) if base(key) == stem} == wanted, stem


def sources() -> str:
    room = files("mailroom.web")
    code = [entry.read_text("utf-8") for entry in room.iterdir() if entry.name.endswith(".py")]
    return "\n".join(code + [entry.read_text("utf-8") for entry in room.joinpath("pages").iterdir()])


def named_in_full() -> set[str]:
    return {key for key in re.findall(r"""["'](web(?:\.\w+)+)["']""", sources()) if key.count(".") or key == "web"}


def test_every_key_that_a_page_names_exists() -> None:
    known = {base(key) for key in own(Language.EN)}
    prefixes = {".".join(key.split(".")[:n]) for key in known for n in range(1, 4)}
    begun = {key for key in named_in_full() if key.endswith("_") and any(each.startswith(key) for each in known)}
    assert named_in_full() - known - prefixes - begun == set()


@pytest.mark.parametrize(
    ("prefix", "names"),
    [
        ("state", DocumentState),
        ("field", FieldName),
        ("verdict", Verdict),
        ("source", FieldSource),
        ("role", Role),
        ("web.type", DocumentType),
        ("web.sender", SenderVerdict),
        ("web.door", Door),
        ("web.purpose", Purpose),
        ("web.frequency", Frequency),
        ("web.language", Language),
    ],
)
@pytest.mark.parametrize("language", Language)
def test_every_name_of_the_trade_has_a_word(prefix: str, names: type[StrEnum], language: Language) -> None:
    assert {f"{prefix}.{name.value}" for name in names} <= set(texts(language))


@pytest.mark.parametrize("language", Language)
def test_every_tab_problem_and_redirect_has_its_words(language: Language) -> None:
    known = set(texts(language))
    problems = {name for _, (_, name) in PROBLEMS} | {"internal"}
    assert {f"web.problem.{name}.{part}" for name in problems for part in ("title", "text")} <= known
    assert {f"web.tab.{name}" for name in TABS} <= known
    done = set(re.findall(r"done=(\w+)", sources())) | {"still_missing", "filled_in", "fill_in_first"}
    assert {f"web.done.{name}" for name in done} <= known


@pytest.mark.parametrize("language", Language)
def test_every_proof_of_a_value_has_its_words(language: Language) -> None:
    room = files("mailroom.extraction")
    code = "\n".join(entry.read_text("utf-8") for entry in room.iterdir() if entry.name.endswith(".py"))
    said = re.findall(r"""proof(?:=|"?: | = )"(\w+)\"""", code) + re.findall(r"""Found\(.*?, "(\w+)"[,)\]]""", code)
    said += re.findall(r"""return "(\w+)" if any""", code)
    assert len(set(said)) >= 14
    assert {f"web.proof.{name}" for name in said} <= set(texts(language))


def test_no_text_is_left_over() -> None:
    built = re.compile(
        r"web\.(problem|tab|done|type|door|purpose|frequency|language|event|proof|sender|accounting|field\.(wrong_|sure"
        r"|fairly_sure|unsure)|nav\.|log_in\.wait|upload\.(empty|none)|settings\.wrong_|actor|lines\.(status|cell|sums|wrong)|watch|bond|box\.(waiting"
        r"|dismissed)|find\.by_|message|ledger\.(take_back|put_aside))"
    )
    named = named_in_full()
    unused = {k for k in own(Language.EN) if k.startswith("web.") and base(k) not in named and not built.match(k)}
    assert unused == set()
