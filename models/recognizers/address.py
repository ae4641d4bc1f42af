"""Addresses from prefecture to room, joined over particles, fillers and back-channels."""

from __future__ import annotations

import re
from dataclasses import dataclass

from presidio_analyzer import RecognizerResult

from models.calls.artifacts import Call, CallArtifacts, CallRecognizer
from models.language.lexicon.lexicon import load_lexicon
from models.wording.digits import complete, runs
from models.wording.names import known_name, surface
from models.wording.vocabulary import HONORIFICS
from pipeline.reasons import Reason

__all__ = ["AddressRecognizer", "place_words"]

_N = r"(?:[0-9０-９]+|[〇零一二三四五六七八九十百千]+)"
_BLOCK = re.compile(
    rf"{_N}\s*(?:丁目|町目|条|線|番地|番|号|の|-|ー|−|、)\s*(?:の|、|\s)*"
    rf"(?:{_N}\s*(?:丁目|西|東|南|北|番地|番|号|の|-|ー|−)?(?:の|、|\s)*)*{_N}\s*(?:番地|番|号|"
    rf"丁目)?(?!\s*(?:円|時|分|月|日|年|人|個|名|歳|回|パーセント|キロ|万|千|号室|階))"
    rf"|{_N}\s*(?:丁目|番地)(?:の{_N})?"
)
_STRONG = re.compile(
    r"丁目|町目|番地|[0-9０-９一二三四五六七八九十]番(?:の)?[0-9０-９一二三四五六七八九十]+号"
)
_DASHED = re.compile(rf"{_N}(?:の|-|−){_N}(?:の|-|−){_N}")
_ROOM = re.compile(
    r"(?:[ァ-ヶー・一-龠ぁ-ん]{0,9}?(?:ハイツ|コーポ|マンション|アパート|ハイム|メゾン|コート|パレス|"
    r"レジデンス|グラン|ヴィラ|ビラ|シャトー|ドミール|ルミエール|ビル|荘|団地|寮|タワー|ヒルズ|"
    r"ガーデン|プラザ|テラス|エステート|ホーム|カーサ|サン[ァ-ヶー]+|住宅|社宅|"
    r"[0-9一二三四五六七八九十]+号棟|[0-9一二三四五六七八九十A-Za-zＡ-Ｚ]棟)"
    rf"[ァ-ヶー一-龠]{{0,6}})(?:の|、|\s|、の)*{_N}(?:の{_N})?(?:号室|号)?"
    rf"|[ァ-ヶー]{{3,10}}[一-龠]{{0,3}}(?:の|、)*{_N}号室?"
    rf"|{_N}号室"
)
_ZIP = re.compile(
    r"(?:〒\s*)?[0-9０-９〇零一二三四五六七八九]{3}(?:\s*[-−ー、の]\s*|、?の、?|"
    r"、\s*)?[0-9０-９〇零一二三四五六七八九]{4}(?![0-9０-９〇零一二三四五六七八九])"
)
_ZIP_CUE = re.compile(r"郵便番号|〒|ゆうびん番号")
_PREFECTURE = re.compile(
    "北海道|青森県|岩手県|宮城県|秋田県|山形県|福島県|茨城県|栃木県|群馬県|埼玉県|千葉県|東京都|"
    "神奈川県|新潟県|富山県|石川県|福井県|山梨県|長野県|岐阜県|静岡県|愛知県|三重県|滋賀県|京都府|"
    "大阪府|兵庫県|奈良県|和歌山県|鳥取県|島根県|岡山県|広島県|山口県|徳島県|香川県|愛媛県|高知県|"
    "福岡県|佐賀県|長崎県|熊本県|大分県|宮崎県|鹿児島県|沖縄県"
)
_BEFORE_BLOCK = re.compile(
    rf"(?<![一-龠ァ-ヶ々])([一-龠々ヶケノァ-ヶー]{{2,6}})(?=(?:の|、)*{_N}(?:丁目|番地|の{_N}))"
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
_CUE = re.compile(
    r"(?:ご?住所|お?届け先|配達先|お住まい|住まい|送り先|お送り先|所在地|番地|転居先|引っ?越し先|"
    r"お伺い先|伺い先|実家|自宅|現場|訪問先|本籍|勤務先|納品先|集荷先|送付先|宛先|設置先|ご使用場所|"
    r"使用場所|お宅|場所|その先|住んで[るい]|越す先|都道府県|市区町村|町名|建物|マンション名|"
    r"部屋番号|郵便番号)"
)
_LIVES = re.compile(
    r"^(?:に|で)?(?:お?住|暮ら|引っ?越|下宿|おる|いる|お住まい|一人で|独り|さ住)|^の(?:実家|家|"
    r"ほうのアパート|方のアパート|アパート|マンション|ほうに住|.{1,6}(?:さん|様)[、。でのに])"
)
_INSIDE = re.compile(r".{2,}[市区郡町村](?=.)(?!$)")
_TOWN_AFTER = re.compile(
    r"(?<=[市区郡町村県])(?:の|、)?([一-龠々ヶケノぁ-んァ-ヶ]{2,6}?)(?=です|、|。|の|に|で|って|\n|"
    r"[0-9０-９一二三四五六七八九十])"
)
_JOINT = re.compile(
    r"(?:[\s、。]|の|は|はい|ええ|うん|えっと|えーと|ええと|えー|あの|です|ですね|ね|それから|で|"
    r"番地が|番地は|、が|でございますね|以上|町名が|丁目は)*"
)

_COUNTS = re.compile(r"ナンバー|(?<!郵便)番号|電話|携帯|割合|対|比|コード|カード")
_ANSWERS = re.compile(
    r"(?:です|でご|になり|、|。|\n|$|ですね|の[、\n]|だ|や|じゃ|と(?:申|書)|でよ|"
    r"まで(?:お?届|送)|宛|に(?:送|届|変|なって|し))"
)
"""What follows an address in a statement, and does not follow the goal of a journey."""

PLACES = frozenset({"prefecture", "municipality", "place", "town"})
"""Kinds of parts that are names of places; a ``town`` may be a surname as well."""

RARE_SURNAME = 10
"""People per million below whom a place name is hardly ever a surname."""

REACH = 14
"""Characters between two parts of one address: a particle, a filler, a はい of the other side."""

CUE_REACH = 40
"""Characters before an address in which a question or a label for it counts."""


@dataclass(frozen=True, slots=True, order=True)
class _Part:
    start: int
    end: int
    kind: str


class AddressRecognizer(CallRecognizer):
    """Addresses by their parts."""

    entities = ("ADDRESS",)

    def find(self, call: Call, artifacts: CallArtifacts) -> list[RecognizerResult]:
        """Chain place words and block numbers; keep chains that are more than one place name."""
        chains: list[list[_Part]] = []
        for part in _disjoint(_parts(call)):
            if chains and _chained(call.text, chains[-1][-1], part):
                chains[-1].append(part)
            else:
                chains.append([part])
        found: list[RecognizerResult] = []
        for chain in chains:
            score, why = _judge(call, chain)
            if score:
                found.extend(self._results(call, chain, score, why))
        return found

    def _results(self, call: Call, chain: list[_Part], score: float, why: Reason) -> list[RecognizerResult]:
        """The chain as one finding; a postal code as one of its own, the requester's when the rest is."""
        codes = [part for part in chain if part.kind == "zip"]
        rest = [part for part in chain if part.kind != "zip"]
        found = [self.result("ADDRESS", part.start, part.end, 0.9, Reason.POSTAL_CODE) for part in codes]
        if _near_requester(call, chain):
            for result in found:
                result.recognition_metadata["hint"] = "requester"
        if rest:
            found.append(self.result("ADDRESS", rest[0].start, rest[-1].end, score, why))
        return found


def place_words(call: Call) -> list[tuple[int, int]]:
    """Characters of the words that the dictionary or their last character makes places."""
    return [
        (part.start, part.end)
        for part in _parts(call)
        if part.kind in {"place", "prefecture", "municipality", "town"}
    ]


def _parts(call: Call) -> list[_Part]:
    """Every word, number or name of a house that may be part of an address, overlapping ones included."""
    text, is_place = call.text, load_lexicon().is_place_surface
    phones = [run for run in runs(text) if complete(run.digits)]
    return [
        *(_Part(m.start(), m.end(), "prefecture") for m in _PREFECTURE.finditer(text)),
        *(_Part(m.start(), m.end(), "room") for m in _ROOM.finditer(text)),
        *(
            _Part(m.start(), m.end(), "block")
            for m in _BLOCK.finditer(text)
            if not any(run.start < m.end() and m.start() < run.end for run in phones)
        ),
        *(
            _Part(m.start(), m.end(), "zip")
            for m in _ZIP.finditer(text)
            if m.group()[0] == "〒" or _ZIP_CUE.search(text[max(0, m.start() - 25) : m.start()])
        ),
        *(part for index in range(len(call.tokens)) for part in _token_parts(call, index)),
        *(_Part(m.start(1), m.end(1), "town") for m in _TOWN_AFTER.finditer(text) if is_place(m[1])),
        *(_Part(m.start(), m.end(), "municipality") for m in _MUNICIPALITY.finditer(text) if is_place(m[0])),
        *(_Part(m.start(1), m.end(1), "town") for m in _BEFORE_BLOCK.finditer(text) if is_place(m[1])),
    ]


def _token_parts(call: Call, index: int) -> tuple[_Part, ...]:
    """What the dictionary says of one word: a place, a town that may be a surname, or nothing."""
    token = call.tokens[index]
    word = surface(call, token)
    after = surface(call, call.tokens[index + 1]) if index + 1 < len(call.tokens) else ""
    if after in HONORIFICS or (len(word) < 2 and after not in {"市", "区", "町", "村"}):
        return ()
    start, end, place = token.chars.start, token.chars.end, "地名" in token.pos
    cut = _INSIDE.match(word) if place else None
    if cut:  # one word of the dictionary holds city and town: 北九州市小倉南区徳力
        middle = start + cut.end()
        return (_Part(start, middle, "municipality"), _Part(middle, end, "town"))
    suffixed = word[-1:] in set("市区町村郡") and len(word) > 1 and not _NO_TOWN.match(word)
    if suffixed and token.pos.startswith("名詞"):
        return (_Part(start, end, "municipality"),)
    if place and known_name(word)[0] < RARE_SURNAME:
        return (_Part(start, end, "place"),)
    named = (place or "人名" in token.pos) and len(word) > 1 and load_lexicon().is_place_surface(word)
    return (_Part(start, end, "town"),) if named else ()


def _disjoint(parts: list[_Part]) -> list[_Part]:
    """Merge parts that share characters; the longer names the kind."""
    merged: list[_Part] = []
    for part in sorted(parts, key=lambda p: (p.start, -p.end)):
        if merged and part.start < merged[-1].end:
            last = merged[-1]
            kind = last.kind if last.end - last.start >= part.end - part.start else part.kind
            merged[-1] = _Part(last.start, max(last.end, part.end), kind)
        else:
            merged.append(part)
    return merged


def _chained(text: str, last: _Part, part: _Part) -> bool:
    between = text[last.end : part.start]
    if len(between) > REACH or not _JOINT.fullmatch(between):
        return (
            len(between) <= 2
            and last.kind in {"prefecture", "municipality", "place"}
            and "\n" not in between
            and between.isalpha()
            and part.kind == "block"
        )
    if last.kind in {"town", "place"} and ("。" in between or "\n" in between or "です" in between):
        return False
    if last.kind in {"block", "room"} and part.kind in {"prefecture", "municipality", "place", "town"}:
        return False  # the next sentence, or the 復唱, begins again
    return not (
        last.kind in {"block", "room"} and part.kind == "block" and ("。" in between or "\n" in between)
    )


def _judge(call: Call, chain: list[_Part]) -> tuple[float, Reason]:
    """Probability that a chain is an address, and why; 0 for a mere place or number."""
    start, end = chain[0].start, chain[-1].end
    kinds = {part.kind for part in chain}
    cue = bool(_CUE.search(call.text[max(0, start - CUE_REACH) : start]))
    if "zip" in kinds:
        return 0.9, Reason.POSTAL_CODE
    if kinds & {"block", "room"}:
        return _judge_numbered(call.text, start, end, kinds, cue=cue)
    return _judge_places(call.text, start, end, kinds, cue=cue)


def _judge_numbered(text: str, start: int, end: int, kinds: set[str], *, cue: bool) -> tuple[float, Reason]:
    """A chain with a block number or a room in it."""
    covered = text[start:end]
    formed = bool(_STRONG.search(covered))
    judged = (0.0, Reason.NOT_GIVEN)
    if kinds & PLACES:
        if "room" in kinds or formed or _DASHED.search(covered) or cue:
            judged = (0.92, Reason.PLACE_AND_BLOCK)
        elif kinds & (PLACES - {"town"}):
            judged = (0.6, Reason.PLACE_AND_FIGURES)
    elif "room" in kinds:
        judged = (0.85, Reason.BUILDING_AND_ROOM) if len(covered) > 5 or cue else (0.0, Reason.NOT_GIVEN)
    elif formed:
        judged = (0.8, Reason.BLOCK_SHAPE)
    elif not _COUNTS.search(text[max(0, start - 25) : start]):
        if cue:
            judged = (0.75, Reason.ADDRESS_CUE_AND_BLOCK)
        elif _DASHED.fullmatch(covered):
            judged = (0.4, Reason.FIGURES_LIKE_BLOCK)
    return judged


def _judge_places(text: str, start: int, end: int, kinds: set[str], *, cue: bool) -> tuple[float, Reason]:
    """A chain of place names alone: an address only where somebody lives there or is asked for one."""
    lives = bool(_LIVES.match(text[end : end + 14]))
    answers = cue and bool(_ANSWERS.match(text[end : end + 6]))
    if "prefecture" in kinds and kinds & (PLACES - {"prefecture"}):
        return (0.8 if cue else 0.5), Reason.PREFECTURE_AND_CITY
    if kinds & {"municipality", "place"} and (lives or answers):
        return 0.65, Reason.HOME_CUE_AND_PLACE
    if "town" in kinds and answers and end - start > 1 and _CUE.search(text[max(0, start - 12) : start]):
        return 0.5, Reason.HOME_CUE_AND_PLACE
    if "municipality" in kinds and kinds & {"place", "town"}:
        return 0.6, Reason.CITY_AND_TOWN
    return 0.0, Reason.NOT_GIVEN


def _near_requester(call: Call, chain: list[_Part]) -> bool:
    """Whether town and number of the requester's own address are said around a postal code."""
    near = call.text[max(0, chain[0].start - 60) : chain[-1].end + 60]
    digits = re.sub(r"[^0-9]", "", "".join(run.digits for run in runs(near)))
    for address in call.case.requester.addresses:
        number = "".join(
            run.digits for run in runs(re.sub(r"[^0-9０-９〇一二三四五六七八九]", "", address.text))
        )
        town = re.match(
            r"(?:.*?[都道府県])?(?:.*?[市区郡])*([^0-9０-９〇一二三四五六七八九十]{2,})", address.text
        )
        if town and town[1] in near and number and number[:3] in digits:
            return True
    return False
