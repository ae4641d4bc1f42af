"""Which voices and which scripts teach what: reads ``split.toml`` and holds it to its promises.

split = read_split()
split.scripts("weighing")    files of scripts, in order
split.voices("weighing")     names that models.training.calls.voices speaks with
split.people("never")        speakers of Common Voice
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]

NEVER = "never"
PARTS = ("listening", "reading", "weighing", "owning", "tuning", NEVER)
"""In order: each learns from calls that no network of the parts before it has learned from."""

SYNTHETIC = ("kokoro", "styles", "mixtures", "hts")
"""Kinds of voice that speak scripts; people have read what they read."""

NATIVE = ("jf_alpha", "jf_gongitsune", "jf_nezumi", "jf_tebukuro", "jm_kumo")
"""Kokoro's Japanese voices, as ``sample_audio.voices.VOICES``."""

STYLES, CLIPS, HTS = "kokoro-styles.npz", "common-voice-ja/clips.jsonl", "hts"
"""Where in the folder of voices each kind lies."""

_SET = re.compile(r"(?P<letter>[a-gjkm])\d+|(?P<number>[a-z]+\d+)[a-z]?|(?P<name>[a-z]+)")


class SplitError(ValueError):
    """The split contradicts itself or what there is; the message names the part and the voice or script."""


@dataclass(frozen=True, slots=True)
class Split:
    """The checked content of ``split.toml``.

    Attributes:
        by_part: Part to kind of voice to names, in the order of the file.
        files: Part to files of scripts, relative to the project's root, sorted by set and name.
        max_clips: Clips that one speaker gives at most.
    """

    by_part: Mapping[str, Mapping[str, tuple[str, ...]]]
    files: Mapping[str, tuple[Path, ...]]
    max_clips: int

    def scripts(self, part: str, sets: Iterable[str] = ()) -> tuple[Path, ...]:
        """The script files of a part, relative to the project's root; of some of its sets, where given."""
        wanted = set(sets)
        return tuple(path for path in self.files[part] if not wanted or _set_of(path) in wanted)

    def voices(self, part: str, *kinds: str) -> tuple[str, ...]:
        """The names of its synthetic voices; of some kinds, where given."""
        return tuple(name for kind in kinds or SYNTHETIC for name in self.by_part[part].get(kind, ()))

    def mouth(self, voice: str) -> str:
        """Whose mouth a voice of any part speaks with (``mouth_of``)."""
        kinds = (kind for _, kind, name in _voices(self.by_part) if name == voice)
        return mouth_of(voice, next(kinds, ""))

    def people(self, part: str) -> tuple[str, ...]:
        """Its speakers of Common Voice."""
        return self.by_part[part].get("people", ())


def read_split(path: Path | None = None, root: Path = ROOT) -> Split:
    """Read and check the split.

    Args:
        path: The file; the project's own by default.
        root: Where its folders of scripts lie.

    Raises:
        SplitError: a part is missing or unknown; a voice, a mouth or a script set stands in two parts; a
            script file stands in none; a named set has no file; a mixture's halves are not in its part.
    """
    path = path or Path(__file__).with_name("split.toml")
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    voices = raw["voices"]
    if set(voices) != set(PARTS):
        raise SplitError(f"parts of voices: {sorted(voices)}, not {sorted(PARTS)}")
    by_part = {part: {kind: tuple(names) for kind, names in voices[part].items()} for part in PARTS}
    for part, kinds in by_part.items():
        if unknown := set(kinds) - {*SYNTHETIC, "people"}:
            raise SplitError(f"{part}: no kind of voice is called {sorted(unknown)[0]}")
    _check_mouths(by_part)
    return Split(by_part, _files(raw["scripts"], root), int(raw["people"]["max_clips"]))


def _check_mouths(by_part: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
    """Every mouth in one part, every native voice in some."""
    part_of: dict[str, str] = {}
    seen: set[str] = set()
    for part, kind, name in _voices(by_part):
        if name in seen:
            raise SplitError(f"{part}: {name} is named twice")
        seen.add(name)
        if kind != "mixtures":
            mouth = mouth_of(name, kind)
            if part_of.setdefault(mouth, part) != part:
                raise SplitError(f"{name} is in {part_of[mouth]} and in {part}")
    for part, kind, name in _voices(by_part):
        if kind == "mixtures" and any(part_of.get(half) != part for half in name.split("+")):
            raise SplitError(f"{part}: a half of {name} is in another part or in none")
    if missing := set(NATIVE) - part_of.keys():
        raise SplitError(f"in no part: {sorted(missing)[0]}")


def mouth_of(name: str, kind: str) -> str:
    """Whose mouth a voice speaks with: the moods of an HTS voice are one speaker's.

    Args:
        name: Of the voice.
        kind: As in ``split.toml``; other kinds' names (``af_sky``, ``am_sky``) are speakers of their own.
    """
    return name.partition("_")[0] if kind == "hts" else name


def _voices(by_part: Mapping[str, Mapping[str, Sequence[str]]]) -> Iterator[tuple[str, str, str]]:
    for part, kinds in by_part.items():
        for kind, names in kinds.items():
            yield from ((part, kind, name) for name in names)


def _files(raw: Mapping[str, Any], root: Path) -> dict[str, tuple[Path, ...]]:
    """The script files of every part."""
    part_of: dict[str, str] = {}
    for part in PARTS:
        for name in raw[part]:
            if part_of.setdefault(name, part) != part:
                raise SplitError(f"scripts {name} are in {part_of[name]} and in {part}")
    found: dict[str, list[Path]] = {part: [] for part in PARTS}
    left = set(part_of)
    for folder in raw["folders"]:
        for path in sorted((root / folder).glob("*.script.txt"), key=_in_order):
            name = _set_of(path)
            if name not in part_of:
                raise SplitError(f"in no part: {path.name}")
            found[part_of[name]].append(path.relative_to(root))
            left.discard(name)
    if left:
        raise SplitError(f"no file of scripts: {sorted(left)[0]}")
    blind = sorted((root / raw["never_folder"]).glob("*.script.txt"), key=_in_order)
    found[NEVER] += [path.relative_to(root) for path in blind]
    return {part: tuple(paths) for part, paths in found.items()}


def _set_of(path: Path) -> str:
    match = _SET.fullmatch(path.name.removesuffix(".script.txt"))
    if match is None:
        raise SplitError(f"in no part: {path.name}")
    return next(name for name in match.groups() if name)


def _in_order(path: Path) -> tuple[str | int, ...]:
    """u9 before u10."""
    return tuple(int(part) if part.isdigit() else part for part in re.split(r"(\d+)", path.name))


def check_data(split: Split, folder: Path) -> None:
    """Hold the split against the voices that there are.

    Args:
        split: The split.
        folder: With ``kokoro-styles.npz``, ``hts/`` and ``common-voice-ja/``.

    Raises:
        SplitError: a voice there stands in no part, or one that the split names is not there.
    """
    import numpy as np

    with np.load(folder / STYLES) as styles:
        _same(split, "styles", set(styles.files))
    _same(split, "hts", {path.stem for path in (folder / HTS).glob("*.htsvoice")} | {"mei"})
    _same(split, "people", {clip["speaker"] for clip in _read_clips(folder)})


def _same(split: Split, kind: str, there: set[str]) -> None:
    named = {name for part in PARTS for name in split.by_part[part].get(kind, ())}
    if there - named:
        raise SplitError(f"{kind}: in no part: {sorted(there - named)[0]}")
    if named - there:
        raise SplitError(f"{kind}: not there: {sorted(named - there)[0]}")


def clips(split: Split, part: str, folder: Path) -> tuple[Mapping[str, Any], ...]:
    """Clips that the people of a part have read, as ``clips.jsonl`` has them.

    Args:
        split: The split.
        part: One of ``PARTS``.
        folder: The folder of voices.

    Returns:
        No rejected ones, of each speaker the first ``max_clips`` in order of name.
    """
    speakers: dict[str, list[Mapping[str, Any]]] = {name: [] for name in split.people(part)}
    for clip in sorted(_read_clips(folder), key=lambda each: str(each["clip"])):
        if clip["validated"] and clip["speaker"] in speakers:
            speakers[clip["speaker"]].append(clip)
    return tuple(clip for own in speakers.values() for clip in own[: split.max_clips])


def _read_clips(folder: Path) -> Iterator[Mapping[str, Any]]:
    with (folder / CLIPS).open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)
