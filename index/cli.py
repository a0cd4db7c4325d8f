"""What the three command lines share: errors as one line, help that shows examples. Imports nothing heavy, so `--help` answers at once."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable

from index.errors import FootnotedError


def parser(prog: str, description: str, examples: str) -> argparse.ArgumentParser:
    """An argument parser whose help ends with examples."""
    return argparse.ArgumentParser(
        prog=prog, description=description, epilog=f"examples:\n{examples}", formatter_class=argparse.RawDescriptionHelpFormatter
    )


def run(command: Callable[[], int]) -> int:
    """
    A command's exit status: its own, or 1 for an error of ours, which goes to standard error as one line.

    An interrupt gives 130, and a reader that went away (`| head`) ends the program quietly.
    """
    try:
        status = command()
        sys.stdout.flush()
        return status
    except FootnotedError as error:
        print("error:", " ".join(str(error).split()), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; nothing was changed", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains once more at exit
        return 0


def positive(text: str) -> int:
    """An argument that counts something: a whole number from 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)
