"""Reads the secrets with which other programs prove themselves, from a file of ours, and compares."""

from __future__ import annotations

import hmac
import os
import stat
from collections.abc import Sequence
from pathlib import Path

from flows.settings import SettingError

__all__ = ["is_one_of", "secrets_of"]

MIN_SECRET_CHARS = 32
"""Characters of a secret: 128 bits as hexadecimal digits."""

MAX_SECRET_FILE_BYTES = 64 * 1024


def secrets_of(file: Path, name: str) -> tuple[bytes, ...]:
    """Read the secrets, one a line; several allow a change without interruption.

    Args:
        file: The file.
        name: The variable that names it, for the message.

    Raises:
        SettingError: when the file is missing, readable by others, or without a secret.
    """
    try:
        # Does not block on a FIFO or a device.
        handle = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as opened:
            found = os.fstat(handle)
            raw = opened.read(MAX_SECRET_FILE_BYTES) if stat.S_ISREG(found.st_mode) else b""
    except OSError as error:
        msg = f"{name} を読めません({type(error).__name__})"
        raise SettingError(msg) from None
    if not stat.S_ISREG(found.st_mode) or found.st_uid not in {0, os.getuid()} or found.st_mode & 0o077:
        msg = f"{name} は、この利用者だけが読めるファイル(0600)にしてください"
        raise SettingError(msg)
    secrets = tuple(line.strip() for line in raw.splitlines() if line.strip())
    if not secrets or any(len(secret) < MIN_SECRET_CHARS or not secret.isascii() for secret in secrets):
        msg = f"{name} には、{MIN_SECRET_CHARS}文字以上の英数字の合言葉を一行に一つ入れてください"
        raise SettingError(msg)
    return secrets


def is_one_of(given: bytes, secrets: Sequence[bytes]) -> bool:
    """Return whether something given is one of the secrets.

    All are compared, so that the time does not tell which one matched.
    """
    return sum(hmac.compare_digest(given, secret) for secret in secrets) > 0
