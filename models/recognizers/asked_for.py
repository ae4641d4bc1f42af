"""Recognise answers: one side asks for a name, an address or a number, and the other side gives it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from presidio_analyzer import RecognizerResult

from models.calls.artifacts import Call, CallArtifacts, CallRecognizer
from models.language.lexicon.lexicon import load_lexicon
from models.wording.digits import UNIT_AFTER, runs
from models.wording.names import Grade, name_after
from models.wording.places import places
from models.wording.turns import Sentence, answer_to, sentences
from models.wording.vocabulary import CANNOT_SAY, LEAD, NAME_ASKED, RELATIONS, ROLES
from pipeline.reasons import Reason

_ASKS = (
    r"(?:お願い|願い|頂戴|ちょうだい|伺|うかが|教え|おしえ|お聞かせ|聞かせ|いただけ(?!れば)|"
    r"頂け(?!れば)|わかります|わかりません|分かります|分かりません|おわかり|お分かり|ご存[じ知]|"
    r"でしょうか|でしたか|ですか|ますか|ください|くださ|どうぞ|何と|なんと|"
    r"読んで|もらえ|くれ|どちら|どなた|なに|からどうぞ|(?:は|を|の方は|のほうは|は、|が|から|まで)$)"
)
_NAME = re.compile(
    rf"(?:{NAME_ASKED}|差出人(?:様)?|ご?依頼主様?|"
    r"受取人様?|ご?契約者様?(?=は$|、$|は、$)|振り仮名|ふりがな|フリガナ|読み方|お読み|どちら様|"
    r"どなた様|代表の方|ご担当者様?)"
    rf".{{0,22}}?{_ASKS}"
)
_ADDRESS = re.compile(
    r"(?:ご?住所|お?届け先(?!様?の?お?名前)|お?送り先(?!様?の?お?名前)|お?伺い先(?!様?の?お?名前)|"
    r"配達先|転居先|お?引っ?越し先|ご?使用場所|お?住まい|番地|町名|その先|都道府県|建物|"
    r"マンション(?:のお名前|名)|ビルのお名前|お?部屋番号|お部屋は(?=どちら|何号)|郵便番号)"
    r".{0,22}?" + _ASKS
)
_PHONE = re.compile(
    r"(?:お?電話番号|お電話|携帯|ケータイ|ご?連絡先|番号|ご?連絡のつく|ファックス|FAX)" + r".{0,22}?" + _ASKS
)
_OTHER_NUMBER = re.compile(
    r"(?:[一-龠ァ-ヶー]|お客様|お問い合わせ|見積もり|申し込み|"
    r"の)番号(?<!電話番号)(?<!電話の番号)(?<!携帯番号)(?<!携帯の番号)(?<!連絡先の番号)"
)
_CONFIRMS = re.compile(
    r"(?:(?<!て)(?<!ん)で|様で|とのこと(?:で)?)(?:よろし|お間違|間違|合って|いらっしゃ)|"
    r"ありがとうござ|お伝え|お借り|お知らせください|お出し|申し伝|と(?:同じ|一緒)"
)
_FRAME = re.compile(
    rf"(?:(?:私|わたし|わたくし|僕|俺|うち|郵便番号|住所|お?名前|名字|苗字|姓|下の名前|下|上|本名|"
    rf"名義|契約|宛名|宛先|{RELATIONS}|{ROLES})(?:のほう|の方)?(?:は|の|が|も|、|で、|って|"
    rf"なら)[、\s]*)*"
)
_ORDINARY = re.compile(
    r"^(?:みんな|皆|本人|自分|私|わたし|僕|俺|うち|そう|はい|いい|大丈夫|同じ|違|あり|ない|無|なし|"
    r"ちょっと|今|これ|それ|あれ|この|その|あの|まだ|もう|カタカナ|ひらがな|漢字|会社|法人|女性|男性|"
    r"一人|二人|三人|両方|全部|どっち|どちら|"
    r"いや|えっ|何|なん|誰|だれ|どう|どこ|いつ|先|前|後|普通|たぶん|多分|確か|未定|空欄|匿名|名前|"
    r"番号|電話|住所|戸建|一軒|一戸|実家|ここ|そこ|あそこ|よろしく|すみ|すい|失礼|もしもし|ありがと|"
    r"お|ご|"
    rf"{RELATIONS}|{ROLES}).{{0,6}}$"
)
_ADDRESS_LIKE = re.compile(
    r"[0-9０-９〇一二三四五六七八九十](?![0-9０-９〇一二三四五六七八九十]*(?:階|円|時|日|月|年|分|人|"
    r"個|つ|歳|度|件|か所|ヶ所|カ所|本|枚|台|回|名))|[都道府県市区町村郡]|丁目|番地|号|マンション|"
    r"アパート|ハイツ|コーポ|ビル"
)
_ADDRESS_END = re.compile(
    r"(?:です|でござ|でお願|になり|でし|だ(?:よ|ね|けど|$)|や(?:で|ねん|$)|じゃ|って(?:書|言|$)|"
    r"と(?:書|いう|あり|なって)|に(?:住|送|届|いる|おる)|まで|宛|のまま|なん|、(?:一|戸)建て).*$"
)
_NO_ADDRESS = re.compile(
    r"建て|一軒家|エレベーター|階建|円|万|日|時|曜|月に|年|歳|番号は|名前は|名前が|電話|"
    r"お願いします$|です(?:が|けど)$|温度|平米|畳|ありがと"
)

NAMES, TURNS = 3, 7
"""Greatest number of sentences in which a name, and an address or a number, may be given."""


@dataclass(frozen=True, slots=True)
class _Question:
    kind: str
    index: int


class AskedForRecognizer(CallRecognizer):
    """Answers to お名前, ご住所, お電話番号."""

    entities = ("PERSON", "ADDRESS", "PHONE_NUMBER")

    def find(self, call: Call, artifacts: CallArtifacts) -> list[RecognizerResult]:
        """Find the questions, then the answer to each."""
        said = sentences(call)
        found: list[RecognizerResult] = []
        for question in _questions(call, said):
            match question.kind:
                case "PERSON":
                    found.extend(self._names(call, said, question))
                case "ADDRESS":
                    found.extend(self._addresses(call, said, question))
                case _:
                    found.extend(self._numbers(call, said, question))
        return found

    def _names(self, call: Call, said: tuple[Sentence, ...], question: _Question) -> list[RecognizerResult]:
        for sentence in answer_to(call, said, question.index, NAMES):
            start = _after_lead(call, sentence)
            text = call.text[start : sentence.end]
            if not text or CANNOT_SAY.search(text[:14]) or _asks_back(call, sentence):
                continue
            named = name_after(call, start, Grade.ODD)
            if named and named.end <= sentence.end and not _ORDINARY.match(call.text[start : named.end]):
                score = 0.93 if named.grade is Grade.NAME else 0.75
                return [self.result("PERSON", start, named.end, score, Reason.ANSWERS_WHAT_NAME)]
        return []

    def _addresses(
        self, call: Call, said: tuple[Sentence, ...], question: _Question
    ) -> list[RecognizerResult]:
        begun = [part.start for part in places(call)]
        found: list[RecognizerResult] = []
        for sentence in answer_to(call, said, question.index, TURNS):
            start = _after_lead(call, sentence)
            text = call.text[start : sentence.end]
            closing = _ADDRESS_END.search(text)
            end = start + (closing.start() if closing else len(text.rstrip("、のはいね")))
            region = _address_region(call, start, end, begun)
            if region is None or _asks_back(call, sentence) or _NO_ADDRESS.search(text):
                break
            found.append(self.result("ADDRESS", *region, 0.85, Reason.ANSWERS_WHAT_ADDRESS))
        return found

    def _numbers(self, call: Call, said: tuple[Sentence, ...], question: _Question) -> list[RecognizerResult]:
        window = list(answer_to(call, said, question.index, TURNS))
        found: list[RecognizerResult] = []
        for run in runs(call.text):
            inside = any(s.start <= run.start < s.end for s in window)
            if inside and len(run.digits) >= 2 and not UNIT_AFTER.match(call.text, run.end):
                score = 0.9 if len(run.digits) >= 6 else 0.6
                found.append(
                    self.result("PHONE_NUMBER", run.start, run.end, score, Reason.ANSWERS_WHAT_NUMBER)
                )
        return found


def _questions(call: Call, said: tuple[Sentence, ...]) -> list[_Question]:
    found: list[_Question] = []
    for index, sentence in enumerate(said):
        text = call.text[sentence.start : sentence.end].rstrip("、 ")
        if _CONFIRMS.search(text):
            continue
        if _NAME.search(text):
            found.append(_Question("PERSON", index))
        if _ADDRESS.search(text):
            found.append(_Question("ADDRESS", index))
        if _PHONE.search(text) and not _OTHER_NUMBER.search(text):
            found.append(_Question("PHONE_NUMBER", index))
    return found


def _after_lead(call: Call, sentence: Sentence) -> int:
    """Return the beginning of an answer, after はい, ええと and 名前は."""
    start = sentence.start
    for pattern in (LEAD, _FRAME, LEAD):
        match = re.compile(pattern).match(call.text, start, sentence.end)
        start = match.end() if match else start
    return start


_LETTERS = re.compile(
    r"(?:エー|ビー|シー|ディー|イー|エフ|ジー|エイチ|アイ|ジェー|ケー|エル|エム|エヌ|オー|ピー|"
    r"キュー|アール|エス|ティー|ユー|ブイ|ダブリュー|エックス|ワイ|ゼット|[A-Za-z0-9])+"
)


def _noun_like(call: Call, start: int, end: int) -> bool:
    """Whether a stretch holds no inflected word, particle, number or letter, as a plain answer would."""
    text = call.text[start:end]
    if _LETTERS.fullmatch(text) or re.search(
        r"[0-9０-９〇一二三四五六七八九十百]{2}|[歳才度名目県市]$", text
    ):
        return False
    covered = [t for t in call.tokens if start <= t.chars.start < end]
    return not any(
        t.pos.startswith(("助動詞", "助詞", "動詞-一般", "連体詞", "数詞")) or "数詞" in t.pos
        for t in covered
    )


def _asks_back(call: Call, sentence: Sentence) -> bool:
    return call.text[sentence.end : sentence.end + 1] in {"？", "?"}


def _address_region(call: Call, start: int, end: int, begun: list[int]) -> tuple[int, int] | None:
    """Return the span from the first to the last clause with a place or number, and a garbled one before."""
    clauses = [(start + m.start(), start + m.end()) for m in re.finditer(r"[^、…]+", call.text[start:end])]
    known = load_lexicon().is_place_surface
    like = [
        i
        for i, (a, b) in enumerate(clauses)
        if known(call.text[a:b].strip())
        or _ADDRESS_LIKE.search(call.text[a:b])
        or any(a <= p < b for p in begun)
    ]
    if not like:
        return None
    first = like[0]
    if (
        first
        and 3 <= clauses[first - 1][1] - clauses[first - 1][0] <= 8
        and _noun_like(call, *clauses[first - 1])
    ):
        first -= 1
    begin, finish = clauses[first][0], clauses[like[-1]][1]
    place = min((p for p in begun if begin <= p < clauses[like[0]][1]), default=begin)
    cut = max(
        (
            call.text.rfind(mark, begin, place) + 1
            for mark in "はがで"
            if call.text.rfind(mark, begin, place) >= 0
        ),
        default=begin,
    )
    return (max(begin, cut), finish) if finish - begin >= 2 else None
