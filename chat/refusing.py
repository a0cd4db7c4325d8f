"""
How sure an answer is, and what is said when it is not sure enough.

The confidence is a logistic regression over a few named features of the best sentence. `bench/calibrate.py` fits its coefficients and
writes them, with where they come from, to `confidence.json` beside this file.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import msgspec

from chat.questions import Kind, holds, kind_of, names
from chat.quoting import Candidate
from index.library import Index
from index.search import Query
from index.tokens import content_terms, terms


@dataclass(frozen=True, slots=True)
class Model:
    """`confidence.json`."""

    intercept: float
    coefficients: Mapping[str, float]  # by feature
    threshold: float  # at least this confident, or refused
    provenance: str  # what it was fitted on, with which figures

    def confidence(self, features: Mapping[str, float]) -> float:
        """How likely the readings answer; 0..1."""
        total = self.intercept + sum(weight * features[name] for name, weight in self.coefficients.items())
        return 1 / (1 + math.exp(-max(-60.0, min(60.0, total))))


@cache
def model() -> Model:
    """The fitted model that comes with the program."""
    return msgspec.json.decode(resources.files("chat").joinpath("confidence.json").read_bytes(), type=Model)


def features(query: Query, best: Candidate, index: Index) -> dict[str, float]:
    """What speaks for and against the best sentence being an answer. Each is 0..1, but for the cosines."""
    question_terms = query.terms
    rarity = {term: index.lexical.rarity(term) for term in question_terms}
    total = sum(rarity.values()) or 1.0
    passage = best.hit.passage
    kind = kind_of(query.text)
    asked = names(query.text)
    there = set(terms(f"{passage.text} {passage.heading} {passage.document.title}"))
    return {
        "sentence": best.cosine,
        "passage": best.hit.signals["passage"],
        "coverage": best.coverage,
        "nearby": best.nearby,
        "unknown": sum(value for term, value in rarity.items() if not index.lexical.document_frequency(term)) / total,
        "names elsewhere": _share_missing(asked, there),
        "kind missing": float(not holds(kind, best.text)),
        "kind asked": float(kind is not Kind.NONE),
        "few words": 1 / max(1, len(set(content_terms(query.text)))),
    }


def reason(query: Query, index: Index, best: Candidate | None) -> str:
    """What is said instead of an answer, in words of ours: names the readings never mention, or the kind of answer that is not there."""
    readings = "The reading does" if len(index.documents) == 1 else "The readings do"
    unknown = [name for name in names(query.text) if not any(map(index.lexical.document_frequency, terms(name)))]
    if unknown:
        never = "never mentions" if len(index.documents) == 1 else "never mention"
        listed = " or ".join(f"“{name}”" for name in unknown[:3])
        return f"{readings} not say. {readings.removesuffix(' does').removesuffix(' do')} {never} {listed}."
    kind = kind_of(query.text)
    if best is not None and not holds(kind, best.text):
        return f"{readings} not say. What comes closest gives no {kind.value}."
    return f"{readings} not say."


def _share_missing(asked: tuple[str, ...], there: set[str]) -> float:
    """Share of the names asked for of which no word stands there."""
    return sum(not there.intersection(terms(name)) for name in asked) / len(asked) if asked else 0.0
