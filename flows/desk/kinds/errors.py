"""Errors of the desk.

Messages contain ids and counts, but no personal data, no SQL and no paths.
"""

from __future__ import annotations

from pipeline.errors import PipelineError


class DeskError(PipelineError):
    """Base of the desk's errors; ``code`` is a short stable word for counters and Prefect."""

    code = "desk"


class AccountError(DeskError):
    """A login, a role or a password is invalid."""

    code = "account"


class KeySettingError(DeskError):
    """The setting of the key cannot be read, or is not a key."""

    code = "key_setting"


class KeyMissingError(DeskError):
    """There is sealed data, but no key."""

    code = "key_missing"


class WrongKeyError(DeskError):
    """The key that something was sealed with is not among the given keys."""

    code = "wrong_key"


class SealBrokenError(DeskError):
    """A sealed value was changed or moved to another place."""

    code = "seal_broken"


class RolledBackError(SealBrokenError):
    """The database is older than its witness, or its audit log was truncated."""

    code = "rolled_back"


class DatabaseBusyError(DeskError):
    """Other processes locked the database for longer than the allowed wait; nothing was changed."""

    code = "database_busy"


class DatabaseGoneError(DeskError):
    """The database cannot be reached or was replaced; nothing was changed."""

    code = "database_gone"


class DatabaseFullError(DeskError):
    """There is no room for the database; nothing was changed."""

    code = "database_full"


class SchemaError(DeskError):
    """The database was made by a newer program, or is not a kaiji database."""

    code = "schema"


class ConflictError(DeskError):
    """A change conflicts with the content of the database; nothing was changed."""

    code = "conflict"


class StorageFullError(DeskError):
    """There is no room for a file; nothing of it is left."""

    code = "storage_full"


class StorageGoneError(DeskError):
    """The store cannot be reached, or belongs to another desk."""

    code = "storage_gone"


class FileMissingError(DeskError):
    """The store lacks a file that the database names."""

    code = "file_missing"


class FileDamagedError(SealBrokenError):
    """A stored file was changed, truncated or swapped with another."""

    code = "file_damaged"


class NotFoundError(DeskError):
    """There is no request, call, recording or file with this id."""

    code = "not_found"


class DuplicateError(DeskError):
    """The object exists already."""

    code = "duplicate"


class OutOfBoundsError(DeskError):
    """A number, a date or a text is larger than the desk takes; nothing was changed."""

    code = "out_of_bounds"


class ImpossibleStepError(DeskError):
    """The state does not allow this step; the message says why in Japanese."""

    code = "impossible_step"


class NotAllowedError(DeskError):
    """The person's role does not allow it."""

    code = "not_allowed"


class NotIdentifiedError(ImpossibleStepError):
    """The identity check is not recorded yet."""

    code = "not_identified"


class RecordingChangedError(DeskError):
    """A recording has changed since it was attached."""

    code = "recording_changed"


class RecordingUnreadableError(DeskError):
    """A recording cannot be read at its place in the catalogue."""

    code = "recording_unreadable"


class ClaimLostError(DeskError):
    """Another worker took the call, or it was withdrawn; the worker's products are discarded."""

    code = "claim_lost"
