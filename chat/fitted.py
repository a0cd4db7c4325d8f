"""
What was fitted, and how it is used: logistic regressions over named features.

`python -m bench.calibrate` fits them and writes `fitted.json` beside this file, with where its figures come from. There are two of each:
for answering with an evidence reader, and without one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import msgspec

_MOST = 60.0  # beyond these odds a double is 0 or 1 anyway, or overflows


@dataclass(frozen=True, slots=True)
class Logistic:
    """A logistic regression."""

    intercept: float
    coefficients: Mapping[str, float]  # by feature

    def logit(self, features: Mapping[str, float]) -> float:
        """The logarithm of the odds. Raises KeyError for a feature that is not there."""
        total = self.intercept + sum(weight * features[name] for name, weight in self.coefficients.items())
        return max(-_MOST, min(_MOST, total))

    def probability(self, features: Mapping[str, float]) -> float:
        """0..1."""
        return probability(self.logit(features))


@dataclass(frozen=True, slots=True)
class Fitted:
    """What one way of answering needs."""

    sentence: Logistic  # whether a sentence is evidence: features of `chat.quoting`
    answer: Logistic  # whether the quotations answer: features of `chat.refusing`
    threshold: float  # of the latter; below it nothing is quoted


@dataclass(frozen=True, slots=True)
class _File:
    with_reader: Fitted
    without_reader: Fitted
    provenance: str  # what it was fitted on


@cache
def fitted(*, with_reader: bool) -> Fitted:
    """What comes with the program."""
    file = msgspec.json.decode(resources.files("chat").joinpath("fitted.json").read_bytes(), type=_File)
    return file.with_reader if with_reader else file.without_reader


def to_json(*, with_reader: Fitted, without_reader: Fitted, provenance: str) -> bytes:
    """The bytes of `fitted.json`."""
    return msgspec.json.format(msgspec.json.encode(_File(with_reader, without_reader, provenance)), indent=2) + b"\n"


def probability(logit: float) -> float:
    """
    The probability of a logit.

    >>> probability(0.0)
    0.5
    """
    return 1 / (1 + math.exp(-logit))
