"""Collect what the ear learns from: encoded windows of made calls, and what is being said in them when.

    python -m models.training.speech.collect_ear CALLS_DIR... --out FOLDER [--otherwise NAME]

writes ``<folder>/<name of CALLS_DIR>.npz`` for each: windows of the first hearing and of the second, whose
sound is cut and coloured otherwise, one after another.  The calls need their ``.wav`` and ``.truth.json``.
With ``--otherwise`` they are heard faster and higher, or slower and lower, in noise (``OTHERWISE``): as other
voices on a worse line, for a twentieth of what it takes to speak them (``<name>-NAME.npz``).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.speech.ear import STEP
from models.speech.transcriber import FasterWhisperRecogniser, load_transcriber
from models.training.calls.voices import resampled
from pipeline.audio.recording import Resampled, read_recording
from pipeline.hearing.second_hearing import SECOND, brightened, windows_again
from pipeline.hearing.transcribe import RATE
from pipeline.hearing.windows import LONGEST, Channel, windows_of
from pipeline.measuring.truth import KINDS, TruthSpan, read_truth
from pipeline.types import TimeSpan

__all__ = ["OTHERWISE", "labels", "main"]


@dataclass(frozen=True, slots=True)
class _Manner:
    """How many times longer a window becomes, and by how many decibels its sound is louder than the noise."""

    longer: Fraction
    over_noise_db: float


OTHERWISE = {"slow": _Manner(Fraction(12, 11), 20.0), "fast": _Manner(Fraction(10, 11), 14.0)}
"""A tenth is about a tone and a half: another speaker's voice, still a person's."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--otherwise", choices=sorted(OTHERWISE))
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    recogniser = load_transcriber(cpu_threads=1)
    for folder in options.folders:
        manner = OTHERWISE.get(options.otherwise)
        encoded, kinds = zip(*_windows(folder, recogniser, manner), strict=True)
        ends = np.cumsum([len(each) for each in kinds])
        out = options.out / f"{folder.name}{'-' + options.otherwise if manner else ''}.npz"
        np.savez(out, encoded=np.concatenate(encoded), kinds=np.concatenate(kinds), ends=ends)
        print(f"{folder.name}: {len(ends)} windows, {ends[-1] * STEP / 60:.0f} min", flush=True)
    return 0


def _windows(
    folder: Path, recogniser: FasterWhisperRecogniser, manner: _Manner | None
) -> Iterator[tuple[NDArray[np.float16], NDArray[np.int8]]]:
    again, rng = recogniser.in_batches(), np.random.default_rng(0)
    longer = manner.longer if manner else Fraction(1)
    room = 1.0 / max(1.0, float(longer))
    for path in sorted(folder.glob("*.wav")):
        document = json.loads(path.with_suffix(".truth.json").read_text(encoding="utf-8"))
        truth, recording = read_truth(document, path.stem), read_recording(path)
        for index, samples in enumerate(recording.samples):
            channel = Channel.of(Resampled(samples, recording.rate), RATE)
            spans = [span for span in truth.spans if span.channel(recording.channels) == index]
            first = windows_of(channel, LONGEST * room)
            second = windows_again(channel, replace(SECOND, window=SECOND.window * room))
            for window, brighter in [*((each, False) for each in first), *((each, True) for each in second)]:
                sound = window.samples(channel.samples)
                sound = _otherwise(sound, manner, rng) if manner else sound
                encoded = again.encoding(brightened(sound)) if brighter else recogniser.encoding(sound)
                middles = (np.arange(len(encoded)) + 0.5) * STEP / float(longer)
                times = np.array([window.original(TimeSpan(at, at)).start for at in middles])
                yield encoded.astype(np.float16), labels(times, spans)


def _otherwise(sound: NDArray[np.float32], manner: _Manner, rng: np.random.Generator) -> NDArray[np.float32]:
    """A window longer or shorter, and in white noise."""
    power = float(np.square(sound).mean()) / 10 ** (manner.over_noise_db / 10)
    noise = rng.standard_normal(len(sound)).astype(np.float32) * np.float32(np.sqrt(power))
    return resampled(sound + noise, manner.longer)


def labels(times: NDArray[np.float64], spans: Iterable[TruthSpan]) -> NDArray[np.int8]:
    """What is being said at some times.

    Args:
        times: In seconds of the call.
        spans: Whose data is said when, of the channel that is listened to.

    Returns:
        0 for nobody's data, else the number, from 1, of the kind in ``pipeline.measuring.truth.KINDS``;
        shape (times,).
    """
    out = np.zeros(len(times), dtype=np.int8)
    for span in spans:
        out[(times >= span.time.start) & (times < span.time.end)] = 1 + KINDS.index(span.kind)
    return out


if __name__ == "__main__":
    sys.exit(main())
