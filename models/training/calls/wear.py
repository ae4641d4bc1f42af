"""Send made calls down other lines: the same words at the same times, heard worse.

    python -m models.training.calls.wear CALLS_DIR --out DIR --seed N

writes each call of the folder as a WAV file of 16 bits in which most channels are worn out further
(``models.training.calls.lines``), with its truth and its case beside it.  What weighs witnesses against each
other has to see them on bad lines, too: on good ones a network that listens is right too often.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile

from models.training.calls.lines import RATE, on_a_line
from pipeline.audio.recording import read_recording

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=9)
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    for path in sorted(options.folder.glob("*.wav")):
        rng, recording = random.Random(f"{options.seed} {path.stem}"), read_recording(path)
        if recording.rate != RATE:
            raise ValueError(f"a made call has {RATE} samples per second, not {recording.rate}")
        channels = [on_a_line(np.asarray(each), recording.rate, rng) for each in recording.samples]
        sound = np.stack(channels, axis=1)
        soundfile.write(options.out / path.name, sound, RATE, subtype="PCM_16")
        for ending in (".truth.json", ".case.json"):
            shutil.copyfile(path.with_suffix(ending), options.out / f"{path.stem}{ending}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
