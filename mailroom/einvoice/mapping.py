"""The one engine behind all syntax tables: a table says term, attribute, path and kind, and works in both directions.

A table belongs to a class of the model and is read relative to one element. Its rows are leaves (one value), groups
(another table) and specials (a pair of functions, for the few terms that no path describes). Paths hold local names,
`@attribute` at the end, and conditions: `PartyTaxScheme[TaxScheme/ID=VAT]/CompanyID`, with `!=` for "another or
none". A row may give several paths, best first; all are read, the first is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from mailroom.domain.value import Value
from mailroom.einvoice.kinds import KINDS
from mailroom.einvoice.tree import Node


class Leaf(NamedTuple):
    """A term: its number, the model's attribute, the paths in the syntax and the kind of value."""

    term: str
    attr: str
    path: str
    kind: str = "text"
    many: bool = False


class Group(NamedTuple):
    """A group: the model's attribute, the path of its element and its table. `path` "." stays at the same element."""

    attr: str
    path: str
    table: Table | Callable[[], Table]
    many: bool = False

    def inner(self) -> Table:
        """Return the table; a function stands for one that holds itself."""
        return self.table if isinstance(self.table, Table) else self.table()


class Special(NamedTuple):
    """Terms that no path describes. Reading returns attributes of the model, writing adds to the element."""

    read: Callable[[Node, Context], dict[str, Any]]
    write: Callable[[Node, Any, Context], None]


class Table(NamedTuple):
    """What a class of the model looks like in a syntax."""

    model: type[Value]
    rows: tuple[Leaf | Group | Special, ...]


@dataclass(slots=True)
class Context:
    """What reading or writing one document carries along. `problems` are by (id of the node, attribute), `bent` are
    the elements that were read although they are not in the form of the standard.
    """

    currency: str = ""
    tax_currency: str = ""
    credit_note: bool = False
    places: dict[str, Node] = field(default_factory=dict)
    problems: dict[tuple[int, str], str] = field(default_factory=dict)
    currencies: set[str] = field(default_factory=set)
    bent: list[tuple[Node, str]] = field(default_factory=list)


class Condition(NamedTuple):
    """`[path=value]` or `[path!=value]` on an element. The last step may be an attribute."""

    path: tuple[str, ...]
    attribute: str
    value: str
    negated: bool

    def holds(self, node: Node) -> bool:
        """Say whether the element fulfils it."""
        found = _plain(node, self.path)
        value = None if found is None else found.attributes.get(self.attribute) if self.attribute else found.text
        return (value is not None and value.upper() == self.value.upper()) != self.negated


class Step(NamedTuple):
    """One name of a path with its conditions."""

    name: str
    conditions: tuple[Condition, ...]

    def fits(self, node: Node) -> bool:
        """Say whether the element is of this name and fulfils the conditions."""
        return node.name == self.name and all(condition.holds(node) for condition in self.conditions)


class Path(NamedTuple):
    """A compiled path; `attribute` is empty when the value is the element's text."""

    steps: tuple[Step, ...]
    attribute: str


_BRACKETS = re.compile(r"\[[^\]]*\]")
_STEP = re.compile(r"([A-Za-z0-9_]+)((?:\[[^\]]*\])*)(?:/|$)")
_CONDITION = re.compile(r"\[([A-Za-z0-9_/]*)(?:/?@([A-Za-z]+))?(!?=)([^\]]*)\]")


@cache
def paths(text: str) -> tuple[Path, ...]:
    """Compile the paths of a row."""
    return tuple(_compile(one) for one in text.split(" | "))


def _compile(text: str) -> Path:
    place, _, attribute = text.rpartition("@") if "@" in _BRACKETS.sub("", text) else (text, "", "")
    steps = []
    for match in _STEP.finditer(place.rstrip("/")):
        conditions = tuple(
            Condition(tuple(name for name in found[1].split("/") if name), found[2] or "", found[4], found[3] == "!=")
            for found in _CONDITION.finditer(match[2])
        )
        steps.append(Step(match[1], conditions))
    return Path(tuple(steps), attribute)


def _plain(node: Node, names: Sequence[str]) -> Node | None:
    for name in names:
        child = next((c for c in node.children if c.name == name), None)
        if child is None:
            return None
        node = child
    return node


def find(node: Node, steps: Sequence[Step]) -> list[Node]:
    """Return all elements that the steps lead to."""
    level = [node]
    for step in steps:
        name = step.name
        if step.conditions:
            level = [c for n in level for c in n.children if c.name == name and step.fits(c)]
        else:
            level = [c for n in level for c in n.children if c.name == name]
        if not level:
            return level
    return level


# -- reading --------------------------------------------------------------------------------------------------------


def read(node: Node, table: Table, context: Context) -> Any:
    """Return the table's model as the element has it, or None when the element says nothing of it."""
    values: dict[str, Any] = {}
    for row in table.rows:
        if isinstance(row, Leaf):
            found = read_leaf(node, row, context)
        elif isinstance(row, Group):
            found = _read_group(node, row, context)
        else:
            values.update(row.read(node, context))
            continue
        if found not in (None, (), "") and row.attr not in values:
            values[row.attr] = found
    return table.model(**values) if values else None


def read_leaf(node: Node, row: Leaf, context: Context) -> Any:
    """Return the value of a row, or all its values. What is said a second time with the same words is taken too."""
    kept: list[Any] = []
    first = ""
    taken_from: Path | None = None
    for path in paths(row.path):
        for place in find(node, path.steps):
            raw = place.attributes.get(path.attribute, "") if path.attribute else place.text
            if kept and not row.many and raw != first:
                if raw and row.term and path is taken_from:  # another path may mean something else by it
                    context.problems[id(place), path.attribute] = f"twice {row.term}"
                continue
            value = take(place, path.attribute, row.kind, context)
            if value is not None:
                context.places.setdefault(row.term, place)
                first, taken_from = first or raw, taken_from or path
                kept.append(value)
    return tuple(kept) if row.many else kept[0] if kept else None


def take(node: Node, attribute: str, kind: str, context: Context) -> Any:
    """Return the value of an element or attribute and mark it as taken; None when it is empty or not of its kind."""
    raw = node.attributes.get(attribute, "").strip() if attribute else node.text
    if not raw:
        return None
    value = KINDS[kind].read(raw, node, context)
    if value is None:
        context.problems[id(node), attribute] = f"not_{kind}"
    elif not attribute:
        node.used = True
        if kind == "binary":
            node.text = raw[:200]  # what it stands for is held decoded; a file of 20 MB is 27 MB here
    if attribute:
        node.taken = (node.taken or set()) | {attribute}
    return value


def _read_group(node: Node, row: Group, context: Context) -> Any:
    if row.path == ".":
        return read(node, row.inner(), context)
    kept: list[Any] = []
    for path in paths(row.path):
        for place in find(node, path.steps):
            if kept and not row.many:
                _note_again(place, context)
                continue
            value = read(place, row.inner(), context)
            if value is not None:
                kept.append(value)
    return tuple(kept) if row.many else kept[0] if kept else None


def _note_again(group: Node, context: Context) -> None:
    """Note the values of a group that stands a second time where the model has room for one."""
    for node in group.walk():
        if node.text and not node.used:
            context.problems[id(node), ""] = "twice"


# -- writing --------------------------------------------------------------------------------------------------------


def write(node: Node, table: Table, value: Any, context: Context) -> None:
    """Add what the model holds to the element. The order of the children is put right afterwards."""
    for row in table.rows:
        if isinstance(row, Special):
            row.write(node, value, context)
            continue
        held = getattr(value, row.attr)
        if held in (None, (), ""):
            continue
        path = paths(row.path)[0] if row.path != "." else Path((), "")
        for one in held if row.many else (held,):
            place = reach(node, path.steps, fresh=row.many)
            if isinstance(row, Group):
                write(place, row.inner(), one, context)
            else:
                put(place, path.attribute, row.kind, one, context)


def put(node: Node, attribute: str, kind: str, value: Any, context: Context) -> None:
    """Write one value as the text of an element or as its attribute."""
    if attribute:
        node.attributes[attribute] = KINDS[kind].write(value, Node(""), context)
    else:
        node.text = KINDS[kind].write(value, node, context)


def reach(node: Node, steps: Sequence[Step], *, fresh: bool = False) -> Node:
    """Return the element that the steps lead to, made where it is not there. `fresh` makes a new first element."""
    for number, step in enumerate(steps):
        found = None if fresh and number == 0 else next((c for c in node.children if step.fits(c)), None)
        node = found or add(node, step)
    return node


def add(node: Node, step: Step) -> Node:
    """Add an element under another, with what its conditions say."""
    child = Node(step.name, parent=node)
    node.children.append(child)
    for condition in step.conditions:
        if not condition.negated:
            place = child
            for name in condition.path:
                place = next((c for c in place.children if c.name == name), None) or add(place, Step(name, ()))
            if condition.attribute:
                place.attributes[condition.attribute] = condition.value
            else:
                place.text = condition.value
    return child
