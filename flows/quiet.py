"""Keeps libraries from passing a call's words on: into the log, or to a plugin."""

from __future__ import annotations

import logging
import os

__all__ = ["quiet_libraries", "without_plugins"]

QUOTING_LOGGERS = (
    "faster_whisper",
    "presidio-analyzer",
    "presidio_analyzer",
    "spacy",
    "ginza",
    "sudachipy",
    "httpx",
    # These log the names of a company's recordings, which can hold a person's name or number.
    "fsspec",
    "s3fs",
    "botocore",
    "aiobotocore",
    "urllib3",
    "sqlalchemy",
)
"""Loggers that at DEBUG or INFO write words of the call, or URLs and files that they request."""


def quiet_libraries() -> None:
    """Set these loggers to WARNING, whatever level the root logger has."""
    for name in QUOTING_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)


def without_plugins() -> None:
    """Have pydantic load no plugin in this process and in those that it starts.

    A plugin is any installed package that says it is one, and sees every value that is checked.  To look for
    them among two hundred packages also takes 10 ms, which every command would pay.  It has to be said before
    pydantic is first used, which is why it is said in the environment.
    """
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"
