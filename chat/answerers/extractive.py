"""Answers by quoting: the best sentences of what was found, or none when they are not likely to answer. No language model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from chat.answer import Answer, Quote
from chat.evidence import EvidenceReader, Judgement
from chat.exact import holding_first, located
from chat.fitted import fitted
from chat.imprint import imprint, opening_of_section
from chat.marking import marked
from chat.quoting import MAX_QUOTES, candidates, quotes
from chat.refusing import confidence_needed, features, reason
from chat.stopwatch import timed
from index.library import Index
from index.records import Hit, Passage
from index.search import Query
from index.tokens import content_terms

PASSAGES_READ = 8  # passages that the evidence reader reads: some 40 ms each on two cores
_STATED = 0.95  # confidence where a reading's own data says that the quotation names what is asked
_NEAREST = 2  # passages offered with a refusal
_NEAREST_MIN_COSINE = 0.2  # below this a passage is not near: it only happens to be the least far


@dataclass(frozen=True, slots=True)
class ExtractiveAnswerer:
    """Quotes when the confidence reaches a threshold."""

    threshold: float | None = None  # 0..1; None takes the fitted one
    reader: EvidenceReader | None = None  # None weighs sentences by what search says of them

    def answer(self, query: Query, hits: Sequence[Hit], index: Index) -> Answer:
        """See `Answerer`."""
        documents = {hit.passage.document.id for hit in hits}
        if len(documents) == 1:  # “who wrote it” asks for one reading; of several it is not known which
            own = imprint(query.text, [index.passages[row] for row in index.passage_rows[documents.pop()]])
            if own is not None:
                return Answer(query.text, (own,), "", (), _STATED, query.context)
        found = located(query, hits, most=MAX_QUOTES)
        if found:
            return Answer(query.text, found, "", (), _STATED, query.context)
        model = fitted(with_reader=self.reader is not None)
        read = hits[:PASSAGES_READ]
        judgements = _judged(self.reader, query, [hit.passage for hit in read]) if self.reader is not None else []
        ranked = holding_first(candidates(query, hits, index.lexical, model.sentence, judgements), query)
        shown = quotes(ranked)
        confidence = model.answer.probability(features(query, ranked, shown)) if ranked else 0.0
        threshold = self.threshold
        if threshold is None:
            threshold = confidence_needed(query, index, shown, model.threshold)
        if shown and confidence >= threshold and not query.absent:
            judged = {id(hit.passage): judgement for hit, judgement in zip(read, judgements, strict=False)}
            shown = tuple(marked(query.text, quote, judged.get(id(quote.passage))) for quote in shown)
            return Answer(query.text, shown, "", (), confidence, query.context)
        opening = opening_of_section(query.text, [hit.passage for hit in hits])
        if opening is not None and not query.absent:
            return Answer(query.text, (opening,), "", (), _STATED, query.context)
        nearest = tuple(
            Quote(candidate.hit.passage, candidate.span)
            for candidate in ranked[:_NEAREST]
            if candidate.features["sentence"] >= _NEAREST_MIN_COSINE
        )
        return Answer(query.text, (), reason(query, index, shown), nearest, confidence, query.context)


def _judged(reader: EvidenceReader, query: Query, passages: Sequence[Passage]) -> list[Judgement]:
    """
    What the reader holds of passages. A follow-up with words of its own is read with those it leans on and without, and the means count:
    the reader knows only single questions, and answers the first of two.
    """
    with timed("reading"):
        together = reader.judge(query.whole, passages)
        if not query.context or not content_terms(query.text):
            return together
        alone = reader.judge(query.text, passages)
    return [
        Judgement((one.answers + other.answers) / 2, tuple(map(fmean, zip(one.sentences, other.sentences, strict=True))), other.words)
        for one, other in zip(together, alone, strict=True)
    ]
