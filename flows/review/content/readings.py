"""Readings of names and addresses: the page's proposals, and whether a given reading fits the writing."""

from __future__ import annotations

import threading
from functools import cached_property
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from flows.intake.fields import Reading

if TYPE_CHECKING:
    from models.language.readings import Reader

READING: TypeAdapter[str] = TypeAdapter(Reading)


class Readings:
    """A reader of Japanese, loaded when it is first needed and used by one request at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    @cached_property
    def _reader(self) -> Reader:
        # Not that of the recognizers: a reader is for one thread.
        from models.language.readings import load_reader

        return load_reader()

    def propose(self, text: str) -> str:
        """Return the likeliest reading in katakana; empty when the dictionary has none for all of it."""
        with self._lock:
            found = self._reader.kana(text)
        try:
            return READING.validate_python(found)
        except ValidationError:
            return ""

    def fits(self, name: str, kana: str) -> bool:
        """Return whether a person's name that is written so may be read so.

        Args:
            name: The written name.
            kana: Its reading in katakana.
        """
        plain = "".join(name.split())
        given = "".join(kana.split())
        with self._lock:
            if given == self._reader.kana(plain):
                return True
            return any(self._both(plain[:cut], plain[cut:], given) for cut in range(1, len(plain)))

    def _both(self, family: str, given: str, kana: str) -> bool:
        """Return whether a reading consists of a surname's and a given name's reading."""
        rests = [kana.removeprefix(one) for one in self._reader.readings(family) if kana.startswith(one)]
        return any(rest and rest in self._reader.readings(given) for rest in rests)
