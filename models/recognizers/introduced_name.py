"""Frames that introduce a name: と申します, という者, 名前は …, 担当の …, 息子の …."""

from __future__ import annotations

import re

from presidio_analyzer import RecognizerResult

from models.calls.artifacts import Call, CallArtifacts, CallRecognizer
from models.wording.names import Grade, NameSpan, name_after, name_before, nearness
from models.wording.vocabulary import CANNOT_SAY, NOT_NAMES, RELATIONS, ROLES
from pipeline.reasons import Reason

__all__ = ["IntroducedNameRecognizer"]

CALL_START = 0.12
"""Share of a call in which its operator gives their own name."""

_SAID = (
    r"(?P<strong>と申し|ともうし|と言う者|という者|っていう者|というもの(?!の)|ていう者|って者|"
    r"と名乗|とか名乗|って名乗|とゆうもの)"
    r"|(?P<said>(?:って(?:いう|言う|ゆう)?|ていう|ちゅう|いう|という|と言う|とかいう|なる)(?:人|"
    r"方(?!が|法)|かた|子|やつ|奴|男|女|おばさん|おじさん|先生|人物)|"
    r"(?:って|と)(?:いいま|言いま|いいます|いうんです|言うんです|いうんだ|言うんだ|書いて(?:ある|"
    r"あっ|ます|い)|なって(?:ます|い|る|お)|あります|ありまし|ございます|出て))"
    r"|(?P<kin>の(?:母|父|妻|夫|家内|主人|祖母|祖父|姉|兄|妹|弟|娘|息子|長男|長女|保護者|家族|"
    r"代理)(?=です|で、|でござ|でーす|なんです|ですが|と申|だけど))|(?P<after>宛て|宛で|宛に|あてに|"
    r"あての|名義|の代理|本人が|方の方)"
)
SUFFIX_FRAME = re.compile(_SAID)
"""What follows a name.  ``strong``: nothing else stands before it, so a garbled word counts."""

_LABEL = (
    r"(?:お?名前|ご?氏名|ご?名義|お?宛名|ご?宛先|お?名字|ご?苗字|姓|下の名前|下のお名前|フルネーム|"
    r"差出人(?:様)?|ご?依頼主(?:様)?|送り主|受取人(?:様)?|ご?契約者(?:様)?|所有者|使用者|名義人|"
    r"保証人(?:様)?|担当(?:者)?|表札|注文者|受付|"
    r"名字のほう|旧姓|嫁ぎ先|(?P<weak>下|上|会計|幹事|宛|副))"
)
LABEL_FRAME = re.compile(
    _LABEL
    + (
        r"(?:は|が|の方は|のほうは|の名前は|も|って|、)(?:[、\s]|えっと、?|えーと、?|ええと、?|あの、?|"
        r"確か、?|たしか、?)*"
    )
)
RELATION_FRAME = re.compile(
    rf"(?:{RELATIONS})(?:の|が|は|も|って|に|から|、|で、)(?:[、\s]|えっと、?|あの、?)*"
)
ROLE_FRAME = re.compile(rf"(?:{ROLES})(?:の(?:ほうの)?|が|は|、)(?:[、\s]|えっと、?|あの、?)*")
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
            if named is None or segment is None or segment.speaker == "cu":
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
