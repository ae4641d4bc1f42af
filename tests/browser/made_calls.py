"""Calls of sample_audio as the desk holds them after a night: their truth in place of what the models guess.

Quick, the same each time, and known to the last syllable: what the page shows can be checked.
"""

from __future__ import annotations

import functools
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import numpy as np

from flows import outputs
from flows.desk.book.door import do
from flows.desk.cases import calls, catalogue, requests
from flows.desk.cases.files import NewFile
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.values import Call, FileKind, ListVersions, NewRecording
from flows.desk.work import claims
from flows.files.case_file import case_lookup
from flows.files.keyed_digest import new_digest_key
from flows.files.transcript_file import read_transcript
from flows.workspace import SKETCH, TRANSCRIPT
from pipeline.audio.recording import Recording, read_recording
from pipeline.audio.wav import write_wav
from pipeline.masking.crosstalk import channels_and_echo
from pipeline.masking.plan import make_plan, transcript_sha256
from pipeline.masking.sketch import sketch_of
from pipeline.masking.voices import third_voices
from pipeline.measuring.truth import TruthSpan, exact_transcript, read_truth
from pipeline.reasons import Reason, Why
from pipeline.third_voice import THIRD
from pipeline.types import (
    CallCase,
    CharSpan,
    EntitySpan,
    Finding,
    MaskItem,
    MaskPlan,
    MaskPolicy,
    Party,
    Segment,
    TimeSpan,
    Transcript,
)
from tests.desk_builders import CLERK, NOW, WORKER, identity, new_request
from tests.posteriorgrams import gram_of

SAMPLES = Path(__file__).parents[2] / "sample_audio"

TYPES = {"NAME": "PERSON", "ADDRESS": "ADDRESS", "PHONE": "PHONE_NUMBER", "CONFIDENTIAL": "CONFIDENTIAL"}
PARTIES = {
    "third": Party.THIRD_PARTY,
    "requester": Party.REQUESTER,
    "operator": Party.STAFF,
    "company": Party.COMPANY,
}
REASONS = {
    "third": Reason.NAME_OF_NOBODY,
    "requester": Reason.NAME_READS_LIKE_REQUESTER,
    "operator": Reason.NAME_READS_LIKE_STAFF,
    "company": Reason.NUMBER_LIKE_COMPANY,
}


@dataclass(frozen=True)
class MadeCall:
    """A call with its words and its plan; ``spans`` is its truth."""

    audio: Path
    transcript: Transcript
    plan: MaskPlan
    case: CallCase
    spans: tuple[TruthSpan, ...] = ()


@functools.cache
def sample_call(stem: str, *, doubtful: Sequence[int] = (), missed: Sequence[int] = ()) -> MadeCall:
    """A call of sample_audio.

    Args:
        stem: Of its files.
        doubtful: Which of its spans need a person, counted from 0.
        missed: Which of its spans were not found.
    """
    audio = SAMPLES / f"{stem}.wav"
    truth = read_truth(json.loads((SAMPLES / f"{stem}.truth.json").read_text(encoding="utf-8")))
    recording = read_recording(audio)
    transcript = _transcript(exact_transcript(truth), audio)
    transcript = _with_doubts(transcript)
    findings = tuple(
        _finding(span, transcript, recording, doubtful=number in doubtful)
        for number, span in enumerate(truth.spans)
        if number not in missed
    )
    case = case_lookup(SAMPLES)(audio)
    plan = make_plan(findings, transcript, case, MaskPolicy())
    # What else the program would show a person is not what the page's tests are about.
    items = tuple(
        replace(item, needs_review=findings[int(item.item_id[1:])].needs_review) for item in plan.items
    )
    plan = replace(plan, items=items)
    return MadeCall(audio, transcript, plan, case, truth.spans)


def heard_again(made: MadeCall, said: str, again: str, kana: str) -> MadeCall:
    """The same call as if a second hearing had written a line otherwise, and the listener heard that."""
    text = made.transcript.text
    segments = tuple(
        replace(each, again=again, posteriorgrams=(gram_of(kana, each.time.start),))
        if said in text[each.chars.start : each.chars.end]
        else each
        for each in made.transcript.segments
    )
    return replace(made, transcript=replace(made.transcript, segments=segments))


def passed_on(made: MadeCall, *said: str) -> MadeCall:
    """The same call as if a third person had said the lines that hold these words: given, and so found."""
    text, recording = made.transcript.text, read_recording(made.audio)
    segments = tuple(
        replace(each, speaker=THIRD)
        if any(one in text[each.chars.start : each.chars.end] for one in said)
        else each
        for each in made.transcript.segments
    )
    transcript = replace(made.transcript, segments=segments)
    voices = make_plan(third_voices(transcript, recording), transcript, made.case, made.plan.policy).items
    named = (replace(item, item_id=f"t{number:04d}") for number, item in enumerate(voices))
    items = tuple(sorted((*made.plan.items, *named), key=lambda item: (item.time, item.item_id)))
    return replace(made, transcript=transcript, plan=replace(made.plan, items=items))


def _transcript(words: object, audio: Path) -> Transcript:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "words.json"
        path.write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")
        return read_transcript(path, read_recording(audio), audio.stem)


def _with_doubts(transcript: Transcript) -> Transcript:
    """Every eleventh word as if the recogniser had been unsure of it."""
    count = 0
    segments = []
    for segment in transcript.segments:
        words = []
        for word in segment.words:
            count += 1
            words.append(replace(word, probability=0.31 if count % 11 == 0 else 0.93))
        segments.append(replace(segment, words=tuple(words)))
    return replace(transcript, segments=tuple(segments))


def _finding(span: TruthSpan, transcript: Transcript, recording: Recording, *, doubtful: bool) -> Finding:
    channels = recording.channels
    entity = EntitySpan(
        TYPES[span.kind],
        _chars(span, transcript, channels),
        0.52 if doubtful else 0.91,
        "honorific_name" if span.kind == "NAME" else "spoken_number",
        (Why(Reason.BEFORE_HONORIFIC),),
    )
    time = TimeSpan(max(0.0, span.time.start - 0.02), span.time.end + 0.02)
    party = Party.COMPANY if span.kind == "CONFIDENTIAL" else PARTIES[span.party]
    heard, echo = channels_and_echo(recording, time, (span.channel(channels),))
    return Finding(entity, party, REASONS[span.party], doubtful, time, heard, echo=echo)


def _chars(span: TruthSpan, transcript: Transcript, channels: int) -> CharSpan:
    def middle(time: TimeSpan) -> float:
        return (time.start + time.end) / 2

    spoken = [
        word
        for segment in transcript.segments
        if channels == 1 or segment.channel == span.channel(channels)
        for word in segment.words
        if span.time.start <= middle(word.time) < span.time.end
    ]
    if not spoken:
        return CharSpan(0, 0)
    return CharSpan(min(word.chars.start for word in spoken), max(word.chars.end for word in spoken))


# ---- a long call ----


def long_call(folder: Path, seconds: float, findings: int) -> MadeCall:
    """All sample calls of one channel, over and over, with so many findings."""
    made = [
        call
        for path in sorted(SAMPLES.glob("*.wav"))
        if read_recording(path).channels == 1
        for call in [sample_call(path.stem, doubtful=range(0, 99, 3))]
    ]
    pieces, segments, items, text = [], [], [], ""
    at, rate = 0.0, read_recording(made[0].audio).rate
    for call in _over_and_over(made):
        recording = read_recording(call.audio)
        pieces.append(recording.samples)
        shift = _Shift(at, len(text))
        segments += [shift.segment(segment) for segment in call.transcript.segments]
        items += [shift.item(item, len(items) + number) for number, item in enumerate(call.plan.items)]
        text += call.transcript.text + "\n"
        at += recording.duration
        if at >= seconds:
            break
    audio = folder / "long.wav"
    write_wav(audio, np.concatenate(pieces, axis=1), rate, "pcm16")
    sha256 = outputs.file_sha256(audio)
    transcript = Transcript("long", text[:-1], tuple(segments), "ja", "truth", sha256)
    extra = _more_items(transcript, items, findings - len(items))
    kept = tuple(sorted([*items[:findings], *extra], key=lambda item: (item.time, item.item_id)))
    plan = MaskPlan("long", 0, sha256, transcript_sha256(transcript), MaskPolicy(), kept)
    return MadeCall(audio, transcript, plan, made[0].case)


def _over_and_over(made: Sequence[MadeCall]) -> Iterator[MadeCall]:
    while True:
        yield from made


@dataclass(frozen=True)
class _Shift:
    seconds: float
    chars: int

    def time(self, time: TimeSpan) -> TimeSpan:
        return TimeSpan(time.start + self.seconds, time.end + self.seconds)

    def span(self, chars: CharSpan) -> CharSpan:
        return CharSpan(chars.start + self.chars, chars.end + self.chars)

    def segment(self, segment: Segment) -> Segment:
        words = tuple(
            replace(word, chars=self.span(word.chars), time=self.time(word.time)) for word in segment.words
        )
        return replace(segment, chars=self.span(segment.chars), time=self.time(segment.time), words=words)

    def item(self, item: MaskItem, number: int) -> MaskItem:
        return replace(item, item_id=f"m{number:04}", chars=self.span(item.chars), time=self.time(item.time))


def _more_items(transcript: Transcript, items: Sequence[MaskItem], count: int) -> list[MaskItem]:
    """Doubtful findings in utterances that have none, where the truth has not enough."""
    taken = {item.chars.start for item in items}
    free = [
        segment
        for segment in transcript.segments
        if len(segment.words) > 6 and not any(segment.chars.start <= at < segment.chars.end for at in taken)
    ]
    made = []
    for number, segment in enumerate(free[: max(0, count)]):
        first, last = segment.words[2], segment.words[4]
        made.append(
            replace(
                items[0],
                item_id=f"x{number:04}",
                chars=CharSpan(first.chars.start, last.chars.end),
                time=TimeSpan(first.time.start, last.time.end),
                needs_review=True,
            )
        )
    return made


# ---- onto the desk ----


def into_review(desk: Desk, made: MadeCall, *, received_days_ago: int = 0) -> Call:
    """A request of the case's person with the call attached, masked, and waiting for an analyst."""
    received = NOW - timedelta(days=received_days_ago)
    request = requests.receive(desk, CLERK, new_request(requester=made.case.requester, received_at=received))
    do(desk, CLERK, identity(request.request_id))
    duration = read_recording(made.audio).duration
    recording = NewRecording(f"PBX-{request.number}-{made.audio.stem}", NOW, str(made.audio), duration)
    added = catalogue.add_recordings(desk, CLERK, [recording])
    call = calls.attach_call(desk, CLERK, request.request_id, added.new[0])
    claim = claims.claim_call(desk, WORKER, call.call_id)
    assert claim is not None
    transcript = replace(made.transcript, call_id=call.call_id)
    plan = replace(made.plan, call_id=call.call_id)
    with desk.store.private_folder() as folder:
        recorded = read_recording(made.audio)
        outputs.write_masked(folder, recorded, transcript, plan)
        outputs.write_review(folder, transcript, plan, new_digest_key())
        outputs.write_json(folder / outputs.MANIFEST, {"created_at": "2026-11-25T01:00:00+00:00"})
        (folder / "transcript.json").write_bytes(TRANSCRIPT.dump(transcript))
        (folder / "sketch").write_bytes(SKETCH.dump(sketch_of(recorded)))
        files = {
            FileKind.RAW: made.audio,
            FileKind.SKETCH: folder / "sketch",
            FileKind.TRANSCRIPT: folder / "transcript.json",
            FileKind.MASKED_AUDIO: folder / outputs.MASKED_WAV,
            FileKind.MASKED_TEXT: folder / outputs.MASKED_TEXT,
            FileKind.MASKED_JSON: folder / outputs.MASKED_JSON,
            FileKind.REVIEW: folder / outputs.REVIEW,
            FileKind.MANIFEST: folder / outputs.MANIFEST,
        }
        stored = tuple(NewFile(kind, desk.store.put(path)) for kind, path in files.items())
    counts = {"seconds": round(duration), "masked": len(plan.masked)}
    return claims.finish_processing(
        desk, WORKER, claim, claims.Processed(plan, ListVersions(0, 0), stored, counts)
    )
