"""Lines are joined: broken words made whole, real hyphens and addresses kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.pdf.hyphens import Words
from tests.support import read
from tests.typeset import compile_typst, printed

SOURCE = ["South-South development is people-centred.", "It needs well-known third-party help and a party every third year."]


@pytest.mark.parametrize(
    ("before", "after", "joined"),
    [
        ("for devel-", "opment of", "for development of"),  # the joined form is elsewhere
        ("and South-", "South trade", "and South-South trade"),  # the hyphenated form is elsewhere
        ("is people-cen-", "tred.", "is people-centred."),  # a compound broken inside its second half
        ("the third-", "party", "the third-party"),
        ("a corre-", "spondence", "a correspondence"),  # nothing is known: a hyphen at a line end is a break
        ("during COVID-", "19 times", "during COVID-19 times"),  # a digit follows
        ("the Anglo-", "Dutch war", "the Anglo-Dutch war"),  # a capital follows
        ("a 24-", "hour day", "a 24-hour day"),
        ("a self-", "evident truth", "a self-evident truth"),
        ("in short-", "and long-term plans", "in short- and long-term plans"),
        ("a coop\u00ad", "eration", "a cooperation"),  # a soft hyphen is always a break
        ("and/", "or", "and/or"),
        ("1999\u2013", "2001", "1999\u20132001"),
        ("a dash \u2013", "here", "a dash \u2013 here"),
        ("two", "words", "two words"),
        ("\u4e2d\u56fd", "\u56fd\u9645", "\u4e2d\u56fd\u56fd\u9645"),  # no spaces in Chinese
        ("see https://a.org/one-", "two/ and", "see https://a.org/one-two/ and"),
        ("see https://a.org/", "index.html.", "see https://a.org/index.html."),
        ("see https://a.org/one", "and two", "see https://a.org/one and two"),
        ("see https://a.org.", "There it is.", "see https://a.org. There it is."),
    ],
)
def test_two_lines_are_joined_as_they_were_written(before: str, after: str, joined: str) -> None:
    """What the document says elsewhere decides, and general rules where it says nothing."""
    glue, is_broken = Words.of(SOURCE).glue(before, after)

    assert (before[:-1] if is_broken else before) + glue + after == joined


def test_hyphens_of_words_and_breaks_of_lines_are_told_apart(tmp_path: Path) -> None:
    """`South-South` keeps its hyphen and `development` loses the one of the line end, wherever lines end."""
    text = "The well-known South-South development of people-centred policies in COVID-19 times needs international coordination. " * 8
    for width in range(60, 100, 4):
        path = tmp_path / f"{width}.pdf"
        compile_typst(f"#set page(width: {width}mm, height: 200mm, margin: 8mm)\n#set par(justify: true)\n{text}", path)

        assert read(path).text == text.strip(), width


def test_an_address_over_two_lines_is_one(tmp_path: Path) -> None:
    """A web address is joined without a space, its own hyphens kept."""
    address = "https://example.org/global/reports-of-the-year-2023/cooperation-among-developing-countries-and-regions/annex-two.html"
    path = printed(tmp_path, f'See #link("{address}") for more.')

    assert read(path).text == f"See {address} for more."
