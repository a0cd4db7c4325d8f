"""What a first page and XMP say of their document: only what is beyond doubt."""

from __future__ import annotations

from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

from ingest.pdf.title_page import date_of, from_first_page, has_form_of_title
from ingest.pdf.xmp import Xmp, said_in
from tests.support import read
from tests.typeset import compile_typst

_BODY = "It rained on the hills, and the rivers rose over their banks until the mills stood still and nobody came. " * 8
_TITLE = "#text(size: 20pt)[The Rivers of the Northern Hills]"


def metadata(tmp_path: Path, markup: str, *, page: str = 'paper: "a5"') -> object:
    """What is known of a PDF without properties, named after nothing."""
    path = tmp_path / "x1.pdf"
    compile_typst(f"#set page({page})\n#set text(size: 10pt)\n#set super(typographic: false)\n{markup}", path)
    return read(path).metadata


def test_the_largest_words_over_the_text_are_the_title(tmp_path: Path) -> None:
    """One block of up to four lines, over running text."""
    assert metadata(tmp_path, f"{_TITLE}\n\n{_BODY}") == {"title": "The Rivers of the Northern Hills"}


def test_a_title_may_run_over_lines(tmp_path: Path) -> None:
    """The lines are one title, and a raised mark in it is none of its words."""
    title = "#text(size: 20pt)[The Rivers of the Northern Hills in a Wet Year and After#super[1]]"

    assert metadata(tmp_path, f"{title}\n\n{_BODY}") == {"title": "The Rivers of the Northern Hills in a Wet Year and After"}


@pytest.mark.parametrize(
    ("date", "parts"), [("12 September 2023", [2023, 9, 12]), ("September 12, 2023", [2023, 9, 12]), ("May 2023", [2023, 5])]
)
def test_authors_and_date_stand_under_a_title(tmp_path: Path, date: str, parts: list[int]) -> None:
    """A line that begins with *By*, and a line that is a date."""
    assert metadata(tmp_path, f"{_TITLE}\n\nBy Jane Doe and R. van den Berg\n\n{date}\n\n{_BODY}") == {
        "title": "The Rivers of the Northern Hills",
        "author": [{"literal": "Jane Doe"}, {"literal": "R. van den Berg"}],
        "issued": {"date-parts": [parts]},
    }


def test_a_cover_names_a_title_that_comes_again(tmp_path: Path) -> None:
    """On a page of its own, large words are the title if the pages after it name them; else they may be a motto."""
    cover = f"#v(2cm)\n{_TITLE}\n#pagebreak()\n{_BODY}"

    assert metadata(tmp_path, f"{cover}\n\nFrom: The rivers of the northern hills, 2nd printing.") == {
        "title": "The Rivers of the Northern Hills"
    }
    assert metadata(tmp_path, cover) == {}


@pytest.mark.parametrize(
    "markup",
    [
        f"#text(size: 20pt)[Acme Widgets and Wheels, Inc.]\n\n{_BODY}",
        f"#text(size: 20pt)[Exhibit 10.2]\n\n{_BODY}",
        f"#text(size: 20pt)[Journal of Northern Rivers]\n\n{_BODY}",
        f"#text(size: 20pt)[Draft for Discussion Only, Confidential]\n\n{_BODY}",
        f"#text(size: 20pt)[Annual Report 2023]\n\n{_BODY}",
        f"#text(size: 20pt)[Contents]\n\n{_BODY}",
        f"#text(size: 20pt)[12 September 2023]\n\n{_BODY}",
        f"#text(size: 20pt)[It rained on the hills, and nobody came.]\n\n{_BODY}",
        f"#text(size: 20pt)[Widgets]\n\n{_BODY}",
        f"#text(size: 40pt)[The Northern Mail]\n\n{_BODY}",
        f"#text(size: 20pt)[Rain on the Hills]\n\n{_BODY}\n\n#text(size: 20pt)[Snow on the Plains]",
        f"{_BODY}\n\n#text(size: 20pt)[The Rivers of the Northern Hills]",
        f"#text(size: 11pt)[The Rivers of the Northern Hills]\n\n{_BODY}",
        f"#text(size: 20pt)[Green Fields and Gardens]\n\nDear Mr. Miller,\n\n{_BODY}",
        f"#text(size: 22pt)[The Northern Hills Observer]\n\n#text(size: 16pt)[Mills stand still as rivers rise]\n\n{_BODY}",
        f"{_TITLE}\n\n{_BODY}\n#pagebreak()\n{_TITLE}\n\n{_BODY}",
        _TITLE,
        _BODY,
    ],
    ids=lambda markup: markup[:50],
)
def test_what_may_be_something_else_stays_unknown(tmp_path: Path, markup: str) -> None:
    """Companies, exhibits, journals, stamps, parts, letters, mastheads, two large lines, repeated heads: nothing is known."""
    assert metadata(tmp_path, markup) == {}


def test_slides_have_no_title_of_this_kind(tmp_path: Path) -> None:
    """On a page wider than high, the largest words are a slide's."""
    assert metadata(tmp_path, f"{_TITLE}\n\n{_BODY}", page="width: 200mm, height: 150mm") == {}


@pytest.mark.parametrize(
    "under",
    ["By: Jane Doe, Director", "By the Northern Rivers Society", "By and large it rained", "Dated May 1, 2003", "2 May and 3 May 2003"],
)
def test_a_line_under_a_title_that_may_be_something_else_says_nothing(tmp_path: Path, under: str) -> None:
    """Signatures, societies, sentences, and dates in a sentence name no author and no date."""
    assert metadata(tmp_path, f"{_TITLE}\n\n{under}\n\n{_BODY}") == {"title": "The Rivers of the Northern Hills"}


def test_two_dates_are_no_date(tmp_path: Path) -> None:
    """Received and accepted, first and second edition: which is the date of issue is not said."""
    assert metadata(tmp_path, f"{_TITLE}\n\n2 May 2003\n\n7 June 2004\n\n{_BODY}") == {"title": "The Rivers of the Northern Hills"}


def test_properties_go_before_the_page(tmp_path: Path) -> None:
    """A title in the properties stays; where the page has another, it says nothing else either."""
    markup = f"{_TITLE}\n\nBy Jane Doe\n\n{_BODY}"

    same = metadata(tmp_path, f'#set document(title: "The rivers of the northern hills")\n{markup}')
    other = metadata(tmp_path, f'#set document(title: "Floods")\n{markup}')

    assert same == {"title": "The rivers of the northern hills", "author": [{"literal": "Jane Doe"}]}
    assert other == {"title": "Floods"}


def test_an_empty_document_says_nothing() -> None:
    """No page, or none with text."""
    assert from_first_page([], 10, size=(400, 600)) == {}
    assert from_first_page([[]], 10, size=(400, 600)) == {}


@pytest.mark.parametrize("line", ["31 Octember 2023", "2023-13-01", "2023-00-01", "May 42, 2023", "2023", "May 9999", "on 1 May 2003", ""])
def test_a_line_that_is_no_date_is_none(line: str) -> None:
    """A year alone, a month that is none, or words beside it."""
    assert date_of(line) == []


def test_a_title_has_a_form() -> None:
    """Long enough, capital first, with letters rather than figures."""
    assert [has_form_of_title(text) for text in ("", "T H E R I V E R S", "12 34 56 78", "the rivers rose", "Rivers of the North")] == [
        False,
        False,
        False,
        False,
        True,
    ]


_XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">On Rain</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>Jane Doe</rdf:li><rdf:li>admin</rdf:li></rdf:Seq></dc:creator>
<dc:publisher><rdf:Bag><rdf:li>Northern Press</rdf:li></rdf:Bag></dc:publisher>
<dc:date><rdf:Seq><rdf:li>2024-01-02</rdf:li></rdf:Seq></dc:date>
<dc:identifier>doi:10.1000/rain.1</dc:identifier>
<prism:publicationDate>2023-09-12</prism:publicationDate>
</rdf:Description></rdf:RDF></x:xmpmeta>"""


def with_xmp(tmp_path: Path, packet: str) -> Path:
    path = tmp_path / "x1.pdf"
    compile_typst("It rained.", path)
    writer = PdfWriter(clone_from=path)
    writer.xmp_metadata = packet.encode()
    writer.metadata = None
    writer.write(path)
    return path


def test_xmp_is_metadata(tmp_path: Path) -> None:
    """Title, authors worth showing, publisher, DOI and the date of publication; `dc:date`, when the file was made, is not."""
    path = with_xmp(tmp_path, _XMP)

    assert read(path).metadata == {
        "title": "On Rain",
        "author": [{"literal": "Jane Doe"}],
        "publisher": "Northern Press",
        "DOI": "10.1000/rain.1",
        "issued": {"date-parts": [[2023, 9, 12]]},
    }
    assert said_in(PdfReader(path).xmp_metadata).authors == ("Jane Doe", "admin")


def test_damaged_xmp_costs_nothing(tmp_path: Path) -> None:
    """The document is read, and nothing is known from it."""
    document = read(with_xmp(tmp_path, _XMP[:-40]))

    assert (document.text, document.metadata) == ("It rained.", {})
    assert said_in(None) == Xmp()
