"""What pandoc reads: the same text in any format has the same sentences and notes, and what a format has besides is found."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from index.errors import UnreadableDocument
from index.records import BlockKind, Document, Note
from ingest.normalise import is_canonical
from ingest.readers import Reading, readers
from tests.support import BRIEF, read
from tests.written import as_markdown, noted, pandoc, said

FORMATS = ("md", "docx", "odt", "html", "epub", "tex", "rst", "org")
RICH = """
# Methods[^h]

Text[^1] with m^2^, H~2~O and the 21^st^ century.\\
A new line.

> Quoted words.

1. one

    - two

      more of two

2. three

| Country | Year |
|---------|------|
| Kenya   | 1978 |
| Peru    | 1980 |

: Members

``` {.python}
code = here
```

A formula: $a^2 + b^2$. Soft\u00adhyphens go. [A link](https://example.org/visible).

[^h]: In a heading.
[^1]: First, [named](https://example.org/hidden).

    Second paragraph.
"""


def reading(path: Path) -> Reading:
    (found,) = readers()[path.suffix].read(path, path.name)
    assert isinstance(found, Reading)
    return found


def reason(path: Path) -> str:
    with pytest.raises(UnreadableDocument) as caught:
        list(readers()[path.suffix].read(path, path.name))
    return caught.value.reason


def blocks(document: Document) -> list[tuple[str, int, str]]:
    return [(block.kind.value, block.level, document.slice(block.span)) for block in document.blocks]


def edited(path: Path, changes: dict[str, Callable[[str], str]]) -> Path:
    """The file with some of its parts changed; one that is not there is made."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for name, change in changes.items():
        parts[name] = change(parts.get(name, b"").decode()).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The brief in a format, written by pandoc from what the Markdown reader gives; once for all tests."""
    folder = tmp_path_factory.mktemp("written")
    markdown = as_markdown(read(BRIEF))

    def in_format(suffix: str) -> Path:
        path = folder / f"brief.{suffix}"
        if suffix == "md":
            path.write_text(markdown, encoding="utf-8")
        elif not path.exists():
            pandoc(markdown, path, "--metadata=pagetitle:Brief", *(["--to=latex-smart"] if suffix == "tex" else []))
        return path

    return in_format


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_brief_in_any_format_has_the_same_sentences(suffix, written):
    """What a format adds to a text, and what it takes for its markup, leaves no trace."""
    assert said(read(written(suffix))) == said(read(BRIEF))


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_brief_in_any_format_has_the_same_notes_at_the_same_words(suffix, written):
    """Label, words and address of each note, and the words before its mark."""
    found = noted(read(written(suffix)))

    assert found == noted(read(BRIEF))
    assert [label for _, label, _, _ in found] == list("1234567")
    assert all(url.startswith("https://") for *_, url in found)


def test_the_brief_in_rich_text_has_the_same_sentences_and_notes(written):
    """RTF holds an item's number as text, as print does; all else is the same."""
    document = read(written("rtf"))

    assert [re.sub(r"^\d\. ", "", sentence) for sentence in said(document)] == said(read(BRIEF))
    assert noted(document) == noted(read(BRIEF))


@pytest.mark.parametrize("suffix", ["docx", "odt", "html", "epub", "tex"])
def test_each_kind_of_block_is_found(suffix, tmp_path):
    """Headings, items with their level, quotes, tables row by row, code and captions; superscripts that are no notes stay."""
    document = read(pandoc(RICH, tmp_path / f"rich.{suffix}", "--metadata=pagetitle:Rich", "--mathml"))
    found = blocks(document)
    formula = {"docx": "a^{2} + b^{2}", "odt": "a^{2} + b^{2}"}.get(suffix, "a^2 + b^2")

    assert found[0] == ("heading", 1, "Methods")
    assert found[1] == ("paragraph", 0, "Text with m2, H2O and the 21st century. A new line.")
    assert ("quote", 0, "Quoted words.") in found
    assert [block for block in found if block[0] == "list-item"] == [
        ("list-item", 1, "one"),
        ("list-item", 2, "two"),
        ("list-item", 2, "more of two"),
        ("list-item", 1, "three"),
    ]
    assert [words for kind, _, words in found if kind == "table"] == ["Country Year", "Kenya 1978", "Peru 1980"]
    assert [kind for kind, _, words in found if words == "Members"] == ["caption" if suffix != "odt" else "paragraph"]
    assert ("paragraph", 0, "code = here") in found
    assert re.sub(r"\s", "", document.text.split("A formula: ")[1]).startswith(re.sub(r"\s", "", formula))
    assert document.text.endswith("Softhyphens go. A link.")
    assert document.pages == ()


@pytest.mark.parametrize("suffix", ["docx", "odt", "html", "epub", "tex", "rtf"])
def test_a_note_has_all_its_paragraphs_and_the_address_that_its_link_hides(suffix, tmp_path):
    """A note in a heading is one; two paragraphs are one note; a link's address is kept where its words are others."""
    document = read(pandoc(RICH, tmp_path / f"rich.{suffix}", "--metadata=pagetitle:Rich"))

    assert [(document.text[: mark.position].split()[-1], document.notes[mark.note]) for mark in document.marks] == [
        ("Methods", Note("1", "In a heading.", "")),
        ("Text", Note("2", "First, named. Second paragraph.", "https://example.org/hidden")),
    ]


@pytest.mark.parametrize("suffix", ["docx", "html", "epub", "tex"])
def test_title_authors_and_date_are_metadata(suffix, tmp_path):
    """What a title block says is known, and is not text; the abstract is text."""
    head = (
        "---\ntitle: On Notes\nauthor: [Ada Bee, Cy Dee]\ndate: 2020-05-01\nabstract: What it is about.\nlang: en\n---\n\n# One\n\nWords.\n"
    )
    document = read(pandoc(head, tmp_path / f"a.{suffix}"))

    assert {key: document.metadata[key] for key in ("title", "author", "issued")} == {
        "title": "On Notes",
        "author": [{"literal": "Ada Bee"}, {"literal": "Cy Dee"}],
        "issued": {"date-parts": [[2020, 5, 1]]},
    }
    assert document.text.removeprefix("Abstract\n\n") == "What it is about.\n\nOne\n\nWords."


def test_an_open_document_tells_title_and_author_in_its_properties(tmp_path):
    """Its title block is text like any other; `meta.xml` names what it says."""
    document = read(pandoc("---\ntitle: On Notes\nauthor: Ada Bee\n---\n\nWords.\n", tmp_path / "a.odt"))

    assert document.metadata["title"] == "On Notes"
    assert document.metadata["author"] == [{"literal": "Ada Bee"}]


@pytest.mark.parametrize("title", ["Microsoft Word - paper.docx", "a", "a.docx", "Document1", "PowerPoint Presentation"])
def test_a_title_that_a_program_made_up_is_unknown(title, tmp_path):
    """A junk title or author is no title: the document is shown by its first heading, or its file's name."""
    path = pandoc("Words are here.", tmp_path / "a.docx")
    edited(path, {"docProps/core.xml": lambda xml: xml.replace("<dc:title></dc:title>", f"<dc:title>{title}</dc:title>").replace(
        "<dc:creator></dc:creator>", "<dc:creator>Microsoft Office User</dc:creator>")})  # fmt: skip
    document = read(path)

    assert {"title", "author"} & document.metadata.keys() == set()
    assert document.title == "a.docx"


def test_endnotes_are_notes_with_their_roman_numbers(tmp_path):
    """Word numbers endnotes i, ii, iii beside its footnotes; the labels are those."""
    path = pandoc("One.[^1] Two.[^2]\n\n[^1]: First.\n[^2]: Second.\n", tmp_path / "a.docx")
    with zipfile.ZipFile(path) as archive:
        notes = archive.read("word/footnotes.xml").decode()
    as_endnotes = re.sub(r"(</?w:)footnote(s?)(?=[ >])", r"\1endnote\2", notes)
    edited(path, {
        "word/endnotes.xml": lambda _: as_endnotes,
        "word/document.xml": lambda xml: xml.replace("w:footnoteReference", "w:endnoteReference"),
        "word/_rels/document.xml.rels": lambda xml: xml.replace("s/footnotes", "s/endnotes").replace("footnotes.xml", "endnotes.xml"),
        "[Content_Types].xml": lambda xml: xml.replace("footnotes", "endnotes"),
    })  # fmt: skip
    document = read(path)

    assert document.text == "One. Two."
    assert [(mark.position, document.notes[mark.note].label, document.notes[mark.note].text) for mark in document.marks] == [
        (4, "i", "First."),
        (9, "ii", "Second."),
    ]


def test_a_mark_that_its_author_typed_is_a_label_and_no_text(tmp_path):
    """`*` typed for a mark stands in the same run after the reference; it is the note's label."""
    path = pandoc("One.[^1] Two.[^2]\n\n[^1]: First.\n[^2]: Second.\n", tmp_path / "a.docx")
    reference = re.compile(r"<w:footnoteReference (w:id=\"\d+\") ?/>")
    typed = r'<w:footnoteReference w:customMarkFollows="1" \1/><w:t>*</w:t>'
    edited(path, {"word/document.xml": lambda xml: reference.sub(typed, xml, count=1)})
    document = read(path)

    assert document.text == "One. Two."
    assert [(mark.position, document.notes[mark.note].label) for mark in document.marks] == [(4, "*"), (9, "1")]


def test_tracked_changes_are_accepted_and_comments_left_out(tmp_path):
    """The text is what it would be if all changes were accepted; what reviewers say of it is not in it."""
    path = pandoc("Some words here.", tmp_path / "a.docx")
    run = '<w:r><w:t xml:space="preserve">{}</w:t></w:r>'
    body = (
        f'<w:p>{run.format("Kept ")}<w:ins w:id="1" w:author="A" w:date="2020-01-01T00:00:00Z">{run.format("added ")}</w:ins>'
        '<w:del w:id="2" w:author="A" w:date="2020-01-01T00:00:00Z"><w:r><w:delText>deleted </w:delText></w:r></w:del>'
        f'<w:commentRangeStart w:id="0"/>{run.format("end.")}<w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r></w:p>'
    )
    edited(path, {"word/document.xml": lambda xml: re.sub(r"<w:body>.*</w:body>", f"<w:body>{body}</w:body>", xml, flags=re.DOTALL)})

    assert read(path).text == "Kept added end."


def test_words_in_a_text_box_are_read(tmp_path):
    """What stands in a box beside the text is text too."""
    path = pandoc("Outside.", tmp_path / "a.docx")
    content = "<w:txbxContent><w:p><w:r><w:t>Inside the box.</w:t></w:r></w:p></w:txbxContent>"
    box = (
        '<w:p><w:r><w:t xml:space="preserve">Anchored </w:t></w:r><w:r>'
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f'<mc:Choice Requires="wps"><w:drawing>{content}</w:drawing></mc:Choice><mc:Fallback><w:pict>{content}</w:pict></mc:Fallback>'
        "</mc:AlternateContent></w:r><w:r><w:t>here.</w:t></w:r></w:p>"
    )
    edited(path, {"word/document.xml": lambda xml: xml.replace("<w:body>", f"<w:body>{box}")})

    assert [words for _, _, words in blocks(read(path))] == ["Anchored here.", "Inside the box.", "Outside."]


def test_a_bold_line_over_running_text_is_a_heading(tmp_path):
    """Many Word files have no heading styles; a short bold line that leads into a paragraph serves as one."""
    document = read(pandoc("**Results of the study**\n\n" + "It was found that all is well. " * 6, tmp_path / "a.docx"))

    assert (document.blocks[0].kind, document.blocks[0].level) == (BlockKind.HEADING, 1)
    assert document.section_at(60) == "Results of the study"


def test_a_row_with_paragraphs_in_its_cells_is_layout(tmp_path):
    """A table that holds two columns of running text gives its paragraphs, not one line of everything."""
    table = "<table><tr><td><p>Left one.</p><p>Left two.</p></td><td><p>Right.</p></td></tr></table>"
    document = read(pandoc(table, tmp_path / "a.docx", of="html"))

    assert [words for _, _, words in blocks(document)] == ["Left one.", "Left two.", "Right."]


def test_latex_says_what_it_left_out(tmp_path):
    """Comments are out, other files are not followed, commands that nobody knows are named; a citation is its key."""
    (tmp_path / "secret.tex").write_text("Secret words.", encoding="utf-8")
    (tmp_path / "a.tex").write_text(
        r"\documentclass{article}\begin{document}Text \cite[p.~5]{smith} here. % not this" + "\n"
        r"\input{secret} \oddcommand{lost} ``So'' it is.\begin{thebibliography}{99}"
        r"\bibitem{smith} Smith, 2001.\bibitem{jones} Jones.\end{thebibliography}\end{document}",
        encoding="utf-8",
    )
    found = reading(tmp_path / "a.tex")

    assert [words for _, _, words in blocks(found.document)] == ["Text [smith, p. 5] here. “So” it is.", "Smith, 2001.", "Jones."]
    assert "\\oddcommand" in found.extraction.remarks[0]
    assert "secret" in found.extraction.remarks[1]


def test_rich_text_reads_characters_and_their_stand_ins(tmp_path):
    r"""`\u8220?` is one character; the letter after its stand-in was lost."""
    (tmp_path / "a.rtf").write_bytes(rb"{\rtf1\ansi{\info{\title On Notes}{\author Ada}}\u8220?Said\u8221? caf\'e9 \u233 e.\par}")
    document = read(tmp_path / "a.rtf")

    assert document.text == "“Said” café é."
    assert document.metadata == {"title": "On Notes", "author": [{"literal": "Ada"}]}


@pytest.mark.parametrize("name", ["-o x.docx", "--version.docx", "a b'\"$(x).docx", "ü\n.docx"])
def test_a_files_name_is_never_an_option(name, tmp_path):
    """Whatever a file is called, its bytes are read."""
    path = pandoc("Words are here.", tmp_path / "a.docx").rename(tmp_path / name)

    assert read(path).text == "Words are here."
    assert [each.name for each in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("suffix", [".docx", ".odt", ".rtf", ".tex", ".html", ".epub", ".pptx"])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7 \xff and more", "a PDF"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Office file"),
    ],
)
def test_a_file_with_a_wrong_ending_is_named_for_what_it_is(suffix, content, said, tmp_path):
    """The reason says what the bytes are, and what to do."""
    (tmp_path / f"a{suffix}").write_bytes(content)

    assert said in reason(tmp_path / f"a{suffix}")


def test_an_encrypted_word_file_needs_a_password(tmp_path):
    """Word wraps what it encrypts in an old Office file."""
    (tmp_path / "a.docx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"))

    assert "password" in reason(tmp_path / "a.docx")


def test_documents_are_canonical(written):
    """What is composed keeps the promises of canonical text."""
    assert all(is_canonical(read(written(suffix))) for suffix in FORMATS)
