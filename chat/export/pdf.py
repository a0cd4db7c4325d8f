"""
A PDF with notes at the foot of the page, typeset by typst; the record is attached to it.

Words go in as data that the template shows, never as typst's own markup. A PDF shows words in lines of its own, so what is verified in it
are their letters.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from io import BytesIO
from typing import Any

from chat.answer import Answer
from chat.citing import Citation, Run, Style
from chat.export.layout import Quoted, Said, lay_out
from chat.export.record import Exported, from_json, shown, to_json
from index.errors import NotExported

name, suffix, media_type = "pdf", ".pdf", "application/pdf"
title = "PDF"

_ATTACHED = "footnoted.json"
_MAX_PAGES = 2000
_MAX_UNBROKEN_CHARACTERS = 1500  # of a quotation that is kept on one page

_TEMPLATE = """\
#let data = json(bytes(sys.inputs.data))
#set document(title: data.title)
#set page(paper: "a4", margin: (x: 32mm, y: 28mm), numbering: "1")
#set text(font: "Libertinus Serif", size: 11pt, lang: "en", hyphenate: false)
#set par(leading: 0.7em, spacing: 1.1em)
#set footnote.entry(gap: 0.6em)
#let set-alike(runs) = for run in runs {
  if run.style == "italic" { emph(text(run.text)) } else if run.style == "strong" { strong(text(run.text)) } else { text(run.text) }
}
#pdf.attach("footnoted.json", bytes(sys.inputs.record), mime-type: "application/json", relationship: "data",
  description: "Where each quotation stands: for python -m chat verify")
#block(below: 1.4em, text(size: 16pt, weight: "bold", data.title))
#for said in data.said {
  if said.heading != "" { block(above: 2em, below: 1em, sticky: true, text(size: 13pt, weight: "bold", said.heading)) }
  for line in said.lines { par(text(line)) }
  for quoted in said.quoted {
    if quoted.framing != "" { block(sticky: true, text(quoted.framing)) }
    block(inset: (left: 1em, y: 0.2em), stroke: (left: 1.5pt + rgb("#8a2a1f")), breakable: quoted.breakable, {
      for (row, paragraph) in quoted.paragraphs.enumerate() {
        par({
          if row == 0 { text("“") }
          set-alike(paragraph)
          if row == quoted.paragraphs.len() - 1 { text("”"); footnote(set-alike(quoted.note)) }
        })
      }
    })
  }
}
#if data.references.len() > 0 {
  block(above: 2em, below: 1em, sticky: true, text(size: 13pt, weight: "bold", data.heading))
  for work in data.references { par(hanging-indent: 1.5em, set-alike(work)) }
}
"""


def export(answers: Sequence[Answer], style: Style) -> bytes:
    """Pages of A4; a quotation is kept on one page where it fits there."""
    import typst

    conversation = lay_out(answers, style)
    said = [
        {
            "heading": shown(said.question) if len(conversation.said) > 1 else "",
            "lines": _lines(said),
            "quoted": [_quoted(quoted) for quoted in said.quoted],
        }
        for said in conversation.said
    ]
    works = [_runs(work) for work in conversation.references]
    data = {"title": conversation.title, "said": said, "references": works, "heading": conversation.heading}
    inputs = {"data": json.dumps(data), "record": to_json(conversation.record)}
    try:
        written = typst.compile(_TEMPLATE.encode(), sys_inputs=inputs, font_paths=_fonts())
    except typst.TypstError as error:
        raise NotExported(f"could not be typeset ({' '.join(str(error).split())[:200]})") from error
    return bytes(written)


def read(content: bytes) -> Exported:
    """The record, and the letters of every page as the words that its quotations are looked for in."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        file = PdfReader(BytesIO(content))
        few = len(file.pages) <= _MAX_PAGES
        attached = file.attachments.get(_ATTACHED, []) if few else []
        words = "\n".join(page.extract_text() for page in file.pages) if attached else ""
    except (
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        RecursionError,
        OSError,
        EOFError,
        AssertionError,
    ) as error:
        raise NotExported("is no PDF, or a damaged one") from error
    if len(attached) != 1:
        raise NotExported("has no record of its quotations; export it with Footnoted")
    return Exported((words,), from_json(attached[0]), by_letters=True)


def _lines(said: Said) -> list[str]:
    lines = [*said.remarks, *([shown(said.refusal)] if said.refusal else [])]
    return [*lines, "Closest, but not an answer:"] if said.refusal and said.quoted else lines


def _quoted(quoted: Quoted) -> dict[str, Any]:
    paragraphs = [
        [{"text": words, "style": "strong" if carries else "plain"} for words, carries in paragraph] for paragraph in quoted.paragraphs
    ]
    breakable = len(quoted.quote.text) > _MAX_UNBROKEN_CHARACTERS
    return {"framing": quoted.framing, "paragraphs": paragraphs, "note": _note(quoted.citation), "breakable": breakable}


def _note(citation: Citation) -> list[dict[str, str]]:
    own = "".join(f" — The source cites, n. {note.label}: {note.text}" for note in citation.notes)
    return [*_runs(citation.runs), {"text": shown(own), "style": "plain"}]


def _runs(runs: Sequence[Run]) -> list[dict[str, str]]:
    return [{"text": shown(run.text), "style": "italic" if run.italic else "plain"} for run in runs]


@cache
def _fonts() -> Any:
    """The library's own fonts, and this machine's for scripts those do not have; listing them takes longer than typesetting."""
    import typst

    return typst.Fonts()
