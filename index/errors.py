"""
What can go wrong, as one tree. Each error also is the builtin you would have guessed.

    FootnotedError
    ├── UnreadableDocument (ValueError)    a file is not what a reader can read
    ├── EmptyCorpus        (LookupError)   there is nothing to index
    ├── UnusableFolder     (OSError)       a folder is missing, or cannot be written
    ├── IndexMismatch      (ValueError)    an index from another version or embedder
    ├── DamagedIndex       (ValueError)    an index whose bytes are not what was written
    ├── UnknownDocument    (LookupError)   no document of that name in the index
    ├── UnusableEmbedder   (ValueError)    no such embedder, or its weights are not the expected ones
    ├── UnusableReranker   (ValueError)    no such reranker, or one that gives no single score
    ├── BadQuestion        (ValueError)    a question, or a line of questions, that cannot be asked
    ├── UnknownStyle       (LookupError)   no citation style, or no format of exports, of that name
    ├── NotExported        (ValueError)    an export that cannot be written, or a file that is none and cannot be verified
    ├── UnusableAddress    (OSError)       an address the page cannot be served on
    └── TooBusy            (RuntimeError)  more is asked at once, or in a minute, than is taken

A message says what happened, with which value, and what to do. The command lines print it as one line and exit with 1.
"""

from __future__ import annotations


class FootnotedError(Exception):
    """Any error that Footnoted raises on purpose; its text is one line, fit to be shown."""


class UnreadableDocument(FootnotedError, ValueError):
    """A file that its reader cannot read, and why."""

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(f"{source}: {reason}")
        self.source = source  # the file as the user knows it: its path inside the corpus
        self.reason = reason  # what is wrong and what to do, without the file's name


class EmptyCorpus(FootnotedError, LookupError):
    """A corpus in which no document can be indexed."""


class UnusableFolder(FootnotedError, OSError):
    """A folder that is missing, is not a folder, or cannot be written."""


class IndexMismatch(FootnotedError, ValueError):
    """An index made by another version of Footnoted, or with another embedder."""


class DamagedIndex(FootnotedError, ValueError):
    """An index folder whose files are not those its manifest describes."""


class UnknownDocument(FootnotedError, LookupError):
    """A document that is not in the index."""


class UnusableEmbedder(FootnotedError, ValueError):
    """An embedder that does not exist, or whose weights are not the expected ones."""


class UnusableReranker(FootnotedError, ValueError):
    """A reranker that cannot be loaded, or that gives more than one score to a passage."""


class BadQuestion(FootnotedError, ValueError):
    """A question that cannot be asked: too long, or a line that holds none."""


class UnknownStyle(FootnotedError, LookupError):
    """A citation style, or a format of exports, that there is none of."""


class NotExported(FootnotedError, ValueError):
    """An export that cannot be written, or a file to verify that is no export or cannot be read."""


class UnusableAddress(FootnotedError, OSError):
    """A host and port on which the page cannot be served, a busy port above all."""


class TooBusy(FootnotedError, RuntimeError):
    """More is asked at once, or in a minute, than the page takes; what to do is to wait."""
