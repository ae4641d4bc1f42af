"""Patterns of file names with named fields: ``{start:%Y%m%d-%H%M%S}_{customer}_{number}.wav``.

Fields: ``start`` (required, with a format of ``strptime``; Japan's time unless it contains ``%z``),
``id``, ``customer``, ``operator``, ``number`` (may occur twice, for both ends) and ``_`` for any
text.  A pattern with ``/`` matches the whole path below the folder, one without ``/`` the file's own
name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from flows.desk.kinds.errors import DeskError
from flows.desk.kinds.values import JAPAN

PIECE = re.compile(r"\{(?P<name>[a-z_]*)(?::(?P<format>[^{}]+))?\}|(?P<literal>[^{}]+)|(?P<brace>[{}])")
FIELDS = frozenset({"start", "id", "customer", "operator", "number", "_"})
REPEATED = frozenset({"number", "_"})

DIRECTIVES = {
    "Y": r"\d{4}",
    "m": r"\d{2}",
    "d": r"\d{2}",
    "H": r"\d{2}",
    "M": r"\d{2}",
    "S": r"\d{2}",
    "y": r"\d{2}",
    "j": r"\d{3}",
    "f": r"\d{1,6}",
    "z": r"(?:[+-]\d{2}:?\d{2}|Z)",
}
"""Directives of strptime that are allowed: numbers of fixed length, so that parsing is unambiguous."""


class PatternError(DeskError):
    """The pattern of file names is malformed."""

    code = "file_pattern"


@dataclass(frozen=True, slots=True)
class NamedFields:
    """The values of the fields in a file's name."""

    start: datetime
    id: str = field(default="", repr=False)
    customer: str = field(default="", repr=False)
    operator: str = field(default="", repr=False)
    numbers: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class FilePattern:
    """A compiled pattern.

    Attributes:
        regex: Regular expression with one group for each field.
        names: Names of the fields, in the order of the groups.
        start_format: Format for ``strptime``.
        whole_path: Whether it matches the path instead of the file's own name.
        operator_channel: Channel of a two-channel file on which the operator speaks, which names do not
            contain.
    """

    regex: re.Pattern[str]
    names: tuple[str, ...]
    start_format: str
    whole_path: bool
    operator_channel: int = 0

    def match(self, path: str) -> NamedFields | None:
        """Return the fields of a path, or ``None`` when the path does not match.

        Args:
            path: Path below the folder, with ``/``.
        """
        found = self.regex.fullmatch(path if self.whole_path else path.rpartition("/")[2])
        if found is None:
            return None
        said: dict[str, list[str]] = {name: [] for name in FIELDS}
        for name, value in zip(self.names, found.groups(), strict=True):
            said[name].append(value)
        try:
            start = datetime.strptime(said["start"][0], self.start_format)  # noqa: DTZ007 (the zone follows)
        except ValueError:
            # An impossible date, such as the 31st of February, does not match.
            return None
        once = {name: "".join(said[name]) for name in ("id", "customer", "operator")}
        zoned = start if start.tzinfo is not None else start.replace(tzinfo=JAPAN)
        return NamedFields(zoned, **once, numbers=tuple(said["number"]))


def compile_pattern(pattern: str) -> FilePattern:
    """Compile a pattern.

    Args:
        pattern: A pattern as described in the module's docstring.

    Raises:
        PatternError: when the pattern is malformed; the message describes the fault in Japanese.
    """
    names: list[str] = []
    start_format = ""
    regex = ""
    for piece in PIECE.finditer(pattern):
        if piece["brace"] is not None:
            raise PatternError("波括弧 { } の対応が合っていません")
        if piece["literal"] is not None:
            regex += re.escape(piece["literal"])
            continue
        name, form = piece["name"], piece["format"]
        _check_field(name, form, names)
        names.append(name)
        if name == "start":
            start_format = form
            regex += f"({''.join(_directives(form))})"
        else:
            regex += "([^/]+?)"
    if "start" not in names:
        raise PatternError("{start:%Y%m%d-%H%M%S} のように、通話の開始日時の欄が要ります")
    return FilePattern(re.compile(regex), tuple(names), start_format, "/" in pattern)


def _check_field(name: str, form: str | None, before: list[str]) -> None:
    if name not in FIELDS:
        msg = f"使える欄は {', '.join(sorted(FIELDS))} です"
        raise PatternError(msg)
    if name in before and name not in REPEATED:
        msg = f"欄 {name} が2回あります"
        raise PatternError(msg)
    if (form is None) == (name == "start"):
        raise PatternError("書式を書けるのは start だけで、start には要ります(例: {start:%Y%m%d-%H%M%S})")


def _directives(form: str) -> Iterator[str]:
    position = 0
    while position < len(form):
        char = form[position]
        if char != "%":
            yield re.escape(char)
            position += 1
            continue
        directive = form[position + 1 : position + 2]
        if directive not in DIRECTIVES:
            msg = f"start の書式に使えるのは {' '.join(f'%{known}' for known in DIRECTIVES)} です"
            raise PatternError(msg)
        yield DIRECTIVES[directive]
        position += 2
