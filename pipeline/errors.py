"""Exceptions: one class for each kind of failure that a caller handles differently.

Messages carry ids, offsets and counts, never text from a call or a case.
"""

from __future__ import annotations

import errno
from typing import Final

NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""``errno`` values for a full disk, an exhausted quota or the largest file size."""


class PipelineError(Exception):
    """Base class; ``code`` is a short stable word for files and counters."""

    code = "pipeline"

    @property
    def kept(self) -> str:
        """Message for files that stay: ids, offsets, counts and the program's own words."""
        return str(self)


class UnreadableAudioError(PipelineError):
    """The call cannot be decoded, or holds nothing to work on."""

    code = "unreadable_audio"


class CaseFileError(PipelineError):
    """A case, transcript or truth file is malformed; the message names the key.

    Args:
        message: Message for the person at the terminal, who wrote the file.
        kept: Message for files that stay; without a key of the writer's own, which may be a name.  By default
            the message.
    """

    code = "case_file"

    def __init__(self, message: str, kept: str = "") -> None:
        super().__init__(message)
        self._kept = kept

    @property
    def kept(self) -> str:
        """Message for files that stay."""
        return self._kept or str(self)


class ModelError(PipelineError):
    """A model is missing or is not the registered one."""

    code = "model"


class CallUnsafeError(PipelineError):
    """The call could not be masked, or not be proven masked: it must not leave the house."""

    code = "call_unsafe"


class StillThereError(CallUnsafeError):
    """Masked data can still be read or heard in a finished copy.

    Args:
        message: Remedy, for the person.
        call_id: Id of the call.
        seconds: Positions in the call.
    """

    def __init__(self, message: str, call_id: str, seconds: tuple[float, ...]) -> None:
        super().__init__(message)
        self.call_id = call_id
        self.seconds = seconds


class ReviewRuleError(PipelineError):
    """A decision that the rules of the review do not allow.

    Args:
        message: The violated rule, for the analyst.
        items: Ids of the items that it concerns.
        needs: ``reason``, ``law``, ``consent`` or ``second_person``: what must be added to the decision.
    """

    code = "rule"

    def __init__(self, message: str, items: tuple[str, ...] = (), needs: str = "") -> None:
        super().__init__(message)
        self.items = items
        self.needs = needs


class InternalError(CallUnsafeError):
    """A fault of the program or of a library, not of the call, which must not leave; it is reported."""

    code = "internal"
