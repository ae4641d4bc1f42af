"""Figures of an evaluation: counts for one call, shares over many calls.

A call holds counts, so sums over calls are exact; ratios are taken last.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pipeline.measuring.truth import KINDS
from pipeline.types import TimeSpan

_Z_95 = 1.959963984540054
"""Two-sided 95 % point of the normal distribution."""


@dataclass(frozen=True, slots=True)
class Share:
    """``count`` out of ``total``; sums of shares are exact.  ``Share(0, 0)`` means not measured."""

    count: int
    total: int

    @property
    def value(self) -> float | None:
        """Ratio, or ``None`` where ``total`` is zero."""
        return self.count / self.total if self.total else None


@dataclass(frozen=True, slots=True)
class SpanFigures:
    """Figures of one span of the truth.

    Attributes:
        kind, party, must_mask, must_keep, time, speaker, name_kind: Properties as in ``TruthSpan``.
        channel: Index of the channel on which it is spoken.
        speech: Frames of speech in the span, on its channel.
        changed: Changed frames among these.
        changed_after_review: The same once every ``needs_review`` finding is decided rightly.
        caught: Whether at least 90 % of its speech is changed; ``None`` where no frame lies in the span.
        given: Frames of its speech that are unchanged and in a finding that is kept for a known party.
    """

    kind: str
    party: str
    must_mask: bool
    must_keep: bool
    time: TimeSpan
    channel: int
    speech: int
    changed: int
    changed_after_review: int
    caught: bool | None
    speaker: str = ""
    name_kind: str = ""
    given: int = 0


@dataclass(frozen=True, slots=True)
class OverMask:
    """Masked speech outside every span of the truth, by recognizer and entity type.

    Attributes:
        recognizer, entity_type: Recognizer and type of the finding; empty for changed frames in no finding.
        beside_span: Whether the finding overlaps a span, so that only its edges are too wide.
        frames: Frames of speech.
    """

    recognizer: str
    entity_type: str
    beside_span: bool
    frames: int


@dataclass(frozen=True, slots=True)
class SideFigures:
    """Figures of one side of a call with a voice named in the truth.

    Attributes:
        speaker, voice: Names in the truth.
        speech: Frames of speech in the side's turns.
        over_mask: Share as in ``CallFigures``, for these turns.
        character_errors, mora_errors: Shares as in ``CallFigures``, for these turns; both sides add up to the
            call.
    """

    speaker: str
    voice: str
    speech: int
    over_mask: Share
    character_errors: Share
    mora_errors: Share = Share(0, 0)


@dataclass(frozen=True, slots=True)
class CallFigures:
    """Counts for one call; shares count 10 ms frames of speech unless stated otherwise.

    Attributes:
        call_id: Identifier of the call, as in the truth.
        seconds: Length of the recording.
        has_third_party: Whether some span belongs to a third party.
        spans: Figures of every span of the truth, in order of time.
        leak: Frames left unchanged, of those that had to be masked.
        leak_after_review: The same once every ``needs_review`` finding is decided rightly.
        over_mask: Frames changed, of those outside every span.
        over_mask_after_review: The same after review.
        over_mask_causes: Findings that cover the changed frames of ``over_mask``.
        requester_kept: Frames left unchanged, of those in the requester's own spans.
        requester_kept_after_review: The same after review.
        review_seconds: Seconds that an analyst must hear to judge every ``needs_review`` finding.
        review_findings: Number of these findings.
        review_questions: Questions about somebody's data, of all questions that group these findings.
        character_errors: Edits from the script to the recognised text, of the script's characters;
            ``Share(0, 0)`` where the recognised text is unknown.
        mora_errors: Edits from the script's reading to the listener's morae, of the script's morae;
            ``Share(0, 0)`` without a listener.
        sides: Figures of each side with a voice named in the truth.
        wrong_speaker: Frames attributed to the wrong speaker, of those on one channel in which one side
            talks; ``Share(0, 0)`` where speakers were not told apart by voice.
        third_found: Calls in which a third person's voice is found (0 or 1), of calls in which one speaks;
            ``Share(0, 0)`` as in ``wrong_speaker``.
        third_claimed: Calls in which a third person's voice is claimed (0 or 1), of calls in which none
            speaks.
        third_heard: Frames left unchanged, of all that a third person says on any channel.
        given_away: Frames left unchanged in a finding kept as the requester's, the staff's or the company's,
            of those in third parties' spans.
        given_unasked: Frames of ``given_away`` that no question to an analyst covers.
        staff_kept: Share as ``requester_kept``, for the staff's data.
        company_kept: Share as ``requester_kept``, for the company's data.
    """

    call_id: str
    seconds: float
    has_third_party: bool
    spans: tuple[SpanFigures, ...]
    leak: Share
    leak_after_review: Share
    over_mask: Share
    over_mask_after_review: Share
    over_mask_causes: tuple[OverMask, ...]
    requester_kept: Share
    requester_kept_after_review: Share
    review_seconds: float
    review_findings: int
    character_errors: Share
    mora_errors: Share = Share(0, 0)
    sides: tuple[SideFigures, ...] = ()
    review_questions: Share = Share(0, 0)
    wrong_speaker: Share = Share(0, 0)
    third_found: Share = Share(0, 0)
    third_claimed: Share = Share(0, 0)
    third_heard: Share = Share(0, 0)
    given_away: Share = Share(0, 0)
    given_unasked: Share = Share(0, 0)
    staff_kept: Share = Share(0, 0)
    company_kept: Share = Share(0, 0)

    @property
    def clean(self) -> bool:
        """Whether every third party's span is caught; true for a call without any."""
        return all(span.caught is not False for span in self.spans if span.party == "third")


_ByKind = tuple[tuple[str, Share], ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """Figures over many calls.

    Fields named as in ``CallFigures`` are its sums.  Fields ``by_kind`` hold pairs of kind and share in the
    order of ``truth.KINDS``; a kind that does not occur is left out.

    Attributes:
        refused: Number of calls that could not be masked safely; they are in no share.
        caught: Spans with at least 90 % of their speech changed, of those that had to be masked.
        clean: Calls in which every third party's span is caught, of all calls.
        clean_interval: 95 % Wilson interval of ``clean``; ``None`` without calls.
        clean_with_third_party: Share as ``clean``, for the calls with a third party.
        over_mask_without_third_party: Over-mask in the calls without a third party.
        review_seconds_per_minute: Review load; ``None`` without calls.
    """

    calls: tuple[CallFigures, ...]
    refused: int
    seconds: float
    leak: Share
    leak_by_kind: _ByKind
    leak_after_review: Share
    leak_by_kind_after_review: _ByKind
    caught: Share
    caught_by_kind: _ByKind
    clean: Share
    clean_interval: tuple[float, float] | None
    clean_with_third_party: Share
    over_mask: Share
    over_mask_after_review: Share
    over_mask_without_third_party: Share
    over_mask_causes: tuple[OverMask, ...]
    requester_kept: Share
    requester_kept_by_kind: _ByKind
    requester_kept_after_review: Share
    review_seconds_per_minute: float | None
    review_findings: int
    character_errors: Share
    mora_errors: Share
    review_questions: Share = Share(0, 0)
    wrong_speaker: Share = Share(0, 0)
    third_found: Share = Share(0, 0)
    third_claimed: Share = Share(0, 0)
    third_heard: Share = Share(0, 0)
    given_away: Share = Share(0, 0)
    given_away_by_kind: _ByKind = ()
    given_unasked: Share = Share(0, 0)
    staff_kept: Share = Share(0, 0)
    company_kept: Share = Share(0, 0)

    @property
    def review_questions_per_minute(self) -> float | None:
        """Number of questions to an analyst per minute of call; ``None`` without calls."""
        return 60 * self.review_questions.total / self.seconds if self.seconds else None


def summarise(calls: Sequence[CallFigures], refused: int = 0) -> Summary:
    """Sum the counts of many calls and take the shares.

    Args:
        calls: The calls that were masked.
        refused: Number of further calls that could not be masked safely; reported, but in no share.

    Returns:
        The figures over all calls.
    """
    masked = [span for call in calls for span in call.spans if span.must_mask]
    own = [span for call in calls for span in call.spans if span.must_keep]
    theirs = [span for call in calls for span in call.spans if span.party == "third"]
    seconds = math.fsum(call.seconds for call in calls)
    clean = Share(sum(call.clean for call in calls), len(calls))
    with_third_party = [call.clean for call in calls if call.has_third_party]
    return Summary(
        calls=tuple(calls),
        refused=refused,
        seconds=seconds,
        leak=total(call.leak for call in calls),
        leak_by_kind=_by_kind(masked, unchanged),
        leak_after_review=total(call.leak_after_review for call in calls),
        leak_by_kind_after_review=_by_kind(masked, _left_after_review),
        caught=total(caught(span) for span in masked),
        caught_by_kind=_by_kind(masked, caught),
        clean=clean,
        clean_interval=wilson_interval(clean) if calls else None,
        clean_with_third_party=Share(sum(with_third_party), len(with_third_party)),
        over_mask=total(call.over_mask for call in calls),
        over_mask_after_review=total(call.over_mask_after_review for call in calls),
        over_mask_without_third_party=total(call.over_mask for call in calls if not call.has_third_party),
        over_mask_causes=_sum_causes(calls),
        requester_kept=total(call.requester_kept for call in calls),
        requester_kept_by_kind=_by_kind(own, unchanged),
        requester_kept_after_review=total(call.requester_kept_after_review for call in calls),
        review_seconds_per_minute=(
            60 * math.fsum(call.review_seconds for call in calls) / seconds if seconds else None
        ),
        review_findings=sum(call.review_findings for call in calls),
        character_errors=total(call.character_errors for call in calls),
        mora_errors=total(call.mora_errors for call in calls),
        review_questions=total(call.review_questions for call in calls),
        wrong_speaker=total(call.wrong_speaker for call in calls),
        third_found=total(call.third_found for call in calls),
        third_claimed=total(call.third_claimed for call in calls),
        third_heard=total(call.third_heard for call in calls),
        given_away=total(call.given_away for call in calls),
        given_away_by_kind=_by_kind(theirs, _given),
        given_unasked=total(call.given_unasked for call in calls),
        staff_kept=total(call.staff_kept for call in calls),
        company_kept=total(call.company_kept for call in calls),
    )


def wilson_interval(share: Share) -> tuple[float, float]:
    """Return the 95 % Wilson score interval of a share of independent trials.

    Unlike the normal approximation it stays within 0 to 1 and is valid for few trials.

    Args:
        share: Successes out of trials; at least one trial.

    Returns:
        Lower and upper bound, 0 to 1.
    """
    trials, ratio = share.total, share.count / share.total
    weight = _Z_95**2 / trials
    centre = (ratio + weight / 2) / (1 + weight)
    half = _Z_95 * math.sqrt(ratio * (1 - ratio) / trials + weight / (4 * trials)) / (1 + weight)
    return max(0.0, centre - half), min(1.0, centre + half)


def total(shares: Iterable[Share]) -> Share:
    """Add up shares."""
    many = tuple(shares)
    return Share(sum(share.count for share in many), sum(share.total for share in many))


def unchanged(span: SpanFigures) -> Share:
    """Return the share of a span's speech that was left unchanged."""
    return Share(span.speech - span.changed, span.speech)


def _left_after_review(span: SpanFigures) -> Share:
    return Share(span.speech - span.changed_after_review, span.speech)


def _given(span: SpanFigures) -> Share:
    return Share(span.given, span.speech)


def caught(span: SpanFigures) -> Share:
    """Return ``Share(1, 1)`` for a caught span, ``Share(0, 1)`` for a missed one; (0, 0) without frames."""
    return Share(span.caught is True, span.caught is not None)


def _by_kind(spans: Sequence[SpanFigures], figure: Callable[[SpanFigures], Share]) -> _ByKind:
    present = {span.kind for span in spans}
    return tuple(
        (kind, total(figure(span) for span in spans if span.kind == kind))
        for kind in KINDS
        if kind in present
    )


def _sum_causes(calls: Sequence[CallFigures]) -> tuple[OverMask, ...]:
    """Add up each cause over all calls, the costliest first."""
    frames: Counter[tuple[str, str, bool]] = Counter()
    for call in calls:
        for cause in call.over_mask_causes:
            frames[cause.recognizer, cause.entity_type, cause.beside_span] += cause.frames
    ordered = sorted(frames.items(), key=lambda item: (-item[1], item[0]))
    return tuple(OverMask(*cause, count) for cause, count in ordered)
