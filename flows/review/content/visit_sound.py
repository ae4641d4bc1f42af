"""The sound of a visit in memory: released copies as they are stored, dropped when the visit ends."""

from __future__ import annotations

import threading

from flows.desk.answers.visits import played_copy
from flows.desk.cases.files import open_clear
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import FileDamagedError
from flows.desk.kinds.values import Actor
from flows.desk.kinds.ways import VisitSession
from flows.files.keyed_digest import Digested, KeyedDigest
from pipeline.audio.recording import Recording, read_recording


class VisitSound:
    """The copies that visits play now.

    Args:
        desk: The desk.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._kept: dict[tuple[str, str], tuple[KeyedDigest, Recording]] = {}
        self._lock = threading.Lock()

    def get(self, actor: Actor, who: VisitSession, call_id: str) -> Recording:
        """Return a call's copy, if the visit still lasts.

        Args:
            actor: The approver who plays it, whom the audit log records when it is read from the store.
            who: The request, by its number, and the session of the visit.
            call_id: The call's id.

        Raises:
            NotFoundError: when the visit is over or belongs to another session, or the copy is erased.
            FileDamagedError: when the store has other bytes than those that were released.
        """
        number = who.request
        file = played_copy(self._desk, number, who.session_id, call_id)
        with self._lock:
            kept = self._kept.get((number, call_id))
        if kept is not None and kept[0] == file.digest:
            return kept[1]
        with open_clear(self._desk, actor, file.file_id) as path:
            recording = read_recording(path)
        if self._desk.digest(Digested.FILE, recording.sha256) != file.digest:
            msg = f"{call_id}: 保管場所の写しが、開示した写しと一致しません"
            raise FileDamagedError(msg)
        with self._lock:
            # For one request at a time: the visit of another one was left without an end.
            self._kept = {key: one for key, one in self._kept.items() if key[0] == number}
            self._kept[number, call_id] = file.digest, recording
        return recording

    def drop(self, number: str) -> None:
        """Drop the copies of a request after its visit."""
        with self._lock:
            self._kept = {key: one for key, one in self._kept.items() if key[0] != number}
