"""RESULTS.md and the README's copies of its tables: what a run replaces, what it leaves, and how a difference is noticed."""

from __future__ import annotations

from bench import results
from bench.__main__ import main

ANSWERS = [{"set": "brief", "hit": "13 of 14", "AUROC": "1.00"}, {"set": "squad", "hit": "515 of 620", "AUROC": "–"}]
SPEED = [{"what": "`--help`", "seconds": "0.06"}, {"what": "asking", "seconds": "8.02"}]
BINS = [{"set": "brief", "confidence": "0.0 to 0.1", "drawn": ""}, {"set": "brief", "confidence": "0.9 to 1.0", "drawn": "▇▇"}]
README = """# R

## Results

Ours:

<!-- results: Answers; brief -->

And how long it takes:

<!-- results: Speed -->

So much for that.

## Else

| a | table |
"""


def test_what_is_written_is_read_again():
    """Headings, columns, and cells with nothing in them."""
    tables = {"Answers": ANSWERS, "Reliability": BINS, "Speed": SPEED}

    assert results.parsed(results.rendered(tables)) == tables


def test_a_run_replaces_the_rows_of_its_sets(tmp_path):
    """Other sets' rows stay, in their place, under the new columns; a table without sets is replaced whole."""
    file, readme = tmp_path / "RESULTS.md", tmp_path / "README.md"
    readme.write_text(README, encoding="utf-8")
    results.write({"Answers": ANSWERS, "Speed": SPEED}, file, readme)
    results.write({"Answers": [{"set": "brief", "hit": "14 of 14", "F1": "0.7"}], "Reliability": BINS, "Speed": SPEED[1:]}, file, readme)

    assert results.parsed(file.read_text(encoding="utf-8")) == {
        "Answers": [{"set": "brief", "hit": "14 of 14", "F1": "0.7"}, {"set": "squad", "hit": "515 of 620", "F1": "–"}],
        "Reliability": BINS,
        "Speed": SPEED[1:],
    }


def test_the_readme_gets_the_rows_that_its_comments_name():
    """Under the comment, with an empty line on both sides, and nothing else changed; copying again changes nothing."""
    tables = {"Answers": ANSWERS, "Speed": SPEED}
    copied = results.copied(README, tables)

    assert (
        "Ours:\n\n<!-- results: Answers; brief -->\n\n| set | hit | AUROC |\n| --- | --- | --- |\n| brief | 13 of 14 | 1.00 |\n\nAnd"
        in copied
    )
    assert "| asking | 8.02 |\n\nSo much for that.\n\n## Else\n\n| a | table |\n" in copied
    assert "squad" not in copied
    assert results.copied(copied, tables) == copied
    assert results.copied(copied, {**tables, "Speed": SPEED[1:]}) == copied.replace("| `--help` | 0.06 |\n", "")


def test_every_difference_is_noticed():
    """One digit, a row too few, a table that was never measured, one that no comment names, and no table at all."""
    tables = {"Answers": ANSWERS, "Speed": SPEED}
    copied = results.copied(README, tables)

    assert results.difference(copied, tables) == ""
    assert "“Speed”" in results.difference(copied.replace("8.02", "8.03"), tables)
    assert "“Answers; brief”" in results.difference(copied.replace("| brief | 13 of 14 | 1.00 |\n", ""), tables)
    assert "“Speed”" in results.difference(copied, {"Answers": ANSWERS})
    assert "no comment names: | b | 1 |" in results.difference(copied.replace("So much", "| b | 1 |\n\nSo much"), tables)
    assert "no table" in results.difference("# R\n", tables)


def test_the_readme_shows_what_was_measured():
    """`python -m bench --check` finds no difference."""
    assert results.check() == ""
    assert main(["--check"]) == 0


def test_a_difference_is_one_line_and_exit_status_1(monkeypatch, capsys):
    """On standard error; and nothing is measured."""
    monkeypatch.setattr(results, "check", lambda: "README.md's table is another")

    assert main(["--check"]) == 1
    assert capsys.readouterr() == ("", "error: README.md's table is another\n")
