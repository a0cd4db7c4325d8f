"""
Markdown: CommonMark with tables, through markdown-it-py.

Notes are `[^1]`, or `<sup>1</sup>` with a paragraph that opens with the same mark, as texts made from PDFs have them. A paragraph that
breaks off and goes on in lower case after a rule, a note or a blank line is one paragraph again. Pages are not read: a rule (`---`) says
where one ended but not which, and a page number must never be a guess.
"""

from __future__ import annotations

import html
import re
from collections.abc import Hashable, Iterator, Sequence
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
from ingest.markup.marked import PSEUDO_HEADING_MAX_CHARACTERS, Block, Raised, composed, known_marks, lift_notes, name_headings
from ingest.metadata import from_front_matter
from ingest.normalise import Composer, MarkOf, canonical
from ingest.notes import labels
from ingest.readers import DEFAULTS, Options, Reading
from ingest.readers.text import decode

suffixes: tuple[str, ...] = (".md", ".markdown")

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


@dataclass(slots=True)
class _Walk:
    """Where the walk over the token stream stands."""

    blocks: list[Block] = field(default_factory=list)
    notes: dict[int, tuple[str, list[str]]] = field(default_factory=dict)  # label and body of `[^1]` notes, by the plugin's own number
    raised: int = 0  # labels in superscripts seen so far


class _Pieces:
    """The pieces of a block in the making, from Markdown or HTML."""

    def __init__(self, walk: _Walk) -> None:
        self.found: list[str | Raised | MarkOf] = []
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
            self.found.append(Raised(self._walk.raised + 1, label, named))
            self._walk.raised += len(named)
            self.raised = None
        elif name.lower() == "sup" and not closing:
            self.end()
            self.raised = []

    def end(self) -> tuple[str | Raised | MarkOf, ...]:
        """All pieces; a `<sup>` that was never closed is text."""
        self.found += self.raised or ()
        self.raised = None
        return tuple(self.found)


def read(path: Path, source: str, _: Options = DEFAULTS) -> Iterator[Reading]:
    """The file as one document."""
    parser = MarkdownIt("commonmark", {"maxNesting": _DEEPEST_BLOCK}).enable("table").use(footnote_plugin).use(front_matter_plugin)
    parser.core.ruler.before("inline", "shallow_inline", _shallow_inline)
    content, remarks = decode(path, source)
    try:
        tokens = parser.parse(content)
    except RecursionError as error:
        raise UnreadableDocument(source, "is nested too deeply to be read as Markdown; flatten it and ingest again") from error
    walk = _walk(tokens)
    blocks, bodies, unmatched = lift_notes(walk.blocks)
    notes: dict[Hashable, tuple[str, str]] = {
        ("footnote", number): (label, " ".join(parts)) for number, (label, parts) in walk.notes.items()
    }
    notes |= {place: (label, text) for place, label, text in bodies}
    notes = {key: (label, text) for key, (label, text) in notes.items() if canonical(text)}
    blocks, lost = known_marks(blocks, notes)
    blocks = name_headings(_mended(blocks))
    composer = Composer()
    for key, (label, text) in notes.items():
        composer.note(key, label, text)
    for block in blocks:
        composer.add(block.kind, block.level, composed(block.pieces))
    front_matter = next((token.content for token in tokens if token.type == "front_matter"), "")
    metadata = from_front_matter(front_matter)
    if "title" not in metadata and blocks and blocks[0].kind is BlockKind.HEADING:
        metadata["title"] = blocks[0].text
    yield Reading(
        composer.compose(id=source, source=source, metadata=metadata), Extraction(unmatched_marks=unmatched + lost, remarks=remarks)
    )


def _shallow_inline(state: StateCore) -> None:
    state.md.options["maxNesting"] = _DEEPEST_INLINE


def _walk(tokens: Sequence[Token]) -> _Walk:
    """The blocks and the `[^1]` notes of a token stream."""
    walk = _Walk()
    open_: list[Token] = []  # the block tokens around this one
    cells: list[str | Raised | MarkOf] = []
    for token in tokens:
        if token.type == "footnote_open":
            walk.notes[token.meta["id"]] = (token.meta.get("label") or str(token.meta["id"] + 1), [])
        if token.nesting == 1:
            open_.append(token)
        elif token.nesting == -1 and open_:  # a `[^2]:` inside a `[^1]:` leaves ends without a beginning
            open_.pop()
            if token.type == "tr_close" and cells:
                walk.blocks.append(Block(BlockKind.TABLE, 0, tuple(cells)))
                cells = []
        elif token.type in ("inline", "fence", "code_block", "html_block"):
            around = [opened.type for opened in open_]
            for block in _contents(token, walk):
                if "footnote_open" in around:
                    note = open_[around.index("footnote_open")]
                    words = (piece.label if isinstance(piece, Raised) else piece for piece in block.pieces if not isinstance(piece, MarkOf))
                    walk.notes[note.meta["id"]][1].append("".join(words))
                elif "tr_open" in around:
                    cells += [" ", *block.pieces] if cells else block.pieces
                elif block.verbatim:
                    walk.blocks.append(block)
                else:
                    kind, level = _kind(open_, around)
                    walk.blocks.append(replace(block, kind=kind, level=level))
    return walk


def _contents(token: Token, walk: _Walk) -> Iterator[Block]:
    """The blocks of a token that holds text; those of HTML end where its block-level tags stand."""
    if token.type == "inline":
        pieces, emphasised = _inline(token.children or (), walk)
        yield Block(BlockKind.PARAGRAPH, 0, pieces, emphasised)
        return
    if token.type != "html_block":
        yield Block(BlockKind.PARAGRAPH, 0, (token.content,), verbatim=True)
        return
    found, position = _Pieces(walk), 0
    for markup in _HTML.finditer(token.content):
        found.words(html.unescape(token.content[position : markup.start()]))
        position = markup.end()
        name = (markup[2] or "").lower()
        if name in _BLOCK_TAGS:
            yield Block(BlockKind.PARAGRAPH, 0, found.end(), verbatim=True)
            found = _Pieces(walk)
        elif name in ("td", "th"):
            found.words(" ")
        else:
            found.tag(markup.group() if name else "")
    found.words(html.unescape(token.content[position:]))
    yield Block(BlockKind.PARAGRAPH, 0, found.end(), verbatim=True)


def _kind(open_: Sequence[Token], around: Sequence[str]) -> tuple[BlockKind, int]:
    if "heading_open" in around:
        return BlockKind.HEADING, int(open_[around.index("heading_open")].tag[1:])
    if "list_item_open" in around:
        return BlockKind.LIST_ITEM, around.count("list_item_open")
    return (BlockKind.QUOTE, 0) if "blockquote_open" in around else (BlockKind.PARAGRAPH, 0)


def _inline(children: Sequence[Token], walk: _Walk) -> tuple[tuple[str | Raised | MarkOf, ...], bool]:
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


def _mended(blocks: Sequence[Block]) -> list[Block]:
    """Blocks that a page end cut in two, made whole: the first breaks off without a mark and the second goes on in lower case."""
    runs: list[list[Block]] = []
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
        breaks_off = may_break and not text.endswith(_SENTENCE_END) and (goes_on or len(text) >= PSEUDO_HEADING_MAX_CHARACTERS)
    return [replace(run[0], pieces=tuple(piece for block in run for piece in block.pieces)) for run in runs]
