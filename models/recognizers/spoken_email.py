"""Recognise e-mail addresses, written or spoken: アットマーク, ドット, ハイフン, アンダーバー."""

from __future__ import annotations

import re

from presidio_analyzer import RecognizerResult

from models.calls.artifacts import Call, CallArtifacts, CallRecognizer
from pipeline.reasons import Reason

_AT_SIGN = r"ア[ッツス]?[トド]・?マ(?:ー[クスズツ]|ンク)?|あっとまーく|@マーク|[@＠]"
"""The @ as it is said and recognised."""

_WRITTEN = re.compile(r"[A-Za-z0-9._%+\-]+\s*[@＠]\s*[A-Za-z0-9\-]+(?:\s*\.\s*[A-Za-z0-9\-]+)*")
_AT = re.compile(rf"[、\s]*(?:{_AT_SIGN})[、\sのは]*")
_SIGN = (
    r"ドット|どっと|ハイフン|はいふん|アンダーバー|アンダースコア|アンダーライン|点|マイナス|"
    r"小文字で?|大文字で?|半角で?|数字の|全部"
)
_PIECE = (
    rf"(?:[A-Za-zＡ-Ｚａ-ｚ0-9０-９._\-]++|[ァ-ヴー]++|[一二三四五六七八九十〇百]++|{_SIGN}|"
    rf"[ァ-ヴー一-龠]{{1,5}}の(?=[A-Za-z](?![a-z]))|[ぁ-ん一-龠]{{1,6}}(?=[、\s]*(?:{_SIGN}|アットマーク|[@＠])))"
)
_JOINT = r"(?:[、\s・の]|(?<=[\s、])(?:はい|ええ|えっと)(?=[\s、。]|$)|(?<=はい)。|(?<=ええ)。)*+"
"""Text between two letters: a pause, or the other side's はい."""

# Possessive quantifiers: a run could be split in many ways, and each would be tried.
_LOCAL = re.compile(rf"(?:{_PIECE}{_JOINT})+$")
_DOMAIN = re.compile(rf"(?:(?:{_PIECE})[、\s・]*+)+")
_CUE = re.compile(r"メール|アドレス")
_TAIL = re.compile(
    r"(?:ドット|どっと|\.|点)[、\s]*(?:コム|com|ネット|net|ジェーピー|ジェイピー|jp|シーオー|co|"
    r"エヌイー|ne)"
)

REACH = 100
"""Greatest number of characters before the @, and after it."""


class SpokenEmailRecognizer(CallRecognizer):
    """Mail addresses."""

    entities = ("EMAIL_ADDRESS",)

    def find(self, call: Call, artifacts: CallArtifacts) -> list[RecognizerResult]:
        """Find written addresses by form, spoken ones outward from アットマーク or back from ドットコム."""
        text = call.text
        found = [
            self.result("EMAIL_ADDRESS", m.start(), m.end(), 0.98, Reason.MAIL_SHAPE)
            for m in _WRITTEN.finditer(text)
        ]
        for at in _AT.finditer(text):
            local = _LOCAL.search(text[max(0, at.start() - REACH) : at.start()])
            start = at.start() - len(local.group()) if local else at.start()
            domain = _DOMAIN.match(text, at.end(), at.end() + REACH)
            end = domain.end() if domain else at.end()
            found.append(
                self.result("EMAIL_ADDRESS", start, _trimmed(text, end), 0.95, Reason.AROUND_AT_SIGN)
            )
        for tail in _TAIL.finditer(text):
            if not _CUE.search(text[max(0, tail.start() - 60) : tail.start()]):
                continue
            before = _LOCAL.search(text[max(0, tail.start() - REACH) : tail.start()])
            start = tail.start() - len(before.group()) if before else tail.start()
            found.append(self.result("EMAIL_ADDRESS", start, tail.end(), 0.7, Reason.BEFORE_DOT_COM))
        return found


def _trimmed(text: str, end: int) -> int:
    while end and text[end - 1] in "、 \n・":
        end -= 1
    return end
