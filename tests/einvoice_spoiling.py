"""Spoil an invoice as a file: elements and attributes leave, stand twice, or say something else."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal, InvalidOperation
from random import Random
from typing import Any

from lxml import etree

WORDS = ("S", "E", "O", "0", "1.005", "-5", "EUR", "XX", "2010-01-01", "AE", "K", "NL", "30", "58")
"""No empty one: an element without content is there for one official rule and missing for the next."""


def spoil(content: bytes, random: Random) -> tuple[bytes, list[str]]:
    """Return the file with up to two things changed, and what they were."""
    root = etree.fromstring(content)
    done = [_change(root, random) for _ in range(random.randint(1, 2))]
    return etree.tostring(root), done


def _change(root: Any, random: Random) -> str:
    node = random.choice([one for one in root.iter(etree.Element) if one is not root and not _scheme(one)])
    kind = random.choice(("leave", "twice", "say", "add", "attribute", "attribute says"))
    name = etree.QName(node).localname
    if kind == "leave":
        node.getparent().remove(node)
    elif kind == "twice":
        node.addnext(deepcopy(node))
    elif kind == "say" and len(node) == 0:
        node.text = random.choice(WORDS)
    elif kind == "add" and len(node) == 0:
        node.text = _more(node.text or "", random)
    elif kind == "attribute" and node.attrib:
        del node.attrib[random.choice(list(node.attrib))]
    elif kind == "attribute says" and node.attrib:
        node.attrib[random.choice(list(node.attrib))] = random.choice(("USD", "XX", "0208", ""))
    return f"{kind} {name}"


def _scheme(node: Any) -> bool:
    """Another tax than VAT: our reader takes its category all the same, the rules of EN 16931 are silent on it."""
    return "TaxScheme" in {etree.QName(node).localname, etree.QName(node.getparent()).localname}


def _more(text: str, random: Random) -> str:
    try:
        return str(Decimal(text) + random.choice((1, Decimal("0.01"), 100, -1000)))
    except InvalidOperation:
        return "Q"
