"""Restore the mora that was cut off a name: 「た[氏名]さま」 tells that somebody's name begins with た.

、た|カハシ|さま           a scrap between a pause and a name         belongs to the name
、は|高橋|さま             a particle, a filler or a word             does not
高橋|き|さま、見|温|くん   a scrap between a name and its honorific   belongs to the name
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from pipeline.finding.verdict import UNOWNED
from pipeline.types import CharSpan, Finding

_MOST_CHARS: Final = 4
_SCRAP: Final = rf"[ぁ-んァ-ヴー]{{1,{_MOST_CHARS}}}"
_BEFORE: Final = re.compile(rf"(?:^|(?<=[、。？！?!\n ]))({_SCRAP})$")
_AFTER: Final = re.compile(rf"({_SCRAP}?|[一-龠々])(?:さん|さま|様|くん|君|ちゃん|先生|氏)")
_SMALL: Final = frozenset("ぁぃぅぇぉゃゅょゎァィゥェォャュョヮ")
_MOST_MORAE: Final = 2

_ALONE: Final = """
は が を に へ と で も の や か ね よ わ な し て さ ば え あ お ご う ん っ ー じゃ
えと えー あー うー んー うん はい いや いえ ええ まあ その この あの どの では でも とか から まで より ので
のは のが のを のに には とは にも とも こと もの です ます した して いま もう また ただ なお そう こう どう
あと おい ねえ さあ ほら じゃあ だと だが なら けど って よね かな さん ちょ いう どこ だれ なに
なん まず つい あれ それ これ どれ うち ここ そこ がた たち にい かあ とう じい ばあ おじ おば おく おお
"""
_WORDS: Final = frozenset(_ALONE.split())
"""Words of up to two morae that stand alone before a name, or between a name and さん."""


def with_scraps(findings: Sequence[Finding], text: str) -> tuple[Finding, ...]:
    """Add scraps of one or two morae to the names that they were cut off.

    Args:
        findings: Disjoint findings with their parties, not aligned yet.
        text: Text of the transcript.

    Returns:
        Disjoint findings in their order; names without a known owner may begin earlier or end later.
        Candidates that such a name overlaps are dropped.
    """
    settled = [finding.entity.chars for finding in findings if not finding.entity.candidate]
    wholes: list[Finding] = []
    for finding in findings:
        whole = _whole(finding, text, settled)
        wholes.append(whole)
        # The scrap between two names belongs to the first that takes it.
        if whole is not finding:
            settled.append(whole.entity.chars)
    grown = [one.entity.chars for one, old in zip(wholes, findings, strict=True) if one is not old]
    return tuple(one for one in wholes if not _is_swallowed(one, grown))


def _whole(finding: Finding, text: str, settled: Iterable[CharSpan]) -> Finding:
    entity = finding.entity
    if entity.entity_type != "PERSON" or entity.candidate or finding.party not in UNOWNED:
        return finding
    start, end = entity.chars.start, entity.chars.end
    before = _BEFORE.search(text[max(0, start - _MOST_CHARS - 1) : start])
    after = _AFTER.match(text, end)
    if before and _is_scrap(before[1]):
        start -= len(before[1])
    if after and _is_scrap(after[1]):
        end += len(after[1])
    chars = CharSpan(start, end)
    if chars == entity.chars or any(each != entity.chars and each.overlaps(chars) for each in settled):
        return finding
    return replace(finding, entity=entity.with_chars(chars))


def _is_swallowed(finding: Finding, grown: Iterable[CharSpan]) -> bool:
    """Whether a grown name overlaps a candidate."""
    chars = finding.entity.chars
    return finding.entity.candidate and any(each.overlaps(chars) for each in grown)


def _is_scrap(run: str) -> bool:
    morae = sum(char not in _SMALL for char in run)
    return 1 <= morae <= _MOST_MORAE and run not in _WORDS
