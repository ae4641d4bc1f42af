"""What can go wrong at the desk.

Messages carry ids and counts, never a person's data, no SQL and no path.
"""

from __future__ import annotations

from pipeline.errors import PipelineError

__all__ = [
    "AccountError",
    "ClaimLostError",
    "ConflictError",
    "DatabaseBusyError",
    "DatabaseFullError",
    "DatabaseGoneError",
    "DeskError",
    "DuplicateError",
    "FileDamagedError",
    "FileMissingError",
    "ImpossibleStepError",
    "KeyMissingError",
    "KeySettingError",
    "NotAllowedError",
    "NotFoundError",
    "NotIdentifiedError",
    "RecordingChangedError",
    "RecordingUnreadableError",
    "RolledBackError",
    "SchemaError",
    "SealBrokenError",
    "StorageFullError",
    "StorageGoneError",
    "WrongKeyError",
]


class DeskError(PipelineError):
    """Base of all; ``code`` is a short stable word for counters and Prefect."""

    code = "desk"


class AccountError(DeskError):
    """A login, a role or a password that cannot be taken."""

    code = "account"


class KeySettingError(DeskError):
    """The key's setting cannot be read, or is no key."""

    code = "key_setting"


class KeyMissingError(DeskError):
    """Sealed data is there but no key is."""

    code = "key_missing"


class WrongKeyError(DeskError):
    """The key that something was sealed with is not among those given."""

    code = "wrong_key"


class SealBrokenError(DeskError):
    """A sealed value was changed, or stands where it was not written."""

    code = "seal_broken"


class RolledBackError(SealBrokenError):
    """The database is older than its witness says, or its record was cut short."""

    code = "rolled_back"


class DatabaseBusyError(DeskError):
    """Others hold the database for longer than we may wait; nothing was changed."""

    code = "database_busy"


class DatabaseGoneError(DeskError):
    """The database cannot be reached or is not the one it was; nothing was changed."""

    code = "database_gone"


class DatabaseFullError(DeskError):
    """No room for the database; nothing was changed."""

    code = "database_full"


class SchemaError(DeskError):
    """The database was made by a newer program, or is not kaiji's."""

    code = "schema"


class ConflictError(DeskError):
    """A change contradicts what the database holds; nothing was changed."""

    code = "conflict"


class StorageFullError(DeskError):
    """No room for a file; nothing of it is left."""

    code = "storage_full"


class StorageGoneError(DeskError):
    """The store cannot be reached, or is not this desk's."""

    code = "storage_gone"


class FileMissingError(DeskError):
    """The store does not hold a file that the database names."""

    code = "file_missing"


class FileDamagedError(SealBrokenError):
    """A stored file was changed, cut off or put in another's place."""

    code = "file_damaged"


class NotFoundError(DeskError):
    """No request, call, recording or file goes by this id."""

    code = "not_found"


class DuplicateError(DeskError):
    """It is there already."""

    code = "duplicate"


class ImpossibleStepError(DeskError):
    """The state does not allow this step; the message says why in Japanese."""

    code = "impossible_step"


class NotAllowedError(DeskError):
    """Somebody's role does not allow it."""

    code = "not_allowed"


class NotIdentifiedError(ImpossibleStepError):
    """The identity check is not recorded yet."""

    code = "not_identified"


class RecordingChangedError(DeskError):
    """A recording is not the one that was attached."""

    code = "recording_changed"


class RecordingUnreadableError(DeskError):
    """A recording cannot be read where the catalogue says it lies."""

    code = "recording_unreadable"


class ClaimLostError(DeskError):
    """The call was taken by another worker, or is no longer wanted: what was made is void."""

    code = "claim_lost"
