"""Looking for names and numbers in everything that lies on the disk."""

from __future__ import annotations

import base64
import json
import re
import sqlite3
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

IMAGE = re.compile(
    rb"data:image/[a-z.+-]+;base64,((?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)"
)


def shapes(secret: str) -> Iterator[bytes]:
    """A secret as it may lie in a file: as text, escaped as JSON does it once or twice, or as a URL."""
    escaped = json.dumps(secret)[1:-1]
    for text in (secret, escaped, escaped.replace("\\", "\\\\"), urllib.parse.quote(secret)):
        yield text.encode()
    yield secret.encode("utf-16-le")
    if not secret.isascii():
        yield secret.encode("cp932", "ignore")
        yield secret.encode("euc_jp", "ignore")


def found_in(raw: bytes, secrets: tuple[str, ...]) -> list[str]:
    """The secrets that occur in some bytes."""
    return [secret for secret in secrets if any(shape and shape in raw for shape in shapes(secret))]


def everything_under(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """Every file and its bytes; of an SQLite database also its rows, whatever its pages look like.

    What an image holds whose data stand in a text comes apart: a name would be hidden in it.  A file that
    goes away meanwhile is passed over.
    """
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        try:
            raw = path.read_bytes()
        except FileNotFoundError:
            continue
        yield path, raw
        yield from ((path, image) for image in images_in(raw))
        if raw.startswith(b"SQLite format 3\0"):
            rows = _rows(path)
            yield path, rows
            yield from ((path, image) for image in images_in(rows))


def images_in(raw: bytes) -> Iterator[bytes]:
    """What the images hold whose data stand in some bytes."""
    for found in IMAGE.findall(raw):
        yield base64.b64decode(found)


def _rows(path: Path) -> bytes:
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return "\n".join(database.iterdump()).encode()
    finally:
        database.close()


@dataclass(frozen=True)
class Event:
    """One of Prefect's events, which it keeps beside the runs.

    Attributes:
        name: Such as ``prefect.flow-run.Completed``.
        resources: How many things it is about.
        everything: All that is kept of it: payload, resource, related ones.
    """

    name: str
    resources: int
    everything: str


def events_in(database: Path) -> list[Event]:
    """Prefect's events, of its SQLite database."""
    opened = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    opened.row_factory = sqlite3.Row
    try:
        about: dict[str, list[str]] = {}
        for row in opened.execute("select * from event_resources"):
            about.setdefault(row["event_id"], []).append(repr(tuple(row)))
        return [
            Event(
                row["event"],
                len(about.get(row["id"], [])),
                "\n".join([repr(tuple(row)), *about.get(row["id"], [])]),
            )
            for row in opened.execute("select * from events")
        ]
    finally:
        opened.close()
