"""Text in any encoding that a teacher's files really have: what is certain is read without a word, what is guessed is said."""

from __future__ import annotations

import codecs
import random

import pytest

from index.errors import UnreadableDocument
from ingest.encodings import decoded
from ingest.readers import readers

FRENCH = "Les élèves de l’école étaient très préoccupés par l’œuvre « à venir » de Molière."
GERMAN = "Die Größe des Übels überrascht, sagte Müller – „schön“."
SPANISH = "El niño comió piñas mañana, ¿verdad?"
NAMES = "In the long history of these ideas, “Møller” and Müller stand beside Gonçalves, and many others of that time. " * 2
CZECH = "Příliš žluťoučký kůň úpěl ďábelské ódy. " * 3
POLISH = "Zażółć gęślą jaźń. " * 3
RUSSIAN = "Съешь же ещё этих мягких французских булок, да выпей чаю. " * 3
GREEK = "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία. " * 3
JAPANESE = "これは日本語の文章です。よろしくお願いします。" * 3


def read(content, tmp_path, name="a.txt"):
    (tmp_path / name).write_bytes(content)
    (found,) = readers()[f".{name.split('.')[1]}"].read(tmp_path / name, name)
    return found.document.text, found.extraction.remarks


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("text", [FRENCH, CZECH, RUSSIAN, JAPANESE])
def test_what_is_certain_is_read_without_a_word(text, encoding, tmp_path):
    """UTF-8, and what begins with a byte-order mark."""
    assert read(text.encode(encoding), tmp_path) == (text.strip(), ())


def test_a_mark_of_either_order_is_obeyed(tmp_path):
    """UTF-16 from either kind of machine."""
    assert read(codecs.BOM_UTF16_BE + FRENCH.encode("utf-16-be"), tmp_path) == (FRENCH, ())
    assert read(codecs.BOM_UTF16_LE + FRENCH.encode("utf-16-le"), tmp_path) == (FRENCH, ())


@pytest.mark.parametrize(
    ("text", "encoding", "guess"),
    [
        ("café", "latin-1", "windows-1252"),
        (FRENCH, "cp1252", "windows-1252"),
        (GERMAN, "cp1252", "windows-1252"),
        (SPANISH, "latin-1", "windows-1252"),
        (NAMES, "cp1252", "windows-1252"),
        (CZECH, "cp1250", "cp1250"),
        (POLISH, "cp1250", "cp1250"),
        (RUSSIAN, "cp1251", "cp1251"),
        (RUSSIAN, "koi8-r", "koi8_r"),
        (GREEK, "cp1253", "cp1253"),
        (JAPANESE, "shift_jis", "shift_jis"),
        (FRENCH, "utf-16-le", "utf-16-le"),
        (GERMAN, "utf-16-be", "utf-16-be"),
    ],
)
def test_a_guess_is_right_and_said(text, encoding, guess, tmp_path):
    """Without a mark the encoding is guessed, and the report names it."""
    assert read(text.encode(encoding), tmp_path) == (text.strip(), (f"read as {guess}",))


@pytest.mark.parametrize("name", ["a.md", "a.jsonl"])
def test_every_text_format_guesses(name, tmp_path):
    """Markdown and JSON Lines are read in any encoding too."""
    text = '{"text": "Le café de la gare."}' if name == "a.jsonl" else "Le café de la gare."

    assert read(text.encode("latin-1"), tmp_path, name) == ("Le café de la gare.", ("read as windows-1252",))


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"\x7fELF\x02\x01\x01\0\0\0",
        b"PK\x03\x04\x14\0\0\0\x08\0",
        bytes(range(256)) * 4,
        random.Random(5).randbytes(4000),
        b"text\0and\0nul",
        b"\xff\xfe\x00",
    ],
    ids=["png", "elf", "zip", "all", "noise", "nul", "half"],
)
def test_what_is_no_text_is_refused(content, tmp_path):
    """Binary junk is not made into words by the loosest encoding."""
    assert decoded(content) is None
    with pytest.raises(UnreadableDocument, match="not text"):
        read(content, tmp_path)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"<!DOCTYPE html><p>Words.", "a web page"), (b"{\\rtf1 Words.}", "an RTF file"), (b"%!PS-Adobe", "a PostScript file")],
)
def test_markup_of_another_format_is_not_read_as_text(content, said, tmp_path):
    """A web page named `.md` would be quoted with its menus."""
    with pytest.raises(UnreadableDocument, match=said):
        read(content, tmp_path, "a.md")
