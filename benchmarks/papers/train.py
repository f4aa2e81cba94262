"""Fit what is fitted, on papers of one's own: `python -m papers.train names|confidence CASES...` inside `benchmarks`.

`names` fits the weights by which the seller's name is chosen (`mailroom/extraction/seller_weights.py`): of all names of
a page the right one shall have the highest points (a softmax over the names of each page, drawn towards the weights that
it begins with). `confidence` fits the probabilities (`mailroom/extraction/confidence_weights.py`): logistic weights from
the signs of every value that was found, drawn towards those of all fields together. Both leave out whole layouts and
suppliers in turn, and print how often they are right on what was left out, before they write the file with `--write`.

Readings are kept beside the cases (`reading.pickle`), so that only the first run reads pages.
"""

from __future__ import annotations

import argparse
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

sys.path.insert(0, str(Path(__file__).parents[2]))

from mailroom.domain.document import FieldName
from mailroom.domain.reading import Reading
from mailroom.extraction import Buyer, confidence, confidence_weights, extract, judge, parties, seller_weights

from .cases import NAMES, Case, cases_of, is_right, read_cases

_FOLDS = 4
_PULL = 3.0
"""How many pages the weights that training begins with are worth."""


@dataclass(slots=True)
class Choice:
    """The names of one page: their traits, which are right, and the layout and supplier they come from."""

    traits: Any
    right: Any
    receipt: bool
    fold: int


def _fold(case: Case) -> int:
    """Return the part a case belongs to: a layout's and a supplier's papers are never on both sides."""
    return zlib.crc32(case.cluster.encode()) % _FOLDS


def choices(read: list[tuple[Case, Reading]]) -> Iterator[Choice]:
    """Extract every reading and yield the names that stood for choice where the right one was among them."""
    order = list(seller_weights.WEIGHTS)
    seen: list[tuple[list[Any], list[dict[str, float]], bool]] = []
    traits_of = parties.seller_traits

    def watched(names: list[Any], sight: Any, known: Any) -> list[dict[str, float]]:
        traits = traits_of(names, sight, known)
        seen.append((names, traits, known.receipt))
        return traits

    parties.seller_traits = watched
    try:
        for case, reading, buyer in ((c, r, b) for c, r in read for b in (c.buyer, Buyer())):
            seen.clear()
            extract(reading, buyer)
            for names, traits, receipt in seen[-1:]:
                kept = [
                    i for i, n in enumerate(names) if not parties.is_buyer(n.value, parties.Known(buyer.every_name))
                ]
                right = np.array([is_right(case, FieldName.SELLER_NAME, names[i].value) for i in kept], dtype=bool)
                if right.any():
                    table = np.array([[traits[i].get(t, 0.0) for t in order] for i in kept])
                    yield Choice(table, right, receipt, _fold(case))
    finally:
        parties.seller_traits = traits_of


def fit_names(found: list[Choice], start: Any, steps: int = 400) -> Any:
    """Return weights under which the right names have the highest points, near those it starts with."""
    weights = start.copy()
    for step in range(steps):
        slope = -_PULL * (weights - start)
        for choice in found:
            points = choice.traits @ weights
            chance = np.exp(points - points.max())
            chance /= chance.sum()
            wanted = np.where(choice.right, chance, 0.0)
            slope += choice.traits.T @ (wanted / max(wanted.sum(), 1e-12) - chance)
        weights = weights + (0.5 / (1 + step / 80)) * slope / max(len(found), 1)
    return weights


def share_right(found: list[Choice], weights: Any) -> float:
    """Return on which part of the pages the name with the highest points is right."""
    return float(np.mean([c.right[int(np.argmax(c.traits @ weights))] for c in found])) if found else float("nan")


def train_names(read: list[tuple[Case, Reading]], write: bool) -> None:
    """Fit both tables, show what they do on layouts left out, and write them."""
    found = list(choices(read))
    tables = {}
    for receipt, name in ((False, "WEIGHTS"), (True, "RECEIPT_WEIGHTS")):
        part = [c for c in found if c.receipt is receipt]
        start = np.array(list(getattr(seller_weights, name).values()))
        left_out = [
            (share_right(out, start), share_right(out, fit_names([c for c in part if c.fold != fold], start)), len(out))
            for fold in range(_FOLDS)
            if (out := [c for c in part if c.fold == fold])
        ]
        n = sum(k for *_, k in left_out) or 1
        before, after = (sum(row[i] * row[2] for row in left_out) / n for i in (0, 1))
        print(f"{name}: {len(part)} pages; on layouts left out {before:.3f} right before, {after:.3f} after")
        tables[name] = (
            dict(zip(seller_weights.WEIGHTS, fit_names(part, start), strict=True))
            if part
            else getattr(seller_weights, name)
        )
    if write:
        _write_names(tables)


def _write_names(tables: dict[str, dict[str, float]]) -> None:
    target = Path(seller_weights.__file__)
    source = target.read_text("utf-8")
    head = source[: source.index("WEIGHTS: Mapping")]
    parts = [
        f"{name}: Mapping[str, float] = {{\n"
        + "".join(f'    "{k}": {v:.2f},\n' for k, v in table.items())
        + f'}}\n"""Of {of}."""\n'
        for (name, table), of in zip(tables.items(), ("letters and invoices", "till slips"), strict=True)
    ]
    target.write_text(head + "\n".join(parts), "utf-8")


_LOW = np.array([-9.0, 0.0, 0.0, 0.0, -9.0])
_HIGH = np.array([9.0, 9.0, 9.0, 9.0, 0.0])
"""A sign speaks for a value, or it says nothing; the reader's doubt speaks against it."""


@dataclass(slots=True)
class Found:
    """A value that was found: its signs, whether it is right, and the part its layout belongs to."""

    name: FieldName
    signs: Any
    right: bool
    fold: int
    weight: float


def values_found(read: list[tuple[Case, Reading]]) -> tuple[list[Found], dict[FieldName, list[bool]]]:
    """Extract every reading, knowing the account and not; return all values found, and where nothing was, if rightly."""
    found: list[Found] = []
    missed: dict[FieldName, list[bool]] = {}
    signs_of: dict[FieldName, Any] = {}

    def watched(name: FieldName, signs: confidence.Signs) -> float:
        signs_of[name] = np.array(signs.vector())
        return 0.9

    believe, judge.believe = judge.believe, watched
    try:
        for case, reading in read:
            for buyer, weight in ((case.buyer, 1.0), (Buyer(), 0.25)):
                signs_of.clear()
                fields = extract(reading, buyer).fields
                for name in (*NAMES, FieldName.DOCUMENT_TYPE):
                    kind = name is FieldName.DOCUMENT_TYPE
                    if not kind and not case.scored(name):
                        continue
                    value = fields[name].value
                    right = value == case.kind if kind else is_right(case, name, value)
                    if value is None:
                        missed.setdefault(name, []).append(case.truth(name) is None)
                    elif name in signs_of:
                        found.append(Found(name, signs_of[name], right, _fold(case), weight))
    finally:
        judge.believe = believe
    return found, missed


def fit_logistic(found: list[Found], start: Any, pull: float, steps: int = 500) -> Any:
    """Return logistic weights near those they start with; `pull` is worth that many values."""
    weights = start.copy()
    if not found:
        return weights
    signs = np.array([f.signs for f in found])
    right = np.array([float(f.right) for f in found])
    share = np.array([f.weight for f in found])
    for _ in range(steps):
        chance = 1 / (1 + np.exp(-np.clip(signs @ weights, -30, 30)))
        slope = (share * (right - chance)) @ signs - pull * (weights - start)
        weights = np.clip(weights + 1.5 * slope / share.sum(), _LOW, _HIGH)
    return weights


def fit_fields(found: list[Found]) -> dict[FieldName, Any]:
    """Return the weights of every field, drawn towards those of all fields together."""
    common = fit_logistic(found, np.array([-0.5, 0.8, 0.8, 1.0, -0.8]), 1.0)
    return {name: fit_logistic([f for f in found if f.name is name], common, 6.0) for name in FieldName}


def left_out(found: list[Found]) -> list[tuple[float, bool, FieldName]]:
    """Return (probability, right, field) of every value, each by weights that never saw its layout or supplier."""
    said = []
    for fold in range(_FOLDS):
        weights = fit_fields([f for f in found if f.fold != fold])
        said += [
            (float(1 / (1 + np.exp(-np.clip(f.signs @ weights[f.name], -30, 30)))), f.right, f.name)
            for f in found
            if f.fold == fold and f.weight == 1.0
        ]
    return said


_EDGES = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 0.995, 1.0001)


def draw_reliability(said: list[tuple[float, bool, FieldName]], target: Path) -> None:
    """Draw how often values were right by how sure they were said to be: on the diagonal it is honest."""
    wide, edge = 520, 60
    picture = Image.new("RGB", (wide + 2 * edge, wide + 2 * edge), (255, 255, 255))
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(14)

    def at(x: float, y: float) -> tuple[float, float]:
        return edge + x * wide, edge + (1 - y) * wide

    for tenth in range(11):
        pen.line([at(tenth / 10, 0), at(tenth / 10, 1)], fill=(225, 225, 225))
        pen.line([at(0, tenth / 10), at(1, tenth / 10)], fill=(225, 225, 225))
        pen.text((at(tenth / 10, 0)[0] - 9, edge + wide + 6), f"{tenth * 10}", fill=(60, 60, 60), font=font)
        pen.text((edge - 32, at(0, tenth / 10)[1] - 8), f"{tenth * 10}", fill=(60, 60, 60), font=font)
    pen.line([at(0, 0), at(1, 1)], fill=(150, 150, 150), width=2)
    points = []
    for low, high in pairwise((0.0, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0001)):
        part = [(p, right) for p, right, _ in said if low <= p < high]
        if len(part) >= 5:
            points.append((float(np.mean([p for p, _ in part])), float(np.mean([r for _, r in part])), len(part)))
    pen.line([at(p, r) for p, r, _ in points], fill=(30, 90, 170), width=3)
    for p, r, n in points:
        x, y = at(p, r)
        size = 3 + min(9.0, float(np.log10(n)) * 2)
        pen.ellipse((x - size, y - size, x + size, y + size), fill=(30, 90, 170))
        pen.text((x - 40, y - 24), str(n), fill=(30, 90, 170), font=font)
    pen.text(
        (edge, 18), "Right in % of values (upwards) by the probability said (to the right)", fill=(0, 0, 0), font=font
    )
    picture.save(target)


def train_confidence(read: list[tuple[Case, Reading]], write: bool, picture: Path | None = None) -> None:
    """Fit every field's probability, show what it is worth on layouts left out, and write the weights."""
    found, missed = values_found(read)
    said = left_out(found)
    if picture:
        draw_reliability(said, picture)
    for low, high in pairwise(_EDGES):
        part = [(p, right) for p, right, _ in said if low <= p < high]
        if part:
            print(
                f"said {low:.3f}..{min(high, 1):.3f}: {len(part):5} values, said {np.mean([p for p, _ in part]):.3f}, right {np.mean([r for _, r in part]):.3f}"
            )
    print(f"Brier score on layouts left out {np.mean([(p - r) ** 2 for p, r, _ in said]):.4f} over {len(said)} values")
    if write:
        _write_confidence(fit_fields(found), missed)


def _write_confidence(weights: dict[FieldName, Any], missed: dict[FieldName, list[bool]]) -> None:
    target = Path(confidence_weights.__file__)
    source = target.read_text("utf-8")
    rows = "".join(f"    FieldName.{n.name}: ({', '.join(f'{w:.2f}' for w in weights[n])}),\n" for n in FieldName)
    absent = dict(confidence_weights.ABSENT)
    absent |= {n: round((sum(seen) + 1) / (len(seen) + 2), 2) for n, seen in missed.items()}
    none = "".join(f"    FieldName.{n.name}: {absent[n]},\n" for n in FieldName)
    head = source[: source.index("WEIGHTS: Mapping")]
    target.write_text(
        f"{head}WEIGHTS: Mapping[FieldName, tuple[float, float, float, float, float]] = {{\n{rows}}}\n\n"
        f'ABSENT: Mapping[FieldName, float] = {{\n{none}}}\n"""How often a field that was not found was really not on the page."""\n',
        "utf-8",
    )


def main() -> None:
    """Train what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["names", "confidence"])
    parser.add_argument("cases", nargs="+", type=Path)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--picture", type=Path, help="draw the reliability diagram of `confidence` here")
    given = parser.parse_args()
    read = list(read_cases([case for folder in given.cases for case in cases_of(folder)]))
    if given.what == "names":
        train_names(read, given.write)
    else:
        train_confidence(read, given.write, given.picture)


if __name__ == "__main__":
    main()
