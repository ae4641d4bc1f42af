"""Measure one masked call against its truth, from the audio alone.

A 10 ms frame that differs from the original counts as masked, whatever the program reports.  Each frame
belongs to one channel: in a two-channel file a span covers frames of its speaker's channel only, and masked
speech on the other channel is over-mask.  ``pipeline.measuring.figures`` defines the figures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import CaseFileError
from pipeline.measuring.figures import CallFigures, OverMask, Share, SpanFigures, total
from pipeline.measuring.frames import AudioPair, Frames, Marked, Stretch, frames_of
from pipeline.measuring.given_away import GivenAway, given_away
from pipeline.measuring.letters import edits, letters
from pipeline.measuring.review_rows import ReviewRow
from pipeline.measuring.sides import measure_sides
from pipeline.measuring.truth import PARTIES, CallTruth, TruthSpan
from pipeline.types import TimeSpan

CAUGHT_SHARE = 0.90
"""Share of a span's speech that must be changed for the span to be caught."""

SOFT_EDGE_SECONDS = 0.20
"""Reach of a finding's soft edge and of a bridged gap (``MaskPolicy.merge_gap``).  Changed frames within this
distance of a finding, and in no other finding, are decided together with it."""


def measure_call(
    audio: AudioPair,
    truth: CallTruth,
    review: Sequence[ReviewRow] = (),
    recognised: str | None = None,
    mora_errors: Sequence[Share] = (),
) -> CallFigures:
    """Count the figures of one call.

    Args:
        audio: The call and its masked copy.
        truth: The truth of the call.
        review: The findings of ``<stem>.review.json`` (``read_review_rows``).
        recognised: The recognised text, in order of time; ``None`` when unknown.
        mora_errors: Mora errors of each turn of the script (``pipeline.measuring.mora_errors``); empty when
            unknown.

    Returns:
        The counts.

    Raises:
        CaseFileError: a span of the truth begins after the end of the recording, so the two do not belong
            together.
    """
    _refuse_other_recording(audio, truth)
    frames = frames_of(audio)
    decided = _after_review(frames, truth.spans, review)
    given = given_away(frames, review)
    covered = _mark_spans(frames, truth.spans)
    hot = frames.speech & _mark_spans(frames, [span for span in truth.spans if span.must_mask])
    theirs, own, staff, company = (
        frames.speech & _mark_spans(frames, [span for span in truth.spans if span.party == party])
        for party in PARTIES
    )
    # A span that must be masked wins: spans overlap where two people speak at once in a mono file.
    own, staff, company = own & ~hot, staff & ~hot, company & ~hot
    third = frames.mark([(turn.time, (turn.channel(len(frames.speech)),)) for turn in truth.third_turns])
    outside = frames.speech & ~covered & ~third
    awaiting = [row.time for row in review if row.needs_review]
    return CallFigures(
        call_id=truth.call_id,
        seconds=audio.seconds,
        has_third_party=truth.has_third_party,
        spans=tuple(_measure_span(frames, decided, given, span) for span in truth.spans),
        leak=_share(hot, ~frames.changed),
        leak_after_review=_share(hot, ~decided),
        over_mask=_share(outside, frames.changed),
        over_mask_after_review=_share(outside, decided),
        over_mask_causes=_over_mask_causes(frames, outside & frames.changed, truth.spans, review),
        requester_kept=_share(own, ~frames.changed),
        requester_kept_after_review=_share(own, ~decided),
        review_seconds=_union_seconds(awaiting),
        review_findings=len(awaiting),
        review_questions=_real_questions(review, truth.spans, len(frames.speech)),
        character_errors=_character_errors(truth, recognised),
        mora_errors=total(mora_errors),
        sides=measure_sides(frames, truth, outside, recognised, mora_errors),
        third_heard=_share(frames.speech & third, ~frames.changed),
        given_away=_share(theirs, given.frames),
        given_unasked=_share(theirs & given.frames, given.unasked),
        staff_kept=_share(staff, ~frames.changed),
        company_kept=_share(company, ~frames.changed),
    )


def _refuse_other_recording(audio: AudioPair, truth: CallTruth) -> None:
    for index, span in enumerate(truth.spans):
        if span.time.start >= audio.seconds:
            msg = f"truth: spans[{index}]: 録音の終わりより後に始まります"
            raise CaseFileError(msg)


def _mark_spans(frames: Frames, spans: Sequence[TruthSpan]) -> Marked:
    return frames.mark([(span.time, (span.channel(len(frames.speech)),)) for span in spans])


def _share(of: Marked, which: Marked) -> Share:
    return Share(int(np.count_nonzero(of & which)), int(np.count_nonzero(of)))


def _measure_span(frames: Frames, decided: Marked, given: GivenAway, span: TruthSpan) -> SpanFigures:
    """Count one span; a span too quiet to hold speech is judged by all of its frames."""
    channel = span.channel(len(frames.speech))
    where = (channel, frames.within(span.time))
    speech, changed = frames.speech[where], frames.changed[where]
    heard = changed[speech] if speech.any() else changed
    return SpanFigures(
        kind=span.kind,
        party=span.party,
        must_mask=span.must_mask,
        must_keep=span.must_keep,
        time=span.time,
        channel=channel,
        speech=int(np.count_nonzero(speech)),
        changed=int(np.count_nonzero(changed & speech)),
        changed_after_review=int(np.count_nonzero(decided[where] & speech)),
        caught=bool(np.count_nonzero(heard) >= CAUGHT_SHARE * heard.size) if heard.size else None,
        speaker=span.speaker,
        name_kind=span.name_kind,
        given=int(np.count_nonzero(given.frames[where] & speech)),
    )


def _real_questions(review: Sequence[ReviewRow], spans: Sequence[TruthSpan], channels: int) -> Share:
    """Count the analyst's questions, and those of them with a finding that matches a span of the truth."""
    asked: dict[str, bool] = {}
    for number, row in enumerate(review):
        if row.needs_review:
            question = row.question or f"row {number}"
            asked[question] = asked.get(question, False) or _is_about(row, spans, channels)
    return Share(sum(asked.values()), len(asked))


def _is_about(row: ReviewRow, spans: Sequence[TruthSpan], channels: int) -> bool:
    """Whether a row and some span share more than half of the shorter of the two."""
    return any(
        span.channel(channels) in row.on(channels)
        and -row.time.apart(span.time) > min(row.time.duration, span.time.duration) / 2
        for span in spans
    )


def _overlaps(row: ReviewRow, spans: Sequence[TruthSpan], channels: int) -> bool:
    on = row.on(channels)
    return any(span.channel(channels) in on and row.time.overlaps(span.time) for span in spans)


def _after_review(frames: Frames, spans: Sequence[TruthSpan], review: Sequence[ReviewRow]) -> Marked:
    """Mark the frames that are changed once every ``needs_review`` finding is decided as in the truth.

    A finding that overlaps a span that must be masked is masked over its own stretch; any other is kept.
    Findings that need no review stay as they are.
    """
    channels = len(frames.speech)
    hot = [span for span in spans if span.must_mask]
    confirmed: list[Stretch] = []
    rejected: list[Stretch] = []
    settled: list[Stretch] = []
    for row in review:
        stretch = (row.time, row.on(channels))
        if row.needs_review:
            (confirmed if _overlaps(row, hot, channels) else rejected).append(stretch)
        elif row.masked:
            settled.append(stretch)
    held = frames.mark([*confirmed, *settled])
    freed = frames.mark(rejected) & ~held
    reach = SOFT_EDGE_SECONDS / frames.frame_seconds
    for channel in range(channels):
        to_freed, to_held = _distance(freed[channel]), _distance(held[channel])
        freed[channel] |= ~held[channel] & (to_freed <= reach) & (to_freed < to_held)
    return (frames.changed & ~freed) | frames.mark(confirmed)


def _distance(marked: Marked) -> NDArray[np.float64]:
    """Return each frame's distance to the nearest marked frame, in frames; infinite where none is marked."""
    at = np.flatnonzero(marked).astype(np.float64)
    fence = np.concatenate(([-np.inf], at, [np.inf]))
    frames = np.arange(marked.size, dtype=np.float64)
    after = np.searchsorted(at, frames) + 1
    return np.minimum(fence[after] - frames, frames - fence[after - 1])


def _over_mask_causes(
    frames: Frames, taken: Marked, spans: Sequence[TruthSpan], review: Sequence[ReviewRow]
) -> tuple[OverMask, ...]:
    """Attribute each over-masked frame to the first masked finding that covers it."""
    channels = len(taken)
    left = taken.copy()
    counts: Counter[tuple[str, str, bool]] = Counter()
    for row in review:
        if row.masked:
            its = left & frames.mark([(row.time, row.on(channels))])
            left &= ~its
            cause = (row.recognizer, row.entity_type, _overlaps(row, spans, channels))
            counts[cause] += int(np.count_nonzero(its))
    counts["", "", False] += int(np.count_nonzero(left))
    return tuple(OverMask(*cause, count) for cause, count in counts.items() if count)


def _union_seconds(times: Sequence[TimeSpan]) -> float:
    """Return the length of the union of ``times`` in seconds."""
    total, heard_until = 0.0, 0.0
    for time in sorted(times):
        total += max(0.0, time.end - max(time.start, heard_until))
        heard_until = max(heard_until, time.end)
    return total


def _character_errors(truth: CallTruth, recognised: str | None) -> Share:
    script = letters("".join(turn.text for turn in truth.script))
    if recognised is None or not script:
        return Share(0, 0)
    return Share(edits(script, letters(recognised)), len(script))
