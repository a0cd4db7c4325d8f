"""Bibliographic data is used where it is well typed, and never ends a run."""

from __future__ import annotations

import json
import time

import pytest

from index.errors import UnreadableDocument
from ingest.metadata import from_front_matter, from_sidecar, well_typed
from tests.support import BRIEF


@pytest.mark.parametrize("content", [b'{"title": "caf\xe9"}', b"not json", b"[" * 100_000, b"[1, 2]", b"", b'"a"'])
def test_a_sidecar_that_is_none_is_named(content, tmp_path):
    """Latin-1 bytes inside a string ended the whole run with a UnicodeDecodeError."""
    (tmp_path / "a.csl.json").write_bytes(content)

    with pytest.raises(UnreadableDocument, match="CSL-JSON"):
        from_sidecar(tmp_path / "a.csl.json", "a.csl.json")


def test_a_byte_order_mark_is_no_fault(tmp_path):
    """A sidecar saved by Windows was refused."""
    (tmp_path / "a.csl.json").write_bytes(b'\xef\xbb\xbf{"title": "M"}')

    assert from_sidecar(tmp_path / "a.csl.json", "a.csl.json") == {"title": "M"}


def test_the_briefs_sidecar_is_kept_as_it_is():
    """Nothing well typed is lost."""
    path = BRIEF.with_suffix(".csl.json")

    assert list(from_sidecar(path, "a").items()) == list(json.loads(path.read_text(encoding="utf-8")).items())


@pytest.mark.parametrize(
    ("found", "kept"),
    [
        ({"title": 5, "author": "Ada", "issued": "2020", "publisher": ["x", {"y": 1}], "title-short": {"a": 1}, "z": 1},
         {"title": "5", "author": [{"literal": "Ada"}], "issued": {"date-parts": [[2020]]}}),
        ({"author": [1, None, {"family": {"a": 1}, "given": ["b"]}, {"literal": 7}, {"family": " Khan\n"}]},
         {"author": [{"literal": "7"}, {"family": "Khan"}]}),
        ({"issued": {"date-parts": [[1e308, 10**23, -1]]}}, {}),
        ({"issued": {"date-parts": [[2020, -3, "a"]], "raw": {"a": [1]}}}, {"issued": {"date-parts": [[2020]]}}),
        ({"issued": {"date-parts": [["2023", "9", "12"], [0]], "literal": " late "}},
         {"issued": {"date-parts": [[2023, 9, 12]], "literal": "late"}}),
        ({"issued": {"date-parts": "2020"}, "title": True, "editor": {"family": "A"}}, {"editor": [{"family": "A"}]}),
        ({"issued": "spring 2020", "title": "Lone \ud800"}, {"issued": {"literal": "spring 2020"}, "title": "Lone \ufffd"}),
    ],
)  # fmt: skip
def test_fields_of_a_wrong_type_are_dropped(found, kept):
    """A list for a publisher or a table for a name reached the citation, or ended the question with a traceback."""
    assert well_typed(found) == kept


def test_huge_numbers_in_a_sidecar_are_no_fault(tmp_path):
    """A number of five thousand digits has no words in Python; it must not end the run."""
    (tmp_path / "a.csl.json").write_text('{"title": ' + "9" * 5_000 + ', "publisher": "P"}', encoding="utf-8")

    try:
        found = from_sidecar(tmp_path / "a.csl.json", "a.csl.json")
    except UnreadableDocument as error:
        found = {"publisher": "P", "reason": error.reason}

    assert found["publisher"] == "P"


@pytest.mark.parametrize(
    ("content", "kept"),
    [
        ("title: !!bool foo", {"title": "foo"}),
        ("date: !!timestamp foo", {}),
        ('title: !!int ""', {}),
        ('title: "a \\ud800 b"', {"title": "a \ufffd b"}),
        ("title: 1984\ndate: 2023-09-12T10:00:00Z", {"title": "1984", "issued": {"date-parts": [[2023, 9, 12]]}}),
        ("date: 2023-13-40", {"issued": {"date-parts": [[2023]]}}),
        ("title: ~\nauthor:\npublisher: null", {}),
        ("a: &a {<<: *a}", {}),
        ("title: [" + "[" * 5_000, {}),
        ("title: T\nx: " + "y" * 10_000, {}),
    ],
)  # fmt: skip
def test_front_matter_is_strings(content, kept):
    """A tag that its value does not fit ended the run with a KeyError or ValueError."""
    assert from_front_matter(content) == kept


def test_a_bomb_of_aliases_is_read_at_once():
    """Merge keys over seven levels of aliases took more than 40 seconds."""
    levels = (f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}], k: [{', '.join([f'*a{n - 1}'] * 9)}]}}" for n in range(1, 20))
    started = time.process_time()

    assert from_front_matter("\n".join(["title: T", "a0: &a0 {k: v}", *levels])) == {"title": "T"}
    assert time.process_time() - started < 5
