"""What do large inputs cost?  Prints CPU seconds, and what twice as much costs.

    python -m tests.bench.large_inputs [--minutes 1 2]

Three inputs, each small and large: the largest case that is taken, on a call of 45 s with its exact words;
a call with exact words, said over and over; noise in which nobody speaks, with the real recogniser.
Must hold: twice as long takes at most 2.3 times the CPU seconds, loading left out.
"""

from __future__ import annotations

import argparse
import json
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
from flows.settings import Settings
from flows.stages import Models, Stage, recipe
from flows.workspace import JOB, Job, MemoryWorkspace
from pipeline.audio.recording import read_recording
from pipeline.errors import PipelineError
from pipeline.measuring.truth import exact_transcript, read_truth
from pipeline.types import CallCase

CALL = Path(__file__).parents[2] / "sample_audio" / "neighbour-parcel.wav"
LIMIT = 2.3
RATE = 8_000
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


def spent(audio: Path, case: CallCase, words: Path | None, models: Models) -> float:
    """CPU seconds of masking a call; a call in which nothing is heard ends early."""
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


def noise(minutes: float, folder: Path) -> Path:
    """Line noise of -45 dBFS."""
    audio = folder / f"noise{minutes}.wav"
    write(audio, np.random.default_rng(2).normal(0, 180, round(minutes * 60 * RATE)).astype(np.int16))
    return audio


def write(path: Path, samples: NDArray[np.int16]) -> None:
    """A mono call of 8 kHz."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(samples.astype("<i2").tobytes())


def table(title: str, sizes: Sequence[str], seconds: Sequence[float]) -> float:
    """Print a line; the ratio of the last two."""
    ratio = seconds[-1] / max(0.05, seconds[-2])
    shown = "  ".join(f"{size}: {each:.1f} s" for size, each in zip(sizes, seconds, strict=True))
    print(f"{title:<8}{shown}  ratio {ratio:.2f}", flush=True)
    return ratio


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 1 where something grows faster than it may."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, nargs=2, default=[1.0, 2.0], help="of noise")
    parser.add_argument("--times", type=int, nargs=2, default=[40, 80], help="that the call is said")
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
        quiet = [spent(noise(m, folder), plain, None, models) for m in options.minutes]
        ratios.append(table("noise", [f"{m:g} min" for m in options.minutes], quiet))
    return 0 if all(ratio <= LIMIT for ratio in ratios) else 1


def reorder(call: tuple[Path, Path], case: CallCase) -> tuple[Path, CallCase, Path]:
    """The arguments of ``spent``."""
    audio, words = call
    return audio, case, words


if __name__ == "__main__":
    sys.exit(main())
