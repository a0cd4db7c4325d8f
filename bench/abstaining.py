"""Whether the confidence tells what can be answered from what cannot, and whether it means what it says."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from statistics import fmean

from bench.scores import auroc

SHARES = (0.85, 0.90, 0.95)  # of the answerable questions that are answered

_BINS = 10
_BAR_CHARACTERS = 20


def refused(answerable: Sequence[float], unanswerable: Sequence[float], share: float) -> float:
    """
    Share of the unanswerable questions refused by the highest threshold that lets at least that share of the answerable through; 0..1.

    >>> refused([0.9, 0.8, 0.7, 0.2], [0.75, 0.6, 0.1, 0.1], 0.75)
    0.75
    """
    threshold = sorted(answerable, reverse=True)[ceil(round(share * len(answerable), 9)) - 1]
    return fmean(confidence < threshold for confidence in unanswerable)


def abstaining(answerable: Sequence[float], unanswerable: Sequence[float]) -> dict[str, str]:
    """The columns of a table about both kinds of questions, by their confidences."""
    columns = {
        f"refused when {100 * share:.0f} % are answered": f"{100 * refused(answerable, unanswerable, share):.0f} %" for share in SHARES
    }
    return {"AUROC": f"{auroc(answerable, unanswerable):.2f}", **columns}


def bins(confidences: Sequence[float], right: Sequence[bool]) -> list[tuple[int, float, float]]:
    """For each tenth of the confidence: how many questions, their mean confidence and the share that is right (0 where there is none)."""
    found: list[tuple[int, float, float]] = []
    for row in range(_BINS):
        inside = [
            (confidence, hit) for confidence, hit in zip(confidences, right, strict=True) if min(int(confidence * _BINS), _BINS - 1) == row
        ]
        found.append((len(inside), *((fmean(c for c, _ in inside), fmean(hit for _, hit in inside)) if inside else (0.0, 0.0))))
    return found


def calibration_error(confidences: Sequence[float], right: Sequence[bool]) -> float:
    """
    Expected calibration error (Naeini et al. 2015): how far confidence and share right lie apart, bins weighed by their questions; 0..1.

    >>> round(calibration_error([0.95, 0.95, 0.15], [True, False, False]), 2)
    0.35
    """
    return sum(count * abs(mean - share) for count, mean, share in bins(confidences, right)) / len(confidences)


def reliability(confidences: Sequence[float], right: Sequence[bool]) -> list[dict[str, str]]:
    """The columns of the reliability diagram, a row for each bin that holds a question: the bar is the share right."""
    return [
        {
            "confidence": f"{row / _BINS:.1f} to {(row + 1) / _BINS:.1f}",
            "questions": str(count),
            "mean confidence": f"{mean:.2f}",
            "share right": f"{share:.2f}",
            "share right, drawn": "▇" * round(share * _BAR_CHARACTERS),
        }
        for row, (count, mean, share) in enumerate(bins(confidences, right))
        if count
    ]
