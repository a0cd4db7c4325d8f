"""
What reaches the page from the network at all: to whom it belongs, what for, how much and how often. ASGI, so it sees everything first.

Everything else that gradio serves is closed: among it files by path, addresses fetched for the asker, and editing the program.
"""

from __future__ import annotations

import ipaddress
import math
import re
import socket
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Collection, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from chat.app.waiting import Allowances
from chat.own import MOST_FILES, MOST_MEGABYTES

_Scope = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
_Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[_Scope, _Receive, _Send], Awaitable[None]]

MOST_A_MINUTE = 3000  # requests that do something, from one address: a hundred visitors behind one router
_MOST_BYTES = 2_000_000  # of a request; a talk that a browser kept has at most 1.6 million
_MOST_UPLOADED_BYTES = MOST_FILES * MOST_MEGABYTES * 1_000_000 + _MOST_BYTES
_MOST_LYING_BYTES = 10 * _MOST_UPLOADED_BYTES  # uploads of all visitors in the time for which gradio keeps them
_LYING_SECONDS = 1200

_API = "/gradio_api"
# What the page and the clients of its API ask for; `tools` are MCP's.
_OPEN = re.compile(
    rf"/|/config/?|/health|/favicon\.ico|/robots\.txt|/theme\.css|/manifest\.json|/(?:assets|static|svelte)/[^\0]*"
    rf"|{_API}/(?:info|openapi\.json|app_id|theme\.css|startup-events|queue/(?:join|data|status)|upload(?:_progress)?|component_server|cancel|reset)/?"
    rf"|{_API}/heartbeat/\w+|{_API}/call/(?:v2/)?\w+(?:/\w+)?/?"
)
_HEARTBEAT = re.compile(rf"{_API}/heartbeat/(\w+)")  # lasts as long as a page is open
_TOOLS = re.compile(rf"{_API}/mcp(?:/[^\0]*)?")
_LOOPBACK = ("localhost", "localhost.localdomain")


class Presence:
    """Which pages are open, and since when others are not."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._open: Counter[str] = Counter()
        self._left: dict[str, float] = {}

    def came(self, page: str) -> None:
        """A page, called by its session, was opened or is back."""
        self._open[page] += 1
        self._left.pop(page, None)

    def went(self, page: str) -> None:
        """It was closed, or its network was."""
        self._open[page] -= 1
        if not self._open[page]:
            del self._open[page]
            self._left[page] = self._clock()

    def absent_seconds(self, page: str) -> float:
        """For how long it has been closed; 0.0 while it is open, endless where it never was."""
        if page in self._open:
            return 0.0
        return self._clock() - self._left.get(page, -math.inf)

    def forget(self, *, seconds: float) -> None:
        """Forget pages that were closed so long ago."""
        now = self._clock()
        for page, left in list(self._left.items()):
            if now - left > seconds:
                self._left.pop(page, None)


class Guard:
    """
    Lets through what is meant for the page, and answers the rest with a status and one line.

    `host` is the address served on: by loopback only names of this machine are heard; elsewhere its name and any address in figures, which
    no stranger's domain can be made to look like (DNS rebinding). `named` are further hosts, such as a proxy's; `tools` opens MCP;
    `presence` is told which pages are open.
    """

    def __init__(self, app: App, *, host: str, named: Collection[str] = (), tools: bool = False, presence: Presence | None = None) -> None:
        self._app, self._tools, self._presence = app, tools, presence or Presence()
        self._named = frozenset(name.lower() for name in named)
        self._is_local = is_loopback(host)
        own = () if self._is_local else (socket.gethostname().lower(), socket.gethostname().lower() + ".local", host.lower())
        self._names = self._named | {*_LOOPBACK, *own}
        self._allowances = Allowances(MOST_A_MINUTE)
        self._lying: deque[tuple[float, int]] = deque()  # when uploads came, and their bytes

    async def __call__(self, scope: _Scope, receive: _Receive, send: _Send) -> None:
        """See ASGI."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        status, reason = self._refusal(scope, headers)
        if status:
            await _answer(scope, send, status, reason)
            return
        most = self._most_bytes(scope)
        read = 0

        async def counted() -> MutableMapping[str, Any]:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > most:
                raise _too_large(most)
            return message

        page = _HEARTBEAT.fullmatch(scope["path"])
        if page:
            self._presence.came(page[1])
        try:
            await self._app(scope, counted, send)
        finally:
            if page:
                self._presence.went(page[1])
            if _is_upload(scope):
                self._lying.append((time.monotonic(), read))

    def _refusal(self, scope: _Scope, headers: dict[bytes, str]) -> tuple[int, str]:
        """A status and why; 0 for what may pass."""
        if scope["type"] != "http":
            return 403, "nothing here speaks websocket"
        host, origin = headers.get(b"host", ""), headers.get(b"origin")
        if not self._is_ours(_name(host)):
            return 421, f"this page is not served as '{_name(host)[:100]}'; start it with --allowed-host NAME"
        if origin is not None and not self._is_same(origin, host):
            return 403, "another site asked for this; open the page itself"
        path = scope["path"]
        if not (_OPEN.fullmatch(path) or (self._tools and _TOOLS.fullmatch(path))) or ".." in path.split("/"):
            return 404, "there is nothing here"
        if scope["method"] in ("GET", "HEAD", "OPTIONS"):
            return 0, ""
        seconds = self._allowances.of((scope.get("client") or ("",))[0]).take()
        if seconds:
            return 429, f"more than {MOST_A_MINUTE} requests in a minute came from your address; go on in {int(seconds) + 1} s"
        length = headers.get(b"content-length", "0")
        if not length.isascii() or not length.isdigit() or int(length) > self._most_bytes(scope):
            return 413, f"a request may have {self._most_bytes(scope) // 1_000_000} MB"
        if _is_upload(scope) and self._lying_bytes() > _MOST_LYING_BYTES:
            return 503, "others are adding many files just now; try again in some minutes"
        return 0, ""

    def _is_ours(self, name: str) -> bool:
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return name in self._names
        return address.is_loopback or not self._is_local or name in self._named

    def _is_same(self, origin: str, host: str) -> bool:
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        if parts.scheme not in ("http", "https"):
            return False
        return parts.netloc.lower() == host.lower() or (parts.hostname or "") in self._named

    def _most_bytes(self, scope: _Scope) -> int:
        return _MOST_UPLOADED_BYTES if _is_upload(scope) else _MOST_BYTES

    def _lying_bytes(self) -> int:
        while self._lying and time.monotonic() - self._lying[0][0] > _LYING_SECONDS:
            self._lying.popleft()
        return sum(count for _, count in self._lying)


def is_loopback(host: str) -> bool:
    """Whether an address to serve on can be reached from this machine only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() in _LOOPBACK


def _name(host: str) -> str:
    """A host header without its port."""
    bracketed = re.match(r"\[([^\]]*)\]", host)
    return (bracketed[1] if bracketed else host.partition(":")[0]).lower()


def _is_upload(scope: _Scope) -> bool:
    return bool(scope["path"].rstrip("/") == f"{_API}/upload")


def _too_large(most: int) -> Exception:
    from starlette.exceptions import HTTPException  # comes with gradio

    return HTTPException(413, f"a request may have {most // 1_000_000} MB")


async def _answer(scope: _Scope, send: _Send, status: int, reason: str) -> None:
    """A line in JSON, as gradio's own errors are; `detail` is what its clients show."""
    import msgspec

    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    body = msgspec.json.encode({"detail": reason})
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body)), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
