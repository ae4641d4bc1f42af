"""Tests of pipeline.measuring.given_away: third parties' speech that was found, and kept as somebody's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.measuring.evaluate import measure_call
from pipeline.measuring.figures import CallFigures, Share, summarise
from pipeline.measuring.frames import AudioPair
from pipeline.measuring.review_rows import ReviewRow
from pipeline.measuring.truth import KINDS, CallTruth, TruthSpan
from pipeline.types import Party, TimeSpan

RATE = 8000
LENGTH = 80  # samples of a 10 ms frame at 8 kHz
FRAMES = 40
LOUD, QUIET = 3000, 100

Stretch = tuple[int, int]


@dataclass(frozen=True)
class Said:
    """A span of the truth, in frames."""

    first: int
    last: int
    speaker: str = "cu"
    party: str = "third"
    kind: str = "NAME"

    def span(self) -> TruthSpan:
        """As the truth has it."""
        return TruthSpan(TimeSpan(self.first / 100, self.last / 100), self.speaker, self.kind, self.party)


def row(
    first: int,
    last: int,
    party: Party | None = Party.STAFF,
    *,
    masked: bool = False,
    asked: bool = False,
    channels: tuple[int, ...] = (),
) -> ReviewRow:
    """A finding, by default kept as the staff's without a question."""
    return ReviewRow(
        TimeSpan(first / 100, last / 100), channels, "PERSON", "judge", masked, asked, party=party
    )


def call(
    said: Sequence[Said],
    rows: Sequence[ReviewRow],
    changed: Sequence[tuple[int, Stretch]] = (),
    quiet: Sequence[Stretch] = (),
) -> CallFigures:
    """The figures of a call on two channels, silenced on (channel, frames), with quiet frames on both."""
    original: NDArray[np.int16] = np.full((2, FRAMES * LENGTH), LOUD, dtype=np.int16)
    for first, last in quiet:
        original[:, first * LENGTH : last * LENGTH] = QUIET
    copy = original.copy()
    for channel, (first, last) in changed:
        copy[channel, first * LENGTH : last * LENGTH] = 0
    spans = tuple(sorted((each.span() for each in said), key=lambda span: span.time))
    return measure_call(
        AudioPair(original, copy, RATE), CallTruth("c", "stereo", FRAMES / 100, spans, ()), rows
    )


@pytest.mark.parametrize(
    ("rows", "given", "unasked"),
    [
        ([], 0, 0),
        ([row(10, 20)], 10, 10),
        ([row(10, 20, Party.REQUESTER)], 10, 10),
        ([row(10, 20, Party.COMPANY)], 10, 10),
        ([row(10, 20, Party.UNKNOWN)], 0, 0),
        ([row(10, 20, Party.THIRD_PARTY)], 0, 0),
        ([row(10, 20, None)], 0, 0),
        ([row(10, 20, masked=True)], 0, 0),
        ([row(10, 20, asked=True)], 10, 0),
        ([row(5, 15), row(12, 18, asked=True)], 8, 2),
        ([row(10, 20, channels=(0,))], 0, 0),
        ([row(10, 20, channels=(0, 1))], 10, 10),
        ([row(20, 30)], 0, 0),
    ],
    ids=str,
)
def test_what_counts_as_given(rows: list[ReviewRow], given: int, unasked: int) -> None:
    """A kept finding of somebody's on the span's channel, where the audio is as it was."""
    figures = call([Said(10, 20)], rows)
    assert (figures.given_away, figures.given_unasked) == (Share(given, 10), Share(unasked, given))
    assert figures.spans[0].given == given


def test_what_was_changed_or_is_no_speech_was_not_given() -> None:
    """Silenced all the same, by another finding or by its pad; or too quiet to hear."""
    figures = call([Said(10, 20)], [row(10, 20)], changed=[(1, (10, 13)), (0, (13, 20))], quiet=[(18, 20)])
    assert figures.given_away == Share(5, 8)
    assert figures.leak == Share(5, 8)


def test_nobody_else_can_be_given_away() -> None:
    """The requester's, the staff's and the company's own, and its secrets, are other figures' affair."""
    said = [Said(0, 10, party="requester"), Said(10, 20, party="operator"), Said(20, 30, party="company")]
    figures = call([*said, Said(30, 40, party="company", kind="CONFIDENTIAL")], [row(0, 40)])
    assert figures.given_away == figures.given_unasked == Share(0, 0)
    assert summarise([figures]).given_away_by_kind == ()


frames = st.tuples(st.integers(0, FRAMES - 1), st.integers(1, FRAMES)).map(
    lambda pair: (min(pair[0], pair[1] - 1), pair[1])
)
channels = st.sampled_from([(), (0,), (1,), (0, 1)])


@given(
    said=st.lists(
        st.builds(
            lambda at, speaker, party, kind: Said(*at, speaker, party, kind),
            frames,
            st.sampled_from(["op", "cu"]),
            st.sampled_from(["third", "third", "operator", "requester"]),
            st.sampled_from(KINDS),
        ),
        max_size=4,
    ),
    rows=st.lists(
        st.builds(
            lambda at, party, masked, asked, on: row(*at, party, masked=masked, asked=asked, channels=on),
            frames,
            st.sampled_from([*Party]),
            st.booleans(),
            st.booleans(),
            channels,
        ),
        max_size=5,
    ),
    changed=st.lists(st.tuples(st.integers(0, 1), frames), max_size=3),
    quiet=st.lists(frames, max_size=2),
)
def test_any_call_is_counted_as_frame_by_frame(
    said: list[Said],
    rows: list[ReviewRow],
    changed: list[tuple[int, Stretch]],
    quiet: list[Stretch],
) -> None:
    """In all and by kind, against a loop over frames; what is given away is part of the leak."""
    figures = call(said, rows, changed, quiet)

    def counted(spans: list[Said]) -> tuple[int, int, int]:
        """Frames given, those unasked, and all."""
        given = unasked = total = 0
        for channel in (0, 1):
            for frame in range(FRAMES):
                its = any(
                    one.speaker == ("op", "cu")[channel] and one.first <= frame < one.last for one in spans
                )
                if not its or any(first <= frame < last for first, last in quiet):
                    continue
                total += 1
                if any(channel == on and first <= frame < last for on, (first, last) in changed):
                    continue
                over = [
                    each
                    for each in rows
                    if not each.masked
                    and each.party in {Party.REQUESTER, Party.STAFF, Party.COMPANY}
                    and channel in (each.channels or (0, 1))
                    and each.time.start <= (frame + 0.5) / 100 < each.time.end
                ]
                given += bool(over)
                unasked += bool(over) and not any(each.needs_review for each in over)
        return given, unasked, total

    theirs = [each for each in said if each.party == "third"]
    given, unasked, total = counted(theirs)
    assert figures.given_away == Share(given, total)
    assert figures.given_unasked == Share(unasked, given)
    assert figures.given_away.count <= figures.leak.count
    by_kind = dict(summarise([figures]).given_away_by_kind)
    assert set(by_kind) == {each.kind for each in theirs}
    for kind, share in by_kind.items():
        alone = [counted([each]) for each in theirs if each.kind == kind]
        assert share == Share(sum(each[0] for each in alone), sum(each[2] for each in alone))
