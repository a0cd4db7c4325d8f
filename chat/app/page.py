"""The components of the page and what happens between them. Everything that can be said without gradio is in `chat.render`."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from chat.answer import Answer
from chat.app.pane import pane_functions, pane_script, readings
from chat.conversation import Turn
from chat.facsimile.pages import Facsimiles
from chat.render.frame import chooser_html, header_html, starters, welcome_html
from chat.render.html import answer_html, line_html, question_html
from chat.render.library import library_html
from index.errors import FootnotedError
from index.library import Index

_VISITORS_AT_ONCE = 32  # a class; each holds a thread while it waits
_MAX_TYPED_CHARACTERS = 20_000  # more never leaves the browser

_LOOKING = "Looking through the readings …"
_OPENING = "Opening the model, a few seconds after each start …"
_FAILED = "Something went wrong on our side, and it is in the log. Please ask again, or in other words."

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Talk:
    """One visitor's conversation."""

    turns: tuple[Turn, ...] = ()  # what later questions can lean on
    messages: tuple[dict[str, str], ...] = ()  # as gradio's chat shows them
    footnotes: int = 0  # numbers given so far: they run on
    answers: int = 0


def build(index: Index, ask: Callable[[str, Sequence[Turn]], Answer], *, loaded: threading.Event, facsimiles: Facsimiles) -> Any:
    """The page as gradio Blocks, not yet launched. Questions wait until the model is `loaded`."""
    documents = tuple(index.documents.values())
    rows = {document.id: row for row, document in enumerate(documents)}
    one_at_a_time = threading.Lock()  # tokenizers refuse to be shared between threads; a question takes milliseconds

    def converse(question: str, talk: _Talk) -> Iterator[tuple[list[dict[str, str]], _Talk, Any]]:
        shown = (*talk.messages, _message("user", question_html(question))) if question.strip() else talk.messages
        yield [*shown, _message("assistant", line_html(_LOOKING if loaded.is_set() else _OPENING, kind="pending"))], talk, ""
        talk = replace(talk, messages=shown)
        loaded.wait()
        try:
            with one_at_a_time:
                answer = ask(question, talk.turns)
        except FootnotedError as error:
            talk = _said(talk, line_html(str(error), kind="error"))
        except Exception:  # noqa: BLE001  whoever asked must not wait for ever
            _log.exception("a question could not be answered")
            talk = _said(talk, line_html(_FAILED, kind="error"))
        else:
            talk = _answered(talk, answer, rows)
        yield list(talk.messages), talk, gr.skip()  # the next question may be half typed by now

    with gr.Blocks(title="Footnoted", analytics_enabled=False, fill_width=True, fill_height=True) as page:
        talk = gr.State(_Talk())
        gr.HTML(header_html(documents), elem_id="head", apply_default_css=False)
        with gr.Row(elem_id="desk", equal_height=True):
            with gr.Column(elem_id="talk", min_width=0):
                chat = gr.Chatbot(
                    elem_id="chat",
                    show_label=False,
                    label="Conversation",
                    container=False,
                    height=None,
                    layout="panel",
                    buttons=[],
                    latex_delimiters=[],
                    feedback_options=None,
                    group_consecutive_messages=False,
                    placeholder=welcome_html(documents),
                    examples=[{"text": question} for question in starters(documents)],
                )
                with gr.Row(elem_id="ask"):
                    typed = gr.Textbox(
                        elem_id="question",
                        label="Question",
                        show_label=False,
                        container=False,
                        lines=1,
                        max_lines=4,
                        max_length=_MAX_TYPED_CHARACTERS,
                        placeholder=f"Ask the reading{'' if len(documents) == 1 else 's'} a question …",
                        autofocus=True,
                        scale=1,
                    )
                    button = gr.Button("Ask", elem_id="send", variant="primary", scale=0, min_width=0)
            with gr.Column(elem_id="source", min_width=0):
                gr.HTML(library_html(index.reports(), index.manifest.skipped), elem_id="library", apply_default_css=False, js_on_load=None)
                if chooser := chooser_html(documents):
                    gr.HTML(chooser, elem_id="readings", apply_default_css=False, js_on_load=None)
                gr.HTML(
                    "",  # the script asks for the document
                    elem_id="reading",
                    apply_default_css=False,
                    js_on_load=pane_script(),
                    server_functions=pane_functions(readings(index, facsimiles)),
                )
        gr.on(
            [typed.submit, button.click],
            converse,
            [typed, talk],
            [chat, talk, typed],
            api_name="ask",
            concurrency_limit=_VISITORS_AT_ONCE,
            show_progress="hidden",
        )
        chat.example_select(_example, None, typed, show_progress="hidden", api_visibility="private", queue=False).then(
            converse,
            [typed, talk],
            [chat, talk, typed],
            concurrency_limit=_VISITORS_AT_ONCE,
            show_progress="hidden",
            api_visibility="private",
        )
    return page


def theme() -> Any:
    """Gradio's plainest theme with fonts that are there already; colours come with the style sheet, but for those shown before it loads."""
    text = ["system-ui", "Segoe UI", "Roboto", "Noto Sans", "sans-serif"]
    return gr.themes.Base(font=text, font_mono=["ui-monospace", "Consolas", "monospace"]).set(
        body_background_fill="#fbfaf7",
        body_background_fill_dark="#171613",
        body_text_color="#1d1b16",
        body_text_color_dark="#ece7dc",
    )


def _example(chosen: gr.SelectData) -> str:
    return str(chosen.value["text"])


def _message(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


def _said(talk: _Talk, html: str) -> _Talk:
    return replace(talk, messages=(*talk.messages, _message("assistant", html)))


def _answered(talk: _Talk, answer: Answer, rows: dict[str, int]) -> _Talk:
    """The conversation with an answer at its end. Small talk is not remembered: a later question does not lean on it."""
    turn = talk.answers + 1
    talk = _said(talk, answer_html(answer, turn=turn, first_number=talk.footnotes + 1, rows=rows))
    turns = talk.turns
    if answer.footnotes:
        turns = (*turns, Turn(answer.question, "\n\n".join(quote.text for quote in answer.quotes)))
    return replace(talk, turns=turns, footnotes=talk.footnotes + len(answer.footnotes), answers=turn)
