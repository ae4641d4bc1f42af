"""What stands before さん, 様, くん, 先生 …: the slot survives where the name in it is garbled."""

from __future__ import annotations

from presidio_analyzer import RecognizerResult

from models.artifacts import Call, CallArtifacts, CallRecognizer
from models.readings import Token

__all__ = ["HonorificNameRecognizer"]

HONORIFICS = frozenset({"さん", "様", "さま", "サマ", "サン", "くん", "君", "ちゃん", "氏", "殿"})
TITLES = frozenset({"先生", "部長", "課長", "係長", "店長", "社長", "主任", "所長", "院長"})
"""Titles also stand alone (先生に聞いて), so only a name-like word before them counts."""

NOT_NAMES = frozenset(
    "お客 お母 お父 お兄 お姉 お子 お孫 お隣 隣 奥 皆 みな お医者 医者 大家 管理人 お巡り 運転手 担当者 ご主人 主人 旦那 "
    "お嬢 お爺 お婆 おじい おばあ おじ おば 赤 業者 店員 看護師 娘 息子 姉 兄 弟 妹 母 父 友達 本人 ご本人 みんな どなた "
    "何名 名 何 受付 会社 郵便局 銀行 病院 運送屋 宅配 宅配業者 配達員 ご家族 家族 ご近所 近所 達 たち お疲れ "
    "ご苦労 苦労 世話 お世話 どちら 皆々 ご担当者 担当 ご担当 神 仏 王 客 ご契約者 契約者 ご夫婦 夫婦 両親 ご両親 子 同".split()
)
"""Words that take さん or 様 and name nobody."""

NAME_POS = ("名詞-固有名詞", "名詞-普通名詞", "名詞-数詞", "接尾辞-名詞的", "感動詞", "形状詞", "副詞", "動詞", "形容詞", "接頭辞", "代名詞")
LONGEST_NAME = 4
"""Tokens before the honorific that may be its garbled name."""


class HonorificNameRecognizer(CallRecognizer):
    """Names by the honorific after them."""

    entities = ("PERSON",)

    def find(self, call: Call, artifacts: CallArtifacts) -> list[RecognizerResult]:
        """Walk over the tokens; take back from each honorific what may be a name."""
        found: list[RecognizerResult] = []
        tokens = call.tokens
        for index, token in enumerate(tokens):
            surface = call.text[token.chars.start : token.chars.end]
            is_honorific = surface in HONORIFICS and (token.pos.startswith("接尾辞") or surface in {"さん", "様"})
            if not is_honorific and surface not in TITLES:
                continue
            first = self._name_start(call, tokens, index, strict=not is_honorific)
            if first is None:
                continue
            why = "敬称の前の語" if is_honorific else "肩書の前の人名"
            found.append(
                self.result("PERSON", tokens[first].chars.start, tokens[index - 1].chars.end, 0.75, why)
            )
        return found

    def _name_start(self, call: Call, tokens: tuple[Token, ...], end: int, *, strict: bool) -> int | None:
        """Index of the first token of the name that ends before ``end``."""
        first = end
        while first > 0 and end - first < LONGEST_NAME:
            token = tokens[first - 1]
            surface = call.text[token.chars.start : token.chars.end]
            named = "人名" in token.pos
            if strict and not named:
                break
            if first < end and not (named or _joins(token, tokens[first])):
                break
            if not token.pos.startswith(NAME_POS) or surface in NOT_NAMES or not surface.strip():
                break
            first -= 1
        if first == end:
            return None
        word = call.text[tokens[first].chars.start : tokens[end - 1].chars.end]
        return None if word in NOT_NAMES or word.startswith("お") and word[1:] in NOT_NAMES else first


def _joins(token: Token, following: Token) -> bool:
    """Whether two tokens read like one garbled name: no particle ends the first, both are short."""
    if not token.pos.startswith(("名詞-固有名詞", "名詞-普通名詞", "接頭辞", "形状詞")) or token.pos.startswith("名詞-普通名詞-副詞可能"):
        return False
    return len(token.kana) <= 3 and len(following.kana) <= 4
