"""
A PDF's XMP metadata as words: title, authors, publisher, DOI and date of publication (Dublin Core, and PRISM, which journals use).

`dc:date` and `xmp:CreateDate` are not read: they say when the file was made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pypdf.xmp import XmpInformation

_PRISM = tuple(f"http://prismstandard.org/namespaces/basic/{version}/" for version in ("2.0", "2.1", "2.2", "3.0"))
_PRISM += ("http://prismstandard.org/namespaces/1.2/basic/",)
_DOI_PREFIXES = ("doi:", "https://doi.org/", "http://dx.doi.org/")


@dataclass(frozen=True, slots=True)
class Xmp:
    """What XMP says; '' and () where it says nothing."""

    title: str = ""
    authors: tuple[str, ...] = ()
    publisher: str = ""
    doi: str = ""
    published: str = ""  # as written, mostly ISO


def said_in(found: XmpInformation | None) -> Xmp:
    """What the XMP metadata of a PDF says. Raises whatever pypdf does on damaged ones."""
    if found is None:
        return Xmp()
    titles = found.dc_title or {}
    identifiers = [_prism(found, "doi"), str(found.dc_identifier or "")]
    doi = next((one for one in map(_without_prefix, identifiers) if one.startswith("10.") and "/" in one), "")
    return Xmp(
        title=_words(titles.get("x-default") or next(iter(titles.values()), "")),
        authors=tuple(filter(None, map(_words, found.dc_creator or ()))),
        publisher=_words(next(iter(found.dc_publisher or ()), "")),
        doi=doi,
        published=_prism(found, "publicationDate") or _prism(found, "coverDate"),
    )


def _prism(found: XmpInformation, name: str) -> str:
    """The words of the first PRISM field of a name, as an element or an attribute."""
    for namespace in _PRISM:
        for node in found.get_element("", namespace, name):
            value = getattr(node, "value", None)  # of an attribute
            words = _words(value or "".join(str(child.data) for child in node.childNodes if hasattr(child, "data")))
            if words:
                return words
    return ""


def _without_prefix(identifier: str) -> str:
    for prefix in _DOI_PREFIXES:
        if identifier.casefold().startswith(prefix):
            return identifier[len(prefix) :].strip()
    return identifier


def _words(value: object) -> str:
    return " ".join(str(value or "").replace("\0", "").split())
