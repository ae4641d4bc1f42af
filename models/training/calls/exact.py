"""A made call's own words, in place of what a recogniser writes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from models.language.readings import load_reader
from pipeline.audio.recording import read_recording
from pipeline.given.aligned_words import align_with_sound
from pipeline.given.given_words import check_against_sound
from pipeline.given.listened_call import MoraListener, listen_to_call
from pipeline.hearing.transcribe import HeardSegment, HeardWord, build_transcript
from pipeline.measuring.truth import CallTruth, exact_transcript, read_truth
from pipeline.types import Transcript


def exact_words(truth: CallTruth, audio_sha256: str) -> Transcript:
    """A call's own words at their true times, as a file of exact words would give them.

    Args:
        truth: Of the call.
        audio_sha256: Of its recording; goes into the transcript.
    """
    exact: Any = exact_transcript(truth)
    heard = [
        HeardSegment(
            tuple(HeardWord(w["word"], w["start"], w["end"], w["probability"]) for w in segment["words"]),
            channel=segment["words"][0]["channel"],
            speaker=segment["words"][0]["speaker"],
        )
        for segment in exact["segments"]
    ]
    made = build_transcript(heard, truth.call_id, "transcript-file", audio_sha256)
    return replace(made, times_within=exact["times_within"])


def laid_words(path: Path, listener: MoraListener[Any]) -> Transcript:
    """A call's own words, laid on its sound as ``kaiji evaluate --exact-words`` lays them.

    Args:
        path: The recording, beside its truth.
        listener: The ears.

    Raises:
        CallUnsafeError: when the words do not cover what is heard.
    """
    recording = read_recording(path)
    truth = read_truth(json.loads(path.with_suffix(".truth.json").read_text(encoding="utf-8")), path.stem)
    heard = listen_to_call(recording, listener)
    words = exact_words(truth, recording.sha256)
    return align_with_sound(check_against_sound(words, heard, recording, load_reader()), heard)
