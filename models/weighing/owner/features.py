"""What speaks for a finding being the requester's, or another's: named values, most of them logarithms.

How near what the case knows is to what is written and heard (``models.weighing.owner.nearness``), how the
conversation reads, what the rules say, and whose the findings beside it are.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from models.language.readings import Reader
from models.weighing.owner.nearness import Nearness
from pipeline.finding.verdict import UNOWNED, Veto, said_of
from pipeline.ownership.heard.heard_stretch import Channels
from pipeline.sound.digits import digits_of
from pipeline.sound.honorifics import with_honorific
from pipeline.sound.morae import likeness
from pipeline.types import CallCase, EntitySpan, Finding, Party, Transcript

__all__ = ["features"]

MAX_GAP_CHARS: Final = 20
"""Characters within which another finding is beside one."""

MAX_OTHERS: Final = 150
"""Others of its type to each side that are looked at: more than a call of minutes has.  A call of hours takes
its time for each minute, and not for each pair."""

MIN_SURNAME_ODDS, MIN_OTHER_NAME_MORAE = -0.7, 2
"""Log odds for each of its morae from which a surname is clearly heard; morae more that are another name."""

MIN_SURNAME_LIKENESS: Final = 0.9
"""Likeness from which the surname is read in what was taken for an address.  Of all that was taken for one in
182 made calls that is one finding, a relative's."""

PREFIX_DIGITS: Final = 3
"""Figures with which many numbers begin: 070."""

SMOOTHING: Final = 0.01
"""Added to probabilities whose ratio is looked at: what is never the case tells no more."""

_ASKED: Final = frozenset({"PERSON", "ADDRESS", "PHONE_NUMBER", "EMAIL_ADDRESS"})
_SETTLED: Final = frozenset(veto.value for veto in Veto if veto.settles)
"""Why a finding is another's whatever else speaks for it."""
_KIN: Final = {Party.REQUESTER: "own", Party.STAFF: "staff", Party.COMPANY: "company"}


def features(
    findings: Sequence[Finding], transcript: Transcript, case: CallCase, reader: Reader
) -> tuple[Mapping[str, float] | None, ...]:
    """Look at every finding that is nobody's by the rules.

    Args:
        findings: In order of text, with the parties that the rules give them.
        transcript: What they point into.
        case: The requester, the staff and the company.
        reader: Reads text, and knows kanji.

    Returns:
        Named values for each; ``None`` for one that is not asked about: one that is somebody's, that only
        begins as the requester's number does, or that is clearly a relative's.
    """
    look = _Look(findings, transcript, case, reader)
    asked = (_is_asked(finding) and not _only_begins(finding, transcript, case) for finding in findings)
    seen = (look.at(finding) if ask else None for finding, ask in zip(findings, asked, strict=True))
    return tuple(
        None if values is None or _is_relatives(finding, values, transcript) else values
        for finding, values in zip(findings, seen, strict=True)
    )


def _is_asked(finding: Finding) -> bool:
    """Whether it is nobody's by the rules, and neither written as another's name nor next door."""
    entity = finding.entity
    nobodys = finding.party in UNOWNED and finding.reason not in _SETTLED
    return nobodys and not entity.candidate and entity.entity_type in _ASKED


def _only_begins(finding: Finding, transcript: Transcript, case: CallCase) -> bool:
    """Whether it is how the requester's telephone number begins: 070, and half of all others do, too."""
    if finding.entity.entity_type != "PHONE_NUMBER":
        return False
    said = digits_of(said_of(finding, transcript.text))
    return bool(said) and any(
        digits_of(phone)[:PREFIX_DIGITS].startswith(said) for phone in case.requester.phones
    )


def _is_relatives(finding: Finding, values: Mapping[str, float], transcript: Transcript) -> bool:
    """Whether the requester's surname is clearly heard, and another name behind it; or read, unheard."""
    if finding.reason is not Veto.RELATIVE.value:
        place = finding.entity.entity_type == "ADDRESS"
        return place and _is_relatives_as_a_place(said_of(finding, transcript.text), values)
    if "heard" not in values:
        return True
    surname = values["heard surname"] > MIN_SURNAME_ODDS and values["heard surname, length"] > 0
    return surname and values["left"] >= math.log1p(MIN_OTHER_NAME_MORAE)


def _is_relatives_as_a_place(said: str, values: Mapping[str, float]) -> bool:
    """Whether what was taken for a place reads as the requester's surname and another name.

    おびなかきみよ is 帯刀絹代 where the requester is 帯刀茜: no figure is in it, and nothing of their address
    or of their whole name is nearer than the surname.
    """
    surname = values["written surname"]
    others = (values[f"written {kind}"] for kind in ("place", "whole name", "given name"))
    if surname < MIN_SURNAME_LIKENESS or max(others) >= surname or any(map(str.isnumeric, said)):
        return False
    left = 1 - values["written surname, share"]
    return math.expm1(values["morae written"]) * left >= MIN_OTHER_NAME_MORAE


class _Look:
    """A call, and what is worked out of it once for all its findings."""

    def __init__(
        self, findings: Sequence[Finding], transcript: Transcript, case: CallCase, reader: Reader
    ) -> None:
        self._text = transcript.text
        self._near = Nearness(case, reader)
        self._told = [finding for finding in findings if not finding.entity.candidate]
        self._place = {id(finding): at for at, finding in enumerate(self._told)}
        listened = any(segment.posteriorgrams for segment in transcript.segments)
        self._channels = Channels(transcript) if listened else None
        self._kana: defaultdict[str, list[tuple[Finding, str]]] = defaultdict(list)
        self._among: dict[int, int] = {}
        for finding in self._told:
            alike = self._kana[finding.entity.entity_type]
            self._among[id(finding)] = len(alike)
            alike.append((finding, reader.kana(self._said(finding))))

    def at(self, finding: Finding) -> Mapping[str, float]:
        """The values of one finding."""
        entity = finding.entity
        values = {
            f"type:{entity.entity_type}": 1.0,
            f"reason:{finding.reason.value}": 1.0,
            "length": math.log(max(1, entity.chars.end - entity.chars.start)),
            "score": math.log((entity.score + SMOOTHING) / (1 - entity.score + SMOOTHING)),
            "honorific": float(with_honorific(self._text, entity.chars)),
        }
        values |= {f"witness:{name}": 1.0 for name in entity.recognizer.split("+")}
        values |= _read(entity)
        values |= self._near.written(self._said(finding))
        values |= self._beside(finding)
        values |= self._elsewhere(finding)
        stretches = () if self._channels is None else tuple(self._channels.stretches(finding))
        if entity.entity_type == "PERSON":
            values |= self._near.explained(self._said(finding), stretches)
        return values | self._near.heard(stretches)

    def _said(self, finding: Finding) -> str:
        return said_of(finding, self._text)

    def _beside(self, finding: Finding) -> Mapping[str, float]:
        """Whose the findings right before and behind are."""
        at, out = self._place[id(finding)], dict[str, float]()
        for side, place in (("before", at - 1), ("behind", at + 1)):
            if not 0 <= place < len(self._told):
                continue
            other = self._told[place]
            first, last = sorted((finding.entity, other.entity), key=lambda entity: entity.chars)
            gap = max(0, last.chars.start - first.chars.end)
            if gap <= MAX_GAP_CHARS:
                whose = f"{side}: {_KIN.get(other.party, 'third')}"
                out[whose] = 1.0
                out[f"{whose}, near"] = 1 / (1 + gap)
                out[f"{whose}, alike"] = float(first.entity_type == last.entity_type)
        return out

    def _elsewhere(self, finding: Finding) -> Mapping[str, float]:
        """How many others of its type the call has, whose they are, and how alike they sound."""
        every = self._kana[finding.entity.entity_type]
        at = self._among[id(finding)]
        kana, alike = every[at][1], every[max(0, at - MAX_OTHERS) : at + MAX_OTHERS + 1]
        out: dict[str, float] = {}
        for name, parties in (("own", {Party.REQUESTER}), ("third", {Party.THIRD_PARTY})):
            others = [each for other, each in alike if other is not finding and other.party in parties]
            out[f"others: {name}"] = math.log1p(len(others))
            out[f"alike: {name}"] = max((likeness(each, kana) for each in others), default=0.0)
        return out


def _read(entity: EntitySpan) -> Mapping[str, float]:
    """Whose it is by what witnesses have read."""
    values = {}
    if entity.hint is not None:
        values[f"talk: {entity.hint}"] = 1.0
    if entity.heard_again_as is not None:
        values[f"heard again as: {entity.heard_again_as}"] = 1.0
    if entity.owners:
        third, *others = (each + SMOOTHING for each in entity.owners)
        values |= {
            f"read: {name}": math.log(each / third) for name, each in zip(_KIN.values(), others, strict=True)
        }
    return values
