"""Read a YAML file so that every error in it has a line.

The file holds a company's terms, perhaps people's names and numbers: an error states the position and what is
expected there, never the content.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from pipeline.errors import PipelineError
from pipeline.file_bytes import open_file

YES, NO = frozenset({"yes", "true", "on"}), frozenset({"no", "false", "off"})
"""Truth values of YAML 1.1, in any case."""

_WORD = re.compile(r"[a-z_]+")

MAX_BYTES = 1_000_000
"""Greatest size of a file: a thousand people with readings take sixty thousand bytes, a megabyte takes
seconds."""

MAX_DIGITS = 9
"""Greatest number of digits of an integer."""


class RecognizerFileError(PipelineError):
    """The file of a company's recognizers is malformed; the message names line and key."""

    code = "recognizer_file"


@dataclass(frozen=True, slots=True)
class Entry:
    """A node of the file, with its position.

    Attributes:
        key: Path of known keys and indices, e.g. ``recognizers[0].patterns[1].score``.
        line: Line in the file, from 1.
        node: The YAML node.
    """

    key: str
    line: int
    node: yaml.Node = field(repr=False)

    @property
    def is_mapping(self) -> bool:
        """Whether the node is a mapping."""
        return isinstance(self.node, yaml.MappingNode)

    def error(self, reason: str) -> RecognizerFileError:
        """Make an error for this position; ``reason`` must not repeat the content."""
        return RecognizerFileError(f"{self.line}行目 {self.key}: {reason}")

    def text(self) -> str:
        """Return a string that is not blank, without white space around it."""
        if not isinstance(self.node, yaml.ScalarNode) or not self._is("str"):
            # YAML reads 0120444444 as an octal number, and no as a truth value.
            raise self.error("文字列ではありません（数字や yes・no は引用符で囲んでください）")
        text = str(self.node.value).strip()
        if not text:
            raise self.error("空です")
        return text

    def number(self) -> float:
        """Return a number from 0 to 1."""
        reason = "0 から 1 の数ではありません"
        if not (self._is("float") or self._is("int")):
            raise self.error(reason)
        try:
            number = float(str(self.node.value))
        except ValueError:
            raise self.error(reason) from None
        if not 0 <= number <= 1:
            raise self.error(reason)
        return number

    def whole(self) -> int:
        """Return an integer in decimal digits."""
        value = str(self.node.value)
        if not self._is("int") or not value.isdecimal() or len(value) > MAX_DIGITS:
            raise self.error("整数ではありません")
        return int(value)

    def flag(self) -> bool:
        """Return a truth value."""
        value = str(self.node.value).lower() if self._is("bool") else ""
        if value not in YES | NO:
            raise self.error("true か false のどちらかです")
        return value in YES

    def plain(self) -> object:
        """Return a scalar, or a list of scalars, as Python values."""
        if isinstance(self.node, yaml.SequenceNode):
            return [entry.plain() for entry in self.entries()]
        if self._is("bool"):
            return self.flag()
        if self._is("int"):
            return self.whole()
        return self.number() if self._is("float") else self.text()

    def entries(self) -> tuple[Entry, ...]:
        """Return the entries of a list that is not empty."""
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.error("配列ではありません")
        if not self.node.value:
            raise self.error("空です")
        nodes = enumerate(self.node.value)
        return tuple(Entry(f"{self.key}[{index}]", _line_of(node), node) for index, node in nodes)

    def keys(self, known: frozenset[str] | None = None) -> dict[str, Entry]:
        """Return the entries of a mapping, without null ones.

        Args:
            known: Allowed keys; any where it is ``None``.

        Returns:
            Entries by key.
        """
        if not isinstance(self.node, yaml.MappingNode):
            raise self.error("キーと値の組ではありません")
        found: dict[str, Entry] = {}
        seen: set[str] = set()
        for key_node, node in self.node.value:
            place = Entry(self.key, _line_of(key_node), key_node)
            key = place.text()
            if known is not None and key not in known:
                # The key is not repeated: with a wrong indent it may be a name.
                raise place.error(f"知らないキーです（使えるキー: {', '.join(sorted(known))}）")
            if key in seen:
                raise place.error("同じキーが2回あります")
            seen.add(key)
            if node.tag != "tag:yaml.org,2002:null":
                # An unknown key may be a person's name.
                shown = key if _WORD.fullmatch(key) else "…"
                found[key] = Entry(f"{self.key}.{shown}".removeprefix("."), place.line, node)
        return found

    def _is(self, kind: str) -> bool:
        return bool(self.node.tag == f"tag:yaml.org,2002:{kind}")


class _WithoutAliases(yaml.SafeLoader):  # type: ignore[misc]  # PyYAML has no types
    """A loader that refuses aliases: a few lines of them can stand for millions of entries."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark
            raise RecognizerFileError(f"{mark.line + 1}行目: 参照(*)は使えません")
        node: yaml.Node | None = super().compose_node(parent, index)
        return node


def read_yaml(path: Path) -> tuple[Entry, str]:
    """Read a YAML file without constructing Python objects from it.

    Args:
        path: The file, UTF-8.

    Returns:
        The document, and the file's SHA-256.

    Raises:
        RecognizerFileError: the file is unreadable, too large, malformed or empty, or holds an alias.
    """
    try:
        with open_file(path) as file:
            raw = file.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise RecognizerFileError(f"ファイルが大きすぎます (上限 {MAX_BYTES:,} バイト)")
        text = raw.decode("utf-8-sig")
    except OSError as error:
        raise RecognizerFileError(f"ファイルを読めません({type(error).__name__})") from None
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise RecognizerFileError(f"{line}行目: UTF-8 の文字ではありません") from None
    try:
        node = yaml.compose(text, Loader=_WithoutAliases)
    except yaml.YAMLError as error:
        raise RecognizerFileError(f"{_line(error, text)}行目: YAML として読めません") from None
    except RecursionError:
        raise RecognizerFileError("入れ子が深すぎます") from None
    if node is None:
        raise RecognizerFileError("1行目: 空です")
    return Entry("", _line_of(node), node), hashlib.sha256(raw).hexdigest()


def _line_of(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _line(error: yaml.YAMLError, text: str) -> int:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return int(error.problem_mark.line) + 1
    return text.count("\n", 0, int(getattr(error, "position", 0))) + 1
