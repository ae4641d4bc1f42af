"""Break the figures down by voice and by kind of name.

The breakdown only reads the figures of calls; the totals over all calls do not depend on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.measuring.figures import CallFigures, Share, SideFigures, SpanFigures, caught, total, unchanged
from pipeline.measuring.truth import NAME_KINDS


@dataclass(frozen=True, slots=True)
class VoiceFigures:
    """Figures of one voice; shares count frames of speech unless stated otherwise.

    Attributes:
        voice: Name of the voice in the truth.
        calls: Number of calls in which it speaks.
        speech: Frames of its speech.
        leak: Frames left unchanged, of all frames of its spans that had to be masked.
        names_leak: The same for spans of kind NAME.
        caught: Spans with at least 90 % of their speech changed, of its spans that had to be masked.
        over_mask: Frames changed, of its frames outside every span.
        requester_kept: Frames left unchanged, of its frames in the requester's own spans.
        character_errors: Edits, of the characters of its turns.
        mora_errors: Edits, of the morae of its turns.
    """

    voice: str
    calls: int
    speech: int
    leak: Share
    names_leak: Share
    caught: Share
    over_mask: Share
    requester_kept: Share
    character_errors: Share
    mora_errors: Share


@dataclass(frozen=True, slots=True)
class NameKindFigures:
    """Figures of the names of one kind (``truth.NAME_KINDS``) that had to be masked."""

    kind: str
    leak: Share
    caught: Share


def by_voice(calls: Sequence[CallFigures]) -> tuple[VoiceFigures, ...]:
    """Sum the figures of each voice that a truth names.

    Args:
        calls: The calls that were masked.

    Returns:
        One entry for each voice, in order of name; empty where no truth names a voice.
    """
    spoken: dict[str, list[tuple[CallFigures, SideFigures]]] = {}
    for call in calls:
        for side in call.sides:
            spoken.setdefault(side.voice, []).append((call, side))
    return tuple(_voice(voice, parts) for voice, parts in sorted(spoken.items()))


def _voice(voice: str, parts: Sequence[tuple[CallFigures, SideFigures]]) -> VoiceFigures:
    spans = [span for call, side in parts for span in call.spans if span.speaker == side.speaker]
    masked = [span for span in spans if span.must_mask]
    return VoiceFigures(
        voice=voice,
        calls=len({id(call) for call, _ in parts}),
        speech=sum(side.speech for _, side in parts),
        leak=total(map(unchanged, masked)),
        names_leak=total(unchanged(span) for span in masked if span.kind == "NAME"),
        caught=total(map(caught, masked)),
        over_mask=total(side.over_mask for _, side in parts),
        requester_kept=total(unchanged(span) for span in spans if span.must_keep),
        character_errors=total(side.character_errors for _, side in parts),
        mora_errors=total(side.mora_errors for _, side in parts),
    )


def by_name_kind(calls: Sequence[CallFigures]) -> tuple[NameKindFigures, ...]:
    """Sum the figures of each kind of name that had to be masked.

    Args:
        calls: The calls that were masked.

    Returns:
        One entry for each kind that occurs, in the order of ``truth.NAME_KINDS``.
    """
    names = [span for call in calls for span in call.spans if span.must_mask and span.kind == "NAME"]
    return tuple(
        _name_kind(kind, its)
        for kind in NAME_KINDS
        if (its := [span for span in names if span.name_kind == kind])
    )


def _name_kind(kind: str, names: Sequence[SpanFigures]) -> NameKindFigures:
    return NameKindFigures(kind, total(map(unchanged, names)), total(map(caught, names)))
