"""The secret of Prefect's API: made anew at each start, passed to our own processes, and kept in one file.

Processes receive it in the environment, which the system shows to the same user only; never in arguments,
URLs or logs.  People read it in the file.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

from flows.folders.secret_file import read_secret_file
from pipeline.errors import PipelineError

FILE_NAME = "prefect-api-secret"

USER = "kaiji"
"""The user in Prefect's ``user:password`` (HTTP Basic), which has no meaning to Prefect."""

SECRET_BYTES = 32

SERVER_VARIABLE = "PREFECT_SERVER_API_AUTH_STRING"

STRONG_ENOUGH = re.compile(r"[!-9;-~]+:[!-~]{20,}")
"""A secret that a company sets: printable ASCII, because Prefect fails on other characters."""


class ApiSecretError(PipelineError):
    """The secret in the environment is too weak or malformed; the message shows no part of it."""

    code = "api_secret"


def new_secret(given: str) -> str:
    """Return the secret for a server to be started.

    Args:
        given: The secret that the environment sets, which workers on other machines must share; empty when
            not set.

    Returns:
        ``user:password``.

    Raises:
        ApiSecretError: when the given one is too short or not printable ASCII.
    """
    if not given:
        # With an empty secret, Prefect's WebSockets would be open to everybody.
        return f"{USER}:{secrets.token_urlsafe(SECRET_BYTES)}"
    if not STRONG_ENOUGH.fullmatch(given):
        msg = f"{SERVER_VARIABLE} は「名前:合言葉」の形で、合言葉は20文字以上の英数字と記号にしてください"
        raise ApiSecretError(msg)
    return given


def secret_variables(secret: str) -> dict[str, str]:
    """Return the environment variables that hold the secret for the server and for its clients."""
    return {SERVER_VARIABLE: secret, "PREFECT_API_AUTH_STRING": secret}


@contextlib.contextmanager
def told_in_file(home: Path, secret: str) -> Iterator[Path]:
    """Write the secret to a file that only its owner can read, and remove it afterwards.

    Args:
        home: ``KAIJI_HOME``.
        secret: ``user:password``.

    Yields:
        The file.
    """
    path = secret_file(home)
    fresh = path.with_name(f".{FILE_NAME}-{secrets.token_hex(4)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secret + "\n")
    # A new file replaces what was there, which may be a link or readable by others.
    fresh.replace(path)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def secret_file(home: Path) -> Path:
    """Return the path of the secret of the ``make serve`` that runs on a home."""
    return home.absolute() / FILE_NAME


def read_secret(home: Path) -> str:
    """Read the secret of the ``make serve`` that runs on a home.

    Raises:
        FileNotFoundError: when none is running.
    """
    return read_secret_file(secret_file(home)).decode("ascii").strip()
