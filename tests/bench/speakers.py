"""Who speaks on one channel: how much is given to the wrong side, and whether a third person is found.

    python -m tests.bench.speakers CALLS_DIR... [--calls]

reads ``<stem>.wav``, ``.truth.json`` and ``.heard.json`` (``python -m models.training.calls.hear``) of every
call on one channel, and tells its speakers as the product does.  A truth may say under ``third`` from when
to when a third person holds the telephone (``models.training.voices.third_calls``), or in its script.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from models.training.calls.stored import StoredCall, stored_calls
from models.voices.voice import Voices, load_voices
from pipeline.measuring.figures import Share, total
from pipeline.measuring.frames import AudioPair
from pipeline.measuring.speakers import wrong_speaker
from pipeline.measuring.truth import CallTruth
from pipeline.speaking.sides import share_between_sides
from pipeline.speaking.speakers import observe, with_speakers
from pipeline.speaking.third import likeliest
from pipeline.speaking.units import units_of
from pipeline.types import TimeSpan, Transcript


@dataclass(frozen=True, slots=True)
class Told:
    """What was told of a call.

    Attributes:
        call_id: Of the call.
        wrong: Frames of speech with the wrong speaker; a third person counts as the caller here.
        third: Seconds in which a third person speaks, by the truth.
        found: Seconds of lines given to a third person; and of these, in which one speaks.
        odds: Log odds of the likeliest third person; ``None`` where too little is said.
        seconds: CPU seconds that it took.
    """

    call_id: str
    wrong: Share
    third: float
    found: tuple[float, float]
    odds: float | None
    seconds: float


def told(call: StoredCall, thirds: Sequence[TimeSpan], voices: Voices) -> Told:
    """Tell who speaks in a call, and hold it against the truth."""
    began = time.process_time()
    made = with_speakers(call.recording, call.transcript, voices)
    took = time.process_time() - began
    samples = np.asarray(call.recording.samples)
    lines = [segment.time for segment in made.segments if segment.speaker == "third"]
    heard = observe(call.recording, units_of(call.transcript), voices)
    guess = likeliest(heard, share_between_sides(heard), voices.third)
    return Told(
        call.truth.call_id,
        wrong_speaker(
            AudioPair(samples, samples, call.recording.rate), _said_by_two(call.truth), _of_two(made)
        ),
        sum(each.duration for each in thirds),
        (sum(each.duration for each in lines), sum(_shared(line, each) for line in lines for each in thirds)),
        None if guess is None else guess.odds,
        took,
    )


def _said_by_two(truth: CallTruth) -> CallTruth:
    script = (replace(turn, speaker="cu") if turn.speaker == "third" else turn for turn in truth.script)
    return replace(truth, script=tuple(script))


def _of_two(transcript: Transcript) -> Transcript:
    segments = (
        replace(each, speaker="cu") if each.speaker == "third" else each for each in transcript.segments
    )
    return replace(transcript, segments=tuple(segments))


def _shared(one: TimeSpan, other: TimeSpan) -> float:
    return max(0.0, min(one.end, other.end) - max(one.start, other.start))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--calls", action="store_true", help="a line for each call, too")
    options = parser.parse_args(arguments)
    voices = load_voices()
    for folder in options.folders:
        found = []
        truths = {path.name.split(".")[0]: _truth(path) for path in sorted(folder.glob("*.truth.json"))}
        mono = [name for name, truth in truths.items() if truth["layout"] == "mono"]
        for call in stored_calls([folder], mono or ["."], exact=False):
            thirds = [TimeSpan(*each) for each in truths[call.truth.call_id].get("third", ())]
            thirds += [turn.time for turn in call.truth.third_turns]
            found.append((told(call, thirds, voices), call.recording.length / call.recording.rate))
            if options.calls:
                _print_call(found[-1][0])
        if found:
            _print(folder.name, [each for each, _ in found], sum(seconds for _, seconds in found))
    return 0


def _truth(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8")))


def _print_call(one: Told) -> None:
    odds = "" if one.odds is None else f"log odds {one.odds:.2f}"
    print(f"  {one.call_id}\t{100 * (one.wrong.value or 0):.1f} %\tthird {one.third:.1f} s, found "
          f"{one.found[0]:.1f} s ({one.found[1]:.1f} s right)\t{odds}", flush=True)  # fmt: skip


def _print(name: str, calls: Sequence[Told], seconds: float) -> None:
    wrong = total(call.wrong for call in calls)
    has = [call for call in calls if call.third]
    right = sum(call.found[1] > call.found[0] / 2 and call.found[1] > 0 for call in has)
    false = sum(call.found[0] > 0 for call in calls if not call.third)
    print(
        f"{name}: {len(calls)} calls, {seconds / 60:.1f} min; wrong side {100 * (wrong.value or 0):.1f} %; "
        f"third found in {right} of {len(has)}, where none is in {false} of {len(calls) - len(has)}; "
        f"{60 * sum(call.seconds for call in calls) / seconds:.2f} CPU s a minute"
    )


if __name__ == "__main__":
    sys.exit(main())
