"""
Citations through CSL: each style's notes as its own guide wants them, and whatever a stranger's metadata hold.

`golden/citations-<style>.txt` has each style's citations of the same quotations, one a line, and its list of works. Look for:

Chicago (CMOS 18, chapter 13): a first note names the work in full, given name first, publisher and year in brackets, then the bare page
number; a later note is author, short title, page. “Ibid.” is discouraged there since the 17th edition, so none is given. No place of
publication since the 18th. Inclusive pages are shortened (321–28). A work without a date has “n.d.”. An address comes last.

APA (Publication Manual, 7th edition, chapter 8): author, year and place in brackets, “&” between two,
“p.” or “pp.” (8.13), “Slide 3” (8.13),
a heading in quotation marks with “section” where there are no pages (8.28), “n.d.”. References: initials, year, title in sentence case.

MLA (Handbook, 9th edition, chapter 6): author and bare page,
no comma between; a title where there is no author, and where two works are by one.

Harvard (Cite Them Right, 12th edition): author, year, “p.”; “no date”; references without brackets' full stop, “Available at:”.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chat.answer import Quote
from chat.citing import Run, cite_all, style_named
from chat.citing.items import item_of
from chat.citing.styles import STYLES
from index.errors import UnknownStyle
from index.records import Block, BlockKind, Document, Note, NoteMark, Page, PageUnit, Passage, Span

GOLDEN = Path(__file__).parent / "golden"
FIRST = Span(12, 27)  # sentence
TEXT = "Conclusion\n\nWords are here. More words."


def quoted(id, metadata, pages=(), *, unit=PageUnit.PAGE, kind=BlockKind.PARAGRAPH, notes=(), span=FIRST):
    """A quotation from a small document with this metadata and these pages, each of them a label and where it starts."""
    ends = [*(start for _, start in pages[1:]), len(TEXT)]
    found = tuple(Page(number, label, Span(start, end)) for number, ((label, start), end) in enumerate(zip(pages, ends, strict=False), 1))
    blocks = (Block(BlockKind.HEADING, 1, Span(0, 10)), Block(kind, 0, Span(12, len(TEXT))))
    marks = tuple(NoteMark(27, row) for row in range(len(notes)))
    document = Document(id, id, metadata, TEXT, found, blocks, notes, marks, unit)
    return Quote(Passage(document, (Span(12, 27), Span(28, 39))), span)


BRIEF = {
    "type": "report",
    "genre": "Issue brief",
    "title": "South-South Cooperation: Fostering Global Development",
    "title-short": "South-South Cooperation",
    "author": [{"family": "Khan", "given": "Mahrukh"}],
    "issued": {"date-parts": [[2023, 9, 12]]},
    "publisher": "Institute of Strategic Studies Islamabad",
    "URL": "https://issi.org.pk/brief?a=1&b=2",
}
BOOK = {
    "type": "book",
    "title": "The book of iron",
    "author": [{"family": "Doe", "given": "Jane A."}, {"literal": "Iron Society"}],
    "issued": {"date-parts": [["2001"]]},
    "publisher": "Oxford University Press",
    "publisher-place": "Oxford",
}
ARTICLE = {
    "type": "article-journal",
    "title": "What rust remembers",
    "container-title": "Journal of Old Things",
    "author": [{"family": "Dyk", "given": "Ünal", "non-dropping-particle": "van"}],
    "issued": {"date-parts": [[1999, 4]]},
}
BOOK_PAGES = (("iv", 0), ("v", 26))
QUOTES = (
    quoted("brief.md", BRIEF),
    quoted("brief.md", BRIEF),
    quoted("book.pdf", BOOK, BOOK_PAGES),
    quoted("book.pdf", BOOK, BOOK_PAGES, span=Span(28, 39)),
    quoted("brief.md", BRIEF),
    quoted("article.pdf", ARTICLE, (("321", 0), ("328", 26))),
    quoted("scan 1.pdf", {}, (("", 0), ("5", 39))),
    quoted("talk.pptx", {"type": "speech", "title": "On rust", "issued": {"date-parts": [[2020]]}}, (("", 0),), unit=PageUnit.SLIDE),
    quoted("talk.pptx", {"type": "speech", "title": "On rust", "issued": {"date-parts": [[2020]]}}, (("", 0),), unit=PageUnit.SLIDE,
           kind=BlockKind.SPEAKER_NOTE),
    quoted("page.html", {"type": "webpage", "title": "Rust today", "container-title": "Iron Society", "URL": "https://iron.example/rust"}),
    quoted("paper.pdf", {**ARTICLE, "title": "What moss covers", "volume": 12, "issue": "3", "page": "300-350"}, (("301", 0),)),
    quoted("book.pdf", BOOK, BOOK_PAGES, notes=(Note("4", "Ada Lovelace, Notes, p. 3.", ""),)),
)  # fmt: skip


def _written(runs: tuple[Run, ...]) -> str:
    """Runs with italics between underscores."""
    return "".join(f"_{run.text}_" if run.italic else run.text for run in runs)


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)
def test_each_style_s_citations_are_those_of_its_guide(style, update_golden):
    """As `golden/` has them, checked by eye against the guides: see above."""
    cited = cite_all(QUOTES, style)
    notes = [f"{number}. {_written(citation.runs)}" for number, citation in enumerate(cited.citations, start=1)]
    works = ["", cited.heading, *map(_written, cited.references)] if cited.references else []
    found = "\n".join([style.title, "", *notes, *works, ""])
    path = GOLDEN / f"citations-{style.name}.txt"
    if update_golden:
        path.write_text(found, encoding="utf-8")

    assert found == path.read_text(encoding="utf-8")


def test_the_source_s_own_notes_follow_whichever_style():
    """Chicago or brackets: what the quoted words cite is named after it."""
    for style in STYLES:
        assert str(cite_all(QUOTES, style).citations[-1]).endswith(" — The source cites, n. 4: Ada Lovelace, Notes, p. 3.")


def test_words_of_metadata_are_text_never_markup():
    """CSL processors read `<i>` and `*` in a title; here they stay as they are, and nothing else in it is obeyed."""
    title = 'A <i>b</i> *c* _d_ $e$ [^1] <script>x</script> \\input{y} {sec. 4} @doe "q" {{z}}'
    cited = cite_all([quoted("a.md", {"title": title, "type": "book", "language": "de"})]).citations[0]

    assert cited.runs[0] == Run(title, italic=True)


def test_what_is_malformed_is_left_out():
    """Wrong types, unknown kinds, impossible dates, signs that stand for a place inside the processor."""
    metadata = {
        "type": "spell",
        "title": "On\x00 \n rust\U0010fffc",
        "title-short": ["x"],
        "author": [5, {"family": {"a": 1}}, {"family": "Doe", "given": True}],
        "editor": "Jane",
        "issued": {"date-parts": [["MMXX"]]},
        "publisher": None,
        "id": "other",
    }
    item = item_of(quoted("a.md", metadata).passage.document)

    assert item == {"id": "a.md", "type": "document", "title": "On\ufffd rust\ufffd", "author": [{"family": "Doe"}]}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    "type title title-short author editor issued publisher publisher-place container-title URL DOI genre language".split()
)


@settings(deadline=None, max_examples=12, suppress_health_check=list(HealthCheck))
@given(st.lists(st.dictionaries(FIELDS, JSON, max_size=6), min_size=1, max_size=6), st.sampled_from(STYLES))
def test_there_is_one_citation_for_each_quotation_whatever_a_document_s_metadata_hold(metadata, style):
    """Nothing raises, nothing is empty."""
    cited = cite_all([quoted(f"{row}.md", found) for row, found in enumerate(metadata)], style)

    assert len(cited.citations) == len(metadata)
    assert all(citation.text.strip() for citation in cited.citations)


def test_an_unknown_style_is_told_of_with_those_there_are():
    """One line, with the name and the names."""
    with pytest.raises(UnknownStyle, match="no style 'oscola'; there are: chicago, apa, mla, harvard"):
        style_named("oscola")
