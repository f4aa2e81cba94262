"""Turn a tree into bytes: the children in the order of the schema, nothing empty, nothing that XML forbids."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from mailroom.einvoice.tree import Node

Order = Mapping[str, tuple[str, ...]]
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_TEXT = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_ATTRIBUTE = {**_TEXT, '"': "&quot;", "\n": "&#10;", "\t": "&#9;"}
_IN_TEXT, _IN_ATTRIBUTE = str.maketrans(_TEXT), str.maketrans(_ATTRIBUTE)


def serialise(root: Node, order: Order, prefix_of: Callable[[Node], str], namespaces: Mapping[str, str]) -> bytes:
    """Return the document in UTF-8. `prefix_of` names the prefix of an element, empty for the default namespace."""
    declared = "".join(f' xmlns{":" + prefix if prefix else ""}="{uri}"' for prefix, uri in namespaces.items())
    out = ['<?xml version="1.0" encoding="UTF-8"?>\n']
    _write(root, order, prefix_of, out, declared)
    return "".join(out).encode()


def _write(
    node: Node, order: Order, prefix_of: Callable[[Node], str], out: list[str], declared: str = "", *, depth: int = 0
) -> None:
    prefix = prefix_of(node)
    name = f"{prefix}:{node.name}" if prefix else node.name
    attributes = "".join(f' {key}="{_clean(value, _IN_ATTRIBUTE)}"' for key, value in node.attributes.items())
    indent = "  " * depth
    if not node.children:
        if node.text:  # an empty element says nothing and Peppol forbids it (R008)
            out.append(f"{indent}<{name}{declared}{attributes}>{_clean(node.text, _IN_TEXT)}</{name}>\n")
        return
    begin = len(out)
    out.append(f"{indent}<{name}{declared}{attributes}>\n")
    for child in sorted(node.children, key=_rank(order.get(node.name, ()))):
        _write(child, order, prefix_of, out, depth=depth + 1)
    if len(out) == begin + 1 and not declared:
        del out[begin:]
    else:
        out.append(f"{indent}</{name}>\n")


def _rank(names: tuple[str, ...]) -> Callable[[Node], int]:
    places = {name: place for place, name in enumerate(names)}
    return lambda node: places.get(node.name, len(places))


def _clean(text: str, table: dict[int, str]) -> str:
    return _FORBIDDEN.sub("", text).translate(table)
