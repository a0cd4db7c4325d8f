"""
Words between quotation marks in a question: they must stand in the text as they are.

Case, accents, white space, and the kinds of quotation marks and hyphens count for nothing; word ends count: “art” is not in “party”.
A phrase is looked for in passages, so one that a passage's end cuts in two is not found; passages end at sentence ends, so that is rare.
A page break cuts nothing: the text runs on over it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from index.library import Index
from index.records import Span
from index.tokens import terms, words

_MIN_LETTERS = 3  # of a phrase of one word
_QUOTED = re.compile(r"(?<!\w)[\"“„«]\s*([^\"“”„«»]+?)\s*[\"”“»](?!\w)")
# “related to “Parties”” names a subject; a text that deals with it need not have the word.
_NAMES_A_SUBJECT = re.compile(r"\b(?:relat(?:ed|ing|es?) to|concern(?:s|ing)|pertain(?:s|ing) to|regarding)(?: the)?\s*$", re.IGNORECASE)
_ALIKE = {
    **dict.fromkeys(map(ord, "‘’‚‛′`´"), "'"),
    **dict.fromkeys(map(ord, "“”„‟″«»"), '"'),
    **dict.fromkeys(map(ord, "‐‑‒–—―−"), "-"),
    ord("\xad"): None,  # a soft hyphen is not seen
}


def quoted(question: str) -> tuple[str, ...]:
    """
    The phrases between double quotation marks, each once; a single word counts from three letters on.

    >>> quoted('Where does it say “beacon of hope”, and who said "we"?')
    ('beacon of hope',)
    >>> quoted('Show the clauses related to "Parties".')
    ()
    """
    found = []
    for match in _QUOTED.finditer(question):
        phrase = match.group(1).strip(".,;:!?… ")
        count = len(words(phrase))
        enough = count > 1 or (count == 1 and sum(map(str.isalpha, phrase)) >= _MIN_LETTERS)
        if enough and not _NAMES_A_SUBJECT.search(question[: match.start()]):
            found.append(phrase)
    return tuple(dict.fromkeys(found))


def unquoted(question: str) -> str:
    """The question without its phrases."""
    return reduce(lambda text, phrase: text.replace(phrase, " "), quoted(question), question)


def holds_phrase(text: str, phrase: str) -> bool:
    """
    Whether a phrase stands in a text.

    >>> holds_phrase("The “South–South   Café” of old", 'south-south cafe'), holds_phrase("A party.", "art")
    (True, False)
    """
    folded = _folded(text)
    return _folded(phrase) in folded and _pattern(phrase).search(folded) is not None


def occurrences(text: str, phrase: str) -> list[Span]:
    """Where a phrase stands in a text, as spans of it."""
    folded: list[str] = []
    positions: list[int] = []
    for position, character in enumerate(text):  # what `_folded` does, character by character
        for letter in _folded_character(character):
            if letter == " " and folded[-1:] == [" "]:
                continue
            folded.append(letter)
            positions.append(position)
    found = _pattern(phrase).finditer("".join(folded))
    return [Span(positions[match.start()], positions[match.end() - 1] + 1) for match in found]


def holding(index: Index, phrases: Sequence[str], rows: Collection[int] | None = None) -> list[int]:
    """
    The rows of the passages that hold all the phrases, or else any of them; `rows` are those to look at, None for all.

    Only passages that hold each of a phrase's terms are read: some 30 µs each.
    """
    each = [set(_rows(index, phrase, rows)) for phrase in phrases]
    together = set.intersection(*each) if each else set()
    return sorted(together or set().union(*each))


def absent(index: Index, phrases: Sequence[str], rows: Collection[int] | None = None) -> tuple[str, ...]:
    """Those of the phrases that no passage holds."""
    return tuple(phrase for phrase in phrases if not _rows(index, phrase, rows))


def _rows(index: Index, phrase: str, rows: Collection[int] | None) -> list[int]:
    wanted = sorted(set(terms(phrase)), key=index.lexical.document_frequency)  # the rarest first: fewer to compare
    likely: NDArray[np.int64] = reduce(np.intersect1d, map(index.lexical.postings, wanted))
    if rows is not None:
        likely = np.intersect1d(likely, np.fromiter(rows, dtype=np.int64))
    return [int(row) for row in likely if holds_phrase(index.passage_text(int(row)), phrase)]


def _pattern(phrase: str) -> re.Pattern[str]:
    """Finds a phrase in folded text, from word end to word end."""
    folded = _folded(phrase).strip()
    before, after = r"(?<!\w)" if folded[0].isalnum() else "", r"(?!\w)" if folded[-1].isalnum() else ""
    return re.compile(before + re.escape(folded) + after)


def _folded(text: str) -> str:
    text = text.translate(_ALIKE).casefold()
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text).translate(_ALIKE) if not unicodedata.combining(c))
    return re.sub(r"\s+", " ", text)


def _folded_character(character: str) -> str:
    return " " if character.isspace() else _folded(character)
