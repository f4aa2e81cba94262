"""Turn a tree into bytes: the children in the order of the schema, nothing empty, nothing that XML forbids."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from mailroom.einvoice.tree import Node

Order = Mapping[str, tuple[str, ...]]
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_UNUSUAL = re.compile("[^ !#-%'-;=?-~\u00a0-\u024f]")
"""Anything that may have to be written otherwise: the rest goes out as it is, without a copy."""
_TEXT = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_ATTRIBUTE = {**_TEXT, '"': "&quot;", "\n": "&#10;", "\t": "&#9;"}
_IN_TEXT, _IN_ATTRIBUTE = str.maketrans(_TEXT), str.maketrans(_ATTRIBUTE)


def serialise(
    root: Node,
    order: Order,
    prefix_of: Callable[[Node], str],
    namespaces: Mapping[str, str],
    *,
    keep: frozenset[str] = frozenset(),
) -> bytes:
    """Return the document in UTF-8.

    `prefix_of` names the prefix of an element, empty for the default namespace; `keep` the elements that may be empty.
    """
    declared = "".join(f' xmlns{":" + prefix if prefix else ""}="{uri}"' for prefix, uri in namespaces.items())
    out = [b'<?xml version="1.0" encoding="UTF-8"?>\n']
    _Writer(order, prefix_of, keep, out).write(root, declared)
    return b"".join(out)


class _Writer(NamedTuple):
    order: Order
    prefix_of: Callable[[Node], str]
    keep: frozenset[str]
    out: list[bytes]

    def write(self, node: Node, declared: str = "", depth: int = 0) -> None:
        prefix = self.prefix_of(node)
        name = f"{prefix}:{node.name}" if prefix else node.name
        attributes = "".join(f' {key}="{_clean(value, _IN_ATTRIBUTE)}"' for key, value in node.attributes.items())
        indent = "  " * depth
        if not node.children:
            if node.text or node.name in self.keep:  # an empty element says nothing and Peppol forbids it (R008)
                self.out.append(f"{indent}<{name}{declared}{attributes}>".encode())
                self.out.append(_clean(node.text, _IN_TEXT).encode())  # by itself: it may be a file of 20 MB
                self.out.append(f"</{name}>\n".encode())
            return
        begin = len(self.out)
        self.out.append(f"{indent}<{name}{declared}{attributes}>\n".encode())
        for child in sorted(node.children, key=_rank(self.order.get(node.name, ()))):
            self.write(child, depth=depth + 1)
        if len(self.out) == begin + 1 and not declared:
            del self.out[begin:]
        else:
            self.out.append(f"{indent}</{name}>\n".encode())


def _rank(names: tuple[str, ...]) -> Callable[[Node], int]:
    places = {name: place for place, name in enumerate(names)}
    return lambda node: places.get(node.name, len(places))


def _clean(text: str, table: dict[int, str]) -> str:
    return _FORBIDDEN.sub("", text).translate(table) if _UNUSUAL.search(text) else text
