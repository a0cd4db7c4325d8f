"""
Start and answer times of whole processes, as a user meets them.

Each figure is the median of some runs after one that is not counted. Machines differ, so compare the rows of one run.
"""

from __future__ import annotations

import os
import resource
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from statistics import median

_RUNS = 3
_QUESTION = "What is CPEC?"
_LIMIT_SECONDS = 120


def rows() -> Iterator[dict[str, str]]:
    """The table's rows, one after the other as they are measured."""
    for module in ("chat", "index", "ingest"):
        yield _row(f"`python -m {module} --help`", "CPU", _median_cpu("-m", module, "--help"))
    imports = _median_wall("-c", "import torch, sentence_transformers")
    yield _row("importing torch and sentence-transformers", "wall", imports)
    asking = _median_wall("-m", "chat", "ask", _QUESTION)
    yield _row("`python -m chat ask`, index ready", "wall", asking)
    yield _row("… beyond those imports", "wall", max(0.0, asking - imports))
    up, answered = _page()
    yield _row("`python -m chat`: the page answers HTTP", "wall", up)
    yield _row("… and the model is loaded", "wall", answered)


def _row(what: str, kind: str, seconds: float) -> dict[str, str]:
    return {"what": what, "seconds": f"{seconds:.2f}", "time": kind}


def _median_wall(*arguments: str) -> float:
    return median([_timed(*arguments)[0] for _ in range(_RUNS + 1)][1:])


def _median_cpu(*arguments: str) -> float:
    return median([_timed(*arguments)[1] for _ in range(_RUNS + 1)][1:])


def _timed(*arguments: str) -> tuple[float, float]:
    """Wall and CPU seconds of one process."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _page() -> tuple[float, float]:
    """Seconds until the page answers, and until it says that the model is loaded."""
    port = free_port()
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "chat", "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        while not _answers(port):
            if time.perf_counter() - started > _LIMIT_SECONDS or process.poll() is not None:
                raise RuntimeError("the page did not come up")
            time.sleep(0.02)
        up = time.perf_counter() - started
        assert process.stdout is not None
        while "ready" not in process.stdout.readline():
            if process.poll() is not None:
                raise RuntimeError("the page ended before its model was loaded")
        return up, time.perf_counter() - started
    finally:
        stop(process)


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def stop(process: subprocess.Popen[str]) -> None:
    """End a process. Not by SIGINT: whatever `nohup … &` starts ignores it, and so do the children."""
    process.terminate()
    process.wait(timeout=30)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False
