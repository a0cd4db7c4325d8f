"""An answer as JSON, with these keys and no others; offsets count code points of the canonical text (`python -m index text`)."""

from __future__ import annotations

from typing import Any

import msgspec

from chat.answer import Answer, Quote
from chat.citing import DEFAULT_STYLE, Style, cite_all


def answer_json(answer: Answer, style: Style = DEFAULT_STYLE, *, seconds: float) -> str:
    """One line. `page` and `page_label` are null where the source has no pages; `nearest` is empty unless refused."""
    citations = cite_all(answer.quotes, style).citations
    found = {
        "question": answer.question,
        "refused": answer.refused,
        "confidence": round(answer.confidence, 4),
        "quotes": [
            {
                **_place(note.quote, with_label=True),
                "footnote": note.number,
                "source_notes": [{"label": own.label, "text": own.text, "url": own.url} for own in note.quote.notes],
            }
            for note in answer.footnotes
            if not answer.refused
        ],
        "footnotes": [{"number": number, "citation": str(citation)} for number, citation in enumerate(citations, start=1)],
        "nearest": [_place(quote) for quote in answer.nearest],
        "seconds": round(seconds, 4),
    }
    return msgspec.json.encode(found).decode("utf-8")


def _place(quote: Quote, *, with_label: bool = False) -> dict[str, Any]:
    page = quote.pages[0] if quote.pages else None
    return {
        "text": quote.text,
        "document": quote.passage.document.id,
        "start": quote.span.start,
        "end": quote.span.end,
        "page": page.number if page else None,
        **({"page_label": page.label if page else None} if with_label else {}),
        "section": quote.section,
    }
