"""
Pandoc's tree of a document to a reading: blocks, the source's own notes tied to their words, and what it says of itself.

Pictures give no words: what pandoc has for them is a file's name or a description that no reader of the source sees. Mathematics is
kept as its TeX source, as pandoc has it for every format. Struck text is text. Soft hyphens, which nobody sees, are not.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from index.errors import UnreadableDocument
from index.extraction import Extraction
from index.records import BlockKind
from ingest.markup.marked import Block, Raised, composed, known_marks, lift_notes, name_headings
from ingest.markup.pandoc import Tree
from ingest.metadata import authors_of, title_of, well_typed
from ingest.normalise import Composer, MarkOf, canonical
from ingest.notes import labels as labels_in
from ingest.readers import Reading

NOTE_MARK = "footnoted-mark"  # the class of an empty span where `ingest.markup.web` found a note's mark; `note` is its key
NOTE_BODY = "footnoted-note"  # the class of a div with that note's words; `note` is its key, `printed` its label

_EMPHASIS = frozenset(("Strong", "Emph", "Underline"))
_TRANSPARENT = frozenset(("Strikeout", "Subscript", "SmallCaps"))
_QUOTES = {"SingleQuote": ("‘", "’"), "DoubleQuote": ("“", "”")}
_INVISIBLE = str.maketrans("", "", "\u00ad\ufeff")

Pieces = tuple[str | Raised | MarkOf, ...]


@dataclass(frozen=True, slots=True)
class Label:
    """What a note's mark looks like in a format that tells."""

    words: str
    is_typed: bool = False  # its letters stand in the text too, after the mark, and are taken out there


@dataclass(slots=True)
class _Body:
    label: str
    text: str
    address: str  # of the first link in it; '' without one


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the tree a block stands."""

    lists: int = 0  # open around it
    quoted: bool = False

    def block(self, pieces: Pieces, *, emphasised: bool = False, verbatim: bool = False) -> Block:
        """A block of these pieces that stands here."""
        kind = BlockKind.LIST_ITEM if self.lists else BlockKind.QUOTE if self.quoted else BlockKind.PARAGRAPH
        return Block(kind, self.lists, pieces, emphasised, verbatim)


@dataclass(slots=True)
class _Words:
    """The pieces of a block in the making."""

    found: list[str | Raised | MarkOf] = field(default_factory=list)
    plain: bool = False  # whether some of the words are not emphasised
    typed: str = ""  # a mark's letters that come next, and are no words

    def add(self, words: str, *, emphasised: bool) -> None:
        """Go on with these words."""
        words = words.translate(_INVISIBLE)
        if self.typed:
            words, self.typed = words.removeprefix(self.typed), ""
        self.found.append(words)
        self.plain = self.plain or not (emphasised or words.isspace() or not words)

    @property
    def emphasised(self) -> bool:
        """Whether all of the words are."""
        return bool(self.found) and not self.plain


def reading(
    tree: Tree, *, source: str, metadata: Mapping[str, Any] | None = None, labels: Sequence[Label] = (), remarks: tuple[str, ...] = ()
) -> Reading:
    """
    The document of a tree.

    `metadata` is what else is known of it; what the text says of itself goes first. `labels` are those of its notes, in the order of
    their marks; without them notes are numbered from 1. Raises UnreadableDocument where the tree is too deep.
    """
    try:
        return _reading(tree, source, metadata or {}, labels, remarks)
    except RecursionError as error:
        raise UnreadableDocument(source, "is nested too deeply to be read; flatten it and ingest again") from error


def _reading(tree: Tree, source: str, given: Mapping[str, Any], labels: Sequence[Label], remarks: tuple[str, ...]) -> Reading:
    walk = _Walk(labels)
    own = _metadata(tree.meta, walk)
    if walk.notes:  # a note to the title or an author is marked before the first word
        walk.blocks.append(Block(BlockKind.PARAGRAPH, 0, tuple(MarkOf(key) for key in walk.notes)))
    walk.add(_abstract(tree.meta), _Place())
    walk.add(tree.blocks, _Place())
    blocks, bodies, unmatched = lift_notes(walk.blocks)
    notes: dict[Hashable, _Body] = {**walk.notes, **{place: _Body(label, text, "") for place, label, text in bodies}}
    notes = {key: body for key, body in notes.items() if canonical(body.text)}
    blocks, lost = known_marks(blocks, notes)
    blocks = name_headings(blocks)
    composer = Composer()
    for key, body in notes.items():
        composer.note(key, body.label, body.text, body.address)
    for block in blocks:
        composer.add(block.kind, block.level, composed(block.pieces))
    metadata = {**given, **own}
    first = next((block for block in blocks if block.text), None)
    if "title" not in metadata and first and first.kind is BlockKind.HEADING:
        metadata["title"] = first.text
    document = composer.compose(id=source, source=source, metadata=metadata)
    return Reading(document, Extraction(unmatched_marks=unmatched + lost, remarks=(*remarks, *tree.remarks)))


class _Walk:
    """The blocks and notes of a tree, gathered in its order."""

    def __init__(self, labels: Sequence[Label]) -> None:
        self.blocks: list[Block] = []
        self.notes: dict[Hashable, _Body] = {}
        self._labels = labels
        self._raised = 0  # labels in superscripts seen so far

    def add(self, blocks: Sequence[Any], place: _Place) -> None:
        """Gather these blocks."""
        for block in blocks:
            kind, content = block["t"], block.get("c")
            match kind:
                case "Para" | "Plain":
                    self._paragraphs(content, place)
                case "LineBlock":
                    self._paragraph([inline for line in content for inline in (*line, {"t": "LineBreak"})], place)
                case "Header":
                    words = self.words(content[2])
                    self.blocks.append(Block(BlockKind.HEADING, content[0], tuple(words.found)))
                case "CodeBlock":
                    self.blocks.append(place.block((content[1].translate(_INVISIBLE),), verbatim=True))
                case "BlockQuote":
                    self.add(content, replace(place, quoted=True))
                case "BulletList" | "OrderedList":
                    for item in content if kind == "BulletList" else content[1]:
                        self.add(item, replace(place, lists=place.lists + 1))
                case "DefinitionList":
                    inside = replace(place, lists=place.lists + 1)
                    for term, definitions in content:
                        self._paragraph(term, inside)
                        for definition in definitions:
                            self.add(definition, inside)
                case "Div":
                    self._division(content, place)
                case "Figure":
                    self.add(content[2], place)
                    self._caption(content[1])
                case "Table":
                    self._table(content, place)

    def words(self, inlines: Sequence[Any]) -> _Words:
        """The pieces of some inlines."""
        words = _Words()
        self._inlines(inlines, words, emphasised=False)
        return words

    def _paragraphs(self, inlines: Sequence[Any], place: _Place) -> None:
        """One paragraph, or several where two line breaks in a row stand for the space between paragraphs."""
        start, breaks = 0, 0
        for row, inline in enumerate(inlines):
            if inline["t"] == "LineBreak":
                breaks += 1
            elif inline["t"] not in ("Space", "SoftBreak"):
                if breaks > 1:
                    self._paragraph(inlines[start:row], place)
                    start = row
                breaks = 0
        self._paragraph(inlines[start:], place)

    def _paragraph(self, inlines: Sequence[Any], place: _Place) -> None:
        words = self.words(inlines)
        if words.found:
            self.blocks.append(place.block(tuple(words.found), emphasised=words.emphasised))

    def _division(self, content: Any, place: _Place) -> None:
        (_, classes, attributes), blocks = content
        if NOTE_BODY in classes:
            given = dict(attributes)
            self.notes["web", given.get("note")] = self._body(given.get("printed", ""), blocks)
        else:
            self.add(blocks, place)

    def _caption(self, caption: Any) -> None:
        """A caption's paragraphs; its short form is for lists of figures."""
        start = len(self.blocks)
        self.add(caption[1], _Place())
        self.blocks[start:] = [replace(block, kind=BlockKind.CAPTION, level=0) for block in self.blocks[start:]]

    def _table(self, content: Any, place: _Place) -> None:
        """
        Each row as a block. A row with more than a paragraph in a cell is layout: its cells are read one after the other.
        """
        _, caption, _, head, bodies, foot = content
        self._caption(caption)
        for row in (*head[1], *(row for body in bodies for row in (*body[2], *body[3])), *foot[1]):
            cells = [cell[4] for cell in row[1]]
            if all(len(cell) < 2 and all(block["t"] in ("Para", "Plain", "CodeBlock") for block in cell) for cell in cells):
                start = len(self.blocks)
                for cell in cells:
                    self.add(cell, _Place())
                pieces = [block.pieces for block in self.blocks[start:]]
                del self.blocks[start:]
                joined = tuple(piece for cell in pieces for piece in (" ", *cell))[1:]
                self.blocks.append(Block(BlockKind.TABLE, 0, joined))
            else:
                for cell in cells:
                    self.add(cell, place)

    def _inlines(self, inlines: Sequence[Any], words: _Words, *, emphasised: bool) -> None:
        for inline in inlines:
            kind, content = inline["t"], inline.get("c")
            if kind == "Str":
                words.add(content, emphasised=emphasised)
            elif kind == "Space":
                words.add(" ", emphasised=emphasised)
            elif kind in ("SoftBreak", "LineBreak"):
                words.add("\n", emphasised=emphasised)
            elif kind in _EMPHASIS:
                self._inlines(content, words, emphasised=True)
            elif kind in _TRANSPARENT:
                self._inlines(content, words, emphasised=emphasised)
            elif kind == "Superscript":
                self._superscript(content, words)
            elif kind in ("Code", "Math"):
                words.add(content[1], emphasised=emphasised)
            elif kind == "Quoted":
                opening, closing = _QUOTES[content[0]["t"]]
                words.add(opening, emphasised=emphasised)
                self._inlines(content[1], words, emphasised=emphasised)
                words.add(closing, emphasised=emphasised)
            elif kind == "Cite":
                self._citation(content, words, emphasised=emphasised)
            elif kind == "Link":
                self._inlines(content[1], words, emphasised=emphasised)
            elif kind == "Span":
                _, classes, attributes = content[0]
                if NOTE_MARK in classes:
                    words.found.append(MarkOf(("web", dict(attributes).get("note"))))
                self._inlines(content[1], words, emphasised=emphasised)
            elif kind == "Note":
                self._note(content, words)

    def _superscript(self, inlines: Sequence[Any], words: _Words) -> None:
        inside = self.words(inlines).found
        label = "".join(piece for piece in inside if isinstance(piece, str)).strip()
        if words.typed:
            label, words.typed = label.removeprefix(words.typed), ""
        if not all(isinstance(piece, str) for piece in inside):  # a note's mark, raised
            words.found += inside
        elif label:
            named = labels_in(label)
            words.found.append(Raised(self._raised + 1, label, named))
            self._raised += len(named)

    def _citation(self, content: Any, words: _Words, *, emphasised: bool) -> None:
        """A citation's words; where only a command stands for them, its keys in brackets."""
        citations, inlines = content
        if any(inline["t"] != "RawInline" for inline in inlines):
            self._inlines(inlines, words, emphasised=emphasised)
            return
        words.add("[", emphasised=emphasised)
        for row, citation in enumerate(citations):
            words.add("; " if row else "", emphasised=emphasised)
            self._inlines(citation["citationPrefix"], words, emphasised=emphasised)
            words.add(" " if citation["citationPrefix"] else "", emphasised=emphasised)
            words.add(citation["citationId"], emphasised=emphasised)
            if citation["citationSuffix"]:
                words.add(", ", emphasised=emphasised)
                self._inlines(citation["citationSuffix"], words, emphasised=emphasised)
        words.add("]", emphasised=emphasised)

    def _note(self, blocks: Sequence[Any], words: _Words) -> None:
        number = len(self.notes)
        label = self._labels[number] if number < len(self._labels) else Label(str(number + 1))
        key = ("note", number)
        self.notes[key] = _Body(label.words, "", "")
        self.notes[key] = self._body(label.words, blocks)
        words.found.append(MarkOf(key))
        if label.is_typed:
            words.typed = label.words

    def _body(self, label: str, blocks: Sequence[Any]) -> _Body:
        """A note's words, and where its first link leads."""
        inside = _Walk(())
        inside.add(blocks, _Place())
        words = (piece.label if isinstance(piece, Raised) else piece for block in inside.blocks for piece in (*block.pieces, " "))
        text = "".join(piece for piece in words if isinstance(piece, str))
        return _Body(label, text, next(_addresses(blocks), ""))


def _addresses(node: Any) -> Iterator[str]:
    """Where the links in a part of a tree lead."""
    if isinstance(node, dict):
        if node.get("t") == "Link" and node["c"][2][0].startswith(("http://", "https://")):
            yield node["c"][2][0]
        yield from _addresses(node.get("c"))
    elif isinstance(node, list):
        for part in node:
            yield from _addresses(part)


def _metadata(meta: Mapping[str, Any], walk: _Walk) -> dict[str, Any]:
    """What a document says of itself: title and subtitle, authors, date, language."""
    title = ": ".join(filter(None, (_said(meta.get(field), walk) for field in ("title", "subtitle"))))
    people = meta.get("author", {})
    names = [_said(person, walk) for person in (people.get("c", []) if people.get("t") == "MetaList" else [people])]
    return well_typed(
        {
            "title": title_of(title),
            "author": [{"literal": name} for given in names for name in authors_of(given)],
            "issued": _said(meta.get("date"), walk),
            "language": _said(meta.get("lang"), walk),
        }
    )


def _said(value: Mapping[str, Any] | None, walk: _Walk) -> str:
    """The words of one of pandoc's MetaValues; notes in it go to the walk."""
    if not value:
        return ""
    content = value.get("c")
    if value["t"] == "MetaString":
        return canonical(str(content))
    if value["t"] == "MetaInlines":
        return canonical("".join(piece if isinstance(piece, str) else "" for piece in composed(tuple(walk.words(content or []).found))))
    if value["t"] == "MetaBlocks":
        inside = _Walk(())
        inside.add(content or [], _Place())
        return canonical(" ".join(block.text for block in inside.blocks))
    return ""


def _abstract(meta: Mapping[str, Any]) -> list[Any]:
    """The blocks of an abstract, which pandoc keeps out of the text."""
    abstract = meta.get("abstract", {})
    if abstract.get("t") == "MetaBlocks":
        return list(abstract["c"])
    return [{"t": "Para", "c": abstract["c"]}] if abstract.get("t") == "MetaInlines" else []
