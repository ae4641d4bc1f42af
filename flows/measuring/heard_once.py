"""A call that is masked for one case and then for another is heard once: only the case has changed."""

from __future__ import annotations

from flows.hearing import Hearing, hear, put_words
from flows.loaded_models import Models
from flows.stages import Stage, transcribe
from flows.workspace import JOB, RECORDING, Workspace


class HeardOnce:
    """Runs the stages of calls (``RunStage``), and remembers what was heard of the last one."""

    def __init__(self) -> None:
        self._of: object = None
        self._hearing: Hearing | None = None

    def __call__(self, stage: Stage, call: Workspace, models: Models) -> int:
        """Run a stage; of a call whose file was heard just before, only the words are made anew."""
        if stage is not transcribe:
            return stage(call, models)
        job = call.get(JOB)
        asked = job.audio, call.get(RECORDING).sha256, job.transcript
        if self._hearing is None or self._of != asked:
            # Not both at a time: what is heard of an hour is large.
            self._hearing = None
            self._of, self._hearing = asked, hear(call, models)
        return put_words(call, self._hearing, models)
