"""Frames that introduce a name: と申します, という者, 名前は …, 担当の …, 息子の …."""

from __future__ import annotations

import re

from presidio_analyzer import RecognizerResult

from models.calls.artifacts import Call, CallArtifacts, CallRecognizer
from models.wording.introductions import LABEL_FRAME, RELATION_FRAME, ROLE_FRAME, SUFFIX_FRAME
from models.wording.names import Grade, NameSpan, name_after, name_before, nearness
from models.wording.vocabulary import CANNOT_SAY, NOT_NAMES
from pipeline.reasons import Reason
from pipeline.third_voice import THIRD

__all__ = ["IntroducedNameRecognizer"]

CALL_START = 0.12
"""Share of a call in which its operator gives their own name."""

FREE = re.compile(r"[^\s、。,.?？!！「」]{2,10}$")
"""A garbled name before a strong frame: back to the last pause."""

STAFF_FRAME = re.compile(r"^(?:でございます|が承|が担当|と申し|です[。、]?$|です。|でございま)")
_FUNCTION = re.compile(r"^(?:.*(?:の|は|が|を|から|って|こちら|わたくし|わたし|私))(?=[^のはがをにで])")


class IntroducedNameRecognizer(CallRecognizer):
    """Names by the frame around them."""

    entities = ("PERSON",)

    def find(self, call: Call, artifacts: CallArtifacts) -> list[RecognizerResult]:
        """Apply every frame to the whole text."""
        return [*self._said(call), *self._labelled(call), *self._related(call), *self._staff(call)]

    def _said(self, call: Call) -> list[RecognizerResult]:
        found: list[RecognizerResult] = []
        for match in SUFFIX_FRAME.finditer(call.text):
            least = Grade.NAME if match["after"] else Grade.ODD
            named = name_before(call, match.start(), least)
            if (
                named
                and not _is_role(call, named)
                and not re.search(r"[堂屋店社]$", call.text[named.start : named.end])
            ):
                score = 0.9 if named.grade is Grade.NAME else (0.75 if match["strong"] else 0.5)
                found.append(self.result("PERSON", named.start, named.end, score, Reason.INTRODUCTION))
            elif match["strong"]:
                found.extend(self._garbled(call, match.start()))
        return found

    def _garbled(self, call: Call, end: int) -> list[RecognizerResult]:
        """Whatever stands between the last pause or particle and a strong frame."""
        free = FREE.search(call.text[max(0, end - 12) : end])
        if free is None:
            return []
        word = free.group()
        lead = _FUNCTION.match(word)
        kept = word[lead.end() :] if lead and len(word) - lead.end() >= 2 else word
        if kept in NOT_NAMES or CANNOT_SAY.search(kept) or len(call.reader.kana(kept)) < 2:
            return []
        return [self.result("PERSON", end - len(kept), end, 0.6, Reason.BEFORE_INTRODUCTION)]

    def _labelled(self, call: Call) -> list[RecognizerResult]:
        found: list[RecognizerResult] = []
        for match in LABEL_FRAME.finditer(call.text):
            if match.end() >= len(call.text) or call.text[match.end()] == "\n":
                continue
            named = name_after(call, match.end(), Grade.ODD)
            if named is None or _is_role(call, named) or CANNOT_SAY.match(call.text, named.start):
                continue
            if named.grade is Grade.NAME:
                found.append(self.result("PERSON", named.start, named.end, 0.9, Reason.NAME_TOLD))
            elif match["weak"] and (named.given or _katakana_name(call, named)):
                found.append(self.result("PERSON", named.start, named.end, 0.6, Reason.NAME_TOLD))
            elif not match["weak"] and re.match(
                r"です|でご|さん|様|さま|と|って|に|で|。|、|\n|$|だ", call.text[named.end : named.end + 3]
            ):
                found.append(self.result("PERSON", named.start, named.end, 0.55, Reason.NAME_TOLD))
        return found

    def _related(self, call: Call) -> list[RecognizerResult]:
        found: list[RecognizerResult] = []
        for pattern, why in (
            (RELATION_FRAME, Reason.NAME_AFTER_RELATION),
            (ROLE_FRAME, Reason.NAME_AFTER_ROLE),
        ):
            for match in pattern.finditer(call.text):
                named = name_after(call, match.end(), Grade.ODD)
                if named is None or _is_role(call, named):
                    continue
                closing = re.match(
                    (
                        r"さん|様|さま|くん|君|ちゃん|先生|です|が|は|に|と|も|って|っていう|。|、|\n|"
                        r"から|を|じゃ|だ|の"
                    ),
                    call.text[named.end : named.end + 4],
                )
                if named.grade is Grade.NAME:
                    found.append(self.result("PERSON", named.start, named.end, 0.9, why))
                elif (
                    closing
                    and match.group().rstrip("、").endswith("の")
                    and (closing.group() != "の" or (named.given and pattern is RELATION_FRAME))
                ):
                    found.append(self.result("PERSON", named.start, named.end, 0.45, why))
        return found

    def _staff(self, call: Call) -> list[RecognizerResult]:
        """The operator's own name, near the start of the call or after a hand-over."""
        found: list[RecognizerResult] = []
        for match in re.finditer(
            (
                r"(?:担当の|担当、|センター(?:の|、)|窓口(?:の|、)|係(?:の|、)|課(?:の|、)|"
                r"お電話代わりました、|お待たせいたしました。|わたくし、?|私、)"
            ),
            call.text,
        ):
            named = name_after(call, match.end(), Grade.ODD)
            segment = call.segment_at(match.start())
            if named is None or segment is None or segment.speaker in {"cu", THIRD}:
                continue
            if not STAFF_FRAME.match(call.text[named.end : named.end + 6]):
                continue
            early = match.start() <= max(60, CALL_START * len(call.text)) or "代わり" in match.group()
            found.append(
                _with_party(
                    self.result("PERSON", named.start, named.end, 0.85, Reason.STAFF_INTRODUCTION),
                    early=early,
                )
            )
        return found


def _with_party(result: RecognizerResult, *, early: bool) -> RecognizerResult:
    if early:
        result.recognition_metadata["hint"] = "staff"
    return result


def _katakana_name(call: Call, named: NameSpan) -> bool:
    word = call.text[named.start : named.end]
    return bool(re.fullmatch(r"[ァ-ヶー]{2,6}", word)) and nearness(call.reader.kana(word)) >= 0.9


def _is_role(call: Call, named: NameSpan) -> bool:
    word = call.text[named.start : named.end]
    return word in NOT_NAMES or word.lstrip("おご御") in NOT_NAMES
