"""The whole line on real models: a mono and a two-channel sample call, as ``make demo`` masks them."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np
import pytest

from models.wording.vocabulary import HONORIFICS
from pipeline.audio.recording import read_recording, to_samples
from pipeline.masking.audio import masked_windows
from pipeline.reason_text import reasons_in
from pipeline.reasons import Reason, Why
from pipeline.types import MaskAction
from tests.conftest import SampleRun


def test_both_layouts_are_masked_and_verified(sample_run: SampleRun):
    """Every stage runs on both, the second listening included, and both pass."""
    assert [read_recording(call).channels for call in sample_run.calls] in ([1, 2], [2, 1])
    assert [outcome.error for outcome in sample_run.outcomes] == [None, None]
    assert len(list(sample_run.out.iterdir())) == 10


def test_the_audio_is_the_inputs_outside_the_plan_and_nothing_of_it_inside(sample_run: SampleRun):
    """Bit-identical outside; inside no likeness at all; shape, rate and law as the input's."""
    for call, outcome in zip(sample_run.calls, sample_run.outcomes, strict=True):
        before, after = read_recording(call), read_recording(sample_run.out / f"{call.stem}.masked.wav")
        assert (after.rate, after.law, after.samples.shape) == (before.rate, before.law, before.samples.shape)
        assert outcome.plan is not None
        assert outcome.plan.masked
        for channel in range(before.channels):
            inside = np.zeros(before.length, bool)
            for start, end in masked_windows(outcome.plan, channel, before.rate, before.length):
                inside[start:end] = True
                speech, fill = before.samples[channel, start:end], after.samples[channel, start:end]
                if speech.std() > 100 and len(speech) > 2000:
                    assert abs(np.corrcoef(speech, fill)[0, 1]) < 0.2
            np.testing.assert_array_equal(before.samples[channel, ~inside], after.samples[channel, ~inside])


def test_every_masked_finding_is_silenced_on_its_channels(sample_run: SampleRun):
    """No sample of a masked item is the input's, but where the fill happens to cross it."""
    for call, outcome in zip(sample_run.calls, sample_run.outcomes, strict=True):
        before, after = read_recording(call), read_recording(sample_run.out / f"{call.stem}.masked.wav")
        assert outcome.plan is not None
        for item in outcome.plan.masked:
            start, end = to_samples(item.time, before.rate, before.length)
            for channel in item.channels:
                loud = np.abs(before.samples[channel, start:end].astype(int)) > 1000
                same = before.samples[channel, start:end] == after.samples[channel, start:end]
                assert same[loud].mean() < 0.05 if loud.any() else True


def _masked_values(rows: list[dict[str, Any]]) -> list[str]:
    """What was masked, parts of one finding together: 904号室の may be a part of another's address."""
    values: list[str] = []
    last: dict[str, Any] | None = None
    for row in sorted(rows, key=lambda row: row["start_char"]):
        if row["action"] != MaskAction.MASK:
            continue
        near = last is not None and row["start_char"] - last["end_char"] <= 1
        if near and Why(Reason.PART_OF_RUN) in reasons_in(row["reason"]) and row["reason"] == last["reason"]:
            values[-1] += row["text"]
        else:
            values.append(row["text"])
        last = row
    return values


def test_the_text_shows_labels_and_no_masked_word(sample_run: SampleRun):
    """Each masked word is a label in text and JSON, unless it is also kept elsewhere.

    Nor can it be where all that was written of a name is the さん behind it: that stands elsewhere, too.
    """
    for call in sample_run.calls:
        text = (sample_run.out / f"{call.stem}.masked.txt").read_text(encoding="utf-8")
        document = json.loads((sample_run.out / f"{call.stem}.masked.json").read_text(encoding="utf-8"))
        rows = json.loads((sample_run.out / f"{call.stem}.review.json").read_text(encoding="utf-8"))[
            "findings"
        ]
        kept = "".join(row["text"] for row in rows if row["action"] == MaskAction.KEEP)
        spoken = "".join(segment["text"] for segment in document["segments"])

        assert "[" in text.split("] ", 1)[1]
        for said in _masked_values(rows):
            if len(said) > 1 and said not in HONORIFICS and said not in kept:
                assert said not in text
                assert said not in spoken
        for segment in document["segments"]:
            for word in segment["words"]:
                assert ("probability" in word) != ("entity_type" in word)


def test_the_manifest_holds_every_files_digest(sample_run: SampleRun):
    """Whoever has the files can check them against it."""
    for call in sample_run.calls:
        manifest = json.loads((sample_run.out / f"{call.stem}.manifest.json").read_text(encoding="utf-8"))
        assert manifest["input"]["sha256"] == hashlib.sha256(call.read_bytes()).hexdigest()
        for name, digest in manifest["outputs"].items():
            assert hashlib.sha256((sample_run.out / f"{call.stem}.{name}").read_bytes()).hexdigest() == digest
        assert manifest["models"]["asr"]["sha256"].startswith("d01c3014")


@pytest.mark.parametrize("key", ["action", "party", "needs_review", "score", "recognizer", "reason"])
def test_every_finding_says_why(sample_run: SampleRun, key):
    """An analyst sees for each finding what was decided and by which witness."""
    for call in sample_run.calls:
        rows = json.loads((sample_run.out / f"{call.stem}.review.json").read_text(encoding="utf-8"))[
            "findings"
        ]
        assert rows
        assert all(row[key] not in {"", None} for row in rows)
