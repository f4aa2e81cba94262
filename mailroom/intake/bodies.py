"""The words of a mail's body, to be looked at and never shown: plain text, out of HTML where there is nothing else.

Nothing is fetched and nothing is executed; markup is thrown away.
"""

from __future__ import annotations

import re
from html import unescape

from mailroom.domain.message import MediaType, Part
from mailroom.intake.names import from_bytes
from mailroom.intake.taken import TakenApart

_MAX_BYTES = 500_000
_BREAKS = frozenset(
    {"br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "blockquote", "hr", "table", "ul", "ol", "dt", "dd"}
)
_UNSEEN = frozenset({"script", "style", "title"})
_END = re.compile(">")
_END_OF = {"!--": re.compile("-->")} | {name: re.compile(f"(?=</{name})", re.IGNORECASE) for name in _UNSEEN}
_TAG = re.compile(r"<(!--|[/!?]?[a-zA-Z][a-zA-Z0-9]{0,20})")


def body_text(apart: TakenApart, inside: str = "") -> str:
    """Return the text of the mail, or of the attached mail at the path `inside`; an empty string when it has none."""
    containers = {part.path for part in apart.parts if apart.look(part.path).container}
    bodies = [part for part in apart.parts if part.is_body and holder(part.path, containers) == inside]
    for media_type in (MediaType.TEXT, MediaType.HTML):
        words = "\n".join(words_of(part, apart) for part in bodies if part.media_type is media_type)
        if words.strip():
            return words
    return ""


def holder(path: str, containers: set[str]) -> str:
    """Return the path of the container that a part stands in; an empty string for the mail itself."""
    while path := path.rpartition(".")[0]:
        if path in containers:
            return path
    return ""


def words_of(part: Part, apart: TakenApart) -> str:
    """Return the words of one body."""
    text = from_bytes(apart.contents[part.path][:_MAX_BYTES], apart.look(part.path).charset)
    return text_of_html(text) if part.media_type is MediaType.HTML else text


def text_of_html(markup: str) -> str:
    """Return the words of HTML, one line a paragraph or table row.

    A single pass: what is opened and never closed ends the text. The library's HTMLParser takes minutes for half a
    megabyte of `<!--`.
    """
    found: list[str] = []
    position = 0
    while (tag := _TAG.search(markup, position)) is not None:
        found.append(markup[position : tag.start()].replace("\n", " "))
        name = tag[1].lower()
        close = _END_OF.get(name, _END).search(markup, tag.end())
        position = close.end() if close else len(markup)
        found.append("\n" if name.lstrip("/") in _BREAKS else " " if name in ("td", "th") else "")
    found.append(markup[position:].replace("\n", " "))
    lines = (" ".join(line.split()) for line in unescape("".join(found)).split("\n"))
    return "\n".join(line for line in lines if line)
