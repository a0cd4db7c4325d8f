"""
Markdown: CommonMark with tables, through markdown-it-py.

Notes are `[^1]`, or `<sup>1</sup>` with a paragraph that opens with the same mark, as texts made from PDFs have them. A paragraph that
breaks off and goes on in lower case after a rule, a note or a blank line is one paragraph again. Pages are not read: a rule (`---`) says
where one ended but not which, and a page number must never be a guess.
"""

from __future__ import annotations

import html
import re
from collections.abc import Container, Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

from index.errors import UnreadableDocument
from index.extraction import Extraction
from index.records import BlockKind
from ingest.metadata import from_front_matter
from ingest.normalise import Composer, MarkOf, Piece, canonical
from ingest.notes import Superscript, is_label, labels, pair
from ingest.readers import DEFAULTS, Options, Reading
from ingest.readers.text import decode

suffixes: tuple[str, ...] = (".md", ".markdown")

_PSEUDO_HEADING_MAX_CHARACTERS = 90
_RUNNING_TEXT_MIN_CHARACTERS = 120
_CAPTION = re.compile(r"(?:source|figure|fig\.|table|chart|map)\b[^.]{0,12}[:.]", re.IGNORECASE)
_SIGHT = 40  # characters before a superscript that are looked at
_DEEPEST_BLOCK = 1000  # deeper ones would be dropped without a word; Python's own limit is reached first, and raises
_DEEPEST_INLINE = 20  # deeper brackets and stars are text, and a long row of them takes no time

# Markup in an HTML block. What is never closed reaches to the end, as in a browser; no alternative looks past the next `<` in vain, so
# the work is linear where that of `html.parser` is not (CVE-2025-6069).
_HTML = re.compile(
    r"""<!--(?:-?>|.*?(?:-->|\Z))|<(script|style)(?=[\s/>]).*?(?:</\1\s*>|\Z)|<[!?][^>]*+(?:>|\Z)"""
    r"""|</?([a-z][a-z0-9-]*+)(?:[^<>"']|"[^"<]*"|'[^'<]*')*+>""",
    re.IGNORECASE | re.DOTALL,
)
_TAG = re.compile(r"<(/?)([a-z][a-z0-9-]*)", re.IGNORECASE)
_BLOCK_TAGS = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure footer form h1 h2 h3"
    " h4 h5 h6 head header hr html legend li main menu nav ol optgroup option p pre search section summary table tbody tfoot thead title tr"
    " ul".split()
)
_SENTENCE_END = (".", "!", "?", ":", ";", "…", '"', "”", "’", ")", "]")


@dataclass(frozen=True, slots=True)
class _Raised:
    """`<sup>…</sup>` before it is known to be a mark, a note's opening or plain text."""

    place: int  # of its first label; the next ones follow
    label: str  # its words: '1', 'st', '1, 2'
    labels: tuple[str, ...]  # the notes it may name


@dataclass(frozen=True, slots=True)
class _Block:
    kind: BlockKind
    level: int
    pieces: tuple[str | _Raised | MarkOf, ...]
    emphasised: bool = False  # all of its words are bold or italic
    verbatim: bool = False  # code or HTML: never part of a paragraph around it

    @property
    def text(self) -> str:
        return canonical("".join(piece if isinstance(piece, str) else "" for piece in self.pieces))


@dataclass(slots=True)
class _Walk:
    """Where the walk over the token stream stands."""

    blocks: list[_Block] = field(default_factory=list)
    notes: dict[int, tuple[str, list[str]]] = field(default_factory=dict)  # label and body of `[^1]` notes, by the plugin's own number
    raised: int = 0  # labels in superscripts seen so far


class _Pieces:
    """The pieces of a block in the making, from Markdown or HTML."""

    def __init__(self, walk: _Walk) -> None:
        self.found: list[str | _Raised | MarkOf] = []
        self.raised: list[str] | None = None  # the words since `<sup>`
        self._walk = walk

    def words(self, words: str) -> None:
        (self.found if self.raised is None else self.raised).append(words)

    def tag(self, markup: str) -> None:
        """An inline tag: `<sup>` and `<br>` mean something here, the others part no words."""
        closing, name = found.groups() if (found := _TAG.match(markup)) else ("", "")
        if name.lower() == "br":
            self.words(" ")
        elif name.lower() == "sup" and closing and self.raised is not None:
            label = "".join(self.raised).strip()
            named = labels(label)
            self.found.append(_Raised(self._walk.raised + 1, label, named))
            self._walk.raised += len(named)
            self.raised = None
        elif name.lower() == "sup" and not closing:
            self.end()
            self.raised = []

    def end(self) -> tuple[str | _Raised | MarkOf, ...]:
        """All pieces; a `<sup>` that was never closed is text."""
        self.found += self.raised or ()
        self.raised = None
        return tuple(self.found)


def read(path: Path, source: str, _: Options = DEFAULTS) -> Iterator[Reading]:
    """The file as one document."""
    parser = MarkdownIt("commonmark", {"maxNesting": _DEEPEST_BLOCK}).enable("table").use(footnote_plugin).use(front_matter_plugin)
    parser.core.ruler.before("inline", "shallow_inline", _shallow_inline)
    content = decode(path, source)
    try:
        tokens = parser.parse(content)
    except RecursionError as error:
        raise UnreadableDocument(source, "is nested too deeply to be read as Markdown; flatten it and ingest again") from error
    walk = _walk(tokens)
    blocks, bodies, unmatched = _lift_notes(walk.blocks)
    notes: dict[Hashable, tuple[str, str]] = {
        ("footnote", number): (label, " ".join(parts)) for number, (label, parts) in walk.notes.items()
    }
    notes |= {place: (label, text) for place, label, text in bodies}
    notes = {key: (label, text) for key, (label, text) in notes.items() if canonical(text)}
    blocks, lost = _known_marks(blocks, notes)
    blocks = _headings(_mended(blocks))
    composer = Composer()
    for key, (label, text) in notes.items():
        composer.note(key, label, text)
    for block in blocks:
        composer.add(block.kind, block.level, _composed(block.pieces))
    front_matter = next((token.content for token in tokens if token.type == "front_matter"), "")
    metadata = from_front_matter(front_matter)
    if "title" not in metadata and blocks and blocks[0].kind is BlockKind.HEADING:
        metadata["title"] = blocks[0].text
    yield Reading(composer.compose(id=source, source=source, metadata=metadata), Extraction(unmatched_marks=unmatched + lost))


def _shallow_inline(state: StateCore) -> None:
    state.md.options["maxNesting"] = _DEEPEST_INLINE


def _walk(tokens: Sequence[Token]) -> _Walk:
    """The blocks and the `[^1]` notes of a token stream."""
    walk = _Walk()
    open_: list[Token] = []  # the block tokens around this one
    cells: list[str | _Raised | MarkOf] = []
    for token in tokens:
        if token.type == "footnote_open":
            walk.notes[token.meta["id"]] = (token.meta.get("label") or str(token.meta["id"] + 1), [])
        if token.nesting == 1:
            open_.append(token)
        elif token.nesting == -1 and open_:  # a `[^2]:` inside a `[^1]:` leaves ends without a beginning
            open_.pop()
            if token.type == "tr_close" and cells:
                walk.blocks.append(_Block(BlockKind.TABLE, 0, tuple(cells)))
                cells = []
        elif token.type in ("inline", "fence", "code_block", "html_block"):
            around = [opened.type for opened in open_]
            for block in _contents(token, walk):
                if "footnote_open" in around:
                    note = open_[around.index("footnote_open")]
                    words = (
                        piece.label if isinstance(piece, _Raised) else piece for piece in block.pieces if not isinstance(piece, MarkOf)
                    )
                    walk.notes[note.meta["id"]][1].append("".join(words))
                elif "tr_open" in around:
                    cells += [" ", *block.pieces] if cells else block.pieces
                elif block.verbatim:
                    walk.blocks.append(block)
                else:
                    kind, level = _kind(open_, around)
                    walk.blocks.append(replace(block, kind=kind, level=level))
    return walk


def _contents(token: Token, walk: _Walk) -> Iterator[_Block]:
    """The blocks of a token that holds text; those of HTML end where its block-level tags stand."""
    if token.type == "inline":
        pieces, emphasised = _inline(token.children or (), walk)
        yield _Block(BlockKind.PARAGRAPH, 0, pieces, emphasised)
        return
    if token.type != "html_block":
        yield _Block(BlockKind.PARAGRAPH, 0, (token.content,), verbatim=True)
        return
    found, position = _Pieces(walk), 0
    for markup in _HTML.finditer(token.content):
        found.words(html.unescape(token.content[position : markup.start()]))
        position = markup.end()
        name = (markup[2] or "").lower()
        if name in _BLOCK_TAGS:
            yield _Block(BlockKind.PARAGRAPH, 0, found.end(), verbatim=True)
            found = _Pieces(walk)
        elif name in ("td", "th"):
            found.words(" ")
        else:
            found.tag(markup.group() if name else "")
    found.words(html.unescape(token.content[position:]))
    yield _Block(BlockKind.PARAGRAPH, 0, found.end(), verbatim=True)


def _kind(open_: Sequence[Token], around: Sequence[str]) -> tuple[BlockKind, int]:
    if "heading_open" in around:
        return BlockKind.HEADING, int(open_[around.index("heading_open")].tag[1:])
    if "list_item_open" in around:
        return BlockKind.LIST_ITEM, around.count("list_item_open")
    return (BlockKind.QUOTE, 0) if "blockquote_open" in around else (BlockKind.PARAGRAPH, 0)


def _inline(children: Sequence[Token], walk: _Walk) -> tuple[tuple[str | _Raised | MarkOf, ...], bool]:
    """The pieces of one inline token, and whether all of its words are emphasised."""
    found = _Pieces(walk)
    depth, plain = 0, False
    for child in children:
        if child.type in ("strong_open", "em_open"):
            depth += 1
        elif child.type in ("strong_close", "em_close"):
            depth -= 1
        elif child.type == "html_inline":
            found.tag(child.content)
        elif child.type == "footnote_ref":
            found.found.append(MarkOf(("footnote", child.meta["id"])))
        elif words := _words(child):
            found.words(words)
            plain = plain or (depth == 0 and found.raised is None and not words.isspace())
    pieces = found.end()
    return pieces, bool(pieces) and not plain


def _words(token: Token) -> str:
    if token.type in ("softbreak", "hardbreak"):
        return "\n"
    return token.content if token.type in ("text", "code_inline", "image", "text_special") else ""


def _lift_notes(blocks: Sequence[_Block]) -> tuple[list[_Block], list[tuple[int, str, str]], int]:
    """
    The blocks without note bodies, with marks in place of superscripts; the bodies as (place, label, text); superscripts left as text.
    """
    pairs = pair([superscript for block in blocks for superscript in _superscripts(block)])
    marked = set(pairs.values())
    kept: list[_Block] = []
    bodies: list[tuple[int, str, list[str]]] = []
    unmatched = 0
    for block in blocks:
        body: list[str] | None = None  # the words of the note being read
        pieces: list[str | _Raised | MarkOf] = []
        for piece in block.pieces:
            if isinstance(piece, _Raised) and piece.place in marked:
                body = []
                bodies.append((piece.place, piece.label, body))
            elif body is not None:
                body.append(piece if isinstance(piece, str) else piece.label if isinstance(piece, _Raised) else "")
            elif isinstance(piece, _Raised):
                places = range(piece.place, piece.place + len(piece.labels))
                if all(place in pairs for place in places):
                    pieces += (MarkOf(pairs[place]) for place in places)
                else:
                    unmatched += all(map(is_label, piece.labels))
                    pieces.append(piece.label)
            else:
                pieces.append(piece)
        if pieces:
            kept.append(replace(block, pieces=tuple(pieces)))
    return kept, [(place, label, "".join(words)) for place, label, words in bodies], unmatched


def _superscripts(block: _Block) -> Iterator[Superscript]:
    """Each label raised in a block, with what stands before it."""
    before, blank = "", True
    for piece in block.pieces:
        if isinstance(piece, _Raised):
            opens = blank or before.rstrip(" \t").endswith("\n")
            for number, label in enumerate((piece.label,) if opens else piece.labels):
                yield Superscript(piece.place + number, label, before, opens)
        elif isinstance(piece, str):
            blank = blank and not piece.strip()
        before = (before + (piece if isinstance(piece, str) else " "))[-_SIGHT:]


def _known_marks(blocks: Sequence[_Block], notes: Container[Hashable]) -> tuple[list[_Block], int]:
    """The blocks without marks of notes that say nothing, and how many marks those were."""
    known = [
        replace(block, pieces=tuple(piece for piece in block.pieces if not isinstance(piece, MarkOf) or piece.key in notes))
        for block in blocks
    ]
    return known, sum(len(block.pieces) for block in blocks) - sum(len(block.pieces) for block in known)


def _mended(blocks: Sequence[_Block]) -> list[_Block]:
    """Blocks that a page end cut in two, made whole: the first breaks off without a mark and the second goes on in lower case."""
    runs: list[list[_Block]] = []
    breaks_off = False
    for block in blocks:
        text = block.text
        if not text:
            if runs:  # marks alone
                runs[-1].append(block)
            elif block.pieces:
                runs.append([block])
            continue
        goes_on = breaks_off and block.kind is BlockKind.PARAGRAPH and not block.verbatim and text[0].islower()
        if goes_on:
            runs[-1].append(replace(block, pieces=(" ", *block.pieces)))
        else:
            runs.append([block])
        may_break = block.kind in (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM) and not block.verbatim
        breaks_off = may_break and not text.endswith(_SENTENCE_END) and (goes_on or len(text) >= _PSEUDO_HEADING_MAX_CHARACTERS)
    return [replace(run[0], pieces=tuple(piece for block in run for piece in block.pieces)) for run in runs]


def _headings(blocks: Sequence[_Block]) -> list[_Block]:
    """Paragraphs that serve as headings or captions, named so: a short emphasised line over running text or a list; `Source: …`."""
    named: list[_Block] = []
    level = 0
    for row, block in enumerate(blocks):
        after = blocks[row + 1] if row + 1 < len(blocks) else None
        if block.kind is BlockKind.HEADING:
            level = block.level
        if block.kind is BlockKind.PARAGRAPH and _is_pseudo_heading(block, after):
            named.append(replace(block, kind=BlockKind.HEADING, level=level + 1))
        elif block.kind is BlockKind.PARAGRAPH and _CAPTION.match(block.text) and len(block.text) <= _RUNNING_TEXT_MIN_CHARACTERS:
            named.append(replace(block, kind=BlockKind.CAPTION))
        else:
            named.append(block)
    return named


def _is_pseudo_heading(block: _Block, after: _Block | None) -> bool:
    if not block.emphasised or after is None or len(block.text) > _PSEUDO_HEADING_MAX_CHARACTERS:
        return False
    leads = after.kind is BlockKind.LIST_ITEM or len(after.text) >= _RUNNING_TEXT_MIN_CHARACTERS
    return leads and block.text[-1:] not in (".", "!", "?", ")")


def _composed(pieces: Sequence[str | _Raised | MarkOf]) -> Iterator[Piece]:
    for piece in pieces:
        yield piece.label if isinstance(piece, _Raised) else piece
