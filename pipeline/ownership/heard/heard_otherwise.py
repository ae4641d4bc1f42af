"""Take from an owner what is like theirs as written, and is not heard as theirs at all.

written   家藤田        known  仁志商店        heard  カトーダ: nothing of ニシショウテン may be said there
written   国、吉        known  梅吉            heard  クニヨシ: nor of ウメキチ
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pipeline.finding.verdict import UNOWNED
from pipeline.ownership.compare.name import KnownName
from pipeline.ownership.heard.heard_stretch import Channels
from pipeline.ownership.heard.spoken_forms import SpokenForm
from pipeline.reasons import Reason
from pipeline.sound.morae import Mora, morae
from pipeline.sound.spotting import spotted
from pipeline.types import Finding, Party

__all__ = ["is_heard_otherwise", "may_be_heard_otherwise"]

MIN_ODDS_PER_MORA, MIN_FIGURE_ODDS_PER_MORA = -2.5, -1.5
"""Lowest log odds, for each mora, of a name or a place that may be said, and of a number.  In 81 calls third
parties' data was written like a stranger's 98 times: three of these reach it.  Of 180 findings that are the
requester's four do not; of their numbers none is below -.9."""

MIN_HEARD_SHARE = 0.5
"""Fewest morae that are heard of a finding, as a share of those that are written: fewer tell nothing."""


def may_be_heard_otherwise(finding: Finding) -> bool:
    """Whether a finding has an owner by its words that sound can take from it.

    A name that is clearly somebody's as written stays theirs, and an explanation of its kanji says other
    words.  Only the requester's places and numbers are known by their sound.

    Args:
        finding: With the owner that it has by its words.
    """
    if finding.entity.candidate or finding.party in UNOWNED:
        return False
    if finding.entity.entity_type == "PERSON":
        return finding.needs_review and finding.reason is not Reason.EXPLAINS_REQUESTER_NAME
    told = finding.entity.entity_type in {"ADDRESS", "PHONE_NUMBER", "EMAIL_ADDRESS"}
    return told and finding.party is Party.REQUESTER


def is_heard_otherwise(
    finding: Finding,
    written: str,
    channels: Channels,
    forms: Sequence[SpokenForm],
    names: Sequence[KnownName],
) -> bool:
    """Whether what its words give to somebody is not heard as theirs, however badly.

    Nothing need be heard where the case does not say how anybody is called, or hardly anything is heard.

    Args:
        finding: One that may be heard otherwise (``may_be_heard_otherwise``).
        written: Its kana.
        channels: What is heard of the call.
        forms: What the case knows, as it is said.
        names: The names of the case, in every order.
    """
    party = finding.party
    least = dict(_named(name for name in names if name.party is party))
    if finding.entity.entity_type != "PERSON":
        least |= _told(form for form in forms if form.party is party and (form.tells or not form.phone))
    stretches = tuple(channels.stretches(finding))
    heard = sum(len(morae(each.kana())) for each in stretches)
    if not least or not heard or heard < MIN_HEARD_SHARE * len(morae(written)):
        return False
    return not any(
        each.holds(hit) for each in stretches for hit in spotted([*least], each.logs, [*least.values()])
    )


def _named(names: Iterable[KnownName]) -> Iterator[tuple[tuple[Mora, ...], float]]:
    """The sound of each name and of each of its parts, and its lowest log odds."""
    for said in (said for name in names for said in (name.whole, *name.parts)):
        if sound := morae(said):
            yield sound, MIN_ODDS_PER_MORA * len(sound)


def _told(forms: Iterable[SpokenForm]) -> Iterator[tuple[tuple[Mora, ...], float]]:
    """The same of places and numbers; of 090 alone there are many."""
    for form in forms:
        a_mora = MIN_FIGURE_ODDS_PER_MORA if form.figures else MIN_ODDS_PER_MORA
        yield form.sound, a_mora * len(form.sound)
