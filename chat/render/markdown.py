"""An answer as Markdown with `[^1]` notes."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise

from chat.answer import Answer, Quote
from chat.citing import DEFAULT_STYLE, Citation, Run, Style, cite_all
from chat.framing import lead, read_as
from index.cli import harmless

_SPECIAL = re.compile(r"([\\`*_\[\]<>|$~^&])")
_OPENING = re.compile(r"^(\s*)([#+=-]|\d+(?=[.)]))")  # a heading, its underline or a list item, at the start of a line only
_EDGES = re.compile(r"([\W_]*)(.*?[^\W_])([\W_]*)", re.DOTALL)  # of words: what is no letter or digit before and after them
_ADDRESS = re.compile(r"://|www\.|@", re.IGNORECASE)


def answer_markdown(answer: Answer, style: Style = DEFAULT_STYLE) -> str:
    """Quotations as block quotes; every character of a document that Markdown would read as markup is escaped."""
    cited = cite_all([note.quote for note in answer.footnotes], style)
    notes = [note_markdown(number, citation) for number, citation in enumerate(cited.citations, start=1)]
    works = works_markdown(cited.references, cited.heading) if cited.references else []
    return harmless("\n\n".join([*paragraphs_markdown(answer), *notes, *works]))


def paragraphs_markdown(answer: Answer, first_number: int = 1) -> list[str]:
    """What is said to a question, without the notes; the first of them has this number."""
    parts: list[str] = [escaped(read_as(answer))] if answer.corrections else []
    if answer.context:
        parts.append(f"Understood together with “{escaped(' '.join(answer.context.split()))}”")
    if answer.refused:
        parts.append(f"**{escaped(answer.refusal)}**")
        if answer.nearest:
            parts.append("Closest, but not an answer:")
    said = ""
    for number, note in enumerate(answer.footnotes, start=first_number):
        framing = lead(note.quote)
        if framing != said and not answer.refused:
            parts.append(escaped(framing))
        said = framing
        quoted = "  \n> ".join(_lines(note.quote))
        parts.append(f"> “{quoted}”[^{number}]")
    return parts


def note_markdown(number: int, citation: Citation) -> str:
    """A footnote's own line."""
    own = "".join(f" — The source cites, n. {escaped(own.label)}: {escaped(own.text)}" for own in citation.notes)
    return f"[^{number}]: {_runs(citation.runs)}{own}"


def works_markdown(references: Sequence[Sequence[Run]], heading: str) -> list[str]:
    """The list of works under its heading."""
    return [f"**{heading}**", *(_runs(work) for work in references)]


def _runs(runs: Sequence[Run]) -> str:
    """Words of a citation; a star opens italics only at a letter or digit, so what stands around them goes before or after."""
    parts: list[str] = []
    for run in runs:
        inner = _EDGES.fullmatch(run.text) if run.italic else None
        parts.append(f"{escaped(inner[1])}*{escaped(inner[2])}*{escaped(inner[3])}" if inner else escaped(run.text))
    return "".join(parts)


def escaped(text: str) -> str:
    r"""
    Text that Markdown shows as it is.

    >>> escaped("1 * 2 < $3")
    '1 \\* 2 \\< \\$3'
    """
    harmless = _SPECIAL.sub(r"\\\1", text)
    opening = _OPENING.match(harmless)
    if opening is None:
        return harmless
    place = opening.end() if opening.group(2).isdigit() else opening.start(2)
    return f"{harmless[:place]}\\{harmless[place:]}"


def _lines(quote: Quote) -> Iterator[str]:
    """The quotation's lines that hold something, escaped, with the words that carry the answer set bold."""
    line: list[tuple[str, bool]] = []
    for piece, carries in quote.pieces:
        first, *others = piece.split("\n")
        line.append((first, carries))
        for other in others:
            yield from filter(None, [_line(line)])
            line = [(other, carries)]
    yield from filter(None, [_line(line)])


def _line(pieces: list[tuple[str, bool]]) -> str:
    r"""
    One line. Words stay plain where Markdown would show the stars instead of taking them for markup.

    >>> _line([("Some ", False), ("$5 ", True), ("were paid", False), (".", True)])
    'Some **\\$5** were paid.'
    """
    text = "".join(piece for piece, _ in pieces)
    stars: list[int] = []
    end = 0
    for piece, carries in pieces:
        start, end = end, end + len(piece)
        inner = start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())
        if carries and inner[0] < inner[1] and _can_be_bold(text, *inner):
            stars += inner
    edges = [0, *stars, len(text)]
    return "**".join(escaped(text[start:end]) for start, end in pairwise(edges))


def _can_be_bold(text: str, start: int, end: int) -> bool:
    """
    Whether two stars before and after a stretch are sure to open and close (CommonMark 0.31, section 6.2).

    Stars touch a letter or digit inside, or white space or a mark of punctuation outside. In an address they would be part of it.
    """
    if _ADDRESS.search(text[text.rfind(" ", 0, start) + 1 : end] + text[end:].partition(" ")[0]):
        return False
    opens = _is_word(text[start]) or start == 0 or _is_gap(text[start - 1])
    closes = _is_word(text[end - 1]) or end == len(text) or _is_gap(text[end])
    return opens and closes


def _is_word(character: str) -> bool:
    return unicodedata.category(character)[0] in "LN"


def _is_gap(character: str) -> bool:
    return character in string.punctuation or unicodedata.category(character) in ("Zs", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po")
