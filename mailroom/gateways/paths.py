"""The arguments of MAIL and RCPT (RFC 5321 section 4.1.2), forgiving where old clients are sloppy."""

from __future__ import annotations

import re
from typing import NamedTuple

_PATH = re.compile(
    r"""\s* (?: < (?:@[^\s<>:]+:)?                                  # a source route is read and ignored
            (?P<address> (?: "(?:[^"\\]|\\.)*" | [^\s<>"\\@]+ ) @ [^\s<>"\\@]+ | (?P<local>[^\s<>"\\@]+) | )
            >
          | (?P<bare> [^\s<>"\\@]+ @ [^\s<>"\\@]+ ) )
        (?: \s+ (?P<parameters> .* ) )? \s*""",
    re.VERBOSE | re.DOTALL,
)
_LONGEST = 320
"""Local part and domain together: RFC 5321 section 4.5.3.1 allows 64 and 255."""


class PathArgument(NamedTuple):
    """An address, empty for `<>`, and the parameters behind it with their names in capitals."""

    address: str
    parameters: dict[str, str]


def parse(argument: str, keyword: str) -> PathArgument | None:
    """Parse `FROM:<address> SIZE=100`; None when it does not even begin with the keyword.

    Raises:
        ValueError: the address cannot be one.
    """
    if argument[: len(keyword)].upper() != keyword:
        return None
    found = _PATH.fullmatch(argument[len(keyword) :])
    if found is None:
        raise ValueError("no path")
    address = found["bare"] or found["address"] or ""
    if len(address) > _LONGEST or any(ord(sign) < 32 or 0xD800 <= ord(sign) < 0xE000 for sign in address):
        raise ValueError("no address")
    words = (found["parameters"] or "").split()
    return PathArgument(address, {name.upper(): value for name, _, value in (word.partition("=") for word in words)})
