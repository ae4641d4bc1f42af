"""The secret of Prefect's API: made anew at each start, known to its own processes and in one file.

It goes from process to process in the environment, which the system shows to the same user only; never
in arguments, addresses or logs.  People read it in the file.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import PipelineError

__all__ = ["ApiSecretError", "new_secret", "read_secret", "secret_file", "secret_variables", "told_in_file"]

FILE_NAME = "prefect-api-secret"

USER = "kaiji"
"""Prefect's is ``user:password`` (HTTP Basic); it knows no users."""

SECRET_BYTES = 32

SERVER_VARIABLE = "PREFECT_SERVER_API_AUTH_STRING"

STRONG_ENOUGH = re.compile(r"[!-9;-~]+:[!-~]{20,}")
"""Of one that a company sets itself: printable ASCII; Prefect answers others with an error or not at all."""


class ApiSecretError(PipelineError):
    """The secret that the surroundings set cannot be one; the message has no part of it."""

    code = "api_secret"


def new_secret(given: str) -> str:
    """The secret of a server to be started.

    Args:
        given: One that the surroundings set already, which workers on other machines have to know; empty
            where they set none.

    Returns:
        ``user:password``.

    Raises:
        ApiSecretError: when the one that is set is too short or not printable ASCII.
    """
    if not given:
        # An empty one would leave the WebSockets open to all.
        return f"{USER}:{secrets.token_urlsafe(SECRET_BYTES)}"
    if not STRONG_ENOUGH.fullmatch(given):
        msg = f"{SERVER_VARIABLE} は「名前:合言葉」の形で、合言葉は20文字以上の英数字と記号にしてください"
        raise ApiSecretError(msg)
    return given


def secret_variables(secret: str) -> dict[str, str]:
    """As the server asks for it and as Prefect's clients give it."""
    return {SERVER_VARIABLE: secret, "PREFECT_API_AUTH_STRING": secret}


@contextlib.contextmanager
def told_in_file(home: Path, secret: str) -> Iterator[Path]:
    """The secret in a file that its owner, and nobody else, can read; gone afterwards.

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
    # Whatever lay there, a link or a file that others may read, is not written into.
    fresh.replace(path)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def secret_file(home: Path) -> Path:
    """Where the secret of the ``make serve`` that runs on a home lies."""
    return home.absolute() / FILE_NAME


def read_secret(home: Path) -> str:
    """The secret of the ``make serve`` that runs on a home.

    Raises:
        FileNotFoundError: none does.
    """
    return secret_file(home).read_text(encoding="ascii").strip()
