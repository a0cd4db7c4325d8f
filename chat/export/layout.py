"""A conversation as a list of what is said, in order, with footnotes numbered through it: what every format with quotations shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chat.answer import Answer, Quote
from chat.citing import Citation, Run, Style, cite_all
from chat.export.record import Recorded, recorded, shown
from chat.framing import lead, read_as


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quotation and its footnote."""

    number: int  # from 1, through the conversation
    framing: str  # the line before it; '' where it was just said, and under a refusal
    quote: Quote
    citation: Citation

    @property
    def paragraphs(self) -> tuple[tuple[tuple[str, bool], ...], ...]:
        """The words, a tuple for each block: pieces, each with whether it carries the answer. Control characters are replaced."""
        blocks: list[list[tuple[str, bool]]] = [[]]
        for piece, carries in self.quote.pieces:
            first, *others = shown(piece).split("\n\n")
            blocks[-1].append((first, carries))
            blocks.extend([(other, carries)] for other in others)
        return tuple(tuple((words, carries) for words, carries in block if words) for block in blocks)


@dataclass(frozen=True, slots=True)
class Said:
    """A question and what is said to it."""

    question: str  # one line
    remarks: tuple[str, ...]  # how it was understood, where that is to be said
    refusal: str  # '' where something is quoted
    quoted: tuple[Quoted, ...]  # under a refusal what came nearest, which is no answer


@dataclass(frozen=True, slots=True)
class Conversation:
    """All of it."""

    title: str
    said: tuple[Said, ...]
    references: tuple[tuple[Run, ...], ...]
    heading: str  # over the references; '' without any
    record: tuple[Recorded, ...]

    @property
    def quoted(self) -> tuple[Quoted, ...]:
        """Every quotation."""
        return tuple(quoted for said in self.said for quoted in said.quoted)


def lay_out(answers: Sequence[Answer], style: Style) -> Conversation:
    """What is said to questions, in order; later notes on a work are short where the style wants it."""
    quotes = [note.quote for answer in answers for note in answer.footnotes]
    cited = cite_all(quotes, style)
    citations = iter(enumerate(cited.citations, start=1))
    said: list[Said] = []
    for answer in answers:
        quoted: list[Quoted] = []
        before = ""
        for note in answer.footnotes:
            number, citation = next(citations)
            framing = "" if answer.refused else _line(lead(note.quote))
            quoted.append(Quoted(number, "" if framing == before else framing, note.quote, citation))
            before = framing
        said.append(Said(_line(answer.question), _remarks(answer), answer.refusal, tuple(quoted)))
    title = said[0].question if len(said) == 1 else f"{len(said)} questions to the readings"
    return Conversation(title or "No question", tuple(said), cited.references, cited.heading, tuple(map(recorded, quotes)))


def _remarks(answer: Answer) -> tuple[str, ...]:
    context = f"Understood together with “{answer.context}”" if answer.context else ""
    return tuple(_line(remark) for remark in (read_as(answer), context) if remark)


def _line(words: str) -> str:
    return shown(" ".join(words.split()))
