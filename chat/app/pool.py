"""Questions to propose: drawn from the readings, and each tried once, so that what is proposed is answered from where it was drawn."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from itertools import islice

from chat.answer import Quote
from chat.app.desk import Desk, Visitor
from chat.citing import cite_all
from chat.suggesting import Suggestion, answers, follow_ups, openers, starters, suggestions
from index.errors import FootnotedError

_MOST_READINGS = 12  # that proposals are drawn from
_MOST_TRIED = 24  # each takes as long as a question
_MOST_STARTERS, _MOST_CHIPS = 4, 3

_log = logging.getLogger(__name__)


class Pool:
    """The proposals of a page. Filled once, by a thread of its own; until then headings alone are proposed."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._tried: tuple[Suggestion, ...] = ()
        self._done = False
        self._stopped = threading.Event()

    def fill(self) -> None:
        """Try every proposal, and keep those that are answered from where they were drawn. Until then those of earlier readings go."""
        self._tried, self._done = (), False
        index = self._desk.index
        self._warm()
        columns = [
            list(suggestions(document, [index.passages[row] for row in index.passage_rows[id]]))
            for id, document in islice(index.documents.items(), _MOST_READINGS)
        ]
        kept: list[Suggestion] = []
        for found in starters(columns, most=_MOST_TRIED):
            if self._stopped.is_set():
                return
            try:
                with self._desk.line.turn(patient=True):
                    answer = self._desk.answer(found.question)
            except FootnotedError as error:
                _log.warning("no questions are proposed: %s", error)
                return
            if answers(answer, found, index.documents[found.document]):
                kept.append(found)
        self._tried, self._done = tuple(kept), True

    def _warm(self) -> None:
        """Cite each reading once, which takes a tenth of a second: whoever asks first does not wait for it."""
        index = self._desk.index
        for id in islice(index.documents, _MOST_READINGS):
            if self._stopped.is_set():
                return
            passage = index.passages[index.passage_rows[id][0]]
            try:
                cite_all([Quote(passage, passage.sentences[0])] * 2)
            except FootnotedError as error:
                _log.warning("citations cannot be worded: %s", error)
                return

    def stop(self) -> None:
        """Let `fill` end after the question it is at."""
        self._stopped.set()

    def starters(self) -> tuple[str, ...]:
        """Questions to start with."""
        if not self._done:
            return openers(tuple(self._desk.index.documents.values()))
        return tuple(found.question for found in self._tried[:_MOST_STARTERS])

    def chips(self, visitor: Visitor) -> Sequence[str]:
        """Questions to go on with after the last answer; none before the first."""
        answered = [said.answer for said in visitor.talk.said if said.answer]
        if not answered:
            return ()
        return follow_ups(answered[-1], self._tried, [answer.question for answer in answered], most=_MOST_CHIPS)
