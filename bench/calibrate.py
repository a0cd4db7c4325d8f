"""
Fit the confidence: `python -m bench.calibrate --data FOLDER --train FOLDER` writes chat/confidence.json.

A logistic regression on the features of `chat.refusing`. It learns from rows of a question and a passage, each passage a document of its
own, and from half of each public set's questions (by a hash of their words; the other half is for reporting). Positive: an answerable
question whose quotations hold its evidence. Negative: a question without an answer in the readings, either a near miss or a question of
another set. An answerable question whose quotations miss is left out. Every source weighs the same, and so do both answers.
"""

from __future__ import annotations

import argparse
import gzip
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from bench.scores import auroc, score
from bench.sets import PUBLIC, Question, QuestionSet, for_choosing, load, locate
from chat.answer import Answer
from chat.conversation import understand
from chat.quoting import candidates, quotes
from chat.refusing import Model, features
from index.embedders import Embedder, open_embedder
from index.library import Index
from index.search import search
from ingest.build import build

# Cased questions that people asked or could ask; templated and lower-cased sources are left out.
_TRAINING = ("squadshifts_new_wiki", "tydiqa_en", "nq_open_gold", "selqa", "qed_dev", "pubmedqa", "tatqa", "medquad")
_ROWS = 300  # of each of these, half of them answerable
_FOREIGN = 300  # questions of other sets asked to each
_ANSWERED = 0.93  # share of the positives that the threshold lets through


def main(argv: Sequence[str] | None = None) -> int:
    """Fit, print the figures on both halves, write the file."""
    from sklearn.linear_model import LogisticRegression

    options = argparse.ArgumentParser(prog="python -m bench.calibrate", description=__doc__.split("\n\n")[0])
    options.add_argument("--data", type=Path, required=True, help="folder with the public sets")
    options.add_argument("--train", type=Path, required=True, help="folder with the rows of question and passage")
    arguments = options.parse_args(argv)
    embedder = open_embedder()
    sets = [load(name, arguments.data) for name in PUBLIC]
    rows = [row for found in sets for row in _rows(found, sets, embedder)]
    for name in _TRAINING:
        print("reading", name, file=sys.stderr)
        found = _training_set(arguments.train / f"{name}.jsonl.gz")
        rows += [row for question in found.questions if (row := _row(found, question, embedder, name))]
    columns = sorted(rows[0][2])
    table = np.array([[row[2][column] for column in columns] for row in rows])
    answers = np.array([row[1] for row in rows])
    names = np.array([row[3] for row in rows])
    chosen = np.array([row[3] in _TRAINING or for_choosing(row[0]) for row in rows])
    weights = _weights(names, answers)
    fitted = LogisticRegression(max_iter=1000).fit(table[chosen], answers[chosen], sample_weight=weights[chosen])
    confidences = fitted.predict_proba(table)[:, 1]
    threshold = _quantile(confidences, np.where(chosen & (answers == 1), weights, 0), 1 - _ANSWERED)
    for name in sorted(set(names)):
        for half, rows_of in (("choosing", chosen), ("reporting", ~chosen)):
            if not rows_of[names == name].any():
                continue
            yes = confidences[rows_of & (names == name) & (answers == 1)]
            no = confidences[rows_of & (names == name) & (answers == 0)]
            print(
                f"{name:28} {half:10} AUROC {auroc(yes.tolist(), no.tolist()):.3f}"
                f"  answered {np.sum(yes >= threshold)} of {len(yes)}, refused {np.sum(no < threshold)} of {len(no)}"
            )
    model = Model(
        intercept=round(float(fitted.intercept_[0]), 4),
        coefficients={column: round(float(weight), 4) for column, weight in zip(columns, fitted.coef_[0], strict=True)},
        threshold=round(threshold, 4),
        provenance=f"python -m bench.calibrate: {int(chosen.sum())} questions of {', '.join((*PUBLIC, *_TRAINING))}; default embedder",
    )
    print(model)
    path = Path(__file__).resolve().parent.parent / "chat" / "confidence.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(model), indent=2) + b"\n")
    return 0


def _training_set(path: Path) -> QuestionSet:
    """Some rows of a source, each passage as a document of its own."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        lines = [msgspec.json.decode(line) for line in file]
    random.Random(7).shuffle(lines)
    picked = [line for kind in (True, False) for line in [line for line in lines if line["answerable"] is kind][: _ROWS // 2]]
    with tempfile.TemporaryDirectory() as name:
        corpus = Path(name, "corpus")
        corpus.mkdir()
        documents = [{"_id": str(row), "title": line["title"] or "", "text": line["passage"]} for row, line in enumerate(picked)]
        (corpus / "passages.jsonl").write_bytes(b"\n".join(map(msgspec.json.encode, documents)))
        build(corpus, Path(name, "index"))
        index = Index.open(Path(name, "index"))
    questions = []
    for row, line in enumerate(picked):
        if document := index.documents.get(str(row)):
            evidence = {span for start, end in line["evidence"] if (span := locate(document, line["passage"][start:end], start))}
            questions.append(Question(line["question"], line["answerable"], tuple(sorted(evidence)), document.id))
    return QuestionSet(path.name.split(".")[0], index, tuple(questions), one_document=True, lost=0)


def _weights(names: NDArray[np.str_], answers: NDArray[np.int_]) -> NDArray[np.float64]:
    """A weight for each row: every source the same, and positives and negatives the same."""
    counts = Counter(zip(names.tolist(), answers.tolist(), strict=True))
    weights = np.array([1 / counts[pair] for pair in zip(names.tolist(), answers.tolist(), strict=True)])
    for kind in (0, 1):
        weights[answers == kind] /= weights[answers == kind].sum()
    return weights * len(answers)


def _quantile(values: NDArray[np.float64], weights: NDArray[np.float64], share: float) -> float:
    """The value below which that share of the weight lies."""
    order = np.argsort(values)
    below = np.cumsum(weights[order]) / weights.sum()
    return float(values[order][np.searchsorted(below, share)])


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
    answer = Answer(question.question, quotes(ranked), "", (), 1.0)
    document = found.index.documents.get(question.document)
    if question.answerable and not score(question, answer, document).hit:
        return None
    return question.question, int(question.answerable), features(query, ranked, answer.quotes), kind


if __name__ == "__main__":
    sys.exit(main())
