"""A set of questions through the real pipeline, to one row of scores."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from bench.scores import Score, auroc, score
from bench.sets import Question, QuestionSet
from bench.verbatim import is_verbatim, plain
from chat.answer import Answer
from chat.asking import Asker
from chat.footnotes import cite
from index.embedders import Embedder


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, its answer, and what that is worth."""

    question: Question
    answer: Answer
    score: Score
    verbatim: int  # quotations, nearest ones included, that stand in the source file
    quoted: int  # quotations, nearest ones included
    notes: bool  # whether the source's own notes that should show do

    def details(self) -> dict[str, Any]:
        """For `--details`."""
        return {
            "question": self.question.question,
            "answerable": self.question.answerable,
            "answered": self.score.answered,
            "hit": self.score.hit,
            "confidence": round(self.score.confidence, 4),
            "quotes": [quote.text for quote in self.answer.quotes],
            "nearest": [quote.text for quote in self.answer.nearest],
            "citations": [str(cite(note.quote)) for note in self.answer.footnotes],
        }


def ask_all(found: QuestionSet, embedder: Embedder, corpus: Path) -> Iterator[Asked]:
    """Every question of a set, asked."""
    asker = Asker(found.index, embedder)
    sources = {id: plain(corpus / document.source) for id, document in found.index.documents.items()}
    for question in found.questions:
        answer = asker.ask(question.question, documents=[question.document] if found.one_document else None)
        quotes = answer.quotes or answer.nearest
        labels = {note.label for quote in answer.quotes for note in quote.notes}
        yield Asked(
            question,
            answer,
            score(question, answer, found.index.documents.get(question.document)),
            sum(is_verbatim(quote, sources[quote.passage.document.id]) for quote in quotes),
            len(quotes),
            labels.issuperset(question.source_notes),
        )


def row(name: str, asked: list[Asked]) -> dict[str, str]:
    """The table's row of a set."""
    yes = [each for each in asked if each.question.answerable]
    no = [each for each in asked if not each.question.answerable]
    noted = [each for each in yes if each.question.source_notes]
    verbatim, quoted = sum(each.verbatim for each in asked), sum(each.quoted for each in asked)
    return {
        "set": name,
        "answered with evidence": f"{sum(each.score.hit for each in yes)} of {len(yes)}",
        "… in the first quotation": f"{sum(each.score.first_hit for each in yes)}",
        "answered": f"{sum(each.score.answered for each in yes)}",
        "refused when there is none": f"{sum(not each.score.answered for each in no)} of {len(no)}" if no else "–",
        "AUROC": f"{auroc([e.score.confidence for e in yes], [e.score.confidence for e in no]):.2f}" if no else "–",
        "evidence F1": f"{fmean(each.score.f1 for each in yes):.2f}",
        "precision": f"{fmean(each.score.precision for each in yes):.2f}",
        "source notes": f"{sum(each.notes for each in noted)} of {len(noted)}" if noted else "–",
        "verbatim": f"{verbatim:,} of {quoted:,}",
    }
