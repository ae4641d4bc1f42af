"""A kanji explanation belongs to the name it explains.

    くぼです。 感じは久しいという字、保険の保です      the requester's own name, and what explains it

By its sound 久しい is nobody's name: the name it explains was said right before.  Many explanations also tell
by themselves whose kanji they explain (``pipeline.ownership.compare.kanji``).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from pipeline.finding.verdict import SURE_SCORE, UNOWNED, given_to
from pipeline.ownership.compare.kanji import (
    MIN_ALONE_SHARE,
    MIN_WORTH,
    MIN_WORTH_SHARE,
    NAMED_ALLOWANCE,
    KanjiReader,
    explained_at,
)
from pipeline.ownership.compare.name import KanaReader
from pipeline.ownership.compare.spelling import BLANKS
from pipeline.ownership.neighbours.gaps import A_TURN, AN_EXCHANGE
from pipeline.reasons import Reason
from pipeline.sound.honorifics import with_honorific
from pipeline.types import CallCase, CharSpan, Finding, Party, Transcript

__all__ = ["attribute_explanations"]

MAX_GAP_CHARS = 12
"""Most characters between a name and its explanation (ですけれども、漢字は) or between two
(それから、名前のほうが); where the other side asks for it right behind the name, ``A_TURN``."""

_EXPLAINS = re.compile(r"漢字|感じは|字[はがを、]|じは|という字|って書|と書|へん|べん|かんむり")
"""Words of an explanation; 漢字 is often heard as 感じ."""

_QUESTION = re.compile(r"(?:です|でございます|と申します|が|ね|、|。|\s|はい)*(?:漢字|感じ|字).*", re.DOTALL)
_SHAPE = re.compile(r"\S\S+の\S{1,2}|へん|べん|かんむり")
"""What an explanation is like where no such word is said: 野山の野, かんむり."""

_MARK = re.compile(r".[のノ]|[へべ]ん|[辺編偏]|かんむり|冠|字|じ$|書|と[言い]う")
"""What tells an explanation from a name."""

_OF_A_WORD = re.compile(r"([一-龠々]{2,4}|[一-龠][^\s、。のにとをはが一-龠々]{1,3})の([一-龠々])")
"""静岡の静, 石ころの石: where the one is in the other, that is the kanji which is explained, no other."""


def attribute_explanations(
    findings: Sequence[Finding], transcript: Transcript, case: CallCase, reader: KanaReader
) -> tuple[Finding, ...]:
    """Give explanations the owner of the name that they follow, or whose kanji they explain.

    Args:
        findings: In order of text, with their parties.
        transcript: What they point into.
        case: The requester.
        reader: Reads the text, and knows kanji.

    Returns:
        The findings; an explanation of the requester's name, or right behind a name that is not masked, is
        that name's, and looked at.
    """
    out: list[Finding] = []
    name: Finding | None = None
    for finding in _by_kanji(findings, transcript.text, case, reader):
        made = finding
        if finding.entity.entity_type == "PERSON" and not finding.entity.candidate:
            if name is not None and _is_explained(name, finding, transcript.text):
                made = given_to(finding, name.party, Reason.EXPLAINS_NAME_BEFORE)
            name = made
        out.append(made)
    return tuple(out)


def _is_explained(name: Finding, finding: Finding, text: str) -> bool:
    """Whether a finding explains the kept name before it, or continues that explanation."""
    if name.party in UNOWNED or finding.party not in UNOWNED:
        return False
    between = text[name.entity.chars.end : finding.entity.chars.start]
    said = text[finding.entity.chars.start : finding.entity.chars.end]
    if finding.entity.hint is Party.THIRD_PARTY:
        return False  # 幹事は柳田, heard as 感じは嫌な気だ, behind the requester's name
    asked = len(between) <= A_TURN and _QUESTION.fullmatch(between)
    if asked or (len(between) <= MAX_GAP_CHARS and _EXPLAINS.search(between + said)):
        return True
    goes_on = (
        name.reason in {Reason.EXPLAINS_NAME_BEFORE, Reason.EXPLAINS_REQUESTER_KANJI}
        and len(between) <= MAX_GAP_CHARS
        and not with_honorific(text, finding.entity.chars)
    )
    return goes_on and _SHAPE.search(said) is not None


def _may_be_of(said: str, name: str) -> bool:
    """Whether every kanji that is explained is in a name: 子供の子 cannot be of 小百合.

    Args:
        said: As recognised.
        name: A whole name as written, blanks left out.
    """
    return all(of[2] in name for of in _OF_A_WORD.finditer(said) if of[2] in of[1])


def _by_kanji(
    findings: Sequence[Finding], text: str, case: CallCase, reader: KanjiReader
) -> tuple[Finding, ...]:
    """Give findings that explain the requester's kanji by sound, alone or together, to the requester."""
    names = [BLANKS.sub("", name.text) for name in case.requester.names]
    people = [at for at, each in enumerate(findings) if _may_explain(each, text)]
    out = list(findings)
    for first in range(len(people)):
        start = findings[people[first]].entity.chars.start
        last = _last_named(out[: people[first]], text)
        if last is not None and _is_anothers(last, start):
            continue
        for run in (people[first : first + size] for size in range(1, len(people) - first + 1)):
            spans = [findings[at].entity.chars for at in run]
            gaps = (behind.start - before.end for before, behind in itertools.pairwise(spans))
            if any(gap > MAX_GAP_CHARS for gap in gaps):
                break
            if all(out[at].reason is Reason.EXPLAINS_REQUESTER_KANJI for at in run):
                continue
            said = text[start : spans[-1].end]
            # Two kanji are explained at the least: one の is in many a phrase.
            theirs = len(_MARK.findall(said)) > 1 and last is not None and last.party is Party.REQUESTER
            least = MIN_WORTH + (NAMED_ALLOWANCE if theirs else 0.0)
            share = MIN_WORTH_SHARE if theirs else MIN_ALONE_SHARE
            for name in (name for name in names if _may_be_of(said, name)):
                found = explained_at(said, name, reader, least, share)
                told = [CharSpan(at.start + start, at.end + start) for at in found]
                if told and all(any(at.overlaps(span) for at in told) for span in spans):
                    for at in run:
                        out[at] = given_to(findings[at], Party.REQUESTER, Reason.EXPLAINS_REQUESTER_KANJI)
    return tuple(out)


def _last_named(before: Sequence[Finding], text: str) -> Finding | None:
    """The last name before, explanations left out."""
    names = (each for each in reversed(before) if each.entity.entity_type == "PERSON")
    return next((each for each in names if not each.entity.candidate and not _may_explain(each, text)), None)


def _is_anothers(last: Finding, start: int) -> bool:
    """Whether the last name is surely a third party's, and close before: then that is the one explained.

    小学校の小に双子の木の林 is no 小池.  In 186 made calls two such explanations were taken for the
    requester's, 3.9 s, with what went on from them 7.5, and both were the third party's.
    """
    sure = last.party is Party.THIRD_PARTY and last.entity.score >= SURE_SCORE
    return sure and start - last.entity.chars.end <= AN_EXCHANGE


def _may_explain(finding: Finding, text: str) -> bool:
    entity = finding.entity
    masked = entity.entity_type == "PERSON" and not entity.candidate and finding.party in UNOWNED
    marked = _MARK.search(text, entity.chars.start, entity.chars.end) is not None
    return masked and marked and not with_honorific(text, entity.chars)
