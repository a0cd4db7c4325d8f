"""
How sure an answer is, and what is said when it is not sure enough.

The confidence is a logistic regression over a few named features of the best sentence. `bench/calibrate.py` fits its coefficients and
writes them, with where they come from, to `confidence.json` beside this file.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import msgspec

from chat.answer import Quote
from chat.questions import Kind, holds, kind_of, names
from chat.quoting import Candidate
from index.library import Index
from index.search import Query
from index.tokens import terms


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


def features(query: Query, ranked: Sequence[Candidate], shown: Sequence[Quote]) -> dict[str, float]:
    """What speaks for and against the best sentence, `ranked[0]`, and the quotations `shown` being an answer. 0..1, but for cosines."""
    best = ranked[0]
    passage = best.hit.passage
    nearby = set(terms(f"{passage.text} {passage.heading} {passage.document.title}"))
    kind = kind_of(query.text)
    held = any(holds(kind, quote.text) for quote in shown)
    return {
        "sentence": best.cosine,
        "stands out": best.cosine - sum(candidate.cosine for candidate in ranked) / len(ranked),
        "coverage": best.coverage,
        "names elsewhere": _share_missing(names(query.text), nearby),
        "amount missing": float(kind in (Kind.MONEY, Kind.SHARE, Kind.NUMBER) and not held),
        "date missing": float(kind is Kind.DATE and not held),
        "person missing": float(kind is Kind.PERSON and not held),
        "kind held": float(kind is not Kind.NONE and held),
    }


def unsupported(query: Query, index: Index, shown: Sequence[Quote]) -> tuple[str, ...]:
    """Names in the question that the readings never mention, and years in it that stand nowhere around the quotations shown."""
    around = {term for quote in shown for term in terms(quote.passage.text)}
    return tuple(name for name in names(query.text) if _is_unknown(name, index) or (name.isdecimal() and name not in around))


def reason(query: Query, index: Index, shown: Sequence[Quote]) -> str:
    """What is said instead of an answer, in words of ours: the names that are never mentioned, or the kind of answer that is not there."""
    one = len(index.documents) == 1
    refusal = "The reading does not say." if one else "The readings do not say."
    unknown = [name for name in names(query.text) if _is_unknown(name, index)]
    if unknown:
        return f"{refusal} {'It never mentions' if one else 'They never mention'} {' or '.join(f'“{name}”' for name in unknown[:3])}."
    kind = kind_of(query.text)
    if shown and not any(holds(kind, quote.text) for quote in shown):
        return f"{refusal} What comes closest gives no {kind.value}."
    return refusal


def _is_unknown(name: str, index: Index) -> bool:
    """Whether the readings never mention any word of a name."""
    return not any(map(index.lexical.document_frequency, terms(name)))


def _share_missing(asked: tuple[str, ...], there: set[str]) -> float:
    """Share of the names asked for of which no word stands there."""
    return sum(not there.intersection(terms(name)) for name in asked) / len(asked) if asked else 0.0
