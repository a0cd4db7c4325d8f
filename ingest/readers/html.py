"""
Web pages as they were saved: the text without what is around it, read by pandoc, with its notes tied to their words.

Nothing is executed or fetched. What a page would load (text that a script writes, frames, pictures) is not there.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from index.errors import UnreadableDocument
from ingest.formats import content_of, what_it_is, wrong_format
from ingest.markup.pandoc import parse
from ingest.markup.tree import reading
from ingest.metadata import authors_of, title_of, well_typed
from ingest.readers import DEFAULTS, Options, Reading

suffixes: tuple[str, ...] = (".html", ".htm", ".xhtml")

_TITLES = ("citation_title", "dc.title", "dcterms.title", "og:title")
_AUTHORS = ("citation_author", "dc.creator", "dcterms.creator", "author", "article:author")
_DATES = ("citation_publication_date", "citation_date", "dc.date", "dcterms.date", "dcterms.issued", "article:published_time", "date")
_PUBLISHERS = ("citation_publisher", "dc.publisher", "dcterms.publisher", "og:site_name")


def read(path: Path, source: str, _: Options = DEFAULTS) -> Iterator[Reading]:
    """The file as one document."""
    from ingest.markup.web import main_part, parsed, serialised, without_frame
    from ingest.markup.web_notes import tie_notes

    content = content_of(path, source)
    if (found := what_it_is(content)) and "web page" not in found:
        raise wrong_format(source, content, "a web page")
    root, remarks = parsed(content, source)
    metadata = _metadata(root, path)
    notes = tie_notes(root)
    dropped = sum(without_frame(part) for part in (root, *notes))
    text = main_part(root)
    if dropped:
        remarks = (*remarks, f"left out {dropped:,} words of menus, forms and hidden parts")
    tree = parse(serialised([text, *notes]), "html", source)
    found_reading = reading(tree, source=source, metadata=metadata, remarks=remarks)
    if not found_reading.document.text:
        raise UnreadableDocument(source, "has no text: a script may write it; open it in a browser, save it as PDF and ingest that")
    yield found_reading


def _metadata(root: Any, path: Path) -> dict[str, Any]:
    """What a page says of itself in its head."""
    said: dict[str, list[str]] = {}
    for meta in root.iter("meta"):
        name = (meta.get("name") or meta.get("property") or "").lower()
        if name and meta.get("content"):
            said.setdefault(name, []).append(meta.get("content"))
    title = next((words for words in (*_first(said, _TITLES), _title(root)) if title_of(words, path)), "")
    address = next((link.get("href") for link in root.iter("link") if link.get("rel") == "canonical"), None) or "".join(
        said.get("og:url", [])[:1]
    )
    return well_typed(
        {
            "title": title_of(title, path),
            "author": [{"literal": name} for given in _all(said, _AUTHORS) if "://" not in given for name in authors_of(given)],
            "issued": next(iter(_first(said, _DATES)), "").replace("/", "-"),
            "publisher": next(iter(_first(said, _PUBLISHERS)), ""),
            "language": root.get("lang") or "",
            "URL": address if address.startswith(("http://", "https://")) else "",
        }
    )


def _title(root: Any) -> str:
    found = next(root.iter("title"), None)
    return "".join(found.itertext()) if found is not None else ""


def _all(said: dict[str, list[str]], names: tuple[str, ...]) -> list[str]:
    """What the first of these names that is used says."""
    return next((said[name] for name in names if name in said), [])


def _first(said: dict[str, list[str]], names: tuple[str, ...]) -> list[str]:
    return [said[name][0] for name in names if name in said]
