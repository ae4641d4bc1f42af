"""Collect what voices sound like, breath by breath, to make up calls from.

    python -m models.training.voices.sittings CALLS_DIR... --out NPZ [--clips VOICES --part tuning]

A sitting is what one voice says in one call, or one recording of a person: at one time, on one line.  Each is
heard twice, as it is and down a narrower, noisier line that may be worn out further.  The file holds
directions (``models.voices.voice``) of made voices and of people who gave their clips to the public.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.training.calls.lines import RATE, worn
from models.training.calls.voices import resampled
from models.training.speech.clips import people_speaking
from models.training.split import read_split
from models.training.voices.third_calls import LEVEL, sent
from models.voices.voice import load_voices
from pipeline.audio.recording import for_recogniser, read_recording
from pipeline.measuring.truth import read_truth

Sound = NDArray[np.float32]

Said = tuple[tuple[str, str], Sound]
"""Voice and sitting, and a stretch of its speech at ``RATE``."""

STEP: Final = RATE // 100
PAUSE, LEAST, MOST = 12, 20, 600
"""Steps of a pause that ends a breath; of a breath, least and most: a longer one has noise in its pauses."""

QUIET_DB: Final = -26.0
"""Below the loud steps of a turn by this much is a pause."""

MOST_SECONDS: Final = 70.0
"""Of each sitting."""

LEAST_BREATHS: Final = 8


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--clips", type=Path, help="folder of voices: people's speech, too")
    parser.add_argument("--part", default="tuning", help="of split.toml, whose people speak")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    sittings: dict[tuple[str, str], list[Sound]] = {}
    for sitting, sound in _spoken(options):
        sittings.setdefault(sitting, []).extend(_breaths(sound))
    voices, rng = load_voices(), random.Random(options.seed)
    kept = sorted(each for each, breaths in sittings.items() if len(breaths) >= LEAST_BREATHS)
    numbers, lines, seconds, directions = [], [], [], []
    for number, sitting in enumerate(kept):
        breaths = _some(sittings[sitting], rng)
        for line in (0, 1):
            for breath in _on(line, breaths, random.Random(f"{options.seed} {sitting} {line}")):
                pcm = np.round(np.clip(breath, -1, 1) * 32767).astype(np.int16)
                numbers.append(number)
                lines.append(line)
                seconds.append(len(breath) / RATE)
                directions.append(voices.voice(for_recogniser(pcm, RATE)))
    np.savez(
        options.out,
        voices=[voice for voice, _ in kept], calls=[call for _, call in kept],
        sittings=numbers, lines=lines, seconds=seconds, directions=np.stack(directions),
    )  # fmt: skip
    print(
        f"{len({voice for voice, _ in kept})} voices, {len(kept)} sittings, {sum(seconds) / 60:.0f} minutes"
    )
    return 0


def _spoken(options: argparse.Namespace) -> Iterator[Said]:
    for path in (found for folder in options.folders for found in sorted(folder.glob("*.truth.json"))):
        yield from _of_call(path)
    if options.clips:
        people = people_speaking(read_split(), options.part, options.clips, options.seed)
        for number, spoken in enumerate(people):
            sound = np.asarray(spoken.recording.samples)[0].astype(np.float32) / np.float32(32768)
            low = resampled(sound, Fraction(RATE, spoken.recording.rate))
            for time, _ in spoken.lines:
                yield (spoken.name, f"r{number}"), low[round(time.start * RATE) : round(time.end * RATE)]


def _of_call(path: Path) -> Iterator[Said]:
    """The turns of a made call in which one voice is heard alone."""
    truth = read_truth(json.loads(path.read_text(encoding="utf-8")), path.name)
    recording = read_recording(path.with_name(path.name.replace(".truth.json", ".wav")))
    samples = np.asarray(recording.samples).astype(np.float32) / np.float32(32768)
    call = f"{path.parent.name}/{truth.call_id}"
    # Where the truth names no voices, each side is taken for one: so it is in quick calls, to try a step.
    voices = dict(truth.voices) or {side: f"{call} {side}" for side in ("op", "cu")}
    for turn in truth.script:
        alone = not any(turn is not each and turn.time.overlaps(each.time) for each in truth.script)
        if turn.speaker in voices and (alone or len(samples) == 2):
            first, last = round(turn.time.start * RATE), round(turn.time.end * RATE)
            yield (voices[turn.speaker], call), samples[turn.channel(len(samples)), first:last]


def _breaths(sound: Sound) -> Iterator[Sound]:
    """A turn, cut at its pauses."""
    steps = len(sound) // STEP
    if steps < LEAST:
        return
    level = np.sqrt(np.square(sound[: steps * STEP]).reshape(steps, STEP).mean(axis=1)) + 1e-6
    loud = np.flatnonzero(level > max(float(np.percentile(level, 95)) * 10 ** (QUIET_DB / 20), 1e-4))
    for run in np.split(loud, np.flatnonzero(np.diff(loud) > PAUSE) + 1):
        if len(run) and LEAST <= run[-1] + 1 - run[0] <= MOST:
            yield sound[max(0, int(run[0]) - 2) * STEP : (int(run[-1]) + 3) * STEP]


def _some(breaths: list[Sound], rng: random.Random) -> list[Sound]:
    rng.shuffle(breaths)
    ends = np.cumsum([len(each) for each in breaths])
    chosen = breaths[: int(np.searchsorted(ends, MOST_SECONDS * RATE)) + 1]
    return [each * np.float32(LEVEL / max(1e-4, np.sqrt(np.square(each).mean()))) for each in chosen]


def _on(line: int, breaths: Sequence[Sound], rng: random.Random) -> Iterator[Sound]:
    """Breaths one after another, sent down one line together."""
    ends = np.cumsum([0, *(len(each) + RATE // 10 for each in breaths)])
    track = np.zeros(int(ends[-1]) + RATE // 10, np.float32)
    for first, breath in zip(ends, breaths, strict=False):
        track[first : first + len(breath)] += breath
    made = worn(sent(track, rng), rng) if line else track
    yield from (made[first : first + len(breath)] for first, breath in zip(ends, breaths, strict=False))


if __name__ == "__main__":
    sys.exit(main())
