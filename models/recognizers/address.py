"""Recognise addresses from prefecture to room, joined over particles, fillers and back-channels."""

from __future__ import annotations

import re

from presidio_analyzer import RecognizerResult

from models.calls.artifacts import Call, CallArtifacts, CallRecognizer
from models.wording.digits import complete, runs
from models.wording.places import NUMERAL, Part, places
from pipeline.ownership.known.addresses import BUILDINGS
from pipeline.reasons import Reason

_BLOCK = re.compile(
    rf"{NUMERAL}\s*(?:丁目|町目|条|線|番地|番|号|の|-|ー|−|、)\s*(?:の|、|\s)*"
    rf"(?:{NUMERAL}\s*(?:丁目|西|東|南|北|番地|番|号|の|-|ー|−)?(?:の|、|\s)*)*{NUMERAL}\s*(?:番地|番|号|"
    rf"丁目)?(?!\s*(?:円|時|分|月|日|年|人|個|名|歳|回|パーセント|キロ|万|千|号室|階))"
    rf"|{NUMERAL}\s*(?:丁目|番地)(?:の{NUMERAL})?"
)
_STRONG = re.compile(
    r"丁目|町目|番地|[0-9０-９一二三四五六七八九十]番(?:の)?[0-9０-９一二三四五六七八九十]+号"
)
_DASHED = re.compile(rf"{NUMERAL}(?:の|-|−){NUMERAL}(?:の|-|−){NUMERAL}")
_ROOM = re.compile(
    rf"(?:[ァ-ヶー・一-龠ぁ-ん]{{0,9}}?(?:{BUILDINGS}|サン[ァ-ヶー]+|"
    r"[0-9一二三四五六七八九十]+号棟|[0-9一二三四五六七八九十A-Za-zＡ-Ｚ]棟)"
    rf"[ァ-ヶー一-龠]{{0,6}})(?:の|、|\s|、の)*{NUMERAL}(?:の{NUMERAL})?(?:号室|号)?"
    rf"|[ァ-ヶー]{{3,10}}[一-龠]{{0,3}}(?:の|、)*{NUMERAL}号室?"
    rf"|{NUMERAL}号室"
)
_ZIP = re.compile(
    r"(?:〒\s*)?[0-9０-９〇零一二三四五六七八九]{3}(?:\s*[-−ー、の]\s*|、?の、?|"
    r"、\s*)?[0-9０-９〇零一二三四五六七八九]{4}(?![0-9０-９〇零一二三四五六七八九])"
)
_ZIP_CUE = re.compile(r"郵便番号|〒|ゆうびん番号")
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
_JOINT = re.compile(
    r"(?:[\s、。]|の|は|はい|ええ|うん|えっと|えーと|ええと|えー|あの|です|ですね|ね|それから|で|"
    r"番地が|番地は|、が|でございますね|以上|町名が|丁目は)*"
)

_COUNTS = re.compile(r"ナンバー|(?<!郵便)番号|電話|携帯|割合|対|比|コード|カード")
_ANSWERS = re.compile(
    r"(?:です|でご|になり|、|。|\n|$|ですね|の[、\n]|だ|や|じゃ|と(?:申|書)|でよ|"
    r"まで(?:お?届|送)|宛|に(?:送|届|変|なって|し))"
)
"""Words that follow an address in a statement, and do not follow the goal of a journey."""

PLACES = frozenset({"prefecture", "municipality", "place", "town"})
"""Kinds of parts that are names of places; a ``town`` may be a surname as well."""

REACH = 14
"""Greatest number of characters between two parts of one address: a particle, a filler, the other side's
はい."""

CUE_REACH = 40
"""Characters before an address in which a question or a label for it counts."""


class AddressRecognizer(CallRecognizer):
    """Addresses by their parts."""

    entities = ("ADDRESS",)

    def find(self, call: Call, artifacts: CallArtifacts) -> list[RecognizerResult]:
        """Chain place words and block numbers; keep chains that are more than one place name."""
        chains: list[list[Part]] = []
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

    def _results(self, call: Call, chain: list[Part], score: float, why: Reason) -> list[RecognizerResult]:
        """Return the chain as one finding, and each postal code as one of its own."""
        codes = [part for part in chain if part.kind == "zip"]
        rest = [part for part in chain if part.kind != "zip"]
        found = [self.result("ADDRESS", part.start, part.end, 0.9, Reason.POSTAL_CODE) for part in codes]
        if rest:
            found.append(self.result("ADDRESS", rest[0].start, rest[-1].end, score, why))
        return found


def _parts(call: Call) -> list[Part]:
    """Return every word, number or name of a building that may be part of an address, overlaps included."""
    text = call.text
    phones = [run for run in runs(text) if complete(run.digits)]
    return [
        *(Part(m.start(), m.end(), "room") for m in _ROOM.finditer(text)),
        *(
            Part(m.start(), m.end(), "block")
            for m in _BLOCK.finditer(text)
            if not any(run.start < m.end() and m.start() < run.end for run in phones)
        ),
        *(
            Part(m.start(), m.end(), "zip")
            for m in _ZIP.finditer(text)
            if m.group()[0] == "〒" or _ZIP_CUE.search(text[max(0, m.start() - 25) : m.start()])
        ),
        *places(call),
    ]


def _disjoint(parts: list[Part]) -> list[Part]:
    """Merge parts that share characters; the longer one gives the kind."""
    merged: list[Part] = []
    for part in sorted(parts, key=lambda p: (p.start, -p.end)):
        if merged and part.start < merged[-1].end:
            last = merged[-1]
            kind = last.kind if last.end - last.start >= part.end - part.start else part.kind
            merged[-1] = Part(last.start, max(last.end, part.end), kind)
        else:
            merged.append(part)
    return merged


def _chained(text: str, last: Part, part: Part) -> bool:
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


def _judge(call: Call, chain: list[Part]) -> tuple[float, Reason]:
    """Return the probability that a chain is an address, and why; 0 for a mere place or number."""
    start, end = chain[0].start, chain[-1].end
    kinds = {part.kind for part in chain}
    cue = bool(_CUE.search(call.text[max(0, start - CUE_REACH) : start]))
    if "zip" in kinds:
        return 0.9, Reason.POSTAL_CODE
    if kinds & {"block", "room"}:
        return _judge_numbered(call.text, start, end, kinds, cue=cue)
    return _judge_places(call.text, start, end, kinds, cue=cue)


def _judge_numbered(text: str, start: int, end: int, kinds: set[str], *, cue: bool) -> tuple[float, Reason]:
    """Judge a chain with a block number or a room in it."""
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
    """Judge a chain of place names: an address only with words for living there or a question for it."""
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
