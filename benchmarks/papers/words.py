"""What suppliers call things, in five languages, out of `words.toml`."""

from __future__ import annotations

import tomllib
from pathlib import Path

Words = dict[str, list[str]]

LANGUAGES: dict[str, Words] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
MONTHS: dict[str, list[str]] = {language: words["months"] for language, words in LANGUAGES.items()}
