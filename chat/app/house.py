"""
The readings of the house, which can be made anew while the page runs: each time is an edition, and the numbers in links tell which.

A page that is open still has numbers of the edition it was made from. They lead to the same reading as long as its words are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from chat.app.pane import Reading, readings
from chat.facsimile.pages import Facsimiles
from chat.render.link import Keys, document_key
from chat.talk import Said, Talk
from index.library import Index

_NUMBERS = 10**9  # of an edition; those of visitors' own files are far beyond
_MOST_KNOWN = 8  # earlier editions whose numbers still lead somewhere

CHANGED = "This reading has changed since, or is no longer here. Ask again, and what it says now is quoted."


@dataclass(frozen=True, slots=True)
class Edition:
    """An index, and how links name what is in it."""

    number: int  # from 0
    index: Index
    keys: Keys
    reading: Callable[[int], Reading | None]  # of a row

    def numbers(self) -> dict[str, int]:
        """What the addresses of places call each reading, by id."""
        return {id: self.number * _NUMBERS + row for row, id in enumerate(self.index.documents)}


class House:
    """The edition that is asked, and what the numbers of earlier ones stood for."""

    def __init__(self, index: Index, facsimiles_of: Callable[[Index], Facsimiles | None] = lambda _: None) -> None:
        self._facsimiles_of = facsimiles_of
        self.edition = self._made(0, index)
        self._earlier: dict[int, tuple[str, ...]] = {}  # keys of the readings of an edition, in order

    def renew(self, index: Index) -> None:
        """Put another index in the place of the one there is. Whoever holds the old edition can go on with it."""
        old = self.edition
        self._earlier[old.number] = tuple(old.keys.of(document) for document in old.index.documents.values())
        self._earlier.pop(old.number - _MOST_KNOWN, None)
        self.edition = self._made(old.number + 1, index)

    def reading(self, number: int) -> Reading | None:
        """What a number stands for; None where there is no such reading, or no longer."""
        edition, (wanted, row) = self.edition, divmod(number, _NUMBERS)
        if wanted == edition.number:
            return edition.reading(row)
        keys = self._earlier.get(wanted, ())
        id = edition.keys.id(keys[row]) if row < len(keys) else None
        return edition.reading(list(edition.index.documents).index(id)) if id is not None else None

    def is_gone(self, number: int) -> bool:
        """Whether a number stood for a reading that has changed since, or is no longer here."""
        return number // _NUMBERS < self.edition.number and self.reading(number) is None

    def _made(self, number: int, index: Index) -> Edition:
        return Edition(number, index, Keys(index.documents.values()), readings(index, self._facsimiles_of(index)))


def surviving(talk: Talk, edition: Edition, own: Collection[str]) -> Talk:
    """
    A talk as it can be shown with an edition: an answer that quotes a reading which has other words now is a line that says so.

    `own` has the ids of files that are not the house's.
    """
    return replace(talk, said=tuple(_surviving(said, edition, own) for said in talk.said))


def _surviving(said: Said, edition: Edition, own: Collection[str]) -> Said:
    quotes = (said.answer.quotes or said.answer.nearest) if said.answer else ()
    documents = {document.id: document for quote in quotes if (document := quote.passage.document).id not in own}
    if all(edition.keys.id(document_key(document)) == id for id, document in documents.items()):
        return said
    return Said(said.question, None, CHANGED, origin=said.origin)
