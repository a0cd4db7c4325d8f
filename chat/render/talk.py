"""A talk as the messages of gradio's chat."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

from chat.asking import smalltalk
from chat.citing import DEFAULT_STYLE, Cited, Style, cite_all, words_of_runs
from chat.framing import short_title
from chat.render.acts import acts_html, anew_html
from chat.render.html import answer_html, escaped, line_html, question_html, runs_html
from chat.render.link import Keys, link_to
from chat.talk import Origin, Said, Talk
from index.records import Document

_MOST_NAMED = 3  # readings asked that are named; of more it is said how many


def messages(
    talk: Talk,
    documents: Mapping[str, Document],
    *,
    keys: Keys,
    others: bool,
    own: Mapping[str, int] | None = None,
    numbers: Mapping[str, int] | None = None,
    style: Style = DEFAULT_STYLE,
) -> list[dict[str, str]]:
    """
    Everything said so far, as messages with roles; numbers of footnotes run on, and later notes on a work are short where the `style`
    wants it. Where it wants a list of works, that comes last.

    `documents` by id, in the order of the index. Those that are the visitor's `own` come with the numbers of their addresses, and no link
    leads to them; `numbers` are those of all readings, by default their rows. `others` tells whether other passages can be asked for.
    """
    own = own or {}
    rows = dict(numbers or {id: row for row, id in enumerate(documents)}) | dict(own)
    cited = cite_all([quote for said in talk.said if said.answer for quote in said.answer.quotes], style)
    citations = iter(cited.citations)
    shown: list[dict[str, str]] = []
    footnotes = turn = 0
    for said in talk.said:
        if said.origin is not Origin.OTHERS and said.question.strip():
            shown.append(message("user", question_html(said.question)))
        if said.answer is None:
            shown.append(message("assistant", line_html(said.line, kind=said.kind)))
            continue
        turn += 1
        under = ""
        quotes = said.answer.quotes or said.answer.nearest
        if quotes or not (said.origin is Origin.OTHERS or smalltalk(said.question)):
            named = (*said.documents, *(quote.passage.document.id for quote in quotes))
            shared = not own.keys() & set(named)
            link = link_to(said.answer, keys, [documents[id] for id in said.documents if id in documents]) if shared else ""
            under = acts_html(said.answer, turn=turn, link=link, others=others and bool(quotes))
        above = _above(said, documents, turn)
        notes = list(islice(citations, len(said.answer.quotes)))
        html = answer_html(said.answer, notes, turn=turn, first_number=footnotes + 1, rows=rows, above=above, under=under)
        shown.append(message("assistant", html))
        footnotes += len(said.answer.footnotes)
    if cited.references:
        shown.append(message("assistant", _works_html(cited, talk)))
    return shown


def message(role: str, html: str) -> dict[str, str]:
    """A message as gradio's chat takes it."""
    return {"role": role, "content": html}


def asked_of(ids: tuple[str, ...], documents: Mapping[str, Document]) -> str:
    """
    Which readings a question was restricted to, in words; '' for all.
    """
    found = [documents[id] for id in ids if id in documents]
    if not found:
        return ""
    if len(found) > _MOST_NAMED:
        return f"Asked of {len(found):,} of {len(documents):,} readings"
    titles = [f"“{short_title(document)}”" for document in found]
    return "Asked of " + " and ".join(filter(None, (", ".join(titles[:-1]), titles[-1])))


def _works_html(cited: Cited, talk: Talk) -> str:
    """
    The list of works that a style which cites in brackets needs. The classes of each say which answers cite it, so that it can be copied
    with them; one that stands under a dash in place of its author needs the one before it.
    """
    answers = [said.answer for said in talk.said if said.answer]
    turns = [
        {turn for turn, answer in enumerate(answers, start=1) if any(quote.passage.document.id == id for quote in answer.quotes)}
        for id in cited.works
    ]
    for row in range(len(turns) - 1, 0, -1):
        if words_of_runs(cited.references[row]).startswith("———"):
            turns[row - 1] |= turns[row]
    works = "".join(
        f'<li class="{" ".join(f"of-{turn}" for turn in sorted(citing))}">{runs_html(work, linked=True)}</li>'
        for work, citing in zip(cited.references, turns, strict=True)
    )
    return f'<div class="works"><p class="line">{escaped(cited.heading)}</p><ul>{works}</ul></div>'


def _above(said: Said, documents: Mapping[str, Document], turn: int) -> str:
    lines = asked_of(said.documents, documents)
    above = f'<p class="context">{escaped(lines)}</p>' if lines else ""
    if said.origin is Origin.OTHERS:
        above += f'<p class="context">Other passages on “<bdi>{escaped(" ".join(said.question.split()))}</bdi>”</p>'
    elif said.origin is Origin.LINK:
        above += anew_html(turn)
    return above
