"""
Questions to start with and to go on with, made from the readings' own statements and headings. No model writes them.

A statement gives a question where a rule turns it round: “CPEC serves as a pivotal entry point …” asks “What does CPEC serve as?”. A
heading gives “What does it say about “…”?”. Which of them are offered is for the caller to decide by asking them: see `chat/app/pool.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest

from chat.answer import Answer
from chat.context import leans
from index.records import BlockKind, Document, Passage, Span

_MAX_HEADING_CHARACTERS = 60  # longer ones read badly inside a question
_MAX_QUESTION_CHARACTERS = 90
_MAX_SUBJECT_WORDS = 6
_SMALL = frozenset("a an and at by for in of on or the to with de du la von van der".split())
_NO_SUBJECT = frozenset(
    "it this these that those they there here he she we i you one such some many most all both each every other another what which who"
    " if when while as in on at for from by with without during over under after before since through despite although however moreover"
    " furthermore also thus therefore but and or so yet not no".split()
)

# Verbs that take an object and keep their sense in “What does … ?”; the third person is made by rule.
_VERBS = (
    "address advance advocate aim allow argue ask call claim combine comprise conclude consider contain cover cause create define demand"
    " demonstrate describe determine emphasise emphasize enable encompass encourage ensure entail establish examine explain explore express"
    " face find focus foster give help highlight identify include indicate introduce involve lead link maintain make mean measure need"
    " offer oppose predict prevent produce promote propose protect prove provide recommend reduce refer reflect represent require"
    " reveal seek show stress study suggest support teach treat underline underscore use want warn"
).split()
_PREPOSITIONS = {  # verbs that need one, which then stands at the question's end
    "serve": "as", "act": "as", "depend": "on", "rely": "on", "consist": "of", "focus": "on", "lead": "to", "refer": "to", "aim": "at",
    "call": "for", "advocate": "for", "account": "for", "contribute": "to", "belong": "to", "deal": "with", "differ": "from", "rest": "on",
}  # fmt: skip
_WHEN = "established founded launched adopted signed created published designated introduced built opened ratified held formed born".split()


def _third(verb: str) -> str:
    """
    The third person of a regular verb.

    >>> _third("emphasize"), _third("stress"), _third("study"), _third("show")
    ('emphasizes', 'stresses', 'studies', 'shows')
    """
    if re.search(r"(?:s|x|z|ch|sh)$", verb):
        return f"{verb}es"
    return f"{verb[:-1]}ies" if re.search(r"[^aeiou]y$", verb) else f"{verb}s"


_BASES = {_third(verb): verb for verb in (*_VERBS, *_PREPOSITIONS)}
_SUBJECT = r"(?P<subject>[^\W\d_][\w'’.-]*(?: [\w'’&.-]+){0,7}?(?: \([A-Z]{2,8}\))?)"
_IS = re.compile(rf"{_SUBJECT} (?P<verb>is|are|was|were) (?:an?|the|one of) \w")
_DOES = re.compile(rf"{_SUBJECT} (?P<verb>{'|'.join(sorted(_BASES, key=len, reverse=True))})\b(?: (?P<next>\w+))?")
_DATED = re.compile(rf"{_SUBJECT} (?P<verb>was|were) (?P<done>{'|'.join(_WHEN)}) (?:\w+ ){{0,4}}?(?:in|on) (?:\w+ ){{0,2}}?\d{{4}}\b")
_ACRONYM = re.compile(r" \(([A-Z]{2,8})s?\)$")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question and the words it was made from."""

    question: str
    document: str  # id
    source: Span  # a statement, or a heading


def suggestions(document: Document, passages: Sequence[Passage]) -> Iterator[Suggestion]:
    """What a reading lets one ask, in reading order, each question once; `passages` are its own."""
    seen: set[str] = set()
    for found in sorted(chain(_from_statements(document, passages), _from_headings(document)), key=lambda found: found.source):
        key = found.question.casefold()
        if key not in seen:
            seen.add(key)
            yield found


def starters(columns: Sequence[Sequence[Suggestion]], *, most: int) -> tuple[Suggestion, ...]:
    """
    Some suggestions to start with: one of each reading in turn, and of one reading those that stand farthest apart.
    """
    spread = [_spread(column, most) for column in columns if column]
    kept: dict[str, Suggestion] = {}
    for found in chain.from_iterable(zip_longest(*spread)):
        if found is not None:
            kept.setdefault(found.question.casefold(), found)
    return tuple(kept.values())[:most]


def openers(documents: Sequence[Document], *, most: int = 4) -> tuple[str, ...]:
    """
    Questions to start with before any can be tried: drawn from headings alone, whose sections' openings answer them.
    """
    columns = [list(_from_headings(document)) for document in documents[:most]]
    return tuple(found.question for found in starters(columns, most=most))


def answers(answer: Answer, found: Suggestion, document: Document) -> bool:
    """Whether an answer quotes what a suggestion was made from: its statement, or words under its heading."""
    quoted = [quote.span for quote in answer.quotes if quote.passage.document.id == found.document]
    under = [document.heading_at(span.start) for span in quoted]
    return any(span.overlaps(found.source) for span in quoted) or any(block is not None and block.span == found.source for block in under)


def follow_ups(answer: Answer, pool: Sequence[Suggestion], asked: Sequence[str], *, most: int) -> tuple[str, ...]:
    """
    Suggestions of the pool that stand nearest to what was shown, in the same readings, and neither were asked nor are just answered.
    """
    quotes = answer.quotes or answer.nearest
    before = {question.casefold() for question in (*asked, answer.question)}
    near: list[tuple[int, int, str]] = []
    for row, found in enumerate(pool):
        spans = [quote.span for quote in quotes if quote.passage.document.id == found.document]
        if not spans or found.question.casefold() in before or any(span.overlaps(found.source) for span in spans):
            continue
        near.append((min(_distance(span, found.source) for span in spans), row, found.question))
    return tuple(question for _, _, question in sorted(near)[:most])


def question_from(statement: str, *, is_name: Callable[[str], bool]) -> str:
    """
    The question that a statement answers; '' for one that no rule turns round. `is_name` tells whether a word keeps its capital.

    >>> question_from("The Plan was adopted in Geneva in 1978.", is_name=lambda word: word == "Plan")
    'When was the Plan adopted?'
    """
    for pattern, turn in ((_DATED, _when), (_IS, _what_is), (_DOES, _what_does)):
        found = pattern.match(statement)
        if found is None:
            continue
        subject = _subject(found["subject"], is_name)
        question = turn(found, subject) if subject else ""
        if question and len(question) <= _MAX_QUESTION_CHARACTERS:
            return question
    return ""


def _when(found: re.Match[str], subject: str) -> str:
    return f"When {found['verb']} {subject} {found['done']}?"


def _what_is(found: re.Match[str], subject: str) -> str:
    """Of a single name that is no acronym (“Pakistan is a firm believer …”) a statement seldom says what it is."""
    return f"What {found['verb']} {subject}?" if " " in subject or subject.isupper() else ""


def _what_does(found: re.Match[str], subject: str) -> str:
    base, following = _BASES[found["verb"]], found["next"] or ""
    preposition = _PREPOSITIONS.get(base, "")
    if preposition and following == preposition:
        return f"What does {subject} {base} {preposition}?"
    if base not in _VERBS or following in ("", "to", "for", "on", "of", "with", "as", "at", "from", "in", "that", "by", "not"):
        return ""
    return f"What does {subject} {base}?"


def _subject(words: str, is_name: Callable[[str], bool]) -> str:
    """A statement's subject as it stands inside a question; '' where it is no plain name of something."""
    acronym = _ACRONYM.search(words)
    if acronym:
        return acronym.group(1)
    parts = words.split()
    if len(parts) > _MAX_SUBJECT_WORDS or parts[0].casefold() in _NO_SUBJECT or parts[-1].casefold() in _SMALL | _NO_SUBJECT:
        return ""
    first = parts[0].casefold()
    content = [word for word in parts if word.casefold() not in _SMALL]
    if not content or not any(word[0].isupper() and (place > 0 or is_name(word)) for place, word in enumerate(parts) if word[0].isalpha()):
        return ""  # nothing in it is a name: asked alone, it could be anything
    if first in ("a", "an"):
        return ""
    if first == "the" or not is_name(parts[0]):
        parts[0] = parts[0][0].casefold() + parts[0][1:]
    return " ".join(parts)


def _from_statements(document: Document, passages: Sequence[Passage]) -> Iterator[Suggestion]:
    def is_name(word: str) -> bool:
        """Whether a word has its capital inside a sentence too, and never goes without."""
        plain = word.removesuffix("'s").removesuffix("’s")
        if sum(letter.isupper() for letter in plain) > 1:
            return True
        inside = re.search(rf"[a-z,;] {re.escape(plain)}\b", document.text)
        return inside is not None and re.search(rf"\b{re.escape(plain[0].casefold() + plain[1:])}\b", document.text) is None

    for passage in passages:
        for span in passage.sentences:
            block = document.block_at(span.start)
            if block is None or block.kind not in (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM) or leans(document.slice(span)):
                continue
            question = question_from(document.slice(span), is_name=is_name)
            if question:
                yield Suggestion(question, document.id, span)


def _from_headings(document: Document) -> Iterator[Suggestion]:
    """Short headings that are not the title."""
    for block in document.blocks:
        words = " ".join(document.slice(block.span).rstrip(" :.").split())
        if block.kind is BlockKind.HEADING and 3 < len(words) <= _MAX_HEADING_CHARACTERS and words.casefold() != document.title.casefold():
            yield Suggestion(f"What does it say about “{words}”?", document.id, block.span)


def _spread(column: Sequence[Suggestion], most: int) -> list[Suggestion]:
    """All of them, those first that stand farthest apart in the reading."""
    if len(column) <= most:
        return list(column)
    first = [column[place * (len(column) - 1) // max(most - 1, 1)] for place in range(most)]
    return [*first, *(found for found in column if found not in first)]


def _distance(first: Span, second: Span) -> int:
    return max(first.start - second.end, second.start - first.end, 0)
