"""Split an address of which only a part is heard as the requester's: that part stays, the rest is masked.

written   牧場目、熟聴の28の3ハイツ | 木博さんごしす
heard     ロクチョーメジューキューノニジューハチノサンハイツ | キヒャクサンゴシツ
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.finding.verdict import given_to
from pipeline.ownership.heard.heard_stretch import Said, Stretch, other_figures, tells
from pipeline.ownership.heard.spoken_forms import ENOUGH_WORTH, HALF_ENOUGH, SpokenForm
from pipeline.reasons import Reason
from pipeline.sound.spotting import covered
from pipeline.types import CharSpan, Finding, Party, TimeSpan, Transcript

__all__ = ["split_where_theirs"]

MIN_FINDING_SHARE, MIN_WORD_SHARE = 0.35, 0.6
"""Share of an address, and of a word, that has to be heard as the requester's."""


def split_where_theirs(
    finding: Finding, said: Sequence[Said], forms: Sequence[SpokenForm], transcript: Transcript
) -> list[Finding]:
    """Split an address of which a good part is heard as the requester's.

    Args:
        finding: Of an address.
        said: What is heard of it, and the forms that are said in it.
        forms: What the case knows.
        transcript: What it points into.

    Returns:
        Its pieces in order: words that are heard as theirs are theirs, to be looked at, the rest is whose it
        was.  Nothing where it is not so, or where other figures stand beside theirs.
    """
    if finding.entity.entity_type != "ADDRESS" or len(said) != 1:
        return []
    ((stretch, every),) = said
    hits = [hit for hit in every if _of_their_address(forms[hit.form])]
    own = [hit for hit in hits if stretch.holds(hit)]
    # Where the conversation calls it a third party's, the town has to be told beside a block or a room.
    enough = ENOUGH_WORTH + HALF_ENOUGH if finding.entity.hint is Party.THIRD_PARTY else ENOUGH_WORTH
    there = covered(own, len(stretch.logs))
    if tells(own, hits, forms) < enough or there[stretch.first : stretch.last].mean() < MIN_FINDING_SHARE:
        return []
    figures = [hit for hit in own if forms[hit.form].figures]
    if figures and other_figures(stretch, figures, hits):
        return []
    return _pieces(finding, stretch, there, transcript)


def _of_their_address(form: SpokenForm) -> bool:
    return form.party is Party.REQUESTER and form.value >= 0 and not form.phone


def _pieces(
    finding: Finding, stretch: Stretch, there: NDArray[np.bool_], transcript: Transcript
) -> list[Finding]:
    """Split a finding into runs of words that the hits cover and runs that they do not."""
    chars = finding.entity.chars
    words = [w for s in transcript.segments for w in s.words if w.chars.overlaps(chars)]
    pieces: list[Finding] = []
    for theirs, run in itertools.groupby(words, key=lambda word: _lies_in(word.time, stretch.times, there)):
        said = list(run)
        span = CharSpan(max(chars.start, said[0].chars.start), min(chars.end, said[-1].chars.end))
        entity = replace(finding.entity, chars=span, morae=0)
        if theirs:
            kept = given_to(finding, Party.REQUESTER, Reason.HEARD_AS_REQUESTER_IN_PART)
            pieces.append(replace(kept, entity=entity))
        else:
            pieces.append(replace(finding, entity=entity))
    return pieces


def _lies_in(time: TimeSpan, times: NDArray[np.float64], there: NDArray[np.bool_]) -> bool:
    """Whether most of a word's steps are marked; of a word without length, the step of its end."""
    first, last = np.searchsorted(times, (time.start, time.end)).tolist()
    return bool(there[first : max(first + 1, last)].mean() >= MIN_WORD_SHARE) if first < len(there) else False
