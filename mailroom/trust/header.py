"""The header of a mail as signatures see it: raw fields in their order, read with bounds and without mercy.

What two readers could understand differently proves nothing: a bare CR, a line that is no field, a blank before the
colon. Such a header has a problem and no sender is proved by it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

HEADER_BYTES = 256 << 10
FIELDS = 1000
FROM_BYTES = 2000

_END = re.compile(rb"\r?\n\r?\n|\A\r?\n")
_NAME = re.compile(rb"([\x21-\x39\x3b-\x7e]+):")
_LOCAL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-\u0080-\U0010ffff]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-\u0080-\U0010ffff]+)*"
)
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_ENCODED_WORD = re.compile(r"=\?[^?\s]{1,40}\?[bBqQ]\?[^?\s]*\?=")
_QUOTED = "\x01"


class Field(NamedTuple):
    """A header field: its name as written, and its value with every fold and the final CRLF."""

    name: bytes
    value: bytes

    def is_called(self, name: bytes) -> bool:
        """Tell whether it has this name; `name` in lower case."""
        return self.name.lower() == name


class Address(NamedTuple):
    """An e-mail address; its domain in lower case and ASCII (A-labels)."""

    local: str
    domain: str

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"


@dataclass(frozen=True)
class Header:
    """The fields, where the body begins, and what is wrong, as a code."""

    fields: tuple[Field, ...] = ()
    body_at: int = 0
    problem: str = ""

    def all(self, name: bytes) -> list[Field]:
        """Return the fields of this name (lower case), the topmost first."""
        return [field for field in self.fields if field.is_called(name)]


def read_header(raw: bytes) -> Header:
    """Read the header of a mail. CRLF and LF end a line (RFC 5322 section 2.2)."""
    # A view of the beginning: what is longer is refused before it is looked at.
    end = _END.search(raw[: HEADER_BYTES + 4])
    if end is None and len(raw) > HEADER_BYTES:
        return Header(problem="header_too_long")
    stop, body_at = (end.start(), end.end()) if end else (len(raw), len(raw))
    lines = re.split(rb"\r?\n", raw[:stop])
    if len(lines) > 1 and not lines[-1]:
        lines.pop()
    if lines and lines[0].startswith(b"From "):  # the line that an mbox puts before a mail
        lines.pop(0)
    if b"\r" in b"".join(lines) or b"\0" in raw[:stop]:
        return Header(body_at=body_at, problem="header_malformed")
    fields = _fields(lines)
    if fields is None:
        return Header(body_at=body_at, problem="header_malformed")
    if len(fields) > FIELDS:
        return Header(body_at=body_at, problem="header_too_long")
    return Header(fields=fields, body_at=body_at)


def _fields(lines: list[bytes]) -> tuple[Field, ...] | None:
    gathered: list[tuple[bytes, list[bytes]]] = []
    for line in lines:
        if line[:1] in (b" ", b"\t"):
            if not gathered:
                return None
            gathered[-1][1].append(line)
        elif found := _NAME.match(line):
            gathered.append((found[1], [line[found.end() :]]))
        elif line:
            return None
    return tuple(Field(name, b"\r\n".join(parts) + b"\r\n") for name, parts in gathered)


def author(header: Header) -> Address | str:
    """Return the one address in the one From field, or why there is none, as a code."""
    if header.problem:
        return header.problem
    fields = header.all(b"from")
    if len(fields) != 1:
        return "from_missing" if not fields else "from_repeated"
    return _mailbox(fields[0].value)


def _mailbox(value: bytes) -> Address | str:
    """Read exactly one mailbox (RFC 5322 section 3.4); a group or a list is none."""
    if len(value) > FROM_BYTES:
        return "from_malformed"
    text = _without_quotes_and_comments(value.decode("utf-8", "replace"))
    if text is None:
        return "from_malformed"
    if text.count("<") > 1:
        return "from_several"
    phrase, bracket, rest = text.partition("<")
    if not bracket:
        return _address(text.strip())
    inside, closed, after = rest.partition(">")
    shown = _ENCODED_WORD.sub("x", phrase)
    if re.search("[,;]", shown + after):
        return "from_several"
    found = _address(inside.strip())
    # `billing@shop.be <billing@shop.be>` is common; two different addresses show one sender and prove another.
    says_other = "@" in shown and isinstance(found, Address) and shown.strip().casefold() != inside.strip().casefold()
    if not closed or after.strip() or ":" in shown or says_other:
        return "from_malformed"
    return found


def _address(text: str) -> Address | str:
    if re.search("[,;]", text):
        return "from_several"
    local, _, domain = text.rpartition("@")
    known = domain_name(domain)
    if known is None or len(local) > 64 or not _LOCAL.fullmatch(local) or "\ufffd" in local:
        return "from_malformed"
    return Address(local, known)


def domain_name(text: str) -> str | None:
    """Return a domain in lower case and ASCII, or None for what is none; one label alone is none."""
    try:
        plain = text.lower() if text.isascii() else text.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    labels = plain.split(".")
    fits = len(plain) <= 253 and len(labels) > 1 and all(_LABEL.fullmatch(label) for label in labels)
    return plain if fits and not labels[-1].isdigit() else None


def _without_quotes_and_comments(text: str) -> str | None:
    """Take comments out and put one mark for each quoted string. None: one of them is not closed."""
    kept: list[str] = []
    depth, quoted, escaped = 0, False, False
    for sign in re.sub(r"\r?\n", "", text):
        if escaped:
            escaped = False
        elif sign == "\\" and (quoted or depth):
            escaped = True
        elif quoted:
            quoted = sign != '"'
        elif sign == "(":
            depth += 1
        elif sign == ")" and depth:
            depth -= 1
            kept.append(" ")
        elif not depth and sign == '"':
            quoted = True
            kept.append(_QUOTED)
        elif not depth:
            kept.append(sign)
    return None if quoted or depth or escaped else "".join(kept)


def tags(text: str) -> dict[str, str] | None:
    """Read a tag list (`v=1; a=...`, RFC 6376 section 3.2); None where it is none or a tag stands twice."""
    found: dict[str, str] = {}
    for part in text.strip().removesuffix(";").split(";"):
        name, equals, value = part.partition("=")
        if not equals or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name.strip()) or name.strip() in found:
            return None
        found[name.strip()] = value.strip()
    return found
