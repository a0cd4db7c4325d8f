"""Web pages and e-books: the text without its surroundings, notes in every manner tied to their words, nothing fetched."""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from index.errors import UnreadableDocument
from ingest.readers import Reading, readers
from tests.support import read
from tests.written import noted, pandoc

WORDS = "The text of the page goes on for some words, so that it is the main part of it. " * 3


def page(tmp_path: Path, body: str, head: str = "") -> Reading:
    (tmp_path / "a.html").write_text(f"<!DOCTYPE html><html lang='en'><head>{head}</head><body>{body}</body></html>", encoding="utf-8")
    (found,) = readers()[".html"].read(tmp_path / "a.html", "a.html")
    assert isinstance(found, Reading)
    return found


def words(reading: Reading) -> list[str]:
    return [reading.document.slice(block.span) for block in reading.document.blocks]


@pytest.mark.parametrize(
    "around",
    [
        "<nav><ul><li><a href='/'>Junk</a></ul></nav>",
        "<header><h1>Junk</h1></header>",
        "<footer>Junk</footer>",
        "<aside>Junk</aside>",
        "<div role='navigation'>Junk</div>",
        "<div role='banner'>Junk</div>",
        "<form>Junk <input value='Junk'><button>Junk</button></form>",
        "<div class='cookie-banner'><p>Junk</p></div>",
        "<div id='CybotCookieConsent-overlay' class='consent-popup'>Junk</div>",
        "<ol class='breadcrumb'><li>Junk</ol>",
        "<script>document.write('Junk')</script>",
        "<style>p { content: 'Junk' }</style>",
        "<noscript>Junk</noscript>",
        "<template><p>Junk</p></template>",
        "<p hidden>Junk</p>",
        "<p style='color:red; display: none'>Junk</p>",
        "<img src='junk.png' alt='Junk'>",
        "<svg><text>Junk</text></svg>",
        "<iframe src='junk.html'>Junk</iframe>",
        "<select><option>Junk</select>",
        "<!-- Junk -->",
        "<![CDATA[Junk]]>",
        "<span class='mw-editsection'>[Junk]</span>",
    ],
)
@pytest.mark.parametrize("before", [True, False])
def test_what_is_around_the_text_is_left_out(around, before, tmp_path):
    """Menus, banners, forms, scripts, pictures and what is hidden."""
    text = f"<p>{WORDS}</p>"
    found = page(tmp_path, around + text if before else text + around)

    assert words(found) == [WORDS.strip()]


def test_what_was_left_out_is_said(tmp_path):
    """Words are never dropped without a word."""
    found = page(tmp_path, f"<nav>Home About Contact</nav><p>{WORDS}</p><footer>All rights reserved</footer>")

    assert found.extraction.remarks == ("left out 6 words of menus, forms and hidden parts",)


def test_a_page_that_is_one_form_is_read(tmp_path):
    """Some sites wrap the whole page in a form; what holds most of the words is no surrounding."""
    assert words(page(tmp_path, f"<form id='aspnetForm'><p>{WORDS}</p></form>")) == [WORDS.strip()]


@pytest.mark.parametrize("tag", ["main", "article", "div role='main'"])
def test_the_main_part_is_preferred(tag, tmp_path):
    """Where a page says what its text is, the rest is not read; an article keeps its own header."""
    inside = f"<header><h1>Heading</h1></header><p>{WORDS}</p>"

    assert words(page(tmp_path, f"<div>Other news</div><{tag}>{inside}</{tag.split()[0]}><div>More news</div>"))[-1] == WORDS.strip()
    assert words(page(tmp_path, f"<div>Other news</div><article>{inside}</article><div>More news</div>")) == ["Heading", WORDS.strip()]


def test_teasers_in_articles_do_not_hide_the_text(tmp_path):
    """Articles that hold less than half of the words are not the text."""
    assert WORDS.strip() in words(page(tmp_path, f"<p>{WORDS}</p><article>Read also this.</article>"))


PANDOC = """<p>{0}One.<a href="#fn1" class="footnote-ref" id="fnref1" role="doc-noteref"><sup>1</sup></a> Two.</p>
<section class="footnotes" role="doc-endnotes"><hr><ol><li id="fn1"><p>Smith, <em>Book</em>.<a href="#fnref1" class="footnote-back"
role="doc-backlink">↩︎</a></p></li></ol></section>"""
WIKIPEDIA = """<p>{0}One.<sup id="cite_ref-1" class="reference"><a href="#cite_note-1"><span class="cite-bracket">&#91;</span>1<span
class="cite-bracket">&#93;</span></a></sup> Two.</p><div class="reflist"><ol class="references"><li id="cite_note-1">
<span class="mw-cite-backlink"><b><a href="#cite_ref-1">^</a></b></span>
<span class="reference-text">Smith, <i>Book</i>.</span></li></ol></div>"""
HAND_MADE = """<p>{0}One.<sup><a href="#n1" name="r1">1</a></sup> Two.</p><hr><p id="n1"><a href="#r1">1</a>. Smith, <i>Book</i>.</p>"""
OLD = """<p>{0}One.<a name="back1"></a><a href="#note1"><sup>1</sup></a> Two.<hr>
<p><a name="note1"></a><a href="#back1"><sup>1</sup></a> Smith, <i>Book</i>.</p>"""
WORD = """<p class=MsoNormal>{0}One.<a style='mso-footnote-id:ftn1' href="#_ftn1" name="_ftnref1" title=""><span
class=MsoFootnoteReference><span>[1]</span></span></a> Two.<o:p></o:p></p><div><br clear=all><hr size=1><div id=ftn1>
<p class=MsoFootnoteText><a href="#_ftnref1" name="_ftn1" title=""><span class=MsoFootnoteReference><span>[1]</span></span></a>
Smith, <i>Book</i>.</p></div></div>"""
LIBRE_OFFICE = """<p>{0}One.<a class="sdfootnoteanc" name="sdfootnote1anc" href="#sdfootnote1sym"><sup>1</sup></a> Two.</p>
<div id="sdfootnote1"><p class="sdfootnote"><a class="sdfootnotesym" name="sdfootnote1sym" href="#sdfootnote1anc">1</a>
Smith, <i>Book</i>.</p></div>"""
ASIDE = """<p>{0}One.<a href="#f1" role="doc-noteref">1</a> Two.</p><aside id="f1" role="doc-footnote"><p>Smith, <i>Book</i>.</p></aside>"""
DEFINITIONS = """<p>{0}One.<sup><a href="#d1">1</a></sup> Two.</p><dl><dt>1</dt><dd id="d1">Smith, <i>Book</i>.</dd></dl>"""
IN_THE_FOOTER = (
    """<article><p>{0}One.<sup><a href="#n1">1</a></sup> Two.</p></article><footer><p id="n1">1. Smith, <i>Book</i>.</p></footer>"""
)


@pytest.mark.parametrize(
    "manner",
    [PANDOC, WIKIPEDIA, HAND_MADE, OLD, WORD, LIBRE_OFFICE, ASIDE, DEFINITIONS, IN_THE_FOOTER],
    ids=["pandoc", "wikipedia", "hand-made", "old", "word", "libre-office", "aside", "definitions", "footer"],
)
def test_a_note_in_any_manner_is_tied_to_its_words(manner, tmp_path):
    """The mark's place, its label, and the note's words without label and link back."""
    document = page(tmp_path, manner.format(WORDS)).document

    assert [(before[-5:], *note) for before, *note in noted(document)] == [(" One.", "1", "Smith, Book.", "")]
    assert document.text.removesuffix("\n\n1") == f"{WORDS}One. Two."


def test_one_note_marked_twice_is_one_note(tmp_path):
    """Wikipedia names a source once and marks it wherever it is used."""
    marks = "".join(f'{words}<sup id="cite_ref-a_{n}"><a href="#cite_note-a">[1]</a></sup>' for n, words in enumerate(("One.", " Two.")))
    back = '<span class="mw-cite-backlink">^ <a href="#cite_ref-a_0">a</a> <a href="#cite_ref-a_1">b</a></span>'
    document = page(tmp_path, f'<p>{marks}</p><ol><li id="cite_note-a">{back} Smith.</li></ol>').document

    assert [note.text for note in document.notes] == ["Smith."]
    assert [(mark.position, mark.note) for mark in document.marks] == [(4, 0), (9, 0)]
    assert document.text == "One. Two."


@pytest.mark.parametrize(
    "link",
    [
        '<a href="#s2">2</a>',  # a plain link to a section
        '<sup><a href="#s2">see below</a></sup>',
        '<sup><a href="#h2">2</a></sup>',  # to a heading
        '<sup><a href="#nowhere">2</a></sup>',
        '<sup><a href="https://example.org/#s2">2</a></sup>',
        "m<sup>2</sup>",
        "21<sup>st</sup>",
    ],
)
def test_other_links_and_raised_words_are_text(link, tmp_path):
    """A link to a section, to another page or to nowhere is no mark; nor is an exponent."""
    document = page(tmp_path, f"<p>{WORDS} See {link}.</p><h2 id='h2'>Two</h2><div id='s2'><p>{WORDS}</p><p>{WORDS}</p></div>").document

    assert document.notes == ()
    assert document.text.count("The text of the page") == 9


def test_a_link_in_a_note_keeps_its_address(tmp_path):
    """A note that says where without showing it is still a way there."""
    manner = HAND_MADE.replace("<i>Book</i>", '<a href="https://example.org/book">Book</a>')
    document = page(tmp_path, manner.format(WORDS)).document

    assert [(note.text, note.url) for note in document.notes] == [("Smith, Book.", "https://example.org/book")]


def test_a_page_says_what_it_is_in_its_head(tmp_path):
    """Title, authors, date, publisher, language and address; Highwire's names go before the page's own."""
    head = (
        "<title>On Notes | The Journal</title><meta name='citation_title' content='On Notes'>"
        "<meta name='citation_author' content='Bee, Ada'><meta name='citation_author' content='Dee, Cy'>"
        "<meta name='citation_publication_date' content='2020/05/01'>"
        "<meta property='og:site_name' content='The Journal'><link rel='canonical' href='https://example.org/notes'>"
    )

    assert page(tmp_path, f"<p>{WORDS}</p>", head).document.metadata == {
        "title": "On Notes",
        "author": [{"literal": "Bee, Ada"}, {"literal": "Dee, Cy"}],
        "issued": {"date-parts": [[2020, 5, 1]]},
        "publisher": "The Journal",
        "language": "en",
        "URL": "https://example.org/notes",
    }


@pytest.mark.parametrize(
    ("content", "remarks"),
    [
        ("<meta charset='windows-1252'><p>Caf\u00e9 “So”</p>".encode("cp1252"), ()),
        ("<meta http-equiv=Content-Type content='text/html; charset=iso-8859-1'><p>Caf\u00e9 “So”</p>".encode("cp1252"), ()),
        (
            "<?xml version='1.0' encoding='iso-8859-15'?><html xmlns='http://www.w3.org/1999/xhtml'><p>Caf\u00e9 “So”</p></html>".encode(),
            (),
        ),
        ("<p>Caf\u00e9 “So”</p>".encode(), ()),
        ("<p>Caf\u00e9 “So”</p>".encode("utf-16"), ()),
        ("<p>Caf\u00e9 “So”</p>".encode("utf-8-sig"), ()),
        ("<meta charset='utf-8'><p>Caf\u00e9 “So”</p>".encode("cp1252"), ("read as windows-1252",)),
        ("<meta charset='no-such'><p>Caf\u00e9 “So”</p>".encode(), ()),
        ("<p>Caf\u00e9 “So”</p>".encode("cp1252"), ("read as windows-1252",)),
    ],
)
def test_the_encoding_is_what_the_page_says_if_that_is_true(content, remarks, tmp_path):
    """A declaration is obeyed as browsers do; a false one is not, and the guess is said."""
    (tmp_path / "a.html").write_bytes(content.replace(b"iso-8859-15", b"utf-8"))
    (found,) = readers()[".html"].read(tmp_path / "a.html", "a.html")

    assert found.document.text == "Café “So”"
    assert found.extraction.remarks == remarks


@pytest.fixture
def requests() -> Iterator[tuple[str, list[str]]]:
    """The address of a server on this machine, and what it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        do_HEAD = do_POST = do_GET  # noqa: N815 - the library's names

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", asked
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("suffix", ["html", "xhtml", "tex", "rst", "org", "docx", "odt", "epub", "rtf"])
def test_nothing_is_fetched(suffix, tmp_path, requests):
    """Pictures, frames, styles, scripts, entities and refreshes name a server that is never asked."""
    address, asked = requests
    path = tmp_path / f"a.{suffix}"
    html = f"""<head><link rel="stylesheet" href="{address}/s.css"><meta http-equiv="refresh" content="0; url={address}/r">
        <base href="{address}/"><script src="{address}/j.js"></script></head><body background="{address}/b">
        <img src="{address}/i.png" srcset="{address}/2 2x"><iframe src="{address}/f"></iframe><object data="{address}/o"></object>
        <video src="{address}/v"></video><p>Words.</p></body></html>"""
    entity = f'<!DOCTYPE html [<!ENTITY x SYSTEM "{address}/x">]>'
    if suffix == "html":
        path.write_text(f"<html>{html}", encoding="utf-8")
    elif suffix == "xhtml":
        path.write_text(
            f'<?xml version="1.0"?>{entity}<html xmlns="http://www.w3.org/1999/xhtml"><body><p>Words.&x;</p></body></html>',
            encoding="utf-8",
        )
    elif suffix == "tex":
        path.write_text(rf"Words.\includegraphics{{{address}/i.png}}\input{{{address}/i}}", encoding="utf-8")
    elif suffix == "rst":
        path.write_text(f"Words.\n\n.. image:: {address}/i.png\n\n.. include:: {address}/i\n", encoding="utf-8")
    elif suffix == "org":
        path.write_text(f'Words.\n\n#+INCLUDE: "{address}/i"\n\n[[{address}/i.png]]\n', encoding="utf-8")
    elif suffix == "rtf":
        path.write_text(rf'{{\rtf1 Words.{{\field{{\*\fldinst INCLUDEPICTURE "{address}/i.png"}}{{\fldrslt}}}}}}', encoding="utf-8")
    else:
        pandoc("Words.", path, "--metadata=title:T")
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in parts.items():
                if name.endswith((".xml", ".opf", ".xhtml")) and b"<!DOCTYPE" not in content and content.startswith(b"<?xml"):
                    archive.writestr(name, content.replace(b"?>", f'?><!DOCTYPE x SYSTEM "{address}/x.dtd">'.encode(), 1))
                else:
                    archive.writestr(name, content)

    assert "Words." in read(path).text
    assert asked == []


def test_an_entity_that_grows_is_not_put_in(tmp_path):
    """A billion laughs in XHTML are none."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    head = f'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY l0 "ha">{laughs}]><html xmlns="http://www.w3.org/1999/xhtml">'
    (tmp_path / "a.xhtml").write_text(f"{head}<body><p>Words &l9;</p></body></html>", encoding="utf-8")

    assert len(read(tmp_path / "a.xhtml").text) < 100


@pytest.mark.parametrize("body", ["<div>" * 50_000 + "deep", "<b>" * 20_000 + "deep", "<ul><li>" * 20_000, "<table><tr><td>" * 20_000])
def test_a_page_nested_too_deeply_is_named(body, tmp_path):
    """No stack is exhausted; the reason says what to do."""
    (tmp_path / "a.html").write_text(body, encoding="utf-8")

    with pytest.raises(UnreadableDocument, match=r"nested too deeply|no text"):
        read(tmp_path / "a.html")


def test_a_page_without_text_is_named(tmp_path):
    """What a script would write is not there."""
    with pytest.raises(UnreadableDocument, match="script"):
        page(tmp_path, "<div id='root'></div><script>render()</script>")


def _epub(
    path: Path, files: dict[str, str], *, metadata: str = "", properties: dict[str, str] | None = None, extra: dict[str, str] | None = None
) -> Path:
    """A book with these files in its spine."""
    items = "".join(
        f'<item id="i{row}" href="{name}" media-type="application/xhtml+xml" properties="{(properties or {}).get(name, "")}"/>'
        for row, name in enumerate(files)
    )
    spine = "".join(f'<itemref idref="i{row}"/>' for row in range(len(files)))
    package = (
        '<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" xmlns:opf="http://www.idpf.org/2007/opf" version="3.0">'
        f'<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">{metadata}</metadata><manifest>{items}</manifest><spine>{spine}</spine></package>'
    )
    root = '<rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles>'
    container = f'<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container">{root}</container>'
    head = '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><head><title/></head>'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr("META-INF/container.xml", container)
        archive.writestr("OEBPS/book.opf", package)
        for name, body in files.items():
            archive.writestr(f"OEBPS/{name}", f"{head}<body>{body}</body></html>")
        for name, content in (extra or {}).items():
            archive.writestr(name, content)
    return path


def test_a_book_is_its_chapters_with_notes_from_any_file(tmp_path):
    """Chapters in the spine's order; the contents are no text; two chapters may both have a note 1, and notes a file of their own."""
    path = _epub(
        tmp_path / "a.epub",
        {
            "nav.xhtml": '<nav epub:type="toc"><h1>Contents</h1><ol><li><a href="c1.xhtml">One</a></li></ol></nav>',
            "c1.xhtml": '<h1>One</h1><p id="p">First&nbsp;words.<a id="r1" epub:type="noteref" href="#n1">1</a></p>'
            '<aside epub:type="footnote" id="n1"><p>Note one.</p></aside>',
            "c2.xhtml": '<h1>Two</h1><p>Second words.<sup><a id="r1" href="notes.xhtml#n1">1</a></sup>'
            '<span epub:type="pagebreak" title="12">12</span></p>'
            "<aside><p>A box beside the text.</p></aside>",
            "notes.xhtml": '<h1>Notes</h1><p id="n1"><a href="c2.xhtml#r1">1</a>. Note two.</p>',
        },
        properties={"nav.xhtml": "nav"},
    )
    document = read(path)

    assert [document.slice(block.span) for block in document.blocks] == [
        "One", "First words.", "Two", "Second words.", "A box beside the text.", "Notes",
    ]  # fmt: skip
    assert [(before[-6:], label, text) for before, label, text, _ in noted(document)] == [
        ("words.", "1", "Note one."),
        ("words.", "1", "Note two."),
    ]
    assert document.section_at(document.text.index("Second")) == "Two"


def test_a_book_says_what_it_is_in_its_package(tmp_path):
    """Title, authors by their role, date, publisher, language, identifier."""
    metadata = (
        '<dc:title>On Notes</dc:title><dc:creator id="a">Ada Bee</dc:creator><dc:creator opf:role="edt">Cy Dee</dc:creator>'
        '<dc:creator opf:role="ill">X</dc:creator>'
        "<dc:date>2020-05-01</dc:date><dc:publisher>Press</dc:publisher><dc:language>en</dc:language><dc:identifier>doi:10.1/x</dc:identifier>"
    )

    assert read(_epub(tmp_path / "a.epub", {"c.xhtml": "<p>Words.</p>"}, metadata=metadata)).metadata == {
        "title": "On Notes",
        "author": [{"literal": "Ada Bee"}],
        "editor": [{"literal": "Cy Dee"}],
        "issued": {"date-parts": [[2020, 5, 1]]},
        "publisher": "Press",
        "language": "en",
        "DOI": "10.1/x",
    }


def test_a_protected_book_is_named(tmp_path):
    """A chapter that is encrypted cannot be read; a font that is, does not matter."""
    encrypted = '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><CipherReference URI="{}"/></encryption>'
    locked = _epub(tmp_path / "a.epub", {"c.xhtml": "<p>Words.</p>"}, extra={"META-INF/encryption.xml": encrypted.format("OEBPS/c.xhtml")})
    with pytest.raises(UnreadableDocument, match="protected against copying"):
        read(locked)
    font = _epub(tmp_path / "b.epub", {"c.xhtml": "<p>Words.</p>"}, extra={"META-INF/encryption.xml": encrypted.format("OEBPS/f.otf")})

    assert read(font).text == "Words."
