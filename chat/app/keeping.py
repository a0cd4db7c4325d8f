"""
What is done beside the questions while the page runs: an index made anew is taken up, and visitors who left are forgotten.

One thread looks every few seconds. Taking up never interrupts a question: whoever is at it goes on with the readings it began with.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable
from typing import Any

from chat.app.desk import FORGOTTEN_SECONDS, Desk
from chat.app.guard import Presence
from index.errors import FootnotedError
from index.library import Index
from index.manifest import MANIFEST_NAME

_LOOK_SECONDS = 2.0
LONGEST_VISIT_SECONDS = 24 * 3600  # of a page that nobody uses and nobody closes

_log = logging.getLogger(__name__)

_State = tuple[int, int, int]


class Keeper:
    """Does both until it is stopped. `page` is gradio's Blocks; `renewed` is called when other readings are there."""

    def __init__(self, desk: Desk, page: Any, presence: Presence, *, renewed: Callable[[], object] = lambda: None) -> None:
        self._desk, self._page, self._presence, self._renewed = desk, page, presence, renewed
        self._stopped = threading.Event()
        self._seen = self._state()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stopped.set()

    def renew(self) -> bool:
        """
        Take up the index in the folder if it is another one than was seen last; whether that was done.

        One that cannot be used is told in the log, once, and the readings stay those they were.
        """
        state = self._state()
        if state is None or state == self._seen:
            return False
        self._seen = state
        old = self._desk.index
        try:
            index = Index.open(old.folder)
        except FootnotedError as error:
            _log.warning("the new index is not taken up: %s", error)
            return False
        if index.manifest == old.manifest:
            return False
        made, asked = ((each.manifest.embedder, each.manifest.weights) for each in (index, old))
        if made != asked:
            _log.warning("the new index is not taken up: it was made with '%s'; start the page again", made[0])
            return False
        self._desk.house.renew(index)
        _log.info("a new index was taken up: %d documents, %d passages", len(index.documents), len(index.passages))
        return True

    def forget(self, now: dt.datetime | None = None) -> None:
        """Let go of the sessions of visitors who left some time ago, and of programs that did."""
        now = now or dt.datetime.now()  # noqa: DTZ005 - gradio's times have no zone
        holder, queue = self._page.state_holder, self._page._queue  # noqa: SLF001 - there is no other way to a session
        self._presence.forget(seconds=LONGEST_VISIT_SECONDS)
        for hash in list(holder.session_data):
            used = holder.time_last_used.get(hash)
            idle = (now - used).total_seconds() if used else 0.0
            if idle > LONGEST_VISIT_SECONDS or min(idle, self._presence.absent_seconds(hash)) > FORGOTTEN_SECONDS:
                holder.session_data.pop(hash, None)
                holder.time_last_used.pop(hash, None)
                if not queue.pending_event_ids_session.get(hash):
                    queue.pending_event_ids_session.pop(hash, None)
                    queue.pending_messages_per_session.pop(hash, None)

    def _run(self) -> None:
        while not self._stopped.wait(_LOOK_SECONDS):
            try:
                self.forget()
                if self.renew():
                    self._renewed()
            except Exception:  # noqa: BLE001 - the page goes on without
                _log.exception("looking after the page failed, and is tried again")

    def _state(self) -> _State | None:
        """What tells one manifest from another; None where there is none to be seen."""
        try:
            stat = (self._desk.index.folder / MANIFEST_NAME).stat()
        except OSError:
            return None
        return stat.st_mtime_ns, stat.st_size, stat.st_ino
