"""A log tells an exception by its kind and place, in one line; nothing of what it says."""

from __future__ import annotations

import asyncio
import io
import logging
import sys
import threading
import traceback
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from flows.quiet import MAX_LINE, errors_by_kind
from tests.sentinels import found_in

SENTINELS = ("長谷川隆", "09098765432", "丸亀市土器町")
NAME, PHONE, PLACE = SENTINELS


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What every logger of this process writes, as a process of ours has it."""
    before = logging.getLogRecordFactory(), sys.excepthook, threading.excepthook
    errors_by_kind()
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)
    try:
        yield written
    finally:
        logging.getLogger().removeHandler(handler)
        logging.setLogRecordFactory(before[0])
        sys.excepthook, threading.excepthook = before[1:]


def raised(error: Exception) -> Exception:
    """An exception with a traceback."""
    try:
        raise error  # noqa: TRY301 (for its traceback)
    except Exception as caught:  # noqa: BLE001 (any)
        return caught


def of_sqlite() -> Exception:
    """What SQLAlchemy says of a statement that failed: the values are in it."""
    with create_engine("sqlite://").connect() as database:
        try:
            database.execute(
                text("INSERT INTO nowhere VALUES (:name, :phone)"), {"name": NAME, "phone": PHONE}
            )
        except OperationalError as error:
            return error
    raise AssertionError


def chained() -> Exception:
    """One that another one brought about."""
    error = raised(RuntimeError(PLACE))
    error.__cause__ = of_sqlite()
    return error


LIBRARY = logging.getLogger("prefect.server.services")

WAYS: dict[str, Callable[[Exception], None]] = {
    "exception": lambda error: LIBRARY.error("a service failed", exc_info=error),
    "in the message too": lambda error: LIBRARY.error(f"Unexpected error in: {error!r}", exc_info=error),
    "as text in the message": lambda error: LIBRARY.error("failed: %s" % error, exc_info=error),  # noqa: UP031
    "as an argument": lambda error: LIBRARY.error("failed: %s", error),
    "its representation as an argument": lambda error: LIBRARY.error("failed: %r", error, exc_info=error),
    "its traceback as a message": lambda error: LIBRARY.error("".join(traceback.format_exception(error))),
    "behind a line": lambda error: LIBRARY.warning("failed\n%s", "".join(traceback.format_exception(error))),
    "critical": lambda error: LIBRARY.critical("failed", exc_info=(type(error), error, error.__traceback__)),
    "nobody caught it": lambda error: sys.excepthook(type(error), error, error.__traceback__),
    "the wrong number of arguments": lambda error: LIBRARY.error("failed %s %s", 1, exc_info=error),
}


@pytest.mark.parametrize("error", [of_sqlite, chained, lambda: raised(KeyError(NAME))])
@pytest.mark.parametrize("way", WAYS)
def test_what_an_exception_says_is_not_told(log: io.StringIO, way: str, error: Callable[[], Exception]):
    """However a library tells of it: one line, with the kind, without a value, a statement or a traceback."""
    made = error()
    WAYS[way](made)
    written = log.getvalue()

    assert found_in(written.encode(), SENTINELS) == []
    assert written.count("\n") == 1
    assert type(made).__name__ in written
    assert "Traceback" not in written
    assert "INSERT" not in written


def test_a_thread_that_nobody_waits_for(log: io.StringIO):
    """Python would print its exception's text."""

    def fail() -> None:
        raise ValueError(NAME)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    assert found_in(log.getvalue().encode(), SENTINELS) == []
    assert "ValueError" in log.getvalue()


def test_a_task_that_nobody_asked(log: io.StringIO):
    """Asyncio prints the task, with the exception that it ended with."""

    async def fail() -> None:
        raise ValueError(PHONE)

    async def begin() -> None:
        task = asyncio.ensure_future(fail())
        await asyncio.sleep(0)
        del task

    asyncio.run(begin())
    assert found_in(log.getvalue().encode(), SENTINELS) == []
    assert "ValueError" in log.getvalue()


def test_other_lines_are_told_as_they_are(log: io.StringIO):
    """Up to a length: nobody fills the log with one."""
    LIBRARY.warning("worker %s has not been seen for %d s", "worker-1", 30)
    LIBRARY.warning("x" * 5000)
    first, second = log.getvalue().splitlines()

    assert first == "WARNING prefect.server.services: worker worker-1 has not been seen for 30 s"
    assert second.count("x") == MAX_LINE
