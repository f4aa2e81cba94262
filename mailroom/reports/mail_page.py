"""The text of a mail as a PDF: what people saw of it, without anything that acts or that has to be fetched.

Runs in the boxed child: every byte was written by a stranger. The markup is written anew from a list of harmless
elements and attributes, in one pass; scripts, forms, frames, links and style sheets of others are not on it. The
renderer may open nothing but the pictures that came in the mail (`cid:`) and those written into the markup (`data:`).
A page that costs too much is drawn from its bare words instead. The same mail gives the same bytes.
"""

from __future__ import annotations

import base64
import binascii
import re
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from html import escape
from typing import NamedTuple
from urllib.parse import unquote, unquote_to_bytes

from mailroom.errors import MissingProgram
from mailroom.reports.copy import REMEDY

_MOST_MARKUP = 400_000
_MOST_ELEMENTS = 6_000
_MOST_WORDS = 40_000
_MOST_PICTURE = 4_000_000
_CPU_SECONDS = 15.0


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_KEPT = _words(
    "a abbr address article b big blockquote body br caption center cite code col colgroup dd del div dl dt em figure "
    "figcaption font footer h1 h2 h3 h4 h5 h6 header hr html i img ins li main mark nav ol p pre q s section small "
    "span strong style sub sup table tbody td tfoot th thead tr tt u ul"
)
_DROPPED_WHOLE = _words(
    "script iframe object embed applet noscript template svg math title select textarea audio video"
)
_ATTRIBUTES = _words(
    "style class width height align valign bgcolor color border cellpadding cellspacing colspan rowspan src alt dir "
    "face size span start type"
)
_TAG = re.compile(r"<(!--|[/!?]?[a-zA-Z][a-zA-Z0-9:]{0,30})")
_ATTRIBUTE = re.compile(
    r"([a-zA-Z-]{1,30})\s*=\s*(?:\"([^\"]{0,200000})\"|'([^']{0,200000})'|([^\s\"'>]{1,4000}))", re.DOTALL
)
_END_OF = {name: re.compile(f"</{name}", re.IGNORECASE) for name in _DROPPED_WHOLE}
_STYLE_END = re.compile(r"</style", re.IGNORECASE)
# Style sheets may fetch and may be enormous; what is left of these words does nothing.
_FETCHING = re.compile(r"@import|@font-face|@page|expression\s*\(|behavior\s*:|-moz-binding", re.IGNORECASE)
_DATA = re.compile(r"data:(image/(?:png|jpeg|gif|webp));?((?:[a-z]+=[^;,]{0,60};?)*)(base64)?,", re.IGNORECASE)
_PAGE = """<!doctype html><html><head><meta charset="utf-8"><style>
@page {{ size: A4; margin: 14mm 12mm }}
html, body {{ font-family: sans-serif; font-size: 10pt }}
img {{ max-width: 100% }} table {{ max-width: 100% }} pre {{ white-space: pre-wrap; font-family: inherit }}
.mailroom-head {{ border-bottom: 1px solid #999; margin: 0 0 4mm; padding: 0 0 2mm; color: #444; font-size: 8pt }}
</style></head><body><div class="mailroom-head">{head}</div>{body}</body></html>"""


class MailPage(NamedTuple):
    """A body to be drawn: `head` are the lines above it (label, text), `pictures` those of the mail by Content-ID."""

    markup: str
    words: str
    head: Sequence[tuple[str, str]]
    pictures: Mapping[str, bytes]


class _TooLong(Exception):
    """Drawing takes more time than a mail is worth."""


def mail_pdf(page: MailPage) -> bytes:
    """Return the body as a PDF, formatted where that is possible, else its bare words.

    Raises:
        MissingProgram: WeasyPrint or the libraries of Pango are not installed.
    """
    markup = harmless(page.markup) if page.markup else ""
    if markup:
        try:
            with _bounded(_CPU_SECONDS):
                return _drawn(markup, page)
        except MissingProgram:
            raise
        except Exception:  # WeasyPrint raises whatever its parsers raise; strangers wrote what they parse
            markup = ""
    return _drawn(f"<pre>{escape(page.words[:_MOST_WORDS])}</pre>", page._replace(pictures={}))


def _drawn(markup: str, page: MailPage) -> bytes:
    try:
        import weasyprint
        from weasyprint.urls import URLFetcherResponse
    except (ImportError, OSError) as error:  # cffi does not find Pango
        raise MissingProgram(f"PDFs of mails need Pango: {REMEDY}") from error

    class Enclosed(weasyprint.URLFetcher):  # type: ignore[misc]  # no types
        """Opens what came in the mail, and no address and no file."""

        def fetch(self, url: str, headers: object = None) -> object:  # noqa: ARG002 - the library's signature
            kind, content = enclosed(url, page.pictures)
            return URLFetcherResponse(url, content, {"Content-Type": kind})

    head = "<br>".join(f"{escape(label)}: {escape(text)}" for label, text in page.head if text)
    html = _PAGE.format(head=head, body=markup)
    pdf: bytes = weasyprint.HTML(string=html, base_url="cid:", url_fetcher=Enclosed()).write_pdf()
    return pdf


@contextmanager
def _bounded(seconds: float) -> Iterator[None]:
    """Raise `_TooLong` in this process after so many seconds of its own CPU time."""

    def late(_number: int, _frame: object) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGVTALRM, late)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def enclosed(url: str, pictures: Mapping[str, bytes]) -> tuple[str, bytes]:
    """Return type and bytes of a picture that came with the mail.

    Raises:
        ValueError: it is anywhere else.
    """
    if url[:4].lower() == "cid:":
        found = pictures.get(unquote(url[4:]).strip("<>"))
        if found is not None and len(found) <= _MOST_PICTURE:
            return "", found
    data = _DATA.match(url[:300])
    if data is not None and len(url) <= _MOST_PICTURE:
        try:
            rest = url[data.end() :]
            return data[1].lower(), base64.b64decode(unquote(rest)) if data[3] else unquote_to_bytes(rest)
        except binascii.Error as error:
            raise ValueError("no base64") from error
    raise ValueError(f"nothing is fetched: {url[:100]}")


def harmless(markup: str) -> str:
    """Return markup written anew: kept elements with kept attributes, words, and the style sheets of the mail itself.

    A single pass; what is opened and never closed ends it. An empty string when there is too much of it to be drawn.
    """
    if len(markup) > _MOST_MARKUP:
        return ""
    found: list[str] = []
    position = elements = 0
    while (tag := _TAG.search(markup, position)) is not None:
        found.append(markup[position : tag.start()])
        name = tag[1].lower()
        position = _behind(markup, tag, name)
        if name in _KEPT:
            elements += 1
            found.append(_element(name, markup[tag.end() : position]))
            if name == "style":
                end = _STYLE_END.search(markup, position)
                found.append(_FETCHING.sub("x", markup[position : end.start() if end else len(markup)]))
                found.append("</style>")
                position = _after(markup, end.start()) if end else len(markup)
        elif name.startswith("/") and name[1:] in _KEPT and name != "/style":
            found.append(f"<{name}>")
    found.append(markup[position:].replace("<", "&lt;"))
    return "".join(found) if elements <= _MOST_ELEMENTS else ""


def _behind(markup: str, tag: re.Match[str], name: str) -> int:
    """Return the place behind a tag, or behind all of an element that is dropped with what it holds."""
    if name == "!--":
        end = markup.find("-->", tag.end())
        return end + 3 if end >= 0 else len(markup)
    if name in _DROPPED_WHOLE:
        closed = _END_OF[name].search(markup, tag.end())
        return _after(markup, closed.start()) if closed else len(markup)
    return _after(markup, tag.end())


def _after(markup: str, place: int) -> int:
    end = markup.find(">", place)
    return end + 1 if end >= 0 else len(markup)


def _element(name: str, inside: str) -> str:
    kept: list[str] = []
    for attribute in _ATTRIBUTE.finditer(inside):
        key = attribute[1].lower()
        value = attribute[2] or attribute[3] or attribute[4] or ""
        if key not in _ATTRIBUTES or _FETCHING.search(value):
            continue
        if key == "src" and not value.strip().lower().startswith(("cid:", "data:")):
            continue  # never asked for, so that nothing can be fetched by mistake
        kept.append(
            f' {key}="{escape(value.strip(), quote=True) if key != "src" else value.strip().replace(chr(34), "")}"'
        )
    return f"<{name}{''.join(kept)}>"
