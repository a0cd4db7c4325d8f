"""
What can be done with an answer: a row of small words under it. `talk.js` says what each does; their ids say to which answer.

Gradio's sanitiser keeps `button`, `id`, `class` and `title` in a message, and drops `aria-*` and `data-*`. A further format of
`chat.export` is offered without a change here.
"""

from __future__ import annotations

from chat.answer import Answer
from chat.export import formats
from chat.render.html import escaped

REASONS = ("Beside the point", "Not all of it", "Wrong place", "Should have said that it does not know")


def acts_html(answer: Answer, *, turn: int, link: str, others: bool) -> str:
    """
    The row under an answer. `link` is its address, '' where it has none that others could open; `others` whether other passages can be
    asked for.
    """
    acts = [_button(turn, "copy", "Copy with citation", "Copy the quotations with their citations")] if answer.quotes else []
    acts += [_button(turn, "others", "Other passages", "Show other passages on this question")] if others else []
    if link:
        acts.append(f'<a id="t{turn}-link" class="act" href="{escaped(link)}" title="Copy a link that shows this answer again">Link</a>')
    acts += [_button(turn, "save", "Save", "Save this answer as a file")] if answer.footnotes else []
    acts += [
        _button(turn, "helpful", "Helpful", "This answer helps"),
        _button(turn, "unhelpful", "Not helpful", "This answer does not help"),
    ]
    reasons = "".join(_button(turn, f"reason-{row}", reason, "Why it does not help") for row, reason in enumerate(REASONS))
    why = f'<div id="t{turn}-why" class="acts why"><span>Why?</span>{reasons}</div>'
    return f'<div class="acts">{"".join(acts)}</div>{files_html(turn) if answer.footnotes else ""}{why}'


def files_html(turn: int) -> str:
    """The formats that an answer can be saved in, or for 0 the whole talk; shown when “Save” is pressed."""
    buttons = "".join(_button(turn, f"file-{name}", format.title, f"Save as {format.title}") for name, format in formats().items())
    return f'<div id="t{turn}-files" class="acts files"><span>Save as</span>{buttons}</div>'


def anew_html(turn: int) -> str:
    """The line over an answer that a link opened: whose choice the quotations were, and a way to ask oneself."""
    return f'<p class="context">Opened from a link. {_button(turn, "anew", "Ask anew", "Ask this question now")}</p>'


def _button(turn: int, name: str, words: str, title: str) -> str:
    return f'<button id="t{turn}-{name}" class="act" title="{escaped(title)}">{escaped(words)}</button>'
