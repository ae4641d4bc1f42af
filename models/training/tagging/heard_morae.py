"""Real calls as the phonetic recogniser heard them, labelled, for the phonetic tagger to learn from.

    python -m models.training.tagging.heard_morae CALLS_DIR... --out DATA-heard.npz

The folders hold ``<stem>.heard*.json`` (``models.training.calls.hear``, each of its hearings is an example)
and ``.truth.json``.  They have to be calls that the recogniser has not learned from: those it hears too well.
``models.training.tagging.train_phonetic_tagger`` counts what a file of this name holds twice.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.language.gazetteer import load_gazetteer
from models.training.calls.examples import KINDS, said_then
from models.training.calls.hear import read_heard
from models.training.tagging.made_morae import write_calls
from models.weighing.phonetic_tagger.features import SpokenMora, encode
from pipeline.measuring.truth import CallTruth, read_truth
from pipeline.sound.heard_morae import TimedMora, heard_morae

BEFORE, AFTER = 0.04, 0.02
"""Seconds before a span's start in which the middle of a mora of it may lie, before its end from which one is
none of it: a step of what is heard, and half of one."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    calls = tuple(_calls(options.folders))
    print(f"{len(calls)} hearings, {write_calls(options.out, calls)} morae")
    return 0


def _calls(folders: Iterable[Path]) -> Iterator[tuple[NDArray[np.int16], NDArray[np.int8]]]:
    for path in (path for folder in folders for path in sorted(folder.glob("*.heard*.json"))):
        stem = path.name.split(".heard")[0]
        truth = json.loads(path.with_name(f"{stem}.truth.json").read_text(encoding="utf-8"))
        heard = heard_morae(read_heard(path))
        if heard:
            said = [SpokenMora(mora.mora, mora.speaker, mora.pause) for mora in heard]
            yield encode(said, load_gazetteer()).astype(np.int16), labels(heard, read_truth(truth, stem))


def labels(heard: Sequence[TimedMora], truth: CallTruth) -> NDArray[np.int8]:
    """What each mora is part of.

    Args:
        heard: Of one call.
        truth: Whose data is said when.

    Returns:
        Indices into ``models.training.calls.examples.KINDS``, shape (morae,).
    """
    times, channels = np.array([mora.time for mora in heard]), np.array([mora.channel for mora in heard])
    out = np.zeros(len(heard), dtype=np.int8)
    for span, here in said_then(truth, times, channels, (BEFORE, -AFTER)):
        out[here] = KINDS.index(span.kind)
    return out


if __name__ == "__main__":
    sys.exit(main())
