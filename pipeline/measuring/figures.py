"""The figures of the contract (section 2) as values: counts of a call, shares over many.

Calls hold counts, so that sums over them are exact; shares are taken last.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pipeline.measuring.truth import KINDS
from pipeline.types import TimeSpan

__all__ = [
    "CallFigures",
    "OverMask",
    "Share",
    "SideFigures",
    "SpanFigures",
    "Summary",
    "caught",
    "left",
    "summarise",
    "total",
    "wilson_interval",
]

_Z_95 = 1.959963984540054
"""Two-sided 95 % point of the normal distribution."""


@dataclass(frozen=True, slots=True)
class Share:
    """``count`` of ``total``; sums of shares are exact."""

    count: int
    total: int

    @property
    def value(self) -> float | None:
        """The ratio, or None where there was nothing to count."""
        return self.count / self.total if self.total else None


@dataclass(frozen=True, slots=True)
class SpanFigures:
    """What became of one span of the truth.

    ``speech`` and the two ``changed`` are frames of speech on the span's channel;
    ``caught`` is None where no frame of the call lies in the span;
    ``speaker`` and ``name_kind`` are the truth's; ``given`` are those of the speech that were left unchanged
    in a finding that is kept as somebody's.
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
    """Speech outside every span that was masked, by recognizer and entity type.

    ``beside_span`` tells an edge set too wide (the finding overlaps a span) from a
    finding with nothing behind it.  ``recognizer`` is empty for changed frames that no
    finding owns.  ``frames`` are frames of speech.
    """

    recognizer: str
    entity_type: str
    beside_span: bool
    frames: int


@dataclass(frozen=True, slots=True)
class SideFigures:
    """What one side of a call says, in a voice that the truth names.

    Attributes:
        speaker: As in the truth.
        voice: As in the truth.
        speech: Frames of speech in its turns.
        over_mask: As in ``CallFigures``, of its turns.
        character_errors: As in ``CallFigures``, of its turns; those of both sides add up to the call's.
        mora_errors: Likewise.
    """

    speaker: str
    voice: str
    speech: int
    over_mask: Share
    character_errors: Share
    mora_errors: Share = Share(0, 0)


@dataclass(frozen=True, slots=True)
class CallFigures:
    """Counts of one call; shares count 10 ms frames of speech unless it is said otherwise.

    Attributes:
        call_id: As in the truth.
        seconds: Length of the recording.
        has_third_party: Whether any span is a third party's.
        spans: Every span of the truth, in order of time.
        leak: Had to be masked and was left unchanged, of all that had to be.
        leak_after_review: The same once every ``needs_review`` finding is decided rightly.
        over_mask: Outside every span and changed, of all outside every span.
        over_mask_after_review: The same after review.
        over_mask_causes: Which findings took the changed frames of ``over_mask``.
        requester_kept: In the requester's own spans and left unchanged, of all in them.
        requester_kept_after_review: The same after review.
        review_seconds: What an analyst must hear to judge every ``needs_review`` finding.
        review_findings: How many findings that is.
        review_questions: Of the questions that they are put as, those about anybody's data.
        character_errors: Edits from script to recognised text, of the script's
            characters; nothing of nothing where the recognised text is not known.
        mora_errors: Edits from the script's reading to what the listener heard, of the script's
            morae; nothing of nothing where nobody listened.
        sides: What each side says, where the truth names its voice.
        wrong_speaker: Given to the wrong speaker, of what one side says on one channel; nothing of nothing
            where speakers were not told by ear.
        third_found: One of one where a third person's voice is found, of one call in which one speaks;
            nothing of nothing as in ``wrong_speaker``.
        third_claimed: One of one where a third person's voice is claimed, of one call in which none speaks.
        third_heard: Said by a third person and left unchanged, of all that one says, on any channel.
        given_away: Left unchanged in a finding that is kept as the requester's, the staff's or the company's,
            of all in third parties' spans.
        given_unasked: Of these frames, those of which no analyst is asked.
        staff_kept: As ``requester_kept``, of the staff's data.
        company_kept: Likewise, of the company's.
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
        """Whether every third-party span is caught; true of a call that has none."""
        return all(span.caught is not False for span in self.spans if span.party == "third")


_ByKind = tuple[tuple[str, Share], ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of the contract over many calls.

    Fields named as in ``CallFigures`` are its sums.  Those ``by_kind`` hold (kind,
    share) in the order of ``truth.KINDS``; a kind that does not occur is left out.

    Attributes:
        refused: Calls that could not be masked safely; they are in no share.
        caught: Spans that had to be masked with at least 90 % of their speech changed.
        clean: Calls in which every third-party span is caught, of all calls.
        clean_interval: Its 95 % Wilson interval; None without calls.
        clean_with_third_party: The same of the calls that have a third party.
        over_mask_without_third_party: Over-mask in the calls that have none.
        review_seconds_per_minute: Review load; None without calls.
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
        """Decisions that an analyst is asked for; None without calls."""
        return 60 * self.review_questions.total / self.seconds if self.seconds else None


def summarise(calls: Sequence[CallFigures], refused: int = 0) -> Summary:
    """Sum the counts of many calls and take the shares.

    Args:
        calls: The calls that were masked.
        refused: How many more could not be masked safely; shown, and in no share.

    Returns:
        The figures.
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
        leak_by_kind=_by_kind(masked, left),
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
        requester_kept_by_kind=_by_kind(own, left),
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
    """The 95 % Wilson score interval of a share of independent trials.

    It stays within 0 to 1 and is valid for few calls, unlike the normal approximation.

    Args:
        share: Successes of trials; at least one trial.

    Returns:
        Lower and upper end, 0 to 1.
    """
    trials, ratio = share.total, share.count / share.total
    weight = _Z_95**2 / trials
    centre = (ratio + weight / 2) / (1 + weight)
    half = _Z_95 * math.sqrt(ratio * (1 - ratio) / trials + weight / (4 * trials)) / (1 + weight)
    return max(0.0, centre - half), min(1.0, centre + half)


def total(shares: Iterable[Share]) -> Share:
    """Add shares up."""
    many = tuple(shares)
    return Share(sum(share.count for share in many), sum(share.total for share in many))


def left(span: SpanFigures) -> Share:
    """The share of a span's speech that was left unchanged."""
    return Share(span.speech - span.changed, span.speech)


def _left_after_review(span: SpanFigures) -> Share:
    return Share(span.speech - span.changed_after_review, span.speech)


def _given(span: SpanFigures) -> Share:
    return Share(span.given, span.speech)


def caught(span: SpanFigures) -> Share:
    """One of one where a span is caught; nothing of nothing where no frame lies in it."""
    return Share(span.caught is True, span.caught is not None)


def _by_kind(spans: Sequence[SpanFigures], figure: Callable[[SpanFigures], Share]) -> _ByKind:
    present = {span.kind for span in spans}
    return tuple(
        (kind, total(figure(span) for span in spans if span.kind == kind))
        for kind in KINDS
        if kind in present
    )


def _sum_causes(calls: Sequence[CallFigures]) -> tuple[OverMask, ...]:
    """The same cause of all calls added up, the costliest first."""
    frames: Counter[tuple[str, str, bool]] = Counter()
    for call in calls:
        for cause in call.over_mask_causes:
            frames[cause.recognizer, cause.entity_type, cause.beside_span] += cause.frames
    ordered = sorted(frames.items(), key=lambda item: (-item[1], item[0]))
    return tuple(OverMask(*cause, count) for cause, count in ordered)
