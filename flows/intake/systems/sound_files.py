"""Find the recordings of an export below the folder of its list, and nowhere else.

No path of a list is opened as it is: a link is refused, and only the last parts of a place are searched, so
that a list can name neither another host nor a file elsewhere on this machine.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from functools import cached_property
from pathlib import Path

from flows.intake.fields import Refused
from flows.intake.recordings import AUDIO_SUFFIXES
from pipeline.file_bytes import is_plain

MAX_PLACE_CHARS, MAX_PLACE_PARTS = 1_024, 40
"""Longest place that is searched: S3 allows 1,024 characters in a key."""

SCHEME = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):(//)?")
BUCKETS = frozenset({"s3"})
"""Schemes of places whose recordings are searched by their last parts."""

TOKEN = re.compile(r"[0-9A-Za-z]+")
ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{3,99}")
"""An id that may be searched in file names; a shorter one would occur in the name of another call."""


class SoundFiles:
    """The audio files below a folder.

    Args:
        root: The folder; files outside it are not found, whatever links it has.
    """

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def named(self, place: str) -> Path:
        """Find the recording of a place, such as ``bucket/prefix/2026/11/CALL.wav``.

        Raises:
            Refused: when the place is a link, leads upward, or its recording is not there.
        """
        parts = _parts(place)
        for start in range(len(parts)):
            path = self._root.joinpath(*parts[start:])
            if self._holds(path):
                return path
        raise Refused("録音ファイルがありません")

    def next_to_list(self, path: Path, ending: str) -> Path:
        """Find the recording next to a list, under the list's name without its ending.

        Raises:
            Refused: when there is not exactly one.
        """
        stem = path.stem.removesuffix(ending)
        wanted = (path.with_name(f"{stem}{suffix}") for suffix in sorted(AUDIO_SUFFIXES))
        found = [each for each in wanted if self._holds(each)]
        if len(found) != 1:
            raise Refused("録音ファイルが複数あります" if found else "録音ファイルがありません")
        return found[0]

    def of_id(self, call_id: str) -> tuple[Path, ...]:
        """Find the recordings with an id in their names, in the order of their names.

        Raises:
            Refused: when the id is too short for a search, or there is no recording, or one that is no
                ordinary file of this folder.
        """
        if not ID.fullmatch(call_id):
            raise Refused("ファイルを探せる通話IDではありません(英数字と - で4〜100字)")
        words = TOKEN.findall(call_id)
        found = [path for path in self._by_token[words[0]] if _has(TOKEN.findall(path.stem), words)]
        if not found:
            raise Refused("録音ファイルがありません")
        if not all(map(self._holds, found)):
            # Left out, it would be a call with a part missing.
            raise Refused("録音ファイルが通常のファイルではありません")
        return tuple(sorted(found))

    @cached_property
    def _by_token(self) -> defaultdict[str, list[Path]]:
        found: defaultdict[str, list[Path]] = defaultdict(list)
        for folder, _, names in os.walk(self._root):
            for name in names:
                path = Path(folder) / name
                if path.suffix.lower() in AUDIO_SUFFIXES:
                    for token in set(TOKEN.findall(path.stem)):
                        found[token].append(path)
        return found

    def _holds(self, path: Path) -> bool:
        """Return whether a path is an ordinary file inside the folder, links resolved."""
        try:
            return is_plain(path) and path.resolve().is_relative_to(self._root)
        except (OSError, RuntimeError, ValueError):
            # A name that no file system takes, or links that go round in a circle.
            return False


def _parts(place: str) -> list[str]:
    scheme = SCHEME.match(place)
    if scheme is not None and scheme["scheme"].lower() not in BUCKETS:
        raise Refused("録音の場所がリンクです(取りに行きません。一覧の隣に録音を置いてください)")
    rest = place[scheme.end() :] if scheme is not None else place
    parts = rest.split("/")
    if (
        len(place) > MAX_PLACE_CHARS
        or len(parts) > MAX_PLACE_PARTS
        or not place.isprintable()
        or "\\" in place
        or not {"", ".", ".."}.isdisjoint(parts)
    ):
        raise Refused("録音ファイルの場所の形ではありません")
    if Path(parts[-1]).suffix.lower() not in AUDIO_SUFFIXES:
        raise Refused("録音ファイルの場所の形ではありません(音声の拡張子がありません)")
    return parts


def _has(tokens: list[str], words: list[str]) -> bool:
    """Return whether the words of an id occur in a name one after another."""
    return any(tokens[at : at + len(words)] == words for at in range(len(tokens)))
