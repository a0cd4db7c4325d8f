"""Strangers at the page: which requests are let in, and that none of them reaches the file system or another program's answer."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from gradio_client.exceptions import AppError

import chat.app.page
from chat.answerers.extractive import ExtractiveAnswerer
from chat.app import opened
from chat.app.guard import Guard
from chat.asking import Asker
from index.embedders.hashing import HashingEmbedder
from index.library import Index
from tests.support import BRIEF
from tests.test_chat_app import GRADIO_WARNINGS, free_port, swept, visitor  # noqa: F401

pytestmark = GRADIO_WARNINGS


@pytest.fixture(scope="module")
def served(brief_index: Index) -> Iterator[str]:
    """The whole program without the model, on loopback."""
    asker = Asker(brief_index, HashingEmbedder(), ExtractiveAnswerer(0.0))
    with opened(
        brief_index, asker.ask, asker=lambda: asker, host="127.0.0.1", port=free_port(), allowed_hosts=("class.example",)
    ) as address:
        yield address


def asked(address: str, path: str, *, method: str = "GET", body: bytes | None = None, **headers: str) -> tuple[int, str]:
    """Status and words of an answer; `path` goes out as it is, which clients that mend paths would not do."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=20)
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        connection.putrequest(method, path, skip_host="Host" in names, skip_accept_encoding=True)
        if body is not None and "Content-Length" not in names:
            names["Content-Length"] = str(len(body))
        for name, value in names.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        response = connection.getresponse()
        return response.status, response.read().decode("utf-8", "replace")
    finally:
        connection.close()


@pytest.mark.parametrize("host", ["evil.example", "evil.example:7860", "localhost.evil.example", "10.1.2.3", "", "[::2]", "1270.0.0.1"])
def test_by_loopback_only_names_of_this_machine_are_heard(served: str, host: str) -> None:
    """A stranger's domain that was pointed at this machine (DNS rebinding) gets nothing, and a line that says what to do."""
    status, words = asked(served, "/", Host=host)

    assert status in (400, 421)
    assert "<" not in words
    if host.startswith("evil"):
        assert json.loads(words) == {"detail": "this page is not served as 'evil.example'; start it with --allowed-host NAME"}


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:80", "[::1]:7860", "class.example"])
def test_names_of_this_machine_and_named_ones_are_heard(served: str, host: str) -> None:
    """With any port, which a proxy may change."""
    assert asked(served, "/config", Host=host)[0] == 200


@pytest.mark.parametrize(("host", "heard"), [("192.168.1.7", True), ("[fe80::1]:7860", True), ("localhost", True), ("evil.example", False)])
def test_in_a_network_an_address_in_figures_is_heard_and_a_strangers_name_is_not(host: str, heard: bool) -> None:
    """No domain can be made to look like an address in figures, and the page need not know its own."""
    guard = Guard(lambda *_: None, host="0.0.0.0")  # type: ignore[arg-type, return-value]
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "client": ("192.168.1.9", 1)}

    assert (guard._refusal(scope, {b"host": host})[0] == 0) == heard


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:1", "file://", "http://localhost:99999999", "http://[x"]
)
def test_what_another_site_asks_for_is_refused(served: str, origin: str) -> None:
    """Reading and doing alike; so a page that somebody else wrote can neither ask in a visitor's name nor read along."""
    body = b'{"data": [], "session_hash": "x", "fn_index": 0}'
    for method, path, sent in (("POST", "/gradio_api/queue/join", body), ("GET", "/gradio_api/queue/data?session_hash=x", None)):
        status, words = asked(served, path, method=method, body=sent, Origin=origin, Content_Type="application/json")
        assert (status, json.loads(words)) == (403, {"detail": "another site asked for this; open the page itself"})


def test_what_the_page_itself_asks_for_is_let_in(served: str) -> None:
    """Its own origin, and that of a named host, which a proxy may serve under another port."""
    body = b'{"data": [null, null], "session_hash": "x", "fn_index": 99999}'
    for origin in (served.rstrip("/"), "https://class.example"):
        assert asked(served, "/gradio_api/queue/join", method="POST", body=body, Origin=origin, Content_Type="application/json")[0] != 403


def test_a_websocket_is_refused(served: str) -> None:
    """Nothing of the page speaks it, and it is under no same-origin rule."""
    key = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec_WebSocket_Key": "AAAAAAAAAAAAAAAAAAAAAA==", "Sec_WebSocket_Version": "13"}

    assert asked(served, "/gradio_api/queue/join", Origin="https://evil.example", **key)[0] == 403


_SECRET = "/etc/passwd"
_OWN = str(BRIEF)


@pytest.mark.parametrize(
    "path",
    [
        *(
            f"/gradio_api/file={path}"
            for path in (_SECRET, _OWN, "pyproject.toml", "../../../..%2fetc/passwd", "https://evil.example/x", "")
        ),
        *(f"/file={path}" for path in (_SECRET, _OWN)),
        f"/gradio_api/file/{_SECRET}",
        "/gradio_api/proxy=http://127.0.0.1/",
        *(
            f"/{folder}/{climb}etc/passwd"
            for folder in ("assets", "static", "svelte")
            for climb in ("../" * 12, "%2e%2e/" * 12, "..%2f" * 12, "/")
        ),
        "/assets/..\\..\\..\\etc\\passwd",
        "/assets/%00",
        "/static//etc/passwd",
        "/gradio_api/custom_component/x/client/component/..%2f..%2fetc%2fpasswd",
        "/gradio_api/stream/x/y/z/playlist.m3u8",
        "/gradio_api/vibe-code",
        "/monitoring",
        "/gradio_api/deep_link",
        "/gradio_api/dev/reload",
        "/gradio_api/mcp/",
        "/docs",
        "/openapi.json",
        "//etc/passwd",
        "/../../../etc/passwd",
    ],
)
def test_no_path_of_a_request_reaches_the_file_system(served: str, path: str) -> None:
    """Whatever is asked for, no file's content comes back, and the page goes on."""
    status, words = asked(served, path)

    assert status in (400, 403, 404, 422)
    assert "root:" not in words
    assert "South-South" not in words


def test_a_file_named_in_the_data_of_a_request_is_not_read(served: str) -> None:
    """An upload that was none, a path of this machine, is refused by gradio or by us, and its words never come back."""
    client = visitor(served)
    config = json.loads(asked(served, "/config")[1])
    number = next(row["id"] for row in config["dependencies"] if any(target[1] == "upload" for target in row["targets"]))
    data = {"path": _OWN, "meta": {"_type": "gradio.FileData"}}
    body = json.dumps({"data": [[data], None], "session_hash": "strange", "fn_index": number}).encode()
    asked(served, "/gradio_api/queue/join", method="POST", body=body, Content_Type="application/json")
    status, words = asked(served, "/gradio_api/queue/data?session_hash=strange")

    assert status == 200
    assert "High-Level Committee" not in words
    assert '"success":false' in words
    assert BRIEF.exists()
    assert client.predict("What is CPEC?", api_name="/ask")["quotes"]


@pytest.mark.parametrize(
    "path", ["/gradio_api/run/ask", "/gradio_api/api/ask", "/gradio_api/process_recording", "/gradio_api/vibe-edit", "/login"]
)
def test_no_other_way_leads_to_what_the_page_does(served: str, path: str) -> None:
    """What goes round the queue, or is none of the page's, is closed."""
    assert asked(served, path, method="POST", body=b'{"data": ["x"]}', Content_Type="application/json")[0] == 404


@pytest.mark.parametrize(
    ("path", "megabytes"), [("/gradio_api/queue/join", 2), ("/gradio_api/component_server", 2), ("/gradio_api/upload", 202)]
)
def test_a_request_that_says_it_is_huge_is_refused_before_it_is_read(served: str, path: str, megabytes: int) -> None:
    """With the limit in the line."""
    status, words = asked(served, path, method="POST", Content_Length=str(megabytes * 1_000_000 + 1), Content_Type="application/json")

    assert (status, json.loads(words)) == (413, {"detail": f"a request may have {megabytes} MB"})


def test_a_request_that_does_not_say_how_large_it_is_is_cut_off(served: str) -> None:
    """Its pieces are counted."""
    parts = urlsplit(served)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=20)
    pieces = (b"x" * 100_000 for _ in range(25))
    connection.request("POST", "/gradio_api/queue/join", pieces, {"Content-Type": "application/json"}, encode_chunked=True)
    response = connection.getresponse()
    connection.close()

    assert response.status in (400, 413)


def test_a_long_question_is_refused_in_words(served: str) -> None:
    """To a program as to a visitor."""
    with pytest.raises(AppError, match="the question has 2,001 characters; ask it in at most 2,000"):
        visitor(served).predict("x" * 2001, api_name="/ask")
    messages, _ = visitor(served).predict("x" * 2001, api_name="/talk")
    assert "2,001 characters" in messages[-1]["content"][0]["text"].replace("&#44;", ",")


def test_a_program_that_asks_too_often_is_told_so(brief_index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a line that says when to go on; nothing is asked meanwhile."""
    monkeypatch.setattr(chat.app.page, "_MOST_A_MINUTE", 2)
    asker = Asker(brief_index, HashingEmbedder(), ExtractiveAnswerer(0.0))
    with opened(brief_index, asker.ask, asker=lambda: asker, host="127.0.0.1", port=free_port()) as address:
        client = visitor(address)
        for _ in range(2):
            client.predict("What is CPEC?", api_name="/ask")
        with pytest.raises(AppError, match=r"that is more than 2 calls in a minute; go on in \d+ s"):
            client.predict("CPEC", api_name="/search")


def test_one_address_can_ask_for_so_much_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then it is told when to go on; looking at the page is not counted, and another address is not meant."""
    monkeypatch.setattr("chat.app.guard.MOST_A_MINUTE", 2)
    guard = Guard(lambda *_: None, host="127.0.0.1")  # type: ignore[arg-type, return-value]
    scope = {"type": "http", "method": "POST", "path": "/gradio_api/cancel", "headers": [], "client": ("127.0.0.1", 1)}
    refusals = [guard._refusal(scope, {b"host": "localhost"}) for _ in range(3)]

    assert [status for status, _ in refusals] == [0, 0, 429]
    assert refusals[-1][1] == "more than 2 requests in a minute came from your address; go on in 30 s"
    assert guard._refusal({**scope, "client": ("127.0.0.2", 1)}, {b"host": "localhost"})[0] == 0
    assert guard._refusal({**scope, "method": "GET", "path": "/"}, {b"host": "localhost"})[0] == 0


def test_health_is_told_and_nothing_else(served: str, brief_index: Index) -> None:
    """Whether it is ready, how much there is, who waits, and the version: no folder and no name."""
    found = json.loads(asked(served, "/health")[1])

    assert set(found) == {"status", "passages", "waiting", "version"}
    assert found["passages"] == len(brief_index.passages)
    assert found["status"] in ("loading", "ready")
