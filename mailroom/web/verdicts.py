"""What the verdicts and the reasons mean, in the words that people see: a page, and the page of the documentation.

`make reference` writes docs/verdicts.md; a test holds it true.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from starlette.responses import Response

from mailroom.domain.message import SenderVerdict, Verdict
from mailroom.intake.reasons import MEANINGS
from mailroom.languages import Language, texts
from mailroom.web.visit import Visit

OF_PARTS = (*MEANINGS, "same_bytes_as_document")

Explained = list[tuple[str, str, str]]
"""Code, the word for it (empty where it has none), the sentence."""


def show_verdicts(visit: Visit) -> Response:
    """Show every verdict and reason with its meaning."""
    language = visit.words.language
    return visit.page(
        "verdicts.html",
        verdicts=verdicts(language),
        senders=senders(language),
        of_parts=reasons(language, OF_PARTS),
        others=reasons(language, other_codes()),
        here="verdicts",
    )


def verdicts(language: Language) -> Explained:
    """Return the verdicts on parts."""
    return [(v.value, _said(language, f"verdict.{v}"), _said(language, f"verdict_meaning.{v}")) for v in Verdict]


def senders(language: Language) -> Explained:
    """Return the verdicts on senders."""
    return [
        (v.value, _said(language, f"web.sender.{v}"), _said(language, f"sender_meaning.{v}")) for v in SenderVerdict
    ]


def reasons(language: Language, codes: Iterable[str]) -> Explained:
    """Return reasons by their code."""
    return [(code, "", _said(language, f"reason.{code}")) for code in codes]


def other_codes() -> list[str]:
    """Return the codes of reasons that are not given to parts: on documents, decisions and at the doors."""
    stems = {key.split(".")[1] for key in texts(Language.EN) if key.startswith("reason.")}
    return sorted(stems - set(OF_PARTS))


def _said(language: Language, key: str) -> str:
    known = texts(language)
    sentence = known.get(key) or known.get(f"{key}.other") or texts(Language.EN).get(key, "")
    return re.sub(r"\{\w+\}", "…", sentence)  # what stands there differs from case to case


def as_markdown() -> str:
    """Return docs/verdicts.md."""
    language = Language.EN
    lines = [
        "# Verdicts and reasons",
        "",
        "Every part of every mail gets exactly one verdict with one reason. The ledger, the pages, the API and",
        "`--json` give the code; people read the sentence, in their language. `…` stands for what differs from case to",
        "case. This page is made of `mailroom/languages/en` by `make reference`.",
    ]
    lines += _table("Verdicts on parts", ("verdict", "shown as", "meaning"), verdicts(language))
    lines += _table("Verdicts on senders", ("verdict", "shown as", "meaning"), senders(language))
    lines += _table("Reasons of parts and mails", ("code", "what people read"), reasons(language, OF_PARTS))
    lines += _table("Other reasons", ("code", "what people read"), reasons(language, other_codes()))
    return "\n".join(lines) + "\n"


def _table(title: str, columns: tuple[str, ...], rows: Explained) -> list[str]:
    drawn = ["", f"## {title}", "", f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    for code, word, sentence in rows:
        cells = (f"`{code}`", word, sentence) if len(columns) == 3 else (f"`{code}`", sentence)
        drawn.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return drawn
