"""Recognise names by the explanation of their kanji (山川の山, にんべんに左), or spelled kana by kana."""

from __future__ import annotations

import re
from dataclasses import dataclass

from presidio_analyzer import RecognizerResult

from models.calls.artifacts import Call, CallArtifacts, CallRecognizer
from models.wording.turns import answer_to, sentences
from models.wording.vocabulary import CANNOT_SAY, LEAD
from pipeline.reasons import Reason

_K = r"[一-龠々]"
_END = r"(?=[にとで、。…」\n]|です|って|だ|なん|のほう|の方|$|や)"
_BARE = r"[^、。\s「」はがでを…]"

_STRONG = {
    "kept": rf"{_BARE}{{0,6}}?(?P<kept>{_K})[^、。\s「」]{{0,4}}?の(?P=kept)(?!{_K})",
    "radical": (
        r"(?:にん|人|ぎょうにん|さん|き|木|いと|糸|ごん|言|こざと|おおざと|しめす|ころも|ひ|日|つき|"
        r"月|にく|かね|金|りっしん|け|うお|魚|いし|石|つち|土|おんな|女|くち|口|め|目|"
        r"みみ|耳|あし|足|くるま|車|うま|馬|のぎ|禾|たけ|竹|くさ|草|うかん|雨|あめ|わ|あな|もん|門|"
        r"しんにょう|ぎょう|こめ|米|むし|虫)(?:偏|へん|べん|冠|かんむり|がまえ|垂れ|だれ|にょう|"
        # What へん is misheard as, where no word ends so (出口辺り, この辺).
        r"(?<=[にごいるまんと人糸言日月金火石土女目耳車馬木])[辺編遍](?!り))"
        rf"(?:(?:に|の)(?:、)?[^、。\s]{{1,6}}?{_END}(?:の{_K})?)?(?:の{_K})?"
    ),
    "shape": rf"{_K}{{1,2}}に{_K}{{1,2}}の{_K}{_END}",
    "copies": rf"(?:{_K}|[ァ-ヶぁ-ん]{{1,3}})が(?:二つ|三つ|二個|三個|ふたつ|みっつ|2つ|3つ)の?{_K}?",
    "called": rf"[ぁ-ん{_K[1:-1]}]{{1,5}}(?:という字|っていう字)(?:の{_K})?",
    "numeral": r"漢?数字の[一-龠0-9]",
    "script": (
        r"(?:カタカナ|かたかな|片仮名|ひらがな|平仮名)で(?:、)?(?!いい|結構|書|お願|大丈夫|良い|す|"
        r"しょう|も|し)[ァ-ヶーぁ-ん一-龠]{1,8}?(?=です|と|って|、|。|$|\n)"
    ),
    "written": (
        rf"{_K}{{1,4}}(?:と|って)書いて(?:、)?(?!あり|ある|あっ|なか|くだ|もら|い[るたま]|お|頂|ほし|"
        rf"も|は|み)[ァ-ヶーぁ-ん]{{2,8}}?(?=です|と|って|、|。|$|\n|に、)"
    ),
}
_WEAK = {
    "picture": rf"{_BARE}{{1,9}}の{_K}{_END}",
    "adjective": (
        rf"(?:小さい|大きい|高い|低い|古い|新しい|長い|正しい|明るい|美しい|広い|太い|細い|深い|浅い|"
        rf"若い|白い|黒い|赤い|青い|丸い|強い|早い|良い|安い|清い|近い|遠い)(?:に|の|、|"
        rf"という字に)?{_K}{_END}"
    ),
    "verb": rf"{_BARE}{{1,5}}[うくぐすつぬぶむるい]{_K}{_END}",
}
_UNIT = re.compile(
    "|".join(f"(?P<s_{name}>{pattern})" for name, pattern in _STRONG.items())
    + "|"
    + "|".join(f"(?P<w_{name}>{pattern})" for name, pattern in _WEAK.items())
)
_JOINT = re.compile(r"(?:に|と|で|、|\s|それ(?:に|から)|あと|名前のほうは|下は|下の名前は|名前は|下が|名は)*")
_NAMED = re.compile(
    r"漢字|の字|(?<![名苗])字[はがを]|どう書|書きます|書く|書き|表記|名字|苗字|名前|と申し|"
    r"フルネーム"
)
_WRITING = re.compile(
    r"漢字|[のう]字|(?<![名苗])字[はがを]|字が|どう書|どのように(?:お)?書|って書|と書|どの字"
)
_QUESTION = re.compile(
    r"(?:漢字|どの字|どういう字|どんな字|どのような字|何という字|(?<![名苗赤黒文数])字[はを、]|お字|"
    r"表記).{0,14}(?:どう|どの|どんな|伺|教え|お願い|でしょうか|ですか|書|は$|を$|$)|(?:どう|"
    r"どのように)(?:お)?書"
)
_TAIL = re.compile(r"(?:です|でござ|って書|と書|って言|という字|なん|のほう|、看板).*$")
_KATA, _HIRA = (
    r"[ァ-ヴ][ャュョァィゥェォッーン]{0,2}(?![ァ-ヶー])",
    r"[ぁ-ゔ][ゃゅょぁぃぅぇぉっーん]{0,2}(?![ぁ-ん])",
)
_SPELT = re.compile(
    rf"(?<![ァ-ヶー]){_KATA}(?:(?P<k>[・、])\s?{_KATA}(?:(?P=k)\s?{_KATA}){{0,11}})|"
    rf"(?<![ぁ-ん]){_HIRA}(?P<h>[・、])\s?{_HIRA}(?:(?P=h)\s?{_HIRA}){{0,10}}(?:(?P=h)\s?[ぁ-ん](?=です))?"
)
_READING_CUE = re.compile(r"読み|よみ|仮名|がな|カナ|ガナ|一文字|ずつ|ゆっくり|名前|もう一度|何様")
_FILLERS = frozenset("あえまねうんはいとのが") | {"おー", "えー"}

CUE_REACH = 60
"""Characters around an explanation in which a word about names or writing must stand."""


@dataclass(slots=True)
class _Chain:
    start: int
    end: int
    strong: int
    weak: int


class KanjiDescriptionRecognizer(CallRecognizer):
    """Explanations of a name's spelling, and names spelled out."""

    entities = ("PERSON",)

    def find(self, call: Call, artifacts: CallArtifacts) -> list[RecognizerResult]:
        """Find chains of explanations, answers to どういう字, and names kana by kana."""
        return [*self._explained(call), *self._asked(call), *self._spelt(call)]

    def _explained(self, call: Call) -> list[RecognizerResult]:
        found: list[RecognizerResult] = []
        for chain in _chains(call.text):
            near = (
                call.text[max(0, chain.start - CUE_REACH) : chain.start]
                + call.text[chain.end : chain.end + 20]
            )
            writing = _WRITING.search(near)
            count = chain.strong + chain.weak
            cued = _NAMED.search(near) if chain.strong else count > 1 and writing
            if not cued and not (chain.strong and count > 1):
                continue
            score = 0.9 if count > 1 else 0.75
            found.append(self.result("PERSON", chain.start, chain.end, score, Reason.KANJI_EXPLAINED))
        return found

    def _asked(self, call: Call) -> list[RecognizerResult]:
        said = sentences(call)
        found: list[RecognizerResult] = []
        for index, sentence in enumerate(said):
            if not _QUESTION.search(call.text[sentence.start : sentence.end]):
                continue
            for answer in answer_to(call, said, index, 1):
                lead = re.compile(LEAD).match(call.text, answer.start, answer.end)
                start = lead.end() if lead else answer.start
                named = re.compile(
                    r"(?:名字|苗字|お?名前|下|上)(?:のほう)?(?:はね|が|は)、?(?:あー、|えっと、)?"
                ).match(call.text, start, answer.end)
                start = named.end() if named else start
                text = _TAIL.sub("", call.text[start : answer.end])
                explains = re.search(rf"の{_K}|へん|べん|かんむり|書いて|{_K}", text)
                if (
                    2 <= len(text) <= 30
                    and explains
                    and not CANNOT_SAY.search(text)
                    and not re.search(r"ます|いい|[0-9]", text)
                ):
                    end = start + len(text)
                    found.append(self.result("PERSON", start, end, 0.7, Reason.ANSWERS_WHICH_KANJI))
        return found

    def _spelt(self, call: Call) -> list[RecognizerResult]:
        found: list[RecognizerResult] = []
        for match in _SPELT.finditer(call.text):
            units = re.split(r"[・、]\s?", match.group())
            cue = _READING_CUE.search(call.text[max(0, match.start() - 40) : match.start()])
            if sum(u in _FILLERS for u in units) * 2 < len(units) and (
                len(units) > 2 or (cue and match["k"])
            ):
                found.append(self.result("PERSON", match.start(), match.end(), 0.85, Reason.READ_ONE_BY_ONE))
        return found


def _chains(text: str) -> list[_Chain]:
    chains: list[_Chain] = []
    for match in _UNIT.finditer(text):
        strong = (match.lastgroup or "").startswith("s_") or match["kept"] is not None
        between = text[chains[-1].end : match.start()] if chains else "。"
        if chains and _JOINT.fullmatch(between) and len(between) < 10 and "\n" not in between:
            chains[-1].end = match.end()
            chains[-1].strong += strong
            chains[-1].weak += not strong
        else:
            chains.append(_Chain(match.start(), match.end(), int(strong), int(not strong)))
    return chains
