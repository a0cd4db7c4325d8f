"""Page images as HTML: each as it is printed, with the quoted words marked on it, and the way to the pages before and after."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence

from chat.facsimile.boxes import Box
from chat.facsimile.pages import PageImage
from chat.render.html import escaped
from chat.render.source import page_title
from index.records import Document

NOT_LOCATED = "The words could not be located on the image."


def facsimile_html(document: Document, images: Sequence[PageImage]) -> str:
    """The pages one under the other; a line of ours where there are none."""
    if not images:
        return '<p class="line">This page cannot be shown as an image.</p>'
    missing = "" if all(image.is_located for image in images) else f'<p class="line">{NOT_LOCATED}</p>'
    figures = "".join(_figure(document, image) for image in images)
    return f"{missing}{figures}{_turning(document, images)}"


def _figure(document: Document, image: PageImage) -> str:
    name = page_title(document, image.page)
    marked = ", with the quoted words marked" if image.boxes else ""
    drawn = image.drawn
    data = b64encode(drawn.image).decode("ascii")
    marks = "".join(f'<span class="lit" style="{_place(box)}"></span>' for box in image.boxes)
    return (
        f'<figure data-number="{image.page.number}" tabindex="-1">'
        f'<div class="sheet"><img src="data:{drawn.media_type};base64,{data}" width="{drawn.width}" height="{drawn.height}" '
        f'alt="{escaped(f"{name} as it is printed{marked}")}">{marks}</div><figcaption>{escaped(name)}</figcaption></figure>'
    )


def _place(box: Box) -> str:
    sides = {"left": box.left, "top": box.top, "width": box.right - box.left, "height": box.bottom - box.top}
    return "; ".join(f"{side}: {100 * share:.3f}%" for side, share in sides.items())


def _turning(document: Document, images: Sequence[PageImage]) -> str:
    """Buttons to the page before the first and the one after the last."""
    numbers = [page.number for page in document.pages]
    before = max((number for number in numbers if number < images[0].page.number), default=0)
    after = min((number for number in numbers if number > images[-1].page.number), default=0)
    unit = document.page_unit
    buttons = [(before, f"‹ Previous {unit}"), (after, f"Next {unit} ›")]
    shown = "".join(
        f'<button type="button" data-turn="{number}"{"" if number else " disabled"}>{label}</button>' for number, label in buttons
    )
    return f'<nav class="turning" aria-label="Pages">{shown}</nav>'
