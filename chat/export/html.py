"""One HTML file that asks no other host for anything; the record is a block of data in it."""

from __future__ import annotations

from collections.abc import Sequence

from chat.answer import Answer
from chat.citing import Style
from chat.export.layout import lay_out
from chat.export.record import Exported, from_json, to_json, unquoted
from chat.export.tree import blocks_of
from chat.pandoc import convert, said
from index.errors import NotExported

name, suffix, media_type = "html", ".html", "text/html"
title = "Web page"

_HEAD = """\
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
body { max-width: 42rem; margin: 2rem auto; padding: 0 1.25rem;
  background: #fcfaf6; color: #1c1a17; font: 1rem/1.55 system-ui, sans-serif; }
h1, h2 { font-family: Georgia, "Noto Serif", serif; line-height: 1.25; }
h1 { font-size: 1.5rem; text-align: left; } h2 { font-size: 1.2rem; margin-top: 2.2rem; }
blockquote { margin: 1rem 0; padding: 0 0 0 1rem; border-left: 3px solid #8a2a1f; color: inherit;
  font: 1.1rem/1.6 Georgia, "Noto Serif", serif; }
a { color: #8a2a1f; } .footnotes { margin-top: 2.5rem; font-size: .85rem; } .footnotes hr { border: 0; border-top: 1px solid #ddd6ca; }
@media (prefers-color-scheme: dark) { body { background: #1b1a18; color: #ece7de; } a { color: #e0988d; } }
</style>"""


def export(answers: Sequence[Answer], style: Style) -> bytes:
    """A page with its notes at the end, each with a link to its mark and back."""
    conversation = lay_out(answers, style)
    record = f'<script type="application/json" id="footnoted">{to_json(conversation.record)}</script>'
    meta = {"title": said(conversation.title), "lang": {"t": "MetaString", "c": "en"}}
    meta |= {"header-includes": _raw(_HEAD), "include-after": _raw(record)}
    return convert(meta, blocks_of(conversation), "--standalone", to="html5")


def read(content: bytes) -> Exported:
    """Quotations as a browser shows them: in block quotes, up to the mark of their note."""
    from lxml import etree, html

    try:
        page = html.document_fromstring(content, parser=html.HTMLParser(encoding="utf-8", no_network=True))
    except (etree.ParserError, ValueError) as error:
        raise NotExported("is no web page") from error
    records = page.xpath('//script[@id="footnoted"]')
    if len(records) != 1:
        raise NotExported("has no record of its quotations; export it with Footnoted")
    return Exported(tuple(_words(found) for found in page.iter("blockquote")), from_json(records[0].text or ""))


def _words(quotation: object) -> str:
    paragraphs: list[str] = []
    for paragraph in quotation.iter("p"):  # type: ignore[attr-defined]
        for line in paragraph.iter("br"):
            line.tail = "\n" + (line.tail or "").removeprefix("\n")
        for mark in list(paragraph.iter("a")):
            if mark.get("role") == "doc-noteref":
                mark.drop_tree()
        paragraphs.append(paragraph.text_content())
    return unquoted("\n\n".join(paragraphs))


def _raw(markup: str) -> dict[str, object]:
    return {"t": "MetaBlocks", "c": [{"t": "RawBlock", "c": ["html", markup]}]}
