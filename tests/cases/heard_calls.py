"""Made calls as they were heard, with the characters of what was said of whom.

A folder holds ``<stem>.truth.json``, ``.case.json`` (``sample_audio.make_calls`` or
``models.training.calls.speak``), ``.heard.json`` and, for the second hearing, ``.heard2.json``
(``models.training.calls.hear``, once more with ``--again``).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from models.language.readings import Reader
from models.training.calls.align_labels import carry_over
from models.training.calls.examples import spoken_and_heard
from models.training.calls.hear import read_heard
from pipeline.hearing.supplement import supplemented
from pipeline.sound.morae import fold_kana, likeness
from pipeline.types import CharSpan, Transcript
from tests.cases.material import Material, Target, target

SPREAD = 2
"""How many times longer a stretch may be than its characters that were labelled: what is more is no stretch,
but a label that was carried to the wrong place."""

ALIKE = 0.5
"""Likeness of what was said to what is written there, below which the words are not its own: it went unheard,
or its label was carried to the wrong place.  Figures are read in too many ways to be compared."""


def heard_calls(folders: Iterable[Path], voice: str, reader: Reader) -> Iterator[Material]:
    """Every call that was heard twice.

    Args:
        folders: Where they lie.
        voice: Who spoke, for the record.
        reader: Reads what was said and what was heard.

    Yields:
        The calls in order of folder and name.
    """
    for path in (found for folder in folders for found in sorted(folder.glob("*.heard2.json"))):
        stem = path.name.removesuffix(".heard2.json")
        truth, case, first = (path.with_name(f"{stem}.{kind}.json") for kind in ("truth", "case", "heard"))
        again = read_heard(path)
        words = supplemented(read_heard(first), again)
        raw: dict[str, Any] = json.loads(case.read_text(encoding="utf-8"))
        seed = int(str(raw["case_id"]).rpartition("-")[2])
        source = {"call": stem, "seed": seed, "words": "recognised", "voice": voice}
        told = tuple(_targets(words, json.loads(truth.read_text(encoding="utf-8")), reader))
        yield Material(source, raw, words, again, told)


def _targets(words: Transcript, truth: dict[str, Any], reader: Reader) -> Iterator[Target]:
    """The characters that each span of the truth was heard as, where it was heard."""
    heard_as: dict[int, set[int]] = {}
    for _, said, sounds, chars, times in spoken_and_heard(words, truth, reader):
        for label, where in zip(carry_over(said, sounds, times).tolist(), chars, strict=True):
            if label > 0:
                heard_as.setdefault(label - 1, set()).update(range(where.start, where.end))
    for number, places in sorted(heard_as.items()):
        span, chars = truth["spans"][number], CharSpan(min(places), max(places) + 1)
        found = target(chars, span["surface"], span["kind"], span["party"])
        if found is None or chars.end - chars.start > SPREAD * len(places):
            continue
        written = words.text[chars.start : chars.end]
        figures = any(char.isdigit() for char in written)
        if figures or likeness(fold_kana(span["reading"]), reader.kana(written)) >= ALIKE:
            yield found
