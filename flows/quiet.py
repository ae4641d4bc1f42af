"""Libraries that would repeat a call's words in the log, kept quiet."""

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
    # The names of a company's recordings, which can hold a person's name or number.
    "fsspec",
    "s3fs",
    "botocore",
    "aiobotocore",
    "urllib3",
    "sqlalchemy",
)
"""Loggers that at DEBUG or INFO repeat words of the call, or addresses and files that they ask for."""


def quiet_libraries() -> None:
    """Keep libraries that quote the call at WARNING, whatever the root logger is set to."""
    for name in QUOTING_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)
