"""What the page writes to standard error while it runs: a line for each question, warnings, and with `--verbose` more."""

from __future__ import annotations

import logging


def set_up(*, verbose: bool = False) -> None:
    """Write lines with their time. No line names a visitor: requests with their addresses are not logged."""
    logging.basicConfig(format="%(asctime)s %(message)s", datefmt="%Y-%m-%d %H:%M:%S", level=logging.WARNING)
    logging.getLogger("footnoted").setLevel(logging.INFO)
    if verbose:
        for ours in ("chat", "index"):
            logging.getLogger(ours).setLevel(logging.DEBUG)
