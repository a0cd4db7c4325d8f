"""
Fit the confidence: `python -m bench.calibrate --data FOLDER` writes chat/confidence.json.

A logistic regression on the features of `chat.refusing`, over half of each set's questions (the even ones by a hash of their words; the
odd ones are for reporting). Positive: an answerable question whose quotations hold its evidence. Negative: a question without an answer in
the readings, either a near miss of the set itself or one of another set. An answerable question whose quotations miss is left out.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np

from bench.scores import auroc, score
from bench.sets import PUBLIC, Question, QuestionSet, load
from chat.answerers.extractive import ExtractiveAnswerer
from chat.conversation import understand
from chat.quoting import candidates
from chat.refusing import Model, features
from index.embedders import Embedder, open_embedder
from index.search import search

_FOREIGN = 300  # questions of other sets asked to each
_ANSWERED = 0.9  # share of the positives that the threshold lets through


def for_choosing(question: str) -> bool:
    """Whether a question is in the half that may be fitted to."""
    return hashlib.sha256(question.encode("utf-8")).digest()[0] % 2 == 0


def main(argv: Sequence[str] | None = None) -> int:
    """Fit, print the figures on both halves, write the file."""
    from sklearn.linear_model import LogisticRegression

    options = argparse.ArgumentParser(prog="python -m bench.calibrate", description=__doc__.split("\n\n")[0])
    options.add_argument("--data", type=Path, required=True, help="folder with the public sets")
    arguments = options.parse_args(argv)
    embedder = open_embedder()
    sets = [load(name, arguments.data) for name in PUBLIC]
    rows = [row for found in sets for row in _rows(found, sets, embedder)]
    columns = sorted(rows[0][2])
    table = np.array([[row[2][column] for column in columns] for row in rows])
    answers = np.array([row[1] for row in rows])
    chosen = np.array([for_choosing(row[0]) for row in rows])
    fitted = LogisticRegression(C=1.0, max_iter=1000, class_weight="balanced").fit(table[chosen], answers[chosen])
    confidences = fitted.predict_proba(table)[:, 1]
    threshold = float(np.quantile(confidences[chosen & (answers == 1)], 1 - _ANSWERED))
    names = np.array([row[3] for row in rows])
    for name in sorted(set(names)):
        for half, rows_of in (("choosing", chosen), ("reporting", ~chosen)):
            yes = confidences[rows_of & (names == name) & (answers == 1)]
            no = confidences[rows_of & (names == name) & (answers == 0)]
            print(
                f"{name:28} {half:10} AUROC {auroc(yes.tolist(), no.tolist()):.3f}  answered {np.mean(yes >= threshold):.2f}"
                f" of {len(yes)}, refused {np.mean(no < threshold):.2f} of {len(no)}"
            )
    model = Model(
        intercept=round(float(fitted.intercept_[0]), 4),
        coefficients={column: round(float(weight), 4) for column, weight in zip(columns, fitted.coef_[0], strict=True)},
        threshold=round(threshold, 4),
        provenance=f"python -m bench.calibrate: {int(chosen.sum())} questions of {', '.join(PUBLIC)}, half of each; default embedder",
    )
    print(model)
    path = Path(__file__).resolve().parent.parent / "chat" / "confidence.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(model), indent=2) + b"\n")
    return 0


def _rows(found: QuestionSet, sets: Sequence[QuestionSet], embedder: Embedder) -> Iterator[tuple[str, int, dict[str, float], str]]:
    """Question, whether the quotations answer it, features, and the kind of row."""
    step = max(1, len(found.questions) // 1500)
    for question in found.questions[::step]:
        row = _row(found, question, embedder, found.name)
        if row is not None:
            yield row
    for other in sets:
        if other is not found and not found.one_document:
            foreign = [Question(question.question, False, (), "") for question in other.questions]
            for question in foreign[:: max(1, len(foreign) // _FOREIGN)]:
                row = _row(found, question, embedder, f"{found.name}, foreign")
                if row is not None:
                    yield row


def _row(found: QuestionSet, question: Question, embedder: Embedder, kind: str) -> tuple[str, int, dict[str, float], str] | None:
    query = understand(question.question)
    documents = [question.document] if found.one_document else None
    hits = search(found.index, embedder, query, k=10, documents=documents)
    ranked = candidates(query, hits, found.index.lexical)
    if not ranked:
        return None
    answer = ExtractiveAnswerer(threshold=0.0).answer(query, hits, found.index)
    document = found.index.documents.get(question.document)
    if question.answerable and not score(question, answer, document).hit:
        return None
    return question.question, int(question.answerable), features(query, ranked[0], found.index), kind


if __name__ == "__main__":
    sys.exit(main())
