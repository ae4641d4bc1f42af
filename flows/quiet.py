"""Keeps libraries from passing a call's words on: into the log, or to a plugin."""

from __future__ import annotations

import logging
import os
import re
import sys
import threading
from typing import Any

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


KIND = re.compile(
    r"^(?:[A-Za-z_]\w*\.)*([A-Za-z_]\w*(?:Error|Exception|Warning|Exit|Interrupt))(?::|$)", re.M
)
"""The kind of an exception, at the end of its printed traceback."""

MAX_LINE = 300
"""Characters of a line of the log."""

LOG = logging.getLogger("kaiji")


def errors_by_kind() -> None:
    """Have every log of this process tell an exception by its kind and place, in one line, never by its text.

    What an exception says may be somebody's: a database's names the values of the statement.  That holds for
    libraries too, and for what nobody catches.
    """
    logging.setLogRecordFactory(_bare_record)
    sys.excepthook = lambda kind, error, trace: LOG.critical("ended", exc_info=(kind, error, trace))
    threading.excepthook = lambda given: LOG.error("a thread ended: %s", given.exc_type.__name__)


def _bare_record(*args: Any, **kwargs: Any) -> logging.LogRecord:
    record = logging.LogRecord(*args, **kwargs)
    error = record.exc_info[1] if record.exc_info else None
    message = _message(record)
    if error is not None:
        # A library may have put the exception into its message, too.
        for text in (str(error), repr(error)):
            message = message.replace(text, "") if text else message
    line = _first_line(message)
    record.msg = f"{line} ({_kind(error)})" if error is not None else line
    record.args = record.exc_info = record.exc_text = record.stack_info = None
    return record


def _message(record: logging.LogRecord) -> str:
    given = record.args
    if isinstance(given, tuple):
        record.args = tuple(type(one).__name__ if isinstance(one, BaseException) else one for one in given)
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        return str(record.msg)


def _first_line(message: str) -> str:
    """Return the first line of a message; of a printed traceback, the kind of its exception."""
    if "Traceback (most recent call last)" in message:
        kinds = KIND.findall(message)
        return kinds[-1] if kinds else "an exception"
    return (message.strip().splitlines() or [""])[0][:MAX_LINE]


def _kind(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    kind = type(error).__name__
    if trace is None:
        return kind
    return f"{kind} at {os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"  # noqa: PTH119


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
