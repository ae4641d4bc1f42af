"""Exceptions: one class for each kind of failure that a caller handles differently.

Messages carry ids, offsets and counts, never text from a call or a case.
"""

from __future__ import annotations

import errno
from typing import Final

__all__ = [
    "NO_ROOM",
    "CallUnsafeError",
    "CaseFileError",
    "InternalError",
    "ModelError",
    "PipelineError",
    "ReviewRuleError",
    "UnreadableAudioError",
]


NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""``errno`` values that mean: the disk, the quota or the largest file size is used up."""


class PipelineError(Exception):
    """Base of all; ``code`` is a short stable word for files and counters."""

    code = "pipeline"

    @property
    def kept(self) -> str:
        """The message as it may be written to a file that stays: ids, offsets, counts and our own words."""
        return str(self)


class UnreadableAudioError(PipelineError):
    """The call cannot be decoded, or holds nothing to work on."""

    code = "unreadable_audio"


class CaseFileError(PipelineError):
    """A case, transcript or truth file is malformed; the message names the key.

    Args:
        message: For the person at the terminal, who wrote the file.
        kept: For what is kept; without a key that the file's writer made up, which may be a name.
            By default the message.
    """

    code = "case_file"

    def __init__(self, message: str, kept: str = "") -> None:
        super().__init__(message)
        self._kept = kept

    @property
    def kept(self) -> str:
        """What may be written to a file."""
        return self._kept or str(self)


class ModelError(PipelineError):
    """A model is missing or is not the one it claims to be."""

    code = "model"


class CallUnsafeError(PipelineError):
    """The call could not be masked, or not proven masked: nothing may leave."""

    code = "call_unsafe"


class StillThereError(CallUnsafeError):
    """Something that was masked can still be read or heard in a finished copy.

    Args:
        message: What to do, for the person.
        call_id: Id of the call.
        seconds: Where in it.
    """

    def __init__(self, message: str, call_id: str, seconds: tuple[float, ...]) -> None:
        super().__init__(message)
        self.call_id = call_id
        self.seconds = seconds


class ReviewRuleError(PipelineError):
    """A decision that the rules of the review do not allow.

    Args:
        message: Which rule, for the analyst.
        items: Ids of the items it concerns.
        needs: ``reason``, ``law`` or ``second_person``: what has to be added for the decision to be allowed.
    """

    code = "rule"

    def __init__(self, message: str, items: tuple[str, ...] = (), needs: str = "") -> None:
        super().__init__(message)
        self.items = items
        self.needs = needs


class InternalError(CallUnsafeError):
    """A fault of the program or of a library, not of the call: nothing may leave, and it is reported."""

    code = "internal"
