"""Addresses from prefecture to room, joined over particles, fillers and back-channels."""

from __future__ import annotations

import re

from presidio_analyzer import RecognizerResult

from models.artifacts import Call, CallArtifacts, CallRecognizer

__all__ = ["AddressRecognizer"]

_NUMBER = r"[0-9０-９〇一二三四五六七八九十百]+"
_BLOCK = re.compile(
    rf"{_NUMBER}\s*(?:丁目|町目|番地|番|号室|号棟|号|の|-|ー|−|、)\s*(?:の|、|\s)*(?:{_NUMBER}\s*(?:番地|番|号室|号|の|-|ー|−)?\s*(?:の|、|\s)*)*"
)
_STRONG = re.compile(r"丁目|町目|番地|号室|号棟|番.{0,6}号")
_PREFECTURE = re.compile(
    "北海道|青森県|岩手県|宮城県|秋田県|山形県|福島県|茨城県|栃木県|群馬県|埼玉県|千葉県|東京都|神奈川県|新潟県|富山県|石川県|福井県|山梨県|長野県|岐阜県|静岡県|愛知県|三重県|滋賀県|京都府|大阪府|兵庫県|奈良県|和歌山県|鳥取県|島根県|岡山県|広島県|山口県|徳島県|香川県|愛媛県|高知県|福岡県|佐賀県|長崎県|熊本県|大分県|宮崎県|鹿児島県|沖縄県"
)
_CITY = re.compile(r"[一-龠ぁ-んァ-ヶー]{1,5}[市区郡](?![長役民立政])")
_CUE = re.compile(r"(?:ご?住所|お届け先|配達先|お住まい|届け先|送り先|所在地|番地|転居先|引っ越し先)(?:は|が|の方は|のほうは|も|を)?")
PLACE_POS = ("名詞-固有名詞-地名",)
REACH = 12
"""Characters between two parts of one address: a particle, a filler, a はい of the other side."""


class AddressRecognizer(CallRecognizer):
    """Addresses by their parts."""

    entities = ("ADDRESS",)

    def find(self, call: Call, artifacts: CallArtifacts) -> list[RecognizerResult]:
        """Chain place words and block numbers; keep chains that are more than one place name."""
        parts = sorted(_parts(call))
        chains: list[list[tuple[int, int, str]]] = []
        for part in parts:
            if chains and part[0] - chains[-1][-1][1] <= _reach(call.text, chains[-1][-1][1], part[0]):
                chains[-1].append(part)
            else:
                chains.append([part])
        found: list[RecognizerResult] = []
        for chain in chains:
            start, end = chain[0][0], max(p[1] for p in chain)
            score, why = _judge(call.text, chain, start, end)
            if score:
                found.append(self.result("ADDRESS", start, end, score, why))
        return found


def _parts(call: Call) -> set[tuple[int, int, str]]:
    parts = {(m.start(), m.end(), "prefecture") for m in _PREFECTURE.finditer(call.text)}
    parts |= {(m.start(), m.end(), "block") for m in _BLOCK.finditer(call.text)}
    for token in call.tokens:
        surface = call.text[token.chars.start : token.chars.end]
        if token.pos.startswith(PLACE_POS):
            parts.add((token.chars.start, token.chars.end, "place"))
        elif surface and surface[-1] in "市区町村郡" and token.pos.startswith("名詞") and len(surface) > 1:
            parts.add((token.chars.start, token.chars.end, "place"))
    return parts


def _reach(text: str, start: int, end: int) -> int:
    between = text[start:end]
    plain = re.sub(r"[\s、。のはいええうんっと]", "", between)
    return REACH if len(plain) <= 3 else 0


def _judge(text: str, chain: list[tuple[int, int, str]], start: int, end: int) -> tuple[float, str]:
    kinds = {kind for _, _, kind in chain}
    covered = text[start:end]
    cue = _CUE.search(text[max(0, start - 25) : start])
    if "block" in kinds and kinds & {"prefecture", "place"}:
        return 0.9, "地名と番地"
    if "block" in kinds and (_STRONG.search(covered) or cue):
        return 0.7, "番地の形"
    if "prefecture" in kinds and len(chain) > 1:
        return 0.7, "都道府県と市区町村"
    if cue and kinds & {"prefecture", "place"}:
        return 0.6, "住所の手がかりと地名"
    return 0.0, ""
