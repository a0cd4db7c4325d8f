"""Where in a document a quotation stands, in words: pages, which a style words in its own way, and what CSL has no words for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from chat.answer import Quote
from chat.citing.styles import Style
from chat.framing import section_of
from index.records import BlockKind, PageUnit

_PLAIN_PAGE = re.compile(r"[A-Za-z]{0,2}\d{1,6}|[ivxlcdm]{1,8}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Locator:
    """A place in a document."""

    pages: tuple[str, ...] = ()  # one page, or the first and the last: 'iv', '12'; () where CSL has no words for the place
    place: str = ""  # what stands for them then: 'slide 3', 'sec. “Conclusion”'; '' where there is no place to name
    remark: str = ""  # what is to be known of the place: 'read from the page’s image'


def locator_of(quote: Quote, style: Style) -> Locator:
    """The place of a quotation: its printed pages where there are any, else pages of the file, slides, or the section."""
    document = quote.passage.document
    names = tuple(document.page_name(page) for page in quote.pages)
    if not names:
        section = section_of(quote)
        return Locator(place=style.section.format(section) if section else "")
    block = document.block_at(quote.span.start)
    remarks = ["speaker’s note"] if block is not None and block.kind is BlockKind.SPEAKER_NOTE else []
    remark = ", ".join([*remarks, *(["read from the page’s image"] if any(page.recognised for page in quote.pages) else [])])
    if document.page_unit is PageUnit.SLIDE:
        return Locator(place=(style.slide if len(names) == 1 else style.slides).format("–".join(names)), remark=remark)
    if all(map(_PLAIN_PAGE.fullmatch, names)):
        return Locator(names, remark=remark)
    return Locator(place=f"{'p.' if len(names) == 1 else 'pp.'} {'–'.join(names)}", remark=remark)
