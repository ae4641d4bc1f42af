"""Compare what was heard of each finding, mora by mora, with the case, whatever was written.

written  いろせいちごさんに     heard  ヒロセイチゴーサンニー     広瀬, 1532: all of it the requester's
written  西村道                 heard  ニシムラミチ               西村, and ミチ that is not: a relative
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.finding.verdict import UNOWNED, Veto, said_of, taken_by
from pipeline.ownership.compare.name import KanaReader, known_names, other_orders
from pipeline.ownership.heard.heard_mail import attribute_heard_mail, joined_forms
from pipeline.ownership.heard.heard_otherwise import is_heard_otherwise, may_be_heard_otherwise
from pipeline.ownership.heard.heard_stretch import (
    CLEAR_ODDS,
    SAID_AROUND,
    Channels,
    Said,
    Stretch,
    other_figures,
    runs,
    said_in,
    tells,
)
from pipeline.ownership.heard.partly_theirs import split_where_theirs
from pipeline.ownership.heard.spoken_forms import ENOUGH_WORTH, HALF_ENOUGH, SpokenForm, spoken_forms
from pipeline.reasons import Reason
from pipeline.sound.spotting import Hit, covered
from pipeline.types import CallCase, Finding, Party, Transcript

__all__ = ["compare_sound"]

MAX_LEFT_MORAE, MAX_LEFT_BEHIND_SURNAME = 3, 1
"""Most morae of a finding that neither a value of the case nor the usual words around it explain.  Two behind
a surname are a relative's name."""

_SAID_AROUND = re.compile(SAID_AROUND)
_ENDS = (
    r"ナンデスケド|デスケド|デスヨ|ダケド|ナンダ|ダヨ|ダナ|ダネ|ダワ|ジャ|ヤケド|ヤネ|"
    r"ボク|オレ|ワタシ|ワタクシ"
)
_SPELT = r"(?:[カア]タカナ|[ヒイ]?ラガナ)(?:デ[ーイ]*)?"
_WORDS = re.compile(rf"{_SPELT}|サン|サマ|サ(?=$)|^ゴ[ーウ](?:シツ?)?$|^バンチ?|{SAID_AROUND}|(?:{_ENDS})$")
_PARTICLES = re.compile(r"[オノトワハガニモヨネエアカデヤダウイケンッー]*")
"""What is said around names and numbers."""

_BOTH = re.compile(r"^(?:サン|サマ)?[トヤ][^ーッ]{2}|[^ーッ](?:サン|サマ)?[トヤ]$")
"""Two people: 隼人とリク, リクと隼人, of whom a mora may lie before the finding."""

_ASKED = frozenset({"PERSON", "ADDRESS", "PHONE_NUMBER", "EMAIL_ADDRESS"})
_REASONS = {
    Party.REQUESTER: Reason.HEARD_AS_REQUESTER,
    Party.STAFF: Reason.HEARD_AS_STAFF,
    Party.COMPANY: Reason.HEARD_AS_COMPANY,
}


def compare_sound(
    findings: Sequence[Finding], transcript: Transcript, case: CallCase, reader: KanaReader
) -> tuple[Finding, ...]:
    """Give findings to the party whose values are all that is heard in them.

    Args:
        findings: In order of text, with the parties that they have by their words.
        transcript: What they point into, with its posteriorgrams; without them nothing is asked.
        case: The requester, the staff and the company.
        reader: Reads what the case gives no kana for, and knows kanji.

    Returns:
        The findings, of which some that were to be masked have another party.
    """
    if not any(segment.posteriorgrams for segment in transcript.segments):
        return tuple(findings)
    forms, channels = spoken_forms(case, reader), Channels(transcript)
    joined, names = joined_forms(case, reader), (*known_names(case, reader), *other_orders(case, reader))
    out = []
    for finding, behind in itertools.zip_longest(findings, findings[1:]):
        asked = finding.party in UNOWNED and finding.entity.entity_type in _ASKED
        if asked and not finding.entity.candidate:
            stretches = tuple(channels.stretches(finding))
            own = _of_its_kind(finding, forms, transcript.text)
            said = [said_in(stretch, own) for stretch in stretches]
            told = _told_by_forms(finding, said, own) or attribute_heard_mail(
                finding, stretches, (*forms, *joined)
            )
            if told is not None and _begins_another(told, behind, said, own, transcript.text):
                told = None
            if told is not None:
                out.append(told)
            else:
                cut = split_where_theirs(finding, said, own, transcript)
                out += cut or [finding]
        elif may_be_heard_otherwise(finding) and is_heard_otherwise(
            finding, reader.kana(said_of(finding, transcript.text)), channels, forms, names
        ):
            out.append(taken_by(finding, Veto.HEARD_OTHERWISE))
        else:
            out.append(finding)
    return tuple(out)


def _of_its_kind(finding: Finding, forms: Sequence[SpokenForm], text: str) -> Sequence[SpokenForm]:
    """The forms that a finding may say: a number in figures says no name (080の is not 丸埜)."""
    figures = finding.entity.entity_type == "PHONE_NUMBER" and any(map(str.isdecimal, said_of(finding, text)))
    return [form for form in forms if form.value >= 0] if figures else forms


def _told_by_forms(finding: Finding, said: Sequence[Said], forms: Sequence[SpokenForm]) -> Finding | None:
    """Give a finding to the party whose forms are all that is heard in it."""
    told = {_told(each, forms, finding.entity.hint) for each in said}
    owners = {each.party for each in told if each is not None}
    if None in told or len(owners) != 1:
        return None
    (party,) = owners
    clear = all(each.clear for each in told if each is not None)
    return replace(finding, party=party, reason=_REASONS[party], needs_review=not clear)


def _begins_another(
    told: Finding, behind: Finding | None, said: Sequence[Said], forms: Sequence[SpokenForm], text: str
) -> bool:
    """Whether a given name alone is heard, and the next finding continues another's name: サクラ・イ ミチヨ.

    Args:
        told: What would be theirs.
        behind: The next finding; ``None`` behind the last.
        said: What is heard in it.
        forms: What the case knows.
        text: What both point into.
    """
    if behind is None or {told.entity.entity_type, behind.entity.entity_type} != {"PERSON"}:
        return False
    nobodys = behind.party in UNOWNED and not behind.entity.candidate
    between = text[told.entity.chars.end : behind.entity.chars.start]
    heard = [forms[hit.form] for stretch, hits in said for hit in hits if stretch.holds(hit)]
    surname = any(form.surname and form.party is told.party for form in heard)
    return nobodys and not between.strip() and not surname


@dataclass(frozen=True, slots=True)
class _Told:
    """Who owns all of a stretch, and whether that is clear."""

    party: Party
    clear: bool


def _told(heard: Said, forms: Sequence[SpokenForm], said: Party | None) -> _Told | None:
    """Tell who owns all of a stretch; ``None`` if some of it is no value of the case, or tells too little.

    Args:
        heard: What is heard, and the forms that are said in it.
        forms: What the case knows.
        said: Whose it is as the conversation has it.
    """
    stretch, hits = heard
    for party in _REASONS:
        own = [
            hit for hit in hits if forms[hit.form].party is party and _is_of(stretch, hit, forms[hit.form])
        ]
        theirs = [hit for hit in hits if forms[hit.form].party is party]
        if any(forms[hit.form].value >= 0 for hit in own) and other_figures(stretch, own, theirs):
            continue
        worth = tells(own, hits, forms) + (HALF_ENOUGH if said is party else 0)
        surname = all(forms[hit.form].surname for hit in own)
        more = MAX_LEFT_BEHIND_SURNAME if surname else MAX_LEFT_MORAE
        if own and worth >= ENOUGH_WORTH and _within(stretch, own, more):
            clear = _within(stretch, [hit for hit in own if hit.score >= CLEAR_ODDS], MAX_LEFT_BEHIND_SURNAME)
            if clear or said is not Party.THIRD_PARTY:
                return _Told(party, clear)
    return None


def _is_of(stretch: Stretch, hit: Hit, form: SpokenForm) -> bool:
    """Whether a hit lies in a finding; a name has to share more than half of the shorter one.

    ユリコ、マツ holds 小松 with a mora of the finding alone.
    """
    shared = min(stretch.last, hit.end) - max(stretch.first, hit.start)
    shorter = min(stretch.last - stretch.first, hit.end - hit.start)
    return shared > 0 and (form.value >= 0 or 2 * shared > shorter)


def _within(stretch: Stretch, hits: Sequence[Hit], more: int) -> bool:
    """Whether a stretch holds hardly more than hits and the usual words around names.

    Args:
        stretch: What is heard.
        hits: In it.
        more: Morae that may be left behind the first of them; before it, ``MAX_LEFT_MORAE``.
    """
    first = min((hit.start for hit in hits), default=len(stretch.logs))
    there = covered(hits, len(stretch.logs))
    before, behind = 0, 0
    for start, run in runs(stretch, there):
        if _BOTH.search(_SAID_AROUND.sub("", run)):
            return False
        left = _WORDS.sub("", run)
        if start < first:
            before += _counted(_PARTICLES.sub("", left, count=1))
        else:
            # A particle or two may be a name: カワ behind イシ.
            behind += _counted(left)
    return before <= MAX_LEFT_MORAE and behind <= more


def _counted(kana: str) -> int:
    return sum(char not in "ーッ" for char in kana)
