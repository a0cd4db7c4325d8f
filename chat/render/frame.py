"""What stands around the talk and the source: the head of the page, its first words, the choice of a reading, questions to go on with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chat.citing import STYLES
from chat.framing import short_title
from chat.render.acts import files_html
from chat.render.html import escaped
from index.records import Document

VIEWS = {"ask": "Ask", "search": "Search", "readings": "Readings"}
PANELS = {"ask": "talk", "search": "searching", "readings": "shelf"}  # ids of what each shows


def header_html(documents: Sequence[Document], views: Sequence[str] = ()) -> str:
    """The name of the program, what it has read, tabs for the views, of which the first is shown, and a choice of citation styles."""
    tabs = "".join(_tab(view, selected=place == 0) for place, view in enumerate(views))
    nav = f'<nav role="tablist" aria-label="Views">{tabs}</nav>' if tabs else ""
    return f'<header class="head"><b>Footnoted</b><span id="count">{escaped(readings_line(documents))}</span>{nav}{_styles()}</header>'


def readings_line(documents: Sequence[Document]) -> str:
    """How many readings there are; of one, its title."""
    title = f"{short_title(documents[0])} · " if len(documents) == 1 else ""
    return f"{title}{len(documents):,} reading{'' if len(documents) == 1 else 's'}"


def welcome_html(documents: Sequence[Document]) -> str:
    """What an empty conversation shows."""
    asked = "the reading" if len(documents) == 1 else "your readings"
    return (
        f'<div class="welcome"><p class="first">Ask {asked} a question.</p>'
        "<p>The answer is the authors’ own words, each quotation with a footnote that leads to its place in the source.</p></div>"
    )


def chooser_html(documents: Sequence[Document], numbers: Mapping[str, int] | None = None) -> str:
    """A list to choose the reading in the pane from; '' when there is no choice. `numbers` by id are those in places' addresses."""
    if len(documents) < 2:
        return ""
    rows = [(numbers or {}).get(document.id, row) for row, document in enumerate(documents)]
    options = "".join(f'<option value="{row}">{escaped(document.title)}</option>' for row, document in zip(rows, documents, strict=True))
    return f'<label class="chooser">Reading <select id="chooser">{options}</select></label>'


def chips_html(questions: Sequence[str]) -> str:
    """Questions to go on with, each a button that asks it; '' without any."""
    chips = "".join(f'<button class="chip" type="button">{escaped(question)}</button>' for question in questions)
    return f'<div class="chips" role="group" aria-label="Questions to go on with">{chips}</div>' if chips else ""


def foot_html() -> str:
    """The lines under the question box, shown by `talk.js` when there is something to say: which readings are asked, what is kept where."""
    return (
        '<p id="scope" role="status" hidden><span></span> <button id="all-readings" type="button">Ask all</button></p>'
        '<p id="kept" hidden>This talk is kept in your browser, nowhere else. <button id="t0-save" type="button">Save it</button> '
        '<button id="forget" type="button">Delete it</button> <button id="opinions" type="button" hidden>Save your remarks</button></p>'
        f"{files_html(0)}"
        '<p id="said" class="unseen" role="status"></p>'
    )


def _styles() -> str:
    options = "".join(f'<option value="{style.name}" title="{style.title}">{style.title.partition(" (")[0]}</option>' for style in STYLES)
    return f'<label class="style">Cite in <select id="style">{options}</select></label>'


def _tab(view: str, *, selected: bool) -> str:
    focus = "" if selected else ' tabindex="-1"'
    return (
        f'<button id="tab-{view}" role="tab" type="button" aria-selected="{str(selected).lower()}" aria-controls="{PANELS[view]}"{focus}>'
        f"{VIEWS[view]}</button>"
    )
