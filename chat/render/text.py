"""An answer for a terminal: quotations, numbers in brackets, footnotes under a rule."""

from __future__ import annotations

import textwrap

from chat.answer import Answer
from chat.citing import DEFAULT_STYLE, Style, cite_all, words_of_runs
from chat.framing import lead, read_as
from index.cli import harmless

_WIDTH = 92  # characters a line


def answer_text(answer: Answer, style: Style = DEFAULT_STYLE) -> str:
    """Some lines without a line end after the last. Control characters of a document are shown as U+FFFD: a terminal would obey them."""
    lines: list[str] = [read_as(answer)] if answer.corrections else []
    if answer.context:
        lines += _wrapped(f"Understood together with “{answer.context}”", "")
    if answer.refused:
        lines += ["", answer.refusal] if lines else [answer.refusal]
        if answer.nearest:
            lines += ["", "Closest, but not an answer:"]
    said = ""
    for note in answer.footnotes:
        framing = lead(note.quote)
        if framing != said and not answer.refused:
            lines += ["", framing] if lines else [framing]
        said = framing
        lines += ["", *_wrapped(f"“{note.quote.text}” [{note.number}]", "  ")]
    if answer.footnotes:
        lines += ["", "─" * 24]
        cited = cite_all([note.quote for note in answer.footnotes], style)
        for note, citation in zip(answer.footnotes, cited.citations, strict=True):
            lines += _wrapped(f"{note.number}. {citation}", "", "   ")
        if cited.references:
            lines += ["", cited.heading]
        for work in cited.references:
            lines += _wrapped(words_of_runs(work), "", "   ")
    return harmless("\n".join(lines))


def _wrapped(text: str, first: str, rest: str | None = None) -> list[str]:
    """Lines of a text that keep its own line ends; long words, such as addresses, are not broken."""
    return [
        line
        for paragraph in text.split("\n")
        for line in textwrap.wrap(
            paragraph,
            _WIDTH,
            initial_indent=first,
            subsequent_indent=first if rest is None else rest,
            break_long_words=False,
            break_on_hyphens=False,
        )
    ]
