"""While the page runs: readings made anew are taken up, answers from old ones say so, and visitors who left are forgotten."""

from __future__ import annotations

import asyncio
import datetime as dt
import gc
import logging
import math
import threading
import weakref
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from chat.answerers.extractive import ExtractiveAnswerer
from chat.app import opened
from chat.app.desk import Desk, Visitor
from chat.app.guard import Guard, Presence
from chat.app.house import CHANGED
from chat.app.keeping import Keeper
from chat.app.pane import pane_functions
from chat.asking import Asker
from chat.render.link import link_to
from index.embedders.hashing import HashingEmbedder
from index.library import Index
from ingest.build import build
from tests.markup import parsed
from tests.test_chat_app import GRADIO_WARNINGS, free_port, said, shown, swept, visitor  # noqa: F401

pytestmark = GRADIO_WARNINGS

_PAGE = SimpleNamespace(
    state_holder=SimpleNamespace(session_data={}, time_last_used={}),
    _queue=SimpleNamespace(pending_event_ids_session={}, pending_messages_per_session={}),
)


@pytest.fixture
def made(corpus: Path, folder: Path) -> Any:
    """Writes readings and makes the index anew."""

    def make(embedder: str = HashingEmbedder().name, **texts: str) -> None:
        for path in corpus.iterdir():
            path.unlink()
        for name, text in texts.items():
            (corpus / f"{name}.txt").write_text(text, encoding="utf-8")
        build(corpus, folder, embedder=embedder)

    return make


@pytest.fixture
def desk(made: Any, folder: Path) -> Desk:
    """The program without the model, on two readings."""
    made(cloves="Zanzibar exports cloves to Oman.", tea="Kenya exports tea to Pakistan.")
    loaded = threading.Event()
    loaded.set()
    asker = Asker(Index.open(folder), HashingEmbedder(), ExtractiveAnswerer(0.0))
    return Desk(asker.index, asker.ask, asker=lambda: asker, loaded=loaded)


def quoted(who: Visitor) -> list[str]:
    return [quote.text for said in who.talk.said if said.answer for quote in said.answer.quotes]


def test_an_index_made_anew_is_asked_from_then_on(desk: Desk, made: Any) -> None:
    """Without a restart, and once; the same index again is nothing new."""
    keeper, who = Keeper(desk, _PAGE, Presence()), Visitor()
    assert not keeper.renew()
    made(cloves="Zanzibar exports cloves to India.", rice="Vietnam exports rice.")

    assert keeper.renew()
    assert not keeper.renew()
    desk.ask(who, "What does Vietnam export?")
    assert quoted(who) == ["Vietnam exports rice."]
    assert list(desk.index.documents) == ["cloves.txt", "rice.txt"]


def test_answers_from_readings_that_changed_say_so_and_others_stay(desk: Desk, made: Any) -> None:
    """What is shown in a talk can be followed to its place, or is a line of ours; the same holds for links."""
    keeper, who = Keeper(desk, _PAGE, Presence()), Visitor()
    desk.ask(who, "What does Kenya export?")
    desk.ask(who, "What does Zanzibar export?")
    links = [link_to(said.answer, desk.keys) for said in who.talk.said if said.answer]
    made(cloves="Zanzibar exports cloves to India.", tea="Kenya exports tea to Pakistan.", apples="Ahead of all.")
    keeper.renew()
    shown = desk.messages(who)

    assert quoted(who) == ["Kenya exports tea to Pakistan."]
    assert who.talk.said[1].line == CHANGED
    assert parsed(shown[1]["content"]).one("bdi", kind="words").text == "Kenya exports tea to Pakistan."
    (number,) = (link.attributes["href"] for link in parsed(shown[1]["content"]).all("a", kind="number"))
    source = pane_functions(desk.reading, desk.house.is_gone)[0]
    assert "tea to Pakistan" in parsed(source(number)).text
    other = Visitor()
    for link in links:
        desk.follow(other, link)
    assert [bool(said.answer) for said in other.talk.said] == [True, False]


def test_numbers_of_an_open_page_lead_to_the_same_words_or_to_a_line(desk: Desk, made: Any) -> None:
    """A row is another reading by now: the number that the page has from before means the old one."""
    keeper = Keeper(desk, _PAGE, Presence())
    source, _, words, _ = pane_functions(desk.reading, desk.house.is_gone)
    made(apples="Ahead of all.", cloves="Zanzibar exports cloves to India.", tea="Kenya exports tea to Pakistan.")
    keeper.renew()

    assert "changed since" in parsed(source("#source-0")).text
    assert words("#source-0-0-8") == ""
    assert "Kenya exports tea" in parsed(source("#source-1")).text
    assert source("#source-2") != ""
    assert "Ahead of all" in parsed(source(f"#source-{desk.house.edition.numbers()['apples.txt']}")).text
    assert source("#source-999999999999") == ""


def test_a_visitors_own_files_are_asked_with_the_new_readings(desk: Desk, made: Any, tmp_path: Path) -> None:
    """They and answers from them stay as they are."""
    keeper, who = Keeper(desk, _PAGE, Presence()), Visitor()
    (tmp_path / "own").mkdir()
    own = tmp_path / "own" / "notes.txt"
    own.write_text("Oman imports frankincense.", encoding="utf-8")
    list(desk.add(who, [own]))
    desk.ask(who, "What does Oman import?")
    made(rice="Vietnam exports rice.")
    keeper.renew()
    desk.ask(who, "What does Vietnam export?")

    assert list(desk.documents(who)) == ["rice.txt", "your files/notes.txt"]
    assert quoted(who) == ["Oman imports frankincense.", "Vietnam exports rice."]
    assert len(desk.messages(who)) == 4


def test_a_question_under_way_goes_on_with_the_readings_it_began_with(made: Any, folder: Path) -> None:
    """The new ones take their place meanwhile, the old data is deleted, and the answer comes."""
    made(cloves="Zanzibar exports cloves to Oman.")
    loaded, begun, go = threading.Event(), threading.Event(), threading.Event()
    loaded.set()

    class Slow(HashingEmbedder):
        def embed_query(self, text: str) -> Any:
            begun.set()
            go.wait(20)
            return super().embed_query(text)

    asker = Asker(Index.open(folder), Slow(), ExtractiveAnswerer(0.0))
    desk, who = Desk(asker.index, asker.ask, asker=lambda: asker, loaded=loaded), Visitor()
    asking = threading.Thread(target=desk.ask, args=(who, "What does Zanzibar export?"))
    asking.start()
    assert begun.wait(20)
    keeper = Keeper(desk, _PAGE, Presence())
    made(rice="Vietnam exports rice.")
    assert keeper.renew()
    go.set()
    asking.join(20)

    assert quoted(who) == ["Zanzibar exports cloves to Oman."]
    assert desk.messages(who)[1]["content"].count("changed since") == 1


@pytest.mark.parametrize("what", ["damaged", "gone", "other embedder"])
def test_an_index_that_cannot_be_used_is_told_once_and_the_old_one_answers(
    desk: Desk, made: Any, folder: Path, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The page goes on as it was."""
    keeper, who = Keeper(desk, _PAGE, Presence()), Visitor()
    if what == "damaged":
        (folder / "manifest.json").write_text("{", encoding="utf-8")
    elif what == "gone":
        (folder / "manifest.json").unlink()
    else:
        made("hashing-32", rice="Vietnam exports rice.")
    with caplog.at_level(logging.WARNING, "chat.app.keeping"):
        assert not any(keeper.renew() for _ in range(3))
    desk.ask(who, "What does Zanzibar export?")

    assert quoted(who) == ["Zanzibar exports cloves to Oman."]
    assert len([line for line in caplog.records if line.name == "chat.app.keeping"]) == (0 if what == "gone" else 1)


def test_the_running_page_takes_up_readings_and_shows_them(made: Any, folder: Path) -> None:
    """A visitor who was there before asks the new readings, and one who comes after sees them listed."""
    made(cloves="Zanzibar exports cloves to Oman.")
    asker = Asker(Index.open(folder), HashingEmbedder(), ExtractiveAnswerer(0.0))
    with opened(asker.index, asker.ask, asker=lambda: asker, host="127.0.0.1", port=free_port()) as address:
        client = visitor(address)
        said(client, "What does Zanzibar export?")
        made(rice="Vietnam exports rice.")
        for _ in range(100):
            answer = client.predict("What does Vietnam export?", api_name="/ask")
            if [quote["text"] for quote in answer["quotes"]] == ["Vietnam exports rice."]:
                break
            threading.Event().wait(0.1)
        messages = said(client, "What does Vietnam export?")

    assert "Vietnam exports rice" in parsed(shown(messages[-1])).text
    assert "changed since" in parsed(shown(messages[1])).text


@pytest.fixture
def sessions() -> Any:
    """A page with what gradio keeps of sessions."""
    return SimpleNamespace(
        state_holder=SimpleNamespace(session_data={}, time_last_used={}),
        _queue=SimpleNamespace(pending_event_ids_session={}, pending_messages_per_session={}),
    )


def test_who_left_is_forgotten_and_who_is_there_is_not(desk: Desk, sessions: Any) -> None:
    """Ten minutes after the page was closed and last used; a program's session too, which opens none; an open page has a day."""
    holder, now, clock = sessions.state_holder, dt.datetime(2026, 1, 1, 12), [0.0]  # noqa: DTZ001
    presence = Presence(clock=lambda: clock[0])
    for name, idle, closed in (
        ("left", 11, 11),
        ("just left", 300, 9),
        ("just asked", 9, 300),
        ("reading", 300, None),
        ("for days", 1500, None),
        ("back", 300, 20),
        ("program", 11, None),
    ):
        holder.session_data[name] = SimpleNamespace(state_data={7: Visitor()})
        holder.time_last_used[name] = now - dt.timedelta(minutes=idle)
        sessions._queue.pending_event_ids_session[name] = set()
        if name != "program":
            presence.came(name)
        if closed is not None:
            clock[0] = -60.0 * closed
            presence.went(name)
    presence.came("back")
    clock[0] = 0.0
    Keeper(desk, sessions, presence).forget(now)

    there = {"just left", "just asked", "reading", "back"}
    assert set(holder.session_data) == set(holder.time_last_used) == set(sessions._queue.pending_event_ids_session) == there


def test_an_open_page_is_known_to_be_open() -> None:
    """From its first moment until it is closed, whatever it asks."""
    presence, seen = Presence(), []

    async def app(*_: object) -> None:
        seen.append(presence.absent_seconds("abc"))

    scope = {"type": "http", "method": "GET", "path": "/gradio_api/heartbeat/abc", "headers": [(b"host", b"localhost")]}
    assert presence.absent_seconds("abc") == math.inf
    asyncio.run(Guard(app, host="127.0.0.1", presence=presence)(scope, app, app))  # type: ignore[arg-type]

    assert seen == [0.0]
    assert 0.0 <= presence.absent_seconds("abc") < math.inf


def test_a_thousand_visits_leave_no_visitor_behind(desk: Desk, sessions: Any) -> None:
    """Each asked something; after they were forgotten, nothing holds any of them."""
    holder, now = sessions.state_holder, dt.datetime(2026, 1, 1, 12)  # noqa: DTZ001
    gone = []
    for number in range(1000):
        who = Visitor()
        desk.ask(who, f"What does Zanzibar export in {number}?")
        gone.append(weakref.ref(who))
        holder.session_data[str(number)] = SimpleNamespace(state_data={7: who})
        holder.time_last_used[str(number)] = now
    del who
    keeper = Keeper(desk, sessions, Presence())
    keeper.forget(now)
    assert all(visitor() is not None for visitor in gone)
    keeper.forget(now + dt.timedelta(hours=1))
    gc.collect()

    assert [visitor for visitor in gone if visitor() is not None] == []
    assert len(desk._remembered) <= 256
