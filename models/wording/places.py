"""Find words that name places: by the dictionary, by their last character, or by their neighbour."""

from __future__ import annotations

import re
from dataclasses import dataclass

from models.calls.artifacts import Call
from models.language.lexicon.lexicon import load_lexicon
from models.wording.names import known_name, surface
from models.wording.vocabulary import HONORIFICS

NUMERAL = r"(?:[0-9０-９]+|[〇零一二三四五六七八九十百千]+)"
"""Regular expression of a number in digits or kanji."""

_PREFECTURE = re.compile(
    "北海道|青森県|岩手県|宮城県|秋田県|山形県|福島県|茨城県|栃木県|群馬県|埼玉県|千葉県|東京都|"
    "神奈川県|新潟県|富山県|石川県|福井県|山梨県|長野県|岐阜県|静岡県|愛知県|三重県|滋賀県|京都府|"
    "大阪府|兵庫県|奈良県|和歌山県|鳥取県|島根県|岡山県|広島県|山口県|徳島県|香川県|愛媛県|高知県|"
    "福岡県|佐賀県|長崎県|熊本県|大分県|宮崎県|鹿児島県|沖縄県"
)
_BEFORE_BLOCK = re.compile(
    rf"(?<![一-龠ァ-ヶ々])([一-龠々ヶケノァ-ヶー]{{2,6}})(?=(?:の|、)*{NUMERAL}(?:丁目|番地|の{NUMERAL}))"
)
_MUNICIPALITY = re.compile(
    r"(?<![一-龠ァ-ヶ々])[一-龠ァ-ヶ々ケ]{1,6}(?:市|区|郡|町|"
    r"村)(?=[一-龠ァ-ヶ0-9０-９、。のでにだ\n]|です|$)(?!(?:長|役|民|立|政|場|内会|外局|分|別|切|間|"
    r"域))"
)
_NO_TOWN = re.compile(
    r"^(?:[ぁ-ん]+|都市|同市|当市|各市|隣町|下町|城下町|港町|何市|何町|どこの市|区|市|郡|町|村|"
    r"この町|その町|農村|漁村|地区|学区|校区|鉱区|全区|一区|管区)$"
)
_INSIDE = re.compile(r".{2,}[市区郡町村](?=.)(?!$)")
_TOWN_AFTER = re.compile(
    r"(?<=[市区郡町村県])(?:の|、)?([一-龠々ヶケノぁ-んァ-ヶ]{2,6}?)(?=です|、|。|の|に|で|って|\n|"
    r"[0-9０-９一二三四五六七八九十])"
)

RARE_SURNAME = 10
"""People per million below which a place name is hardly ever a surname."""


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """Characters ``[start, end)`` that may be part of an address, and the kind of part."""

    start: int
    end: int
    kind: str


def places(call: Call) -> tuple[Part, ...]:
    """Return every word of a call that the dictionary, its last character or its neighbour marks as a place.

    Args:
        call: The call.

    Returns:
        Parts of the kinds prefecture, municipality, place and town; they may overlap.
    """
    text, is_place = call.text, load_lexicon().is_place_surface
    return (
        *(Part(m.start(), m.end(), "prefecture") for m in _PREFECTURE.finditer(text)),
        *(part for index in range(len(call.tokens)) for part in _token_parts(call, index)),
        *(Part(m.start(1), m.end(1), "town") for m in _TOWN_AFTER.finditer(text) if is_place(m[1])),
        *(Part(m.start(), m.end(), "municipality") for m in _MUNICIPALITY.finditer(text) if is_place(m[0])),
        *(Part(m.start(1), m.end(1), "town") for m in _BEFORE_BLOCK.finditer(text) if is_place(m[1])),
    )


def _token_parts(call: Call, index: int) -> tuple[Part, ...]:
    """Return the places in one word of the dictionary: a place, a town that may be a surname, or none."""
    token = call.tokens[index]
    word = surface(call, token)
    after = surface(call, call.tokens[index + 1]) if index + 1 < len(call.tokens) else ""
    if after in HONORIFICS or (len(word) < 2 and after not in {"市", "区", "町", "村"}):
        return ()
    start, end, place = token.chars.start, token.chars.end, "地名" in token.pos
    cut = _INSIDE.match(word) if place else None
    if cut:  # one word of the dictionary holds city and town: 北九州市小倉南区徳力
        middle = start + cut.end()
        return (Part(start, middle, "municipality"), Part(middle, end, "town"))
    suffixed = word[-1:] in set("市区町村郡") and len(word) > 1 and not _NO_TOWN.match(word)
    if suffixed and token.pos.startswith("名詞"):
        return (Part(start, end, "municipality"),)
    if place and known_name(word)[0] < RARE_SURNAME:
        return (Part(start, end, "place"),)
    named = (place or "人名" in token.pos) and len(word) > 1 and load_lexicon().is_place_surface(word)
    return (Part(start, end, "town"),) if named else ()
