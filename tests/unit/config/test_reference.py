"""`config/mailroom.toml` says what `config.py` does: every key, every default, every description."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import get_args

import pytest

from mailroom.config import Settings, load, reference
from mailroom.errors import BadConfiguration

FILE = Path(__file__).parents[3] / "config" / "mailroom.toml"
ANEW = "write it anew: python -c 'import mailroom.config as c; print(c.reference(), end=str())' > config/mailroom.toml"


LISTED = {f.annotation: get_args(f.annotation)[0] for f in Settings.model_fields.values() if f.default == ()}


def test_a_table_of_a_list_is_shown_whole_and_loads_when_its_comment_is_taken_away(tmp_path: Path) -> None:
    example = re.sub(r"^# (?=\[\[|  )", "", reference(), flags=re.MULTILINE)
    file = tmp_path / "mailroom.toml"
    file.write_text(example, "utf-8")
    shown = tomllib.loads(example)
    for name, field in Settings.model_fields.items():
        if field.annotation in LISTED:
            assert set(shown[name][0]) == set(LISTED[field.annotation].model_fields)
    settings = load(file)
    assert settings.folders[0].path == Path("/srv/scans")
    assert settings.imap[0].host == "imap.example.com"
    assert "- refresh_token_file: " in example


def test_the_file_is_what_the_settings_are() -> None:
    assert FILE.read_text("utf-8") == reference(), ANEW


def test_the_file_loads_and_changes_nothing(tmp_path: Path) -> None:
    assert load(FILE, data=tmp_path) == load(data=tmp_path)


def test_with_every_line_taken_out_of_its_comment_the_file_still_gives_the_defaults(tmp_path: Path) -> None:
    live = tmp_path / "mailroom.toml"
    live.write_text(re.sub(r"^#(?! |$)", "", reference(), flags=re.MULTILINE), "utf-8")
    keys = tomllib.loads(live.read_text("utf-8"))
    assert keys["store"]["database_password_file"] == ""
    assert load(live, data=tmp_path) == load(data=tmp_path)
    for name, field in Settings.model_fields.items():
        inner = getattr(field.annotation, "model_fields", None)
        if field.annotation not in LISTED:  # of a table that may be there several times, none is there by default
            assert set(keys[name]) == set(inner) if inner else name in keys


def test_every_key_is_described() -> None:
    settings = [
        Settings,
        *(f.annotation for f in Settings.model_fields.values() if hasattr(f.annotation, "model_fields")),
        *LISTED.values(),
    ]
    bare = [
        f"{one.__name__}.{name}"
        for one in settings
        for name, field in one.model_fields.items()  # type: ignore[union-attr]
        if not field.description and not hasattr(field.annotation, "model_fields") and field.annotation not in LISTED
    ]
    assert bare == []


def test_no_line_is_wider_than_a_screen() -> None:
    assert max(len(line) for line in reference().splitlines()) <= 120


def test_an_unknown_key_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "mailroom.toml"
    file.write_text(reference().replace('#sender_name = "Mailroom"', 'sender_nam = "Post"'), "utf-8")
    line = file.read_text("utf-8").splitlines().index('sender_nam = "Post"') + 1
    with pytest.raises(BadConfiguration, match=rf"mailroom\.toml:{line}: unknown key mail\.sender_nam"):
        load(file)
