"""Log levels of libraries that would write a call's words into the log."""

from __future__ import annotations

import logging

__all__ = ["quiet_libraries"]

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
