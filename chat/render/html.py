"""
An answer as HTML for the page: quotations with numbers, footnotes below; the visitor's question; a line of ours.

Gradio's chat reads a message as Markdown and sanitises the HTML that comes out. Two things keep a document's words as they are on the
way: `escaped` writes every character that is not a letter, a digit or a space as a number, so there is nothing left to interpret, and
each piece is one line that opens with a block tag, which Markdown hands on untouched.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from chat.answer import Answer, Footnote, Quote
from chat.citing import Citation, Run
from chat.framing import lead, read_as, section_of, short_title
from index.records import Note, Span

MAX_SHOWN_QUESTION_CHARACTERS = 600  # a bubble is not the place for more

_PART_CHARACTERS = 28  # of an address's first part that are shown
_ADDRESS = r"https?://[^\s<>“”\"]+[^\s<>“”\".,;:!?)\]]"  # of the web, without the sentence's own full stop
_INTERPRETABLE = re.compile(r"[^\w ]|_")
_PLACE = re.compile(r"#source-([0-9]{1,30})(?:-([0-9]{1,12})-([0-9]{1,12}))?")


def answer_html(
    answer: Answer,
    citations: Sequence[Citation],
    *,
    turn: int,
    first_number: int,
    rows: Mapping[str, int],
    above: str = "",
    under: str = "",
) -> str:
    """
    One line of HTML with everything that is said to a question.

    `citations` are those of its quotations, in order; `turn` counts the answers of a conversation, so that ids are unique in it;
    `first_number` is the number of the first footnote, which lets them run on; `rows` has the row of each document of the index by its
    id; `above` and `under` are HTML to put there.
    """
    notes = [Footnote(first_number + place, note.quote) for place, note in enumerate(answer.footnotes)]
    context = above
    context += f'<p class="context">Understood together with “<bdi>{escaped(answer.context)}</bdi>”</p>' if answer.context else ""
    if answer.corrections:
        context += f'<p class="context">{escaped(read_as(answer))}</p>'
    if answer.refused and not notes and not context and not under:
        return line_html(answer.refusal)
    if answer.refused and not notes:
        body = line_html(answer.refusal)
    elif answer.refused:
        said = "".join(f'<p class="near">{_quoted(note, turn, rows)}</p>' for note in notes)
        body = f'<div class="refusal"><p>{_refusal(answer.refusal)} {_closest(len(notes))}</p>{said}</div>'
    else:
        body = "".join(_blockquotes(notes, turn, rows)) + _list(notes, citations, turn)
    return f'<div class="answer">{context}{body}{under}</div>'


def question_html(question: str) -> str:
    """A visitor's question as it was typed; a very long one is cut."""
    shown = question.strip()
    if len(shown) > MAX_SHOWN_QUESTION_CHARACTERS:
        shown = f"{shown[:MAX_SHOWN_QUESTION_CHARACTERS]} …"
    return f'<p class="question" dir="auto">{escaped(shown)}</p>'


def line_html(text: str, *, kind: str = "plain") -> str:
    """A line of ours; `kind` is its class: plain, pending or error."""
    return f'<p class="line {kind}">{escaped(text)}</p>'


def escaped(text: str) -> str:
    """
    Text that neither HTML nor Markdown nor LaTeX reads as anything but text. Control characters are shown as U+FFFD.

    >>> escaped("1 < *2*")
    '1 &#60; &#42;2&#42;'
    """
    return _INTERPRETABLE.sub(_reference, text)


def place_link(row: int, span: Span) -> str:
    """
    The address of a place: the number of its document, and where it starts and ends. Of the house's readings the number is the row in
    the index; of a visitor's own it cannot be guessed.

    >>> place_link(0, Span(7, 9))
    '#source-0-7-9'
    """
    return f"#source-{row}-{span.start}-{span.end}"


def linked_place(link: str) -> tuple[int, Span | None] | None:
    """
    The document's number that an address leads to, and the span if it has one; None for any other text. They need not exist.

    >>> linked_place("#source-0-7-9"), linked_place("#source-3"), linked_place("#source-0-9-7")
    ((0, Span(start=7, end=9)), (3, None), None)
    """
    found = _PLACE.fullmatch(link)
    if found is None:
        return None
    row, start, end = found.groups()
    if start is None:
        return int(row), None
    return (int(row), Span(int(start), int(end))) if int(start) < int(end) else None


def note_html(note: Note) -> str:
    """The words of one of the source's own notes, with its address as a link; only `http` and `https` addresses become one."""
    link = _link(note.url)
    if not link:
        return f"<bdi>{escaped(note.text)}</bdi>"
    before, found, after = note.text.partition(note.url)
    return f"<bdi>{escaped(before)}</bdi>{link}<bdi>{escaped(after)}</bdi>" if found else f"<bdi>{escaped(note.text)}</bdi> {link}"


def citation_html(citation: Citation) -> str:
    """What a footnote says: our citation, and the source's own notes that the quoted words carry."""
    own = "".join(f" — The source cites, n.&#160;{escaped(note.label)}: {note_html(note)}" for note in citation.notes)
    return runs_html(citation.runs, linked=True) + own


def runs_html(runs: Sequence[Run], *, linked: bool = False) -> str:
    """Words of a citation, those of a title in italics; `linked`, with its web addresses as links."""
    return "".join(f"<i>{escaped(run.text)}</i>" if run.italic else _linked(run.text) if linked else escaped(run.text) for run in runs)


def _linked(text: str) -> str:
    pieces = re.split(f"({_ADDRESS})", text)
    return "".join(_link(piece) or escaped(piece) for piece in pieces)


def _blockquotes(notes: list[Footnote], turn: int, rows: Mapping[str, int]) -> Iterator[str]:
    said = ""
    for note in notes:
        framing = _framing(note.quote, several=len(rows) > 1)
        if framing != said:
            yield f'<p class="lead">{framing}</p>'
        said = framing
        yield f"<blockquote>{_quoted(note, turn, rows)}</blockquote>"


def _framing(quote: Quote, *, several: bool) -> str:
    if several and section_of(quote):
        return f"From “<bdi>{escaped(section_of(quote))}</bdi>” in <i>{escaped(short_title(quote.passage.document))}</i>:"
    return escaped(lead(quote))


def _quoted(note: Footnote, turn: int, rows: Mapping[str, int]) -> str:
    """
    The words between quotation marks, and the number that leads to them. `bdi` keeps right-to-left words from turning ours round.

    Words that carry the answer are in `b`, which adds nothing to what is copied or read aloud; a `mark` would be announced.
    """
    href = escaped(place_link(rows[note.quote.passage.document.id], note.quote.span))
    number = f'<sup><a id="t{turn}-q{note.number}" class="number" href="{href}" title="Show in the source">{note.number}</a></sup>'
    words = "".join(f"<b>{escaped(piece)}</b>" if carries else escaped(piece) for piece, carries in note.quote.pieces)
    return f'“<bdi class="words">{words}</bdi>”{number}'


def _list(notes: list[Footnote], citations: Sequence[Citation], turn: int) -> str:
    items = "".join(
        f'<li id="t{turn}-n{note.number}" value="{note.number}">{citation_html(citation)}</li>'
        for note, citation in zip(notes, citations, strict=True)
    )
    return f'<ol class="notes" start="{notes[0].number}">{items}</ol>'


def _refusal(refusal: str) -> str:
    """The refusal with its first sentence set strong."""
    first, stop, rest = refusal.partition(". ")
    return f"<strong>{escaped(first + stop.strip())}</strong>{' ' if rest else ''}{escaped(rest)}"


def _closest(count: int) -> str:
    return f"Closest {'passage' if count == 1 else 'passages'}, not an answer:"


def _link(url: str) -> str:
    """A link that shows the address shortened; '' for what is no web address."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host:
        return ""
    first, _, rest = parts.path.strip("/").partition("/")
    cut = f"{first[:_PART_CHARACTERS]}…" if len(first) > _PART_CHARACTERS else first
    shown = host.removeprefix("www.") + (f"/{cut}" if cut else "") + ("/…" if rest else "")
    return f'<a href="{escaped(url)}" target="_blank" rel="noopener noreferrer">{escaped(shown)}</a>'


def _reference(found: re.Match[str]) -> str:
    character = found.group()
    harmless = character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs")
    return f"&#{ord(character)};" if harmless else "\ufffd"
