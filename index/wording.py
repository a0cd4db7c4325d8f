"""
How a question is read before it is searched: words to find as they are, acronyms and what they stand for, slips of spelling.

Whatever is read differently from how it was typed is a field of the query, so that it can be said. Everything is looked up in the postings
of the question's own terms; nothing scans the texts, and a slip of spelling only the terms with its first letter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from functools import reduce

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from index.library import Index
from index.phrases import absent, holds_phrase, quoted, unquoted
from index.search import Query, passage_rows
from index.tokens import STOP_WORDS, terms, words

_SMALL_WORDS = frozenset("a an and at by de for from in of on or the to with".split())
_MOST_PASSAGES = 200  # read for one acronym: it is spelt out where it is first used, and passages are in reading order
_MOST_WORDS = 10  # of a name that an acronym stands for
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_POSSESSIVE = re.compile(r"['’]s$")
_ACRONYM = re.compile(r"\b([A-Z]{2,8})s?\b")
_MIN_LETTERS, _LONG_WORD = 5, 9  # a slip is one letter, in a long word two
_MOST_FORMS = 10  # passages read for how a stem is written out


def read(query: Query, index: Index, *, documents: Collection[str] | None = None, knows: Callable[[str], bool] = lambda _: True) -> Query:
    """
    The query as the readings' own wording lets it be understood; `documents` are the ids to keep to.

    `knows` tells whether a word is one, so that “planets” is not read as “plants”: only what is no word is a slip. Without it, none is.
    Raises UnknownDocument for a document that is not in the index.
    """
    phrases = quoted(query.text)
    missing = absent(index, phrases, passage_rows(index, documents)) if phrases else ()
    names = {phrase for phrase in missing if _is_title(index, phrase)}
    slips = corrections(f"{query.context} {unquoted(query.text)}", index, knows)
    query = replace(query, text=corrected(query.text, slips), context=corrected(query.context, slips))
    return replace(
        query,
        phrases=tuple(phrase for phrase in phrases if phrase not in names),
        absent=tuple(phrase for phrase in missing if phrase not in names),
        corrections=slips,
        expansions=expansions(query.whole, index),
    )


def corrected(text: str, slips: Sequence[tuple[str, str]]) -> str:
    """The text with each slip mended, whole words only; words between quotation marks stay as they are."""
    kept = quoted(text)
    for wrong, right in slips:
        if not any(wrong in phrase for phrase in kept):
            text = re.sub(rf"\b{re.escape(wrong)}\b", lambda _, right=right: right, text)  # type: ignore[misc]
    return text


def corrections(text: str, index: Index, knows: Callable[[str], bool]) -> tuple[tuple[str, str], ...]:
    """
    The slips of spelling in a text, each with the word of the readings that is meant.

    A slip is a word of five letters or more that the readings never have and that is no word; one word of theirs is nearer than all
    others: one letter added, left out, changed or swapped with its neighbour, in words of nine letters or more two; never the first.
    """
    found = []
    for word in dict.fromkeys(_POSSESSIVE.sub("", typed) for typed in _WORD.findall(text)):
        plain = words(word)
        if len(plain) != 1 or len(plain[0]) < _MIN_LETTERS or not plain[0].isalpha() or plain[0] in STOP_WORDS or word.isupper():
            continue
        if index.lexical.document_frequency(terms(word)[0]) or knows(word):
            continue
        meant = _nearest(plain[0], index)
        if meant:
            found.append((word, meant))
    return tuple(found)


def expansions(text: str, index: Index) -> tuple[tuple[str, str], ...]:
    """
    What the readings give as another form of names in a text: of an acronym what it stands for, of such a name its acronym.

    They give it where one stands in brackets after the other, and the initials match.
    """
    found: list[tuple[str, str]] = []
    for match in _ACRONYM.finditer(text):
        spelt = next(_spelt_out(match.group(1), index), "")
        if spelt and not holds_phrase(text, spelt):
            found.append((match.group(), spelt))
    for name, acronym in _names_with_acronyms(text, index):
        if not re.search(rf"\b{acronym}s?\b", text):
            found.append((name, max((acronym, f"{acronym}s"), key=lambda form: _frequency(form, index))))
    return tuple(dict.fromkeys(found))


def spells(name: str, acronym: str) -> bool:
    """
    Whether a name's initials are an acronym: small words and what follows a hyphen may be passed over, no others.

    >>> spells("Organisation for Economic Co-operation and Development", "OECD"), spells("China-Pakistan Economic Corridor", "CPEC")
    (True, True)
    >>> spells("the China-Pakistan Economic Corridor", "CPEC"), spells("economic corridor", "CPEC")
    (False, False)
    """
    units = [
        (match.group().casefold(), name[match.start() - 1 : match.start()] in "-‐‑–" and match.start() > 0)
        for match in _WORD.finditer(name)
    ]
    return bool(units) and units[0][0][0] == acronym[0].casefold() and _matches(units, acronym.casefold())


def _matches(units: Sequence[tuple[str, bool]], letters: str) -> bool:
    if not units or not letters:
        return not units and not letters
    (word, after_hyphen), rest = units[0], units[1:]
    if word[0] == letters[0] and _matches(rest, letters[1:]):
        return True
    return (after_hyphen or word in _SMALL_WORDS) and _matches(rest, letters)


def _spelt_out(acronym: str, index: Index) -> Iterator[str]:
    """What passages say that an acronym stands for, in reading order."""
    after = re.compile(rf"\(\s*{acronym}s?\s*\)")
    before = re.compile(rf"\b{acronym}s?\s+\(([^()]+)\)")
    rows = {row for form in (acronym, f"{acronym}s") for row in index.lexical.postings(terms(form)[0])[:_MOST_PASSAGES].tolist()}
    for row in sorted(rows):
        text = index.passage_text(row)
        for match in after.finditer(text):
            yield from _ending(text[: match.start()], acronym)
        for match in before.finditer(text):
            if spells(match.group(1), acronym):
                yield " ".join(match.group(1).split())


def _ending(text: str, acronym: str) -> Iterator[str]:
    """The shortest end of a text that spells an acronym, if one does."""
    stretch = re.split(r"[.;:!?()]", text)[-1]
    for match in list(_WORD.finditer(stretch))[: -_MOST_WORDS - 1 : -1]:
        name = stretch[match.start() :].strip()
        if spells(name, acronym):
            yield " ".join(name.split())
            return


def _names_with_acronyms(text: str, index: Index) -> Iterator[tuple[str, str]]:
    """Stretches of a text for which passages have an acronym, with it."""
    found = list(_WORD.finditer(text))
    for start, first in enumerate(found):
        if first.group().casefold() in STOP_WORDS:
            continue
        for last in found[start + 1 : start + _MOST_WORDS]:
            name = text[first.start() : last.end()]
            for acronym in _initials(name):
                if acronym.casefold() in STOP_WORDS or not (_frequency(acronym, index) or _frequency(f"{acronym}s", index)):
                    continue
                if any(terms(spelt) == terms(name) for spelt in _spelt_out(acronym, index)):
                    yield name, acronym


def _frequency(word: str, index: Index) -> int:
    return index.lexical.document_frequency(terms(word)[0])


def _initials(name: str) -> set[str]:
    """The acronyms of two to eight letters that a name may have: with what follows a hyphen, or without."""
    without_hyphens = re.sub(r"[-‐‑–][^\W_]+", "", name)
    found = ("".join(word[0] for word in _WORD.findall(text) if word.casefold() not in _SMALL_WORDS) for text in (name, without_hyphens))
    return {initials.upper() for initials in found if 2 <= len(initials) <= 8 and initials.isalpha()}


def _nearest(word: str, index: Index) -> str:
    """The word of the readings that is nearest to one they do not have, as they write it; '' where none is or several are."""
    most = 2 if len(word) >= _LONG_WORD else 1
    by_length: dict[int, list[str]] = {}
    for stem in index.lexical.beginning(word[0]):
        by_length.setdefault(len(stem), []).append(stem)
    by_distance: dict[int, dict[str, str]] = {}
    for length in range(3, len(word) + most + 1):
        for stem in _near({word[: length + shift] for shift in range(-most, most + 1)}, by_length.get(length, ()), most):
            for form in _forms(stem, index):
                distance = OSA.distance(word, words(form)[0], score_cutoff=most)
                if distance <= most:
                    by_distance.setdefault(distance, {}).setdefault(stem, form)
    best = by_distance[min(by_distance)] if by_distance else {}
    return next(iter(best.values())) if len(best) == 1 else ""


def _near(beginnings: set[str], stems: Sequence[str], most: int) -> set[str]:
    """The stems that are at most so far from one of the beginnings; a tenth of a microsecond each."""
    found = (process.extract(beginning, stems, scorer=OSA.distance, score_cutoff=most, limit=None) for beginning in beginnings)
    return {stem for near in found for stem, *_ in near}


def _forms(stem: str, index: Index) -> list[str]:
    """How a stem is written out in the first passages that have it."""
    texts = (index.passage_text(row) for row in index.lexical.postings(stem)[:_MOST_FORMS].tolist())
    return list(dict.fromkeys(word for text in texts for word in _WORD.findall(text) if terms(word) == [stem]))


def _is_title(index: Index, phrase: str) -> bool:
    """Whether a reading is called so: then the words name it, and need not stand in it."""
    likely: NDArray[np.int64] = reduce(np.intersect1d, map(index.titles.postings, set(terms(phrase))))
    ids = (index.manifest.documents[row].id for row in likely.tolist())
    return any(holds_phrase(index.documents[id].title, phrase) for id in ids)
