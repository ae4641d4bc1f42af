"""What documents say that can be held against the repository: links, headings, paths, commands, settings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from typer.main import get_command

from flows.cli.commands import Promised
from flows.cli.main import app

ROOT = Path(__file__).parents[1]

DOCUMENTS = sorted(
    str(path.relative_to(ROOT))
    for place in (ROOT, *(ROOT / room for room in ("pipeline", "models", "flows", "sample_audio", "tests")))
    for path in (place.glob("*.md") if place == ROOT else place.rglob("*.md"))
)
"""Every document of the repository, seen from its root."""

RECORDS = ("CHANGELOG.md",)
"""Documents that tell of what is no more: their commands and paths need not exist, their links do."""

_FENCE = re.compile(r"^( *)```.*?^\1```", flags=re.M | re.S)
_INDENTED = re.compile(r"(?:\A|\n\n)((?:    .*\n)+)")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_SPAN = re.compile(r"`([^`\n]+)`")
_HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", flags=re.M)
_MARKS = re.compile(r"`|\*\*|\[([^]]*)\]\([^)]*\)")
_END = re.compile(r"\s(?:#|&&|\||;|→)(?:\s|$)|\s{3,}")
"""What follows a command on its line."""
_PROGRAM = re.compile(
    r"^(?:[A-Z_]+=\S+ )*"
    r"(?:(?:\S*/)?(?P<kaiji>kaiji)|(?P<make>make)|(?:\S*/)?python[\d.]* -m (?P<module>[\w.]+))"
    r"(?:\s+(?P<rest>.*))?$"
)
_OPTION = re.compile(r"--[a-z][a-z0-9-]*")
_SETTING = re.compile(r"`(KAIJI_[A-Z_]*[A-Z])`")


@dataclass(frozen=True, slots=True)
class Command:
    """A command that a document names.

    Attributes:
        program: ``kaiji``, ``make``, or the module that ``python -m`` runs.
        words: What follows, options left out.
        options: The options, without their values.
    """

    program: str
    words: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


def is_record(document: str) -> bool:
    """Whether a document tells of what is no more."""
    return document.startswith(RECORDS)


def whole(document: str) -> str:
    """A document as it is written."""
    return (ROOT / document).read_text(encoding="utf-8")


def prose(document: str) -> str:
    """A document without its blocks of code, which show commands and outputs."""
    return _FENCE.sub("", whole(document))


def links(document: str) -> Iterator[tuple[str, str]]:
    """The path and the anchor of every link that stays in the repository; either may be empty."""
    for link in _LINK.findall(prose(document)):
        if not re.match(r"[a-z]+:", link):
            path, _, anchor = link.partition("#")
            yield path, anchor


@cache
def anchors(path: Path) -> frozenset[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    seen: Counter[str] = Counter()
    found = set()
    for heading in _HEADING.findall(_FENCE.sub("", path.read_text(encoding="utf-8"))):
        text = _MARKS.sub(lambda mark: mark[1] or "", heading).lower().strip()
        name = re.sub(r"[^\w\- ]", "", text).replace(" ", "-")
        found.add(f"{name}-{seen[name]}" if seen[name] else name)
        seen[name] += 1
    return frozenset(found)


def exists(document: str, path: str) -> bool:
    """Whether a path exists, seen from the document's folder or from any above it."""
    return any((base / path).exists() for base in (ROOT / document).parents if base.is_relative_to(ROOT))


def commands(document: str) -> Iterator[Command]:
    """The commands that a document names, in blocks of code and in the text."""
    text = whole(document)
    blocks = [match[0] for match in _FENCE.finditer(text)]
    blocks += _INDENTED.findall(_FENCE.sub("", text))
    lines = [line for block in blocks for line in block.splitlines()]
    for line in (*lines, *_SPAN.findall(prose(document))):
        for part in line.replace("\\|", "|").split(" && "):
            command = _END.split(part.strip(), maxsplit=1)[0]
            match = _PROGRAM.search(command)
            if match:
                rest = (match["rest"] or "").split()
                yield Command(
                    match["kaiji"] or match["make"] or match["module"],
                    tuple(word for word in rest if not word.startswith("-")),
                    tuple(_OPTION.findall(match["rest"] or "")),
                )


def settings(document: str) -> set[str]:
    """The settings of kaiji that a document names."""
    return set(_SETTING.findall(prose(document)))


@cache
def _group(name: str) -> Any:
    """A command of ``kaiji`` by its first word, or nothing."""
    command = getattr(get_command(app), "commands", {}).get(name)
    return command.resolved() if isinstance(command, Promised) else command


def options_of(words: tuple[str, ...]) -> frozenset[str] | None:
    """The options of a command of ``kaiji``, or nothing where there is no such command.

    Args:
        words: The command's words, and whatever follows them.
    """
    if not words:
        return frozenset({"--help", "--version"})
    command = _group(words[0])
    if command is None:
        return None
    usual = {"--help"}
    inside: Mapping[str, Any] | None = getattr(command, "commands", None)
    if inside is not None:
        if len(words) > 1 and words[1] in inside:
            command = inside[words[1]]
        elif len(words) > 1 and re.fullmatch(r"[a-z-]+", words[1]):
            return None
        else:
            # A group alone, or one that does its usual work on what follows: ``kaiji release R-2026-0042``.
            usual |= {option for one in inside.values() for option in _options(one)}
    return frozenset({*usual, *_options(command)})


def _options(command: Any) -> set[str]:
    return {option for each in command.params for option in (*each.opts, *each.secondary_opts)}
