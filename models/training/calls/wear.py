"""Send made calls down other lines: the same words at the same times, heard worse.

    python -m models.training.calls.wear CALLS_DIR --out DIR --seed N

writes each call of the folder as a WAV file of 16 bits in which most channels are worn out further
(``models.training.calls.lines``), with its truth and its case beside it.  What weighs witnesses against each
other has to see them on bad lines, too: on good ones a network that listens is right too often.

A span of the truth then reaches from its first sound to its last.  On a quiet line the stillness at its ends
counts as nothing; under noise it would count as speech, and an edge put rightly would be called late.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from models.training.calls.lines import RATE, on_a_line
from pipeline.audio.recording import Recording, read_recording
from pipeline.measuring.frames import FRAME_SECONDS, AudioPair, frames_of


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
        truth = json.loads(path.with_suffix(".truth.json").read_text(encoding="utf-8"))
        written = json.dumps(_from_sound_to_sound(truth, recording), ensure_ascii=False, indent=1)
        (options.out / f"{path.stem}.truth.json").write_text(f"{written}\n", encoding="utf-8")
        shutil.copyfile(path.with_suffix(".case.json"), options.out / f"{path.stem}.case.json")
    return 0


def _from_sound_to_sound(truth: dict[str, Any], quiet: Recording) -> dict[str, Any]:
    """A truth whose spans begin and end with speech, as far as the recording has any there.

    Args:
        truth: Of the call.
        quiet: The call before it was worn: what is speech shows there.
    """
    samples = quiet.samples[:, :]
    speech = frames_of(AudioPair(samples, samples, quiet.rate)).speech
    stereo = truth["layout"] == "stereo"
    spans = [_tight(span, speech[int(stereo and span["speaker"] == "cu")]) for span in truth["spans"]]
    return {**truth, "spans": spans}


def _tight(span: dict[str, Any], speech: NDArray[np.bool_]) -> dict[str, Any]:
    first, last = (round(span[side] / FRAME_SECONDS) for side in ("start", "end"))
    loud = first + np.flatnonzero(speech[first:last])
    if not loud.size:
        return span
    start = max(span["start"], int(loud[0]) * FRAME_SECONDS)
    end = min(span["end"], (int(loud[-1]) + 1) * FRAME_SECONDS)
    return {**span, "start": round(start, 6), "end": round(end, 6)}


if __name__ == "__main__":
    sys.exit(main())
