"""`ask` and `search` as tools (MCP), for programs that speak it."""

from __future__ import annotations

import ast
import gc
import importlib.util
import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from chat.answerers.extractive import ExtractiveAnswerer
from chat.app import opened
from chat.asking import Asker
from index.embedders.hashing import HashingEmbedder
from index.library import Index
from tests.support import needed
from tests.test_chat_app import GRADIO_WARNINGS, free_port

pytestmark = GRADIO_WARNINGS


@pytest.fixture(scope="module", autouse=True)
def swept() -> Iterator[None]:
    """What gradio left open is collected while the warnings about it are no errors."""
    yield
    gc.collect()


def test_ask_and_search_are_tools(brief_index: Index) -> None:
    """Both are listed with their arguments and what they do, nothing else is; a call gives the answer with its place."""
    if importlib.util.find_spec("mcp") is None:
        needed("mcp")
    asker = Asker(brief_index, HashingEmbedder(), ExtractiveAnswerer(0.0))
    (document,) = brief_index.documents.values()
    with opened(brief_index, asker.ask, asker=lambda: asker, host="127.0.0.1", port=free_port(), mcp=True) as address:
        tools = call(address, "tools/list", {})["tools"]
        named = {tool["name"]: tool for tool in tools}
        answer = call(address, "tools/call", {"name": "ask", "arguments": {"question": "What is CPEC?"}})

    assert sorted(named) == ["ask", "search"]
    assert sorted(named["ask"]["inputSchema"]["properties"]) == ["documents", "history", "question", "style"]
    assert "authors' own words" in named["ask"]["description"]
    quote = ast.literal_eval(answer["content"][0]["text"])["quotes"][0]  # gradio writes a dict as Python does
    assert quote["text"] == document.text[quote["start"] : quote["end"]]


def call(address: str, method: str, parameters: dict[str, Any]) -> Any:
    """The result of one call, over plain HTTP."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}).encode()
    headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    with urllib.request.urlopen(urllib.request.Request(f"{address}gradio_api/mcp/", body, headers), timeout=60) as reply:
        said = reply.read().decode()
    line = next((line for line in said.splitlines() if line.startswith("data:")), said)
    return json.loads(line.removeprefix("data:"))["result"]
