"""Files that a person sends: the page's script puts their bytes into a form, and the importers read them.

Neither a name nor a path is sent along; the copy lies in a private folder while it is read.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from flows.desk.integrity.desk import Desk
from flows.review.guarding.faults import RefusedError
from flows.review.guarding.guard import MAX_BODY_BYTES


class GivenFile(BaseModel):
    """A file in a form.

    Attributes:
        kind: Kind of the file, by the end of its name.
        content: Its bytes in Base64, in the alphabet for addresses.
        may_empty: For lists: whether all entries of a kind may be missing.
    """

    kind: Literal["csv", "json", "yaml", "yml"]
    content: Annotated[str, Field(min_length=1, max_length=MAX_BODY_BYTES)]
    may_empty: bool = False


@contextlib.contextmanager
def as_file(desk: Desk, given: GivenFile) -> Iterator[Path]:
    """Put a sent file into a private folder for as long as the context lasts.

    Yields:
        Its path.

    Raises:
        RefusedError: when it did not come through whole.
    """
    try:
        content = base64.b64decode(given.content, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise RefusedError(422, "bad_request", "ファイルが正しく届いていません") from None
    with desk.store.private_folder() as folder:
        path = folder / f"sent.{given.kind}"
        path.write_bytes(content)
        yield path


@contextlib.contextmanager
def as_row(desk: Desk, cells: Mapping[str, str]) -> Iterator[Path]:
    """Put what was entered by hand into a CSV file of one row, so that it is checked as a list is.

    Args:
        desk: The desk.
        cells: What was entered, by heading.

    Yields:
        Its path.
    """
    with desk.store.private_folder() as folder:
        path = folder / "entered.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([list(cells), list(cells.values())])
        yield path
