"""Frames that introduce a name: と申します, という者, 名前は …, 担当の …, 息子の …."""

from __future__ import annotations

import re

from presidio_analyzer import RecognizerResult

from models.artifacts import Call, CallArtifacts, CallRecognizer

__all__ = ["IntroducedNameRecognizer"]

_FILLER = r"(?:[、。,.\s]|えっと|えーと|ええと|あの|その|はい)*"
_WORD = r"(?P<name>[^\s、。,.?？!！はがをにで]{2,9}?)"

FRAMES: tuple[tuple[re.Pattern[str], float, str], ...] = (
    (re.compile(_WORD + r"(?=と(?:申し|もうし|言いま|いいま|言う者|いう者|いうもの|いう方|いう人|いう男|いう女|言う方|言う人))"), 0.7, "名乗り・紹介の形"),
    (re.compile(r"(?:お名前|名前|氏名|名義|宛名|苗字|名字|下の名前)(?:は|が|のほうは|の方は|も)" + _FILLER + _WORD + r"(?=です|で、|でご|でし|と|さん|様|さま|になって|だ|に|[、。\n])"), 0.7, "名前を告げる形"),
    (re.compile(r"(?:担当|担任|主治医|責任者|大家|上司|部下|同僚|友人|友達|知人|後輩|先輩|息子|娘|長男|次男|長女|次女|弟|妹|兄|姉|甥|姪|孫|妻|夫|主人|家内|母|父|祖母|祖父|叔父|叔母)の(?!(?:方|者|人|名前|電話|住所|家|携帯|ほう|分|件|こと|話|部屋))" + _WORD + r"(?=が|は|に|を|と|も|の|で|さん|様|先生|です|から|[、。\n])"), 0.6, "続柄・役割の後の語"),
)
"""Pattern with a group ``name``, score, why."""


class IntroducedNameRecognizer(CallRecognizer):
    """Names by the frame around them."""

    entities = ("PERSON",)

    def find(self, call: Call, artifacts: CallArtifacts) -> list[RecognizerResult]:
        """Apply every frame to the whole text."""
        return [
            self.result("PERSON", match.start("name"), match.end("name"), score, why)
            for pattern, score, why in FRAMES
            for match in pattern.finditer(call.text)
            if not re.fullmatch(r"[0-9０-９ぁ-ん]{0,2}", match["name"])
        ]
