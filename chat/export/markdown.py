"""Markdown with `[^1]` notes; the record is a comment at the end, which no viewer shows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from chat.answer import Answer
from chat.citing import Style
from chat.export.layout import lay_out
from chat.export.record import Exported, from_json, to_json, unquoted
from chat.render.markdown import escaped, note_markdown, paragraphs_markdown, works_markdown
from index.cli import harmless
from index.errors import NotExported

name, suffix, media_type = "markdown", ".md", "text/markdown"
title = "Markdown"

_RECORD = re.compile(r"^<!-- footnoted (\{.*\}) -->\s*\Z", re.MULTILINE)


def export(answers: Sequence[Answer], style: Style) -> bytes:
    """Each question as a heading, what is said to it, and all notes at the end."""
    conversation = lay_out(answers, style)
    parts: list[str] = []
    for said, answer in zip(conversation.said, answers, strict=True):
        parts.append(f"## {escaped(said.question)}" if said.question else "")
        parts += paragraphs_markdown(answer, said.quoted[0].number if said.quoted else 1)
    parts += [note_markdown(quoted.number, quoted.citation) for quoted in conversation.quoted]
    parts += works_markdown(conversation.references, conversation.heading) if conversation.references else []
    parts.append(f"<!-- footnoted {to_json(conversation.record)} -->")
    return (harmless("\n\n".join(filter(None, parts))) + "\n").encode("utf-8")


def read(content: bytes) -> Exported:
    """Quotations as a viewer shows them: in block quotes, up to the mark of their note."""
    from markdown_it import MarkdownIt
    from mdit_py_plugins.footnote import footnote_plugin

    text = content.decode("utf-8", "replace").replace("\r\n", "\n")
    found = _RECORD.search(text)
    if found is None:
        raise NotExported("has no record of its quotations at its end; export it with Footnoted")
    tokens = MarkdownIt("commonmark").use(footnote_plugin).parse(text[: found.start()])
    return Exported(tuple(_quotations(tokens)), from_json(found[1]))


def _quotations(tokens: Sequence[object]) -> Iterator[str]:
    quoting = 0
    paragraphs: list[str] = []
    for token in tokens:
        kind = token.type  # type: ignore[attr-defined]
        if kind == "blockquote_open":
            quoting += 1
        elif kind == "blockquote_close":
            quoting -= 1
            yield unquoted("\n\n".join(paragraphs))
            paragraphs = []
        elif quoting and kind == "inline":
            paragraphs.append("".join(map(_words, token.children)))  # type: ignore[attr-defined]


def _words(token: object) -> str:
    """A token's words; where a block of the source ends, our Markdown breaks the line."""
    kind = token.type  # type: ignore[attr-defined]
    return "\n\n" if kind == "hardbreak" else str(token.content) if kind in ("text", "text_special", "code_inline") else ""  # type: ignore[attr-defined]
