"""
The page: a conversation on one side, the source on the other. The only place that imports gradio, and late.

    desk.py      what the page can do, and what belongs to one visitor      pool.py       questions to propose
    house.py     the readings, which can be made anew meanwhile             waiting.py    whose turn it is
    handlers.py  what happens when a visitor does something                 programs.py   what other programs can call
    page.py      the components, and what is wired to what
    pane.py      what the source pane asks while someone reads
    guard.py     which requests are let in                                  keeping.py    what is done beside the questions
    logs.py      what is written to the log
    style.css, talk.css, pane.css    how it looks
    talk.js      the talk, the tabs, what the browser keeps
    pane.js      what a click on a number does        card.js         a passage over its number
    page.js      small repairs                        selection.js    asking about what is selected
"""

from __future__ import annotations

import errno
import importlib.util
import logging
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from importlib import resources
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from chat.app.desk import Ask, Desk
from chat.asking import Asker
from chat.facsimile.drawer import Drawer
from chat.facsimile.pages import Facsimiles
from chat.own import MOST_MEGABYTES
from index.errors import FootnotedError, UnusableAddress
from index.library import Index

_PORTS = 65536
_LAST_QUESTION_SECONDS = 5
_MOST_SESSIONS = 2000  # then the one used least lately is forgotten
_STYLES = ("style.css", "talk.css", "pane.css")

_log = logging.getLogger(__name__)


def serve(
    index: Index,
    ask: Ask,
    *,
    asker: Callable[[], Asker] | None = None,
    host: str = "127.0.0.1",
    port: int = 7860,
    ready: Callable[[], object] | None = None,
    corpus: Path | None = None,
    mcp: bool = False,
    allowed_hosts: Collection[str] = (),
    log_questions: bool = False,
) -> None:
    """
    Serve the page until it is interrupted. `corpus` is the folder that the index was made from, if it is known: page images come from it.

    `asker` gives what answers once `ready` has returned; without it the page only asks, and shows nothing that needs more. `mcp` offers
    what programs can call as tools too. `allowed_hosts` are names under which the page can be asked, besides those of this machine.
    `log_questions` puts the words of questions into the log.

    `ready` is called once in the background as soon as the page is up: the place to load the model. Until it returns, whoever asks is
    told that the model is being opened; `ask` is called after that, by one visitor at a time. When `ingest` has put another index in the
    place of `index`, that is asked, if there is an `asker`.

    Raises UnusableAddress when the page cannot be served there, before anything is built or printed.
    """
    with opened(
        index,
        ask,
        asker=asker,
        host=host,
        port=port,
        ready=ready,
        corpus=corpus,
        mcp=mcp,
        allowed_hosts=allowed_hosts,
        log_questions=log_questions,
    ) as address:
        print(f"Footnoted is open at {address} (Ctrl-C ends it)", file=sys.stderr, flush=True)
        try:
            while True:
                time.sleep(1)  # on Windows an endless wait would not hear Ctrl-C
        except KeyboardInterrupt:
            print("closed", file=sys.stderr)


@contextmanager
def opened(
    index: Index,
    ask: Ask,
    *,
    host: str,
    port: int,
    asker: Callable[[], Asker] | None = None,
    ready: Callable[[], object] | None = None,
    corpus: Path | None = None,
    mcp: bool = False,
    allowed_hosts: Collection[str] = (),
    log_questions: bool = False,
) -> Iterator[str]:
    """The address of the page, served for as long as the context lasts. See `serve`."""
    check_address(host, port)
    if mcp:
        check_tools()
    _set_environment()
    from starlette.middleware import Middleware  # comes with gradio

    from chat.app.guard import Guard, Presence
    from chat.app.keeping import Keeper
    from chat.app.page import VISITORS_AT_ONCE, build, theme
    from chat.app.pool import Pool

    loaded = threading.Event()
    drawer = Drawer()
    desk = Desk(
        index,
        ask,
        asker=asker,
        loaded=loaded,
        facsimiles_of=lambda index: Facsimiles(index, corpus, drawer),
        log_questions=log_questions,
    )
    pool = Pool(desk)
    page = build(desk, pool)
    presence = Presence()
    guard = Middleware(Guard, host=host, named=allowed_hosts, tools=mcp, presence=presence)
    with resources.as_file(resources.files(__name__)) as folder:
        try:
            _, address, _ = page.launch(
                server_name=host,
                server_port=port,
                prevent_thread_lock=True,
                quiet=True,
                share=False,
                inbrowser=False,
                ssr_mode=False,
                mcp_server=mcp,
                pwa=False,
                enable_monitoring=False,
                run_history=False,
                footer_links=[],
                show_error=False,
                max_file_size=f"{MOST_MEGABYTES}mb" if asker is not None else "1kb",  # then nothing is uploaded
                max_threads=VISITORS_AT_ONCE + 40,  # and some for what the pane asks
                state_session_capacity=_MOST_SESSIONS,
                app_kwargs={"middleware": [guard], "routes": [_health(desk)]},
                favicon_path=folder / "favicon.svg",
                theme=theme(),
                head="".join(
                    f"<style>{(folder / name).read_text(encoding='utf-8')}</style>" for name in _STYLES
                ),  # `css` rewrites selectors
            )
        except OSError as error:  # taken since it was checked
            raise _unusable(host, port, error) from error
        loading = threading.Thread(target=_load, args=(ready, loaded, pool.fill if asker is not None else None), daemon=True)
        loading.start()
        keeper = Keeper(desk, page, presence, renewed=pool.fill)
        if asker is not None:
            keeper.start()
        try:
            yield address
        finally:
            keeper.stop()
            drawer.close()
            pool.stop()
            if loaded.is_set():
                loading.join(_LAST_QUESTION_SECONDS)  # a thread that is cut off inside the model ends the program with a crash
            page.server.force_exit = True  # browsers keep a connection open, and would be waited for …
            logging.getLogger("uvicorn.error").disabled = True  # … and that they are cut off is no news
            page.close(verbose=False)
            logging.getLogger("uvicorn.error").disabled = False


def check_address(host: str, port: int) -> None:
    """Raise UnusableAddress unless a server can listen there now."""
    if not 0 < port < _PORTS:
        raise UnusableAddress(f"there is no port {port}: they run from 1 to {_PORTS - 1}; choose another: --port 7861")
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        raise _unusable(host, port, error) from error


def _health(desk: Desk) -> Any:
    """`/health`: whether questions are answered yet, and of how much; for whoever looks after the program."""
    from starlette.responses import JSONResponse  # comes with gradio
    from starlette.routing import Route

    async def health(_request: object) -> JSONResponse:
        state = "ready" if desk.loaded.is_set() else "loading"
        return JSONResponse({"status": state, "passages": len(desk.index.passages), "waiting": len(desk.line), "version": _version()})

    return Route("/health", health)


def _version() -> str:
    try:
        return version("footnoted")
    except PackageNotFoundError:  # run from a clone
        return "unknown"


def check_tools() -> None:
    """Raise FootnotedError unless what serves tools (MCP) is installed."""
    if importlib.util.find_spec("mcp") is None:
        raise FootnotedError("--mcp needs what is not installed; run: python3 -m pip install -c constraints.txt '.[mcp]'")


def _unusable(host: str, port: int, error: OSError) -> UnusableAddress:
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port + 1 < _PORTS else 7861
        return UnusableAddress(f"port {port} is taken by another program; end that one, or choose another port: --port {other}")
    reason = error.strerror or str(error)
    return UnusableAddress(f"the page cannot be served on '{host}', port {port} ({reason}); choose others: --host 127.0.0.1 --port 7861")


def _load(ready: Callable[[], object] | None, loaded: threading.Event, after: Callable[[], object] | None) -> None:
    """Run `ready`, and `after` it what can wait. If it fails, so will `ask`, which tells whoever asks."""
    try:
        if ready is not None:
            ready()
    except FootnotedError as error:
        _log.error("%s", error)
    finally:
        loaded.set()
    if after is not None:
        after()


def _set_environment() -> None:
    """Keep gradio and the model from looking anything up, and a proxy from standing between the page and its own server."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    for name in ("no_proxy", "NO_PROXY"):
        os.environ[name] = ",".join(filter(None, (os.environ.get(name), "127.0.0.1", "localhost")))
