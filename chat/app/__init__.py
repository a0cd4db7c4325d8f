"""
The page: a conversation on one side, the source on the other. The only place that imports gradio, and late.

    page.py      the components and what happens between them
    pane.py      what the source pane asks while someone reads
    style.css    how it looks          pane.css        how the source pane does
    pane.js      what a click does     card.js         a passage over its number
    page.js      small repairs         selection.js    asking about what is selected
"""

from __future__ import annotations

import errno
import logging
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from chat.answer import Answer
from chat.conversation import Turn
from chat.facsimile.drawer import Drawer
from chat.facsimile.pages import Facsimiles
from index.errors import FootnotedError, UnusableAddress
from index.library import Index

_PORTS = 65536
_STYLES = ("style.css", "pane.css")

_log = logging.getLogger(__name__)

Ask = Callable[[str, Sequence[Turn]], Answer]  # a question and the turns before it, oldest first, to an answer


def serve(
    index: Index,
    ask: Ask,
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    ready: Callable[[], object] | None = None,
    corpus: Path | None = None,
) -> None:
    """
    Serve the page until it is interrupted. `corpus` is the folder that the index was made from, if it is known: page images come from it.

    `ready` is called once in the background as soon as the page is up: the place to load the model. Until it returns, whoever asks is
    told that the model is being opened; `ask` is called after that, by one visitor at a time.

    Raises UnusableAddress when the page cannot be served there, before anything is built or printed.
    """
    with opened(index, ask, host=host, port=port, ready=ready, corpus=corpus) as address:
        print(f"Footnoted is open at {address} (Ctrl-C ends it)", file=sys.stderr, flush=True)
        try:
            while True:
                time.sleep(1)  # on Windows an endless wait would not hear Ctrl-C
        except KeyboardInterrupt:
            print("closed", file=sys.stderr)


@contextmanager
def opened(
    index: Index, ask: Ask, *, host: str, port: int, ready: Callable[[], object] | None = None, corpus: Path | None = None
) -> Iterator[str]:
    """The address of the page, served for as long as the context lasts. See `serve`."""
    check_address(host, port)
    _set_environment()
    from chat.app.page import build, theme

    loaded = threading.Event()
    drawer = Drawer()
    page = build(index, ask, loaded=loaded, facsimiles=Facsimiles(index, corpus, drawer))
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
                mcp_server=False,
                pwa=False,
                enable_monitoring=False,
                run_history=False,
                footer_links=[],
                show_error=False,
                max_file_size="1kb",  # nothing is uploaded here
                favicon_path=folder / "favicon.svg",
                theme=theme(),
                head="".join(
                    f"<style>{(folder / name).read_text(encoding='utf-8')}</style>" for name in _STYLES
                ),  # `css` rewrites selectors
            )
        except OSError as error:  # taken since it was checked
            raise _unusable(host, port, error) from error
        threading.Thread(target=_load, args=(ready, loaded), daemon=True).start()
        try:
            yield address
        finally:
            drawer.close()
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


def _unusable(host: str, port: int, error: OSError) -> UnusableAddress:
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port + 1 < _PORTS else 7861
        return UnusableAddress(f"port {port} is taken by another program; end that one, or choose another port: --port {other}")
    reason = error.strerror or str(error)
    return UnusableAddress(f"the page cannot be served on '{host}', port {port} ({reason}); choose others: --host 127.0.0.1 --port 7861")


def _load(ready: Callable[[], object] | None, loaded: threading.Event) -> None:
    """Run `ready`. If it fails, so will `ask`, which tells whoever asks."""
    try:
        if ready is not None:
            ready()
    except FootnotedError as error:
        _log.error("%s", error)
    finally:
        loaded.set()


def _set_environment() -> None:
    """Keep gradio and the model from looking anything up, and a proxy from standing between the page and its own server."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    for name in ("no_proxy", "NO_PROXY"):
        os.environ[name] = ",".join(filter(None, (os.environ.get(name), "127.0.0.1", "localhost")))
