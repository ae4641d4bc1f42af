"""Read the secrets of other programs from a file of ours, and compare them with given ones."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from pathlib import Path

from flows.folders.secret_file import OpenSecretError, read_secret_file
from flows.settings import SettingError

MIN_SECRET_CHARS = 32
"""Characters of a secret: 128 bits as hexadecimal digits."""


def secrets_of(file: Path, name: str) -> tuple[bytes, ...]:
    """Read the secrets, one a line; several allow a change without interruption.

    Args:
        file: The file.
        name: The variable that names it, for the message.

    Raises:
        SettingError: when the file is missing, readable by others, or without a secret.
    """
    try:
        raw = read_secret_file(file)
    except OpenSecretError:
        msg = f"{name} は、この利用者だけが読めるファイル(0600)にしてください"
        raise SettingError(msg) from None
    except OSError as error:
        msg = f"{name} を読めません({type(error).__name__})"
        raise SettingError(msg) from None
    secrets = tuple(line.strip() for line in raw.splitlines() if line.strip())
    if not secrets or any(len(secret) < MIN_SECRET_CHARS or not secret.isascii() for secret in secrets):
        msg = f"{name} には、{MIN_SECRET_CHARS}文字以上の英数字の合言葉を一行に一つ入れてください"
        raise SettingError(msg)
    return secrets


def is_one_of(given: bytes, secrets: Sequence[bytes]) -> bool:
    """Return whether a value is one of the secrets.

    It is compared with all of them, so that the time does not reveal which one matched.
    """
    return sum(hmac.compare_digest(given, secret) for secret in secrets) > 0
