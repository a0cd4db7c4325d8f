"""An answer as Markdown with `[^1]` notes."""

from __future__ import annotations

import re

from chat.answer import Answer
from chat.footnotes import cite, lead
from index.cli import harmless

_SPECIAL = re.compile(r"([\\`*_\[\]<>|$~^&])")
_OPENING = re.compile(r"^(\s*)([#+-]|\d+(?=[.)]))")  # a heading or list item, at the start of a line only


def answer_markdown(answer: Answer) -> str:
    """Quotations as block quotes; every character of a document that Markdown would read as markup is escaped."""
    parts: list[str] = []
    if answer.refused:
        parts.append(f"**{escaped(answer.refusal)}**")
        if answer.nearest:
            parts.append("Closest, but not an answer:")
    said = ""
    for note in answer.footnotes:
        framing = lead(note.quote)
        if framing != said and not answer.refused:
            parts.append(escaped(framing))
        said = framing
        quoted = "  \n> ".join(escaped(line) for line in note.quote.text.split("\n") if line)
        parts.append(f"> “{quoted}”[^{note.number}]")
    for note in answer.footnotes:
        citation = cite(note.quote)
        own = "".join(f" — The source cites, n. {escaped(own.label)}: {escaped(own.text)}" for own in citation.notes)
        title = f"*{escaped(citation.title)}*"
        parts.append(f"[^{note.number}]: {escaped(citation.before_title)}{title}{escaped(citation.after_title)}{own}")
    return harmless("\n\n".join(parts))


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
