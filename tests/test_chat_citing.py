"""
Citations through CSL: each style's notes as its own guide wants them, and whatever a stranger's metadata hold.

`golden/citations-<style>.txt` has each style's citations of the same quotations, one a line, and its list of works: first `QUOTES`, a
conversation that comes back to works it cited before, then `KINDS`. The lines of `KINDS` show: 1–2 a title with a question mark, pages
12–13 and one page; 3–6 two, three and four authors, the last cited again; 7 an organisation that published its own work, an address, a
section for want of pages; 8 no date; 9 a chapter; 10 no author; 11 a thesis, a page in Roman numbers; 12 slides. Look for:

Chicago (CMOS 18, chapter 13): a first note names the work in full, given name first, publisher and year in brackets, then the bare page
number; a later note is author, short title, page. “Ibid.” is discouraged there since the 17th edition, so none is given. No place of
publication since the 18th. Inclusive pages are shortened (321–28). A work without a date has “n.d.”. An address comes last. Three authors
or more are the first “et al.” in a note since the 18th edition (two in QUOTES 3 are named). A comma follows a title's question mark (17th
edition, 6.125: KINDS 12), and stands with the full stop inside quotation marks (17th edition, 6.9: the section of QUOTES 1 and 2).
Printed page numbers stand bare; one that the file does not print says “p. 1 of the file” (QUOTES 7).

APA (Publication Manual, 7th edition, chapter 8): author, year and place in brackets, “&” between two, “p.” or “pp.” (8.13), “Slide 3”
(8.13), a heading in quotation marks with “section” where there are no pages (8.28), “n.d.”. Three authors or more are “et al.” from the
first citation on (8.17), and all are in the list (9.8). Ranges are written out (321–328). A publisher that is the author is left out
(9.29: KINDS 7). References: initials, year; titles stand in the case they came in, for no program tells a name from a word.

MLA (Handbook, 9th edition, chapter 6): author and bare page, no comma between; a title where there is no author, and where two works are
by one. Three authors or more are “et al.” in the list too. An organisation that published its own work is only its publisher (KINDS 7). A
second work by one author has three dashes.

Harvard (Cite Them Right, 12th edition): author, year, “p.”; “no date”; up to three authors are named, four are _et al._; a newspaper
stands for the author it does not name (KINDS 10); references without brackets' full stop, “Available at:”.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chat.answer import Quote
from chat.citing import Run, cite_all, cite_apart, style_named
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


def book(*authors, title="On dust: a history of air", **more):
    """A book of these authors, each a family and a given name."""
    people = [dict(zip(("family", "given"), name, strict=True)) for name in authors]
    metadata = {
        "type": "book",
        "title": title,
        "author": people,
        "issued": {"date-parts": [[2010 + len(people)]]},
        "publisher": "Iron Press",
    }
    return metadata | more


ASH, ELM, YEW, BAY = ("Ash", "Tom"), ("Elm", "Una"), ("Yew", "Ida"), ("Bay", "Ed")
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


PAGES = (("12", 0), ("13", 26))
SECOND = Span(28, 39)
KINDS = (
    quoted("one.pdf", book(("Doe", "Jane"), title="Who owns the rain?"), PAGES),
    quoted("one.pdf", book(("Doe", "Jane"), title="Who owns the rain?"), PAGES, span=SECOND),
    quoted("two.pdf", book(ASH, ELM), PAGES),
    quoted("three.pdf", book(YEW, ASH, ELM), PAGES),
    quoted("four.pdf", book(BAY, ASH, ELM, YEW, **{"title-short": "On dust"}), PAGES),
    quoted("four.pdf", book(BAY, ASH, ELM, YEW, **{"title-short": "On dust"}), PAGES, span=SECOND),
    quoted("body.html", {"type": "report", "title": "Water for all", "author": [{"literal": "World Water Council"}],
                         "issued": {"date-parts": [[2019]]}, "publisher": "World Water Council", "URL": "https://water.example/all"}),
    quoted("undated.pdf", {"type": "book", "title": "Undated leaves", "author": [{"family": "Moss", "given": "Ivy"}], "publisher": "Fern"},
           (("", 0),)),
    quoted("chapter.pdf", {"type": "chapter", "title": "The well", "container-title": "Stories of water", "page": "40-62",
                           "author": [{"family": "Brook", "given": "Al"}], "editor": [{"family": "Lake", "given": "Bo"}],
                           "issued": {"date-parts": [[2005]]}, "publisher": "Delta"}, (("41", 0),)),
    quoted("news.html", {"type": "article-newspaper", "title": "Rain at last", "container-title": "The Daily Drop",
                         "issued": {"date-parts": [[2022, 3, 4]]}, "URL": "https://drop.example/rain"}),
    quoted("thesis.pdf", {"type": "thesis", "genre": "PhD thesis", "title": "Deep wells", "author": [{"family": "Pitt", "given": "Jo"}],
                          "issued": {"date-parts": [[2017]]}, "publisher": "University of Mud"}, (("ix", 0),)),
    quoted("slides.pptx", {"type": "speech", "title": "Why wells?", "author": [{"family": "Tap", "given": "Flo"}],
                           "issued": {"date-parts": [[2021, 5, 6]]}}, (("", 0), ("", 26)), unit=PageUnit.SLIDE, span=Span(12, 39)),
)  # fmt: skip


def _written(runs: tuple[Run, ...]) -> str:
    """Runs with italics between underscores."""
    return "".join(f"_{run.text}_" if run.italic else run.text for run in runs)


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)
def test_each_style_s_citations_are_those_of_its_guide(style, update_golden):
    """As `golden/` has them, checked by eye against the guides: see above."""
    found = f"{style.title}\n"
    for quotes in (QUOTES, KINDS):
        cited = cite_all(quotes, style)
        notes = [f"{number}. {_written(citation.runs)}" for number, citation in enumerate(cited.citations, start=1)]
        works = ["", cited.heading, *map(_written, cited.references)] if cited.references else []
        found += "\n".join(["", *notes, *works, ""])
    path = GOLDEN / f"citations-{style.name}.txt"
    if update_golden:
        path.write_text(found, encoding="utf-8")

    assert found == path.read_text(encoding="utf-8")


def test_a_quotation_by_itself_is_cited_in_full_or_short() -> None:
    """As if nothing had been cited before, or its work had; brackets are the same in both."""
    twice = QUOTES[:2]

    assert [str(citation)[:13] for citation in cite_apart(twice)] == ["Mahrukh Khan,"] * 2
    assert [str(citation)[:12] for citation in cite_apart(twice, short=True)] == ["Khan, South-"] * 2
    assert (
        cite_apart(twice, style_named("apa"))
        == cite_apart(twice, style_named("apa"), short=True)
        == cite_all(twice, style_named("apa")).citations
    )


def test_what_was_worded_once_costs_no_pandoc_again(monkeypatch) -> None:
    """Another page or section of a work that was cited: also beside works that it cannot be confused with."""
    cite_all([QUOTES[3], QUOTES[3], QUOTES[0], QUOTES[1]])
    monkeypatch.setattr("chat.citing.processor.convert", None)
    cited = cite_all([quoted("book.pdf", BOOK, (("77", 0),)), QUOTES[0], QUOTES[3], QUOTES[1]]).citations

    assert [citation.text.rpartition(", ")[2] for citation in cited] == [
        "77.",
        "sec. “Conclusion,” https://issi.org.pk/brief?a=1&b=2.",
        "v.",
        "sec. “Conclusion.”",
    ]


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
