"""A conversation as pandoc's tree, for the formats that pandoc writes. Words are its strings, never markup."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from chat.citing import Citation, Run
from chat.export.layout import Conversation, Quoted, Said
from chat.export.record import shown
from chat.pandoc import emphasised, inlines
from index.records import Note

_NO_ATTRIBUTES: list[Any] = ["", [], []]


def blocks_of(conversation: Conversation) -> list[Any]:
    """Its blocks; the title is not among them. A conversation of one answer has no heading: its question is the title."""
    blocks = [block for said in conversation.said for block in _said(said, headed=len(conversation.said) > 1)]
    if conversation.references:
        blocks.append(_heading(conversation.heading))
        blocks += [_paragraph(_runs(work)) for work in conversation.references]
    return blocks


def _said(said: Said, *, headed: bool) -> list[Any]:
    blocks = [_heading(said.question)] if headed and said.question else []
    blocks += [_paragraph(inlines(remark)) for remark in said.remarks]
    if said.refusal:
        blocks.append(_paragraph([{"t": "Strong", "c": inlines(shown(said.refusal))}]))
        if said.quoted:
            blocks.append(_paragraph(inlines("Closest, but not an answer:")))
    for quoted in said.quoted:
        if quoted.framing:
            blocks.append(_paragraph(inlines(quoted.framing)))
        blocks.append({"t": "BlockQuote", "c": _quotation(quoted)})
    return blocks


def _quotation(quoted: Quoted) -> list[Any]:
    """The words between quotation marks, a paragraph for each of their blocks, and the note at their end."""
    paragraphs = [[_words(words, carries) for words, carries in block] for block in quoted.paragraphs]
    content = [[{"t": "Span", "c": [["", [], [["dir", "auto"]]], words]}] for words in paragraphs]
    content[0].insert(0, {"t": "Str", "c": "“"})
    content[-1] += [{"t": "Str", "c": "”"}, {"t": "Note", "c": [_paragraph(_note(quoted.citation))]}]
    return [_paragraph(words) for words in content]


def _words(words: str, carries: bool) -> dict[str, Any]:
    return {"t": "Strong", "c": inlines(words)} if carries else {"t": "Span", "c": [_NO_ATTRIBUTES, inlines(words)]}


def _note(citation: Citation) -> list[Any]:
    found = _runs(citation.runs)
    for note in citation.notes:
        found += [*inlines(f" — The source cites, n. {shown(note.label)}: "), *_own_note(note)]
    return found


def _own_note(note: Note) -> list[Any]:
    """Its words, with its address as a link if it is one of the web."""
    if not _is_of_the_web(note.url):
        return inlines(shown(note.text))
    before, found, after = note.text.partition(note.url)
    link = {"t": "Link", "c": [_NO_ATTRIBUTES, inlines(shown(note.url)), [note.url, ""]]}
    return [*inlines(shown(before)), link, *inlines(shown(after))] if found else [*inlines(f"{shown(note.text)} "), link]


def _is_of_the_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and url.isprintable() and " " not in url
    except ValueError:
        return False


def _runs(runs: Sequence[Run]) -> list[Any]:
    found: list[Any] = []
    for run in runs:
        found += [emphasised(shown(run.text))] if run.italic else inlines(shown(run.text))
    return found


def _heading(words: str) -> dict[str, Any]:
    return {"t": "Header", "c": [2, _NO_ATTRIBUTES, inlines(words)]}


def _paragraph(content: list[Any]) -> dict[str, Any]:
    return {"t": "Para", "c": content}
