"""What do large inputs cost?  Prints CPU seconds, and what twice as much costs.

    python -m tests.bench.large_inputs [--minutes 15 30 60] [--times 10 20 40]

Three inputs, each in several sizes, the next twice the one before: the largest case that is taken, on a call
of 45 s with its exact words; a call with exact words, said over and over; hiss of -50 dBFS in which two
sentences are said, with the real recogniser, whose third parties must be masked.
Must hold: twice as much takes at most 2.3 times the CPU seconds, loading left out.

Four hours and 100,000 words (an hour and more of CPU): ``--minutes 60 120 240 --times 95 190 380``.
"""

from __future__ import annotations

import argparse
import itertools
import json
import resource
import sys
import tempfile
import time
import wave
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flows.files.case_file import MAX_COMPANY_VALUES, MAX_REQUESTER_VALUES, MAX_STAFF, MAX_TERMS, parse_case
from flows.loaded_models import Models
from flows.settings import Settings
from flows.stages import Stage, recipe
from flows.workspace import JOB, PLAN, Job, MemoryWorkspace
from pipeline.audio.recording import read_recording
from pipeline.audio.spans import length, minus, union
from pipeline.errors import PipelineError
from pipeline.measuring.truth import exact_transcript, read_truth
from pipeline.types import CallCase, TimeSpan

CALL = Path(__file__).parents[2] / "sample_audio" / "neighbour-parcel.wav"
LIMIT = 2.3
RATE = 8_000
HISS = 32768 * 10 ** (-50 / 20)
SURNAMES, GIVEN = ("佐藤", "鈴木", "高橋", "田中", "長谷川"), ("一郎", "花子", "健太", "由美子", "直樹", "恵")


def case_of(share: float) -> CallCase:
    """A case with so much of everything that is allowed."""
    random = np.random.default_rng(1)

    def names(most: int) -> list[dict[str, str]]:
        return [{"text": random.choice(SURNAMES) + random.choice(GIVEN)} for _ in range(int(share * most))]

    phones = [
        f"090{number}"
        for number in random.integers(10_000_000, 99_999_999, int(share * MAX_REQUESTER_VALUES))
    ]
    document = {
        "case_id": "R-large",
        "requester": {"names": names(MAX_REQUESTER_VALUES), "phones": phones},
        "staff": names(MAX_STAFF),
        "company": {"names": names(MAX_COMPANY_VALUES)},
        "confidential_terms": [f"{name['text']}特別枠" for name in names(MAX_TERMS)],
    }
    return parse_case(document, "case")


def spent(
    audio: Path, case: CallCase, words: Path | None, models: Models, third: Sequence[TimeSpan] = ()
) -> float:
    """CPU seconds of masking a call; what was not masked of a third party is told.

    Args:
        audio: The call.
        case: Of the one who asks.
        words: Its exact words; without them it is recognised.
        models: Loaded.
        third: When a third party's data sounds.
    """
    with tempfile.TemporaryDirectory() as name:
        workspace = MemoryWorkspace(Path(name))
        workspace.put(JOB, Job("c-large", audio, Path(name), case, transcript=words, listen_again=False))

        def do(stage: Stage) -> int:
            return stage(workspace, models)

        begun = time.process_time()
        try:
            recipe(do)
        except PipelineError as error:
            print(f"  {error}", file=sys.stderr)
            return time.process_time() - begun
        seconds = time.process_time() - begun
        masked = union((item.time.start, item.time.end) for item in workspace.get(PLAN).masked)
        for span in third:
            left = length(minus([(span.start, span.end)], masked))
            if left > 0.1 * span.duration:
                print(f"  {left:.2f} s of a third party's at {span.start:.0f} s left", file=sys.stderr)
        return seconds


def repeated(times: int, folder: Path) -> tuple[Path, Path]:
    """The call and its exact words so many times in a row."""
    truth = json.loads(CALL.with_suffix(".truth.json").read_text(encoding="utf-8"))
    recording = read_recording(CALL)
    exact: Any = exact_transcript(read_truth(truth, CALL.stem))["segments"]
    segments = [
        {
            "words": [
                {
                    "word": w["word"],
                    "start": w["start"] + n * recording.duration,
                    "end": w["end"] + n * recording.duration,
                }
                for w in segment["words"]
            ]
        }
        for n in range(times)
        for segment in exact
    ]
    audio, words = folder / f"said{times}.wav", folder / f"said{times}.json"
    words.write_text(json.dumps({"segments": segments}), encoding="utf-8")
    write(audio, np.tile(recording.samples[0], times))
    return audio, words


def near_silence(minutes: float, folder: Path) -> tuple[Path, list[TimeSpan]]:
    """Hiss of -50 dBFS with two sentences, early and late in it, and when a name sounds in each."""
    truth = read_truth(json.loads(CALL.with_suffix(".truth.json").read_text(encoding="utf-8")), CALL.stem)
    call = read_recording(CALL).samples[0]
    names = [s for s in truth.spans if s.party == "third" and s.kind == "NAME"]
    audio, third = folder / f"near{minutes}.wav", []
    random, minute = np.random.default_rng(2), 60 * RATE
    said = {int(minutes / 4): names[0], int(minutes * 3 / 4): names[-1]}
    with wave.open(str(audio), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        for at in range(int(minutes)):
            sound = random.normal(0, HISS, minute)
            if at in said:
                turn = next(t for t in truth.script if t.time.overlaps(said[at].time))
                first, last = (round(t * RATE) for t in (turn.time.start, turn.time.end))
                sound[RATE : RATE + last - first] += call[first:last]
                start = at * 60 + 1 + said[at].time.start - turn.time.start
                third.append(TimeSpan(start, start + said[at].time.duration))
            file.writeframes(np.clip(np.rint(sound), -32768, 32767).astype("<i2").tobytes())
    return audio, third


def write(path: Path, samples: NDArray[np.int16]) -> None:
    """A mono call of 8 kHz."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(samples.astype("<i2").tobytes())


def table(title: str, sizes: Sequence[str], seconds: Sequence[float]) -> float:
    """Print a line; the largest ratio of one to the one before."""
    ratio = max(after / max(0.05, before) for before, after in itertools.pairwise(seconds))
    shown = "  ".join(f"{size}: {each:.1f} s" for size, each in zip(sizes, seconds, strict=True))
    print(f"{title:<8}{shown}  ratio {ratio:.2f}", flush=True)
    return ratio


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 1 where something grows faster than it may."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, nargs="+", default=[15.0, 30.0, 60.0], help="of hiss")
    parser.add_argument("--times", type=int, nargs="+", default=[10, 20, 40], help="that the call is said")
    options = parser.parse_args(arguments)
    models = Models("base", Settings())
    plain = CallCase("R-plain")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        once = repeated(1, folder)
        spent(*reorder(once, plain), models)  # loads
        ratios = [
            table(
                "case",
                ["half", "full"],
                [spent(*reorder(once, case_of(share)), models) for share in (0.5, 1)],
            )
        ]
        said = [spent(*reorder(repeated(n, folder), plain), models) for n in options.times]
        ratios.append(table("words", [f"{n} times" for n in options.times], said))
        quiet = []
        for minutes in options.minutes:
            audio, third = near_silence(minutes, folder)
            quiet.append(spent(audio, plain, None, models, third))
        ratios.append(table("hiss", [f"{m:g} min" for m in options.minutes], quiet))
        print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB")
    return 0 if all(ratio <= LIMIT for ratio in ratios) else 1


def reorder(call: tuple[Path, Path], case: CallCase) -> tuple[Path, CallCase, Path]:
    """The arguments of ``spent``."""
    audio, words = call
    return audio, case, words


if __name__ == "__main__":
    sys.exit(main())
