"""The shape: who imports whom, what importing costs, and what the README promises."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import REPOSITORY, run

PACKAGES = ("index", "ingest", "chat", "bench")
MODULES = [path.relative_to(REPOSITORY) for package in PACKAGES for path in sorted((REPOSITORY / package).rglob("*.py"))]
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
COMMANDS = (
    ("ingest",),
    ("index",),
    ("index", "info"),
    ("index", "search"),
    ("index", "text"),
    ("index", "verify"),
    ("chat",),
    ("chat", "ask"),
    ("chat", "verify"),
    ("bench",),
)


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse((REPOSITORY / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_imports_go_one_way(path):
    """`index` imports neither of the others, `ingest` and `chat` never each other, nothing imports `bench`, gradio stays in chat/app."""
    forbidden = {"index": {"ingest", "chat", "bench"}, "ingest": {"chat", "bench"}, "chat": {"ingest", "bench"}, "bench": set()}
    roots = {name.split(".")[0] for name in _imports(path)}

    assert not roots & forbidden[path.parts[0]]
    assert "gradio" not in roots or path.parts[:2] == ("chat", "app")


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_shows_without_a_heavy_import(command):
    """`--help` needs neither numpy nor a model, gives an example or a default, and exits with 0."""
    module, *rest = command
    heavy = {"numpy", "torch", "faiss", "gradio", "msgspec"}
    report = f"print(sorted({heavy!r} & set(sys.modules)))"
    code = f"import sys; from {module}.__main__ import main\ntry: main({[*rest, '--help']!r})\nfinally: {report}"
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"
    assert "usage: " in done.stdout


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_option_is_in_the_readme_and_has_its_default(command):
    """Whatever a command takes, the README names; and its help says what happens without it."""
    text = run(*command, "--help").stdout
    options = set(re.findall(r"^  (?:-\w(?: \w+)?, )?(--[a-z-]+)", text, re.MULTILINE)) - {"--help"}

    assert options <= set(re.findall(r"--[a-z-]+", README)), options
    for option in options:
        described = re.split(r"\n  (?=-|\w)", text[text.index(f"  {option}") if f"  {option}" in text else text.index(option) :])[0]
        assert re.search(r"default|no progress bar|write bench", described, re.IGNORECASE), described


def test_the_file_tour_is_true():
    """Every module stands in the README's tour, and every file the tour names is there."""
    tour = README.split("## The files")[1].split("\n## ")[0]
    named = set(re.findall(r"`((?:index|ingest|chat|bench)/[\w/.]+)`", tour))
    modules = {path.as_posix() for path in MODULES if path.name != "__init__.py" or len(path.parts) == 3}

    assert {name for name in named if not (REPOSITORY / name).exists()} == set()
    assert {name for name in modules if name not in named and Path(name).parent.as_posix() + "/" not in named} == set()


def test_importing_every_module_does_nothing_else(tmp_path):
    """No module prints or writes when it is imported."""
    names = [".".join(path.with_suffix("").parts) for path in MODULES if path.name != "__main__.py" and path.parts[:2] != ("chat", "app")]
    code = f"import importlib\nfor name in {names!r}: importlib.import_module(name)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(REPOSITORY), "HOME": str(tmp_path)},
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


def test_every_reader_store_and_embedder_is_found():
    """The folders of parts hold what the README says they do."""
    from ingest.readers import readers

    plain = [".jsonl", ".markdown", ".md", ".ndjson", ".text", ".txt"]
    by_pandoc = [".docm", ".docx", ".htm", ".html", ".latex", ".odt", ".org", ".rst", ".rtf", ".tex", ".xhtml", ".epub"]
    assert sorted(readers()) == sorted([*plain, *by_pandoc, ".pdf", ".ppsx", ".pptm", ".pptx"])
    assert importlib.import_module("index.stores.faiss").FaissStore
