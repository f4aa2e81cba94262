"""From evidence to an honest probability, a field at a time.

Each family gives its best candidate points. Here points, the lead over the best other value, proof, and what the reader
itself thought of the words become a probability by logistic weights, one row a field.

How the weights are made: `confidence_weights.py`. Make them again when the points of a family change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import log

from mailroom.domain.document import FieldName
from mailroom.extraction.candidates import sigmoid
from mailroom.extraction.confidence_weights import WEIGHTS


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for a value, in numbers."""

    points: float = 0.0
    lead: float = 5.0
    """Points ahead of the best other value."""
    proof: bool = False
    sure: float = 1.0
    """The reader's own confidence in the worst word, 0 to 1."""

    def vector(self) -> tuple[float, float, float, float, float]:
        """Return the numbers that the weights multiply: 1, points, lead, proof, doubt of the reader."""
        doubt = -log(max(self.sure, 0.02))
        return (1.0, max(-4.0, min(self.points, 12.0)) / 4, min(self.lead, 6.0) / 3, float(self.proof), min(doubt, 3.0))


ACCEPT: Mapping[FieldName, float] = dict.fromkeys(FieldName, 0.35)
"""Below this a value is more likely wrong than worth showing."""


def believe(name: FieldName, signs: Signs) -> float:
    """Return the probability that a value with these signs is right."""
    return sigmoid(sum(w * x for w, x in zip(WEIGHTS[name], signs.vector(), strict=True)))
