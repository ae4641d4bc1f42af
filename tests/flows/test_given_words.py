"""A file of words that is not of its call, through the whole recipe with the real listener."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flows import stages
from flows.files.case_file import case_lookup
from flows.loaded_models import Models
from flows.masking.mask_calls import Order, exit_status, mask_calls
from flows.settings import Settings
from flows.workspace import JOB, TRANSCRIPT, Job, MemoryWorkspace
from pipeline.measuring.truth import exact_transcript, read_truth
from pipeline.types import CallCase

SAMPLES = Path(__file__).parents[2] / "sample_audio"
MONO, STEREO = "neighbour-parcel", "staff-complaint"

Segments = list[dict[str, Any]]


@pytest.fixture(scope="module")
def models() -> Models:
    """The real ones, loaded once."""
    return Models("base", Settings())


def mask(
    tmp_path: Path, stem: str, models: Models, change: Callable[[Segments], Segments]
) -> tuple[int, str]:
    """Mask a sample call with its exact words, changed; status and the line that tells why."""
    truth = json.loads((SAMPLES / f"{stem}.truth.json").read_text(encoding="utf-8"))
    segments = change(exact_transcript(read_truth(truth, stem))["segments"])  # type: ignore[arg-type]
    (tmp_path / "out").mkdir()
    words = tmp_path / "words.json"
    words.write_text(json.dumps({"segments": segments}), encoding="utf-8")
    case = case_lookup(SAMPLES / f"{stem}.case.json")
    order = Order(tmp_path / "out", case, transcript=lambda _: words, listen_again=False)
    outcomes = list(mask_calls([SAMPLES / f"{stem}.wav"], order, models))
    return exit_status(outcomes), str(outcomes[0].error or "")


def retimed(segment: dict[str, Any], time: Callable[[float], float]) -> dict[str, Any]:
    """A segment with its times moved."""
    words = [w | {"start": time(w["start"]), "end": time(w["end"])} for w in segment["words"]]
    return segment | {"start": words[0]["start"], "end": words[-1]["end"], "words": words}


def later(segments: Segments) -> Segments:
    """Everything two seconds later; what would pass the end is left out."""
    moved = [retimed(each, lambda t: t + 2.0) for each in segments]
    return moved[:-2]


def swapped(segments: Segments) -> Segments:
    """The two longest say each what the other does, in their own time."""
    first, second = sorted(sorted(range(len(segments)), key=lambda i: -len(segments[i]["words"]))[:2])
    out = list(segments)
    for here, there in ((first, second), (second, first)):
        old, new = segments[here], segments[there]
        scale = (new["end"] - new["start"]) / (old["end"] - old["start"])
        out[there] = retimed(
            old, lambda t, old=old, new=new, scale=scale: new["start"] + (t - old["start"]) * scale
        )
    return out


def pressed(segments: Segments) -> Segments:
    """All words in the first third of their segment."""
    return [retimed(each, lambda t, s=each["start"]: s + (t - s) / 3) for each in segments]


def other_words(segments: Segments) -> Segments:
    """A text of the same length everywhere."""
    other = "昨日は雨が降っていたので出かけるのをやめて家で本を読むことにしました" * 50
    at = iter(other)
    return [
        {"start": s["start"], "end": s["end"], "words": [w | {"word": next(at)} for w in s["words"]]}
        for s in segments
    ]


def left_out(segments: Segments) -> Segments:
    """The longest segment is not there."""
    longest = max(segments, key=lambda each: len(each["words"]))
    return [each for each in segments if each is not longest]


@pytest.mark.parametrize("change", [later, swapped, pressed, other_words, left_out])
def test_words_that_are_not_said_there_end_with_status_3(tmp_path: Path, models: Models, change):
    """One line, and nothing of the call but the reason."""
    status, told = mask(tmp_path, MONO, models, change)

    assert status == 3
    assert "文字起こしが音声と合いません" in told
    assert "\n" not in told
    assert [path.name for path in (tmp_path / "out").iterdir()] == [f"{MONO}.error.json"]


def test_words_on_the_other_channel_end_with_status_3(tmp_path: Path, models: Models):
    """What the caller says stands in the file as the operator's, and the other way round."""

    def crossed(segments: Segments) -> Segments:
        return [
            {
                "words": [
                    {"word": w["word"], "start": w["start"], "end": w["end"], "channel": 1 - w["channel"]}
                    for w in each["words"]
                ]
            }
            for each in segments
        ]

    assert mask(tmp_path, STEREO, models, crossed)[0] == 3


def test_a_name_taken_out_of_the_words_is_masked(tmp_path: Path, models: Models):
    """Its word and its time are gone from the file: what sounds there is masked all the same, and flagged."""
    truth = json.loads((SAMPLES / f"{MONO}.truth.json").read_text(encoding="utf-8"))
    name = next(s for s in truth["spans"] if s["party"] == "third" and s["kind"] == "NAME")

    def without(segments: Segments) -> Segments:
        def kept(word: dict[str, Any]) -> bool:
            return not name["start"] <= (word["start"] + word["end"]) / 2 < name["end"]

        return [
            {"start": s["start"], "end": s["end"], "words": [w for w in s["words"] if kept(w)]}
            for s in segments
        ]

    status, _ = mask(tmp_path, MONO, models, without)
    review = json.loads((tmp_path / "out" / f"{MONO}.review.json").read_text(encoding="utf-8"))
    masked = [
        row
        for row in review["findings"]
        if row["action"] == "mask"
        and row["start_seconds"] < (name["start"] + name["end"]) / 2 < row["end_seconds"]
    ]

    assert status == 0
    assert [row["entity_type"] for row in masked] == ["UNTRANSCRIBED"]
    assert masked[0]["needs_review"]


@pytest.mark.parametrize("vouched", [True, False])
def test_what_is_heard_stands_around_the_words(tmp_path: Path, models: Models, vouched: bool):
    """As around recognised ones; times are those that are heard, unless the file vouches for its own."""
    truth = read_truth(json.loads((SAMPLES / f"{STEREO}.truth.json").read_text(encoding="utf-8")), STEREO)
    exact = exact_transcript(truth)
    late = [retimed(each, lambda t: t + 0.1) for each in exact["segments"]]  # type: ignore[index]
    words = tmp_path / "words.json"
    stated = {"times_within": 0.2} if vouched else {}
    words.write_text(json.dumps({"segments": late, **stated}), encoding="utf-8")
    call = MemoryWorkspace(tmp_path)
    call.put(JOB, Job("c-1", SAMPLES / f"{STEREO}.wav", tmp_path, CallCase("r-1"), transcript=words))
    stages.decode(call, models)
    stages.transcribe(call, models)
    made = call.get(TRANSCRIPT)
    spoken = [word for segment in made.segments for word in segment.words]

    assert all(segment.traces and segment.posteriorgrams for segment in made.segments)
    given = {round(w["start"], 3) for each in late for w in each["words"]}
    assert ({round(word.time.start, 3) for word in spoken} <= given) is vouched
