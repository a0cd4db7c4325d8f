"""
An ingest that meets a fault at a chosen file operation: `python -m bench.dying FAULT N FOLDER INGEST-ARGUMENTS…`.

Python's audit events tell of each opening, renaming, making and removing before it happens. The N-th in the index folder (from 0) is where
`killed` ends the process, as SIGKILL does; from it on, `full` refuses whatever would write, as a full disk does. One line on standard
error, when it is over, says how many operations there were. `nobody` is no such fault: it gives the superuser's rights up, and N is who
it becomes.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Sequence

_EVENTS = {"open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.listdir", "os.scandir", "shutil.rmtree"}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def main(argv: Sequence[str]) -> int:
    """Ingest with that fault; its exit status."""
    from ingest.__main__ import main as ingest

    fault, at, folder, *arguments = argv
    if fault == "nobody":
        _become(int(at))
        return ingest(arguments)
    counted = 0

    def hook(event: str, found: tuple[object, ...]) -> None:
        nonlocal counted
        if event not in _EVENTS or not found or not isinstance(found[0], (str, bytes, os.PathLike)):
            return
        if not os.fsdecode(found[0]).startswith(folder):
            return
        counted += 1
        if counted <= int(at):
            return
        if fault == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if fault == "full" and (event in ("os.mkdir", "os.rename") or (event == "open" and int(str(found[2] or 0)) & _WRITING)):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    sys.addaudithook(hook)
    status = ingest(arguments)
    print(f"{counted} file operations", file=sys.stderr)
    return status


def _become(user: int) -> None:
    """Another user, who may not even read where Python lies: what is needed is imported before."""
    import tqdm  # noqa: F401

    import index.embedders.hashing  # noqa: F401
    import ingest.build  # noqa: F401

    os.setgid(user)
    os.setuid(user)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
