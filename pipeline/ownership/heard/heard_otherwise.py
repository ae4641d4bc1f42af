"""Take from an owner what is only half like theirs as written, and is not heard as theirs at all.

written   家藤田        known  仁志商店        heard  カトーダ: nothing of ニシショウテン may be said there
written   国、吉        known  梅吉            heard  クニヨシ: nor of ウメキチ
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from pipeline.ownership.compare.name import KnownName
from pipeline.ownership.heard.heard_stretch import Channels, Stretch
from pipeline.ownership.heard.spoken_forms import SpokenForm
from pipeline.reasons import Reason
from pipeline.sound.digits import digits_of
from pipeline.sound.morae import MIN_TELLING, Mora, morae
from pipeline.sound.spotting import spotted
from pipeline.types import Finding, Party

__all__ = ["is_heard_otherwise"]

MIN_ODDS_PER_MORA, MIN_LOG_ODDS = -1.5, -14.0
"""Lowest log odds, for each mora and in all, of an address or number that may be said.  Of 36 calls'
own addresses and numbers that were kept none has less, and one stranger's has."""

MIN_NAME_ODDS_PER_MORA: Final = -2.5
"""Lowest log odds, for each mora, of a name that may be said.  In 81 calls none of 56 third parties' names
that are half like a stranger's as written reaches it; all but four scraps of 100 of the requester's do."""

MIN_OTHER_MORAE: Final = 8
"""Fewest heard morae that are somebody else's address.  Of 120 calls and 14 of the sample script, in what is
theirs though nothing of it is heard there are five at the most, and in the only one of a third party's 14."""

_OWNERS = frozenset({Party.REQUESTER, Party.STAFF, Party.COMPANY})


def is_heard_otherwise(
    finding: Finding,
    channels: Channels,
    forms: Sequence[SpokenForm],
    names: Sequence[KnownName],
) -> bool:
    """Whether a doubtful owner's data is not what is heard, however badly.

    Args:
        finding: With the owner that it has by its words.
        channels: What is heard of the call.
        forms: What the case knows, as it is said.
        names: The names of the case, in every order.
    """
    kept = finding.party in _OWNERS and finding.needs_review and not finding.entity.candidate
    match finding.entity.entity_type:
        # An explanation of the kanji says other words than the name.
        case "PERSON" if kept and finding.reason is not Reason.EXPLAINS_REQUESTER_NAME:
            return not _name_is_heard(
                tuple(channels.stretches(finding)), [n for n in names if n.party is finding.party]
            )
        case "ADDRESS" | "PHONE_NUMBER" if kept and finding.party is Party.REQUESTER:
            return not _number_is_heard(finding, tuple(channels.stretches(finding)), _alike(finding, forms))
        case _:
            return False


def _name_is_heard(stretches: Sequence[Stretch], names: Sequence[KnownName]) -> bool:
    """Whether any of these names, or a part of one, may be heard.

    It may be, too, where nothing is heard, or the case does not say how anybody is called.
    """
    heard = [each for each in stretches if each.first < each.last]
    sounds = list(dict.fromkeys(_sounds(names)))
    return not (heard and sounds) or _any_is_said(
        sounds, [MIN_NAME_ODDS_PER_MORA * len(s) for s in sounds], heard
    )


def _sounds(names: Sequence[KnownName]) -> Iterator[tuple[Mora, ...]]:
    """The morae of each name, and of each of its parts."""
    return filter(None, (morae(said) for name in names for said in (name.whole, *name.parts)))


def _alike(finding: Finding, forms: Sequence[SpokenForm]) -> list[SpokenForm]:
    """The requester's telling forms of a finding's type: addresses, or telephone numbers."""
    phone = finding.entity.entity_type == "PHONE_NUMBER"
    own = (form for form in forms if form.party is Party.REQUESTER and form.tells)
    return [form for form in own if form.phone or not phone]


def _number_is_heard(finding: Finding, stretches: Sequence[Stretch], forms: Sequence[SpokenForm]) -> bool:
    """Whether anything telling of the requester's address or number may be heard.

    What the conversation calls theirs is half like the registered number soon, and another's all the same.
    Of a few morae or figures nothing need be heard, but where the conversation calls it another's.
    """
    kana = "".join(each.kana() for each in stretches)
    long = (
        finding.entity.entity_type == "ADDRESS"
        and sum(char not in "ーッ" for char in kana) >= MIN_OTHER_MORAE
    )
    if len(digits_of(kana)) < MIN_TELLING and not long and finding.entity.hint is not Party.THIRD_PARTY:
        return True
    least = [max(MIN_LOG_ODDS, MIN_ODDS_PER_MORA * len(form.sound)) for form in forms]
    return _any_is_said([form.sound for form in forms], least, stretches)


def _any_is_said(
    sounds: Sequence[tuple[Mora, ...]], least: Sequence[float], stretches: Sequence[Stretch]
) -> bool:
    """Whether one of some sounds reaches its least log odds in a finding, or partly in it."""
    return any(each.holds(hit) for each in stretches for hit in spotted(sounds, each.logs, least))
