"""What stands before さん, 様, くん, 先生 …: the slot survives where the name in it is garbled."""

from __future__ import annotations

import re

from presidio_analyzer import RecognizerResult

from models.calls.artifacts import Call, CallArtifacts, CallRecognizer
from models.language.readings import Token
from models.wording.names import Grade, grade, known_name, name_before, nearness, surface, surname_tail
from models.wording.vocabulary import HONORIFICS, NOT_NAMES, ROLE_TAILS, TITLES
from pipeline.reasons import Reason
from pipeline.sound.morae import morae

__all__ = ["HonorificNameRecognizer"]

MISHEARD = frozenset({"3", "３", "三", "参", "よう", "産", "サマー", "山"})
"""What a recogniser writes for さん and 様; believed only after a word that is a name by itself."""

GARBLED_POS = ("名詞", "接尾辞-名詞的", "感動詞-一般", "形状詞-一般", "副詞", "動詞", "接頭辞")
"""What a misheard name may be tagged as: 続き (鈴木), 移動 (伊藤), ごはやし (小林)."""

_SAMA_MISHEARD = re.compile(
    r"(?:よう|要|用|洋|さーん|さーま)(?=で(?:いらっ|ございま|ござい)|です(?:ね|か|が)|でしょうか|"
    r"に(?:ご|お)|の(?:お|ご)|が(?:お|ご)|宛て?|あて|、?確認|、?承)"
)
_ORDINARY_CLAUSE = re.compile(
    r"^(?:お|ご)?(?:客|忙し|元気|疲れ|急ぎ|困り|好き|嫌い|子|母|父|孫|嬢|兄|姉|弟|妹|奥|皆|旦那|医者|"
    r"隣|向かい|大家|契約者|依頼主|入居者|利用者|担当者|本人|家族)|"
    r"(?:この|その|どの|あの|同じ|みたい|[るたいなぬの]|ない|ます|です|さ|必|重|主|不|利|費|専|使|採|"
    r"信|通|引|雇|私|公|私|応|併|活|両|適|着|同|模|多|一|仕|異|何|神|王)[、\s]?$"
)

CLAUSE_LIKE_A_NAME = 0.8
"""Nearness from which a clause before a misheard 様 is a name: whole clauses of ordinary words seldom are."""

LIKE_A_NAME = 0.75
"""Nearness to a common name from which a loan word before さん is one misheard."""

LONGEST_GARBLED = 3
"""Tokens of a garbled name."""


class HonorificNameRecognizer(CallRecognizer):
    """Names by the honorific after them."""

    entities = ("PERSON",)

    def find(self, call: Call, artifacts: CallArtifacts) -> list[RecognizerResult]:
        """Walk over the tokens; take back from each honorific what may be a name."""
        found: list[RecognizerResult] = []
        for match in re.finditer(r"様|さま|さん|部長|課長|店長|社長|先生|会長", call.text):
            tail = surname_tail(call.text[max(0, match.start() - 6) : match.start()])
            if tail and tail not in NOT_NAMES and not re.search(r"[0-9一二三四五六七八九十][名人]$", tail):
                start = match.start() - len(tail)
                found.append(
                    self.result("PERSON", start, match.start(), 0.9, Reason.SURNAME_BEFORE_HONORIFIC)
                )
        found.extend(self._misheard(call))
        for index, token in enumerate(call.tokens):
            if index == 0 or call.tokens[index - 1].chars.end != token.chars.start:
                continue
            found.extend(self._before(call, index, token))
        return found

    def _misheard(self, call: Call) -> list[RecognizerResult]:
        """「セトリオをスケ要でいらっしゃいますね」: a clause that sounds like a name, then 様 misheard."""
        found: list[RecognizerResult] = []
        for match in _SAMA_MISHEARD.finditer(call.text):
            clause = re.search(r"[^\s、。？?！!…]{2,12}[、\s]?$", call.text[: match.start()])
            if (
                clause is None
                or _ORDINARY_CLAUSE.search(clause.group())
                or re.search(r"[はが]", clause.group()[1:-1])
            ):
                continue
            if match.group() == "用" and not re.search(r"[ぁ-んァ-ヶ]", clause.group()):
                continue  # 業務用, 法人用
            kana = call.reader.kana(clause.group())
            near = nearness(kana)
            if len(morae(kana)) >= 3 and near >= CLAUSE_LIKE_A_NAME:
                end = clause.start() + len(clause.group().rstrip("、 "))
                found.append(
                    self.result(
                        "PERSON", clause.start(), end, round(0.85 * near, 2), Reason.BEFORE_MISHEARD_HONORIFIC
                    )
                )
        return found

    def _before(self, call: Call, index: int, token: Token) -> list[RecognizerResult]:
        """The name before the token ``index``, if that is an honorific."""
        word = surface(call, token)
        honorific = word in HONORIFICS
        if not honorific and word not in TITLES and word not in MISHEARD:
            return []
        previous = call.tokens[index - 1]
        level = grade(surface(call, previous), previous)
        surname = known_name(surface(call, previous))[0] >= 5 and level is not Grade.NEVER
        named = name_before(
            call, token.chars.start, Grade.ODD if honorific or (surname and word in TITLES) else Grade.NAME
        )
        if named and word in MISHEARD and not _closes(call, index):
            return []
        if named and not _role(call, index, previous, level):
            score = 0.93 if named.grade is Grade.NAME else 0.8
            return [self.result("PERSON", named.start, named.end, score, Reason.NAME_BEFORE_TITLE)]
        if not honorific or level is Grade.NEVER:
            return []
        start = _garbled_start(call, index)
        if start is None:
            return []
        near = nearness(call.reader.kana(call.text[start : token.chars.start]))
        return [
            self.result(
                "PERSON",
                start,
                token.chars.start,
                0.65 if near >= LIKE_A_NAME else 0.4,
                Reason.BEFORE_HONORIFIC,
            )
        ]


def _closes(call: Call, index: int) -> bool:
    """Whether a particle or punctuation follows: 佐藤3の, but not 佐藤3号."""
    if index + 1 >= len(call.tokens):
        return True
    return (
        call.tokens[index + 1].pos.startswith(("助詞", "補助記号", "助動詞"))
        or surface(call, call.tokens[index + 1]) == "\n"
    )


def _role(call: Call, index: int, token: Token, level: Grade) -> bool:
    """Whether the word before the honorific names a role, not a person."""
    word = surface(call, token)
    if word in NOT_NAMES or (word[:1] in "おご" and word[1:] in NOT_NAMES):
        return True
    if level is Grade.NAME or "人名" in token.pos:
        return False
    before = call.tokens[index - 2] if index > 1 else None
    if before and before.chars.end == token.chars.start:
        whole = surface(call, before) + word
        if whole in NOT_NAMES or (surface(call, before) in {"お", "ご", "御"} and level < Grade.NAME):
            return True
        if "人名" in before.pos:
            return False  # 小田|屋: a garbled name
    return word[-1] in ROLE_TAILS and (len(word) > 1 or token.pos.startswith("接尾辞"))


def _garbled_start(call: Call, index: int) -> int | None:
    """Where the garbled name before an honorific begins; ``None`` when a role stands there."""
    first = index
    while first > 0 and index - first < LONGEST_GARBLED:
        token = call.tokens[first - 1]
        word = surface(call, token)
        if first < index and (
            call.tokens[first].chars.start != token.chars.end or not _joins(token, call.tokens[first], word)
        ):
            break
        if not token.pos.startswith(GARBLED_POS) or grade(word, token) is Grade.NEVER or word in TITLES:
            break
        first -= 1
    if first == index:
        return None
    last = call.tokens[index - 1]
    if _role(call, index, last, grade(surface(call, last), last)):
        return None
    if last.pos.startswith(("動詞", "副詞")) and surface(call, call.tokens[index]) not in {"さん", "様"}:
        return None
    loan = re.fullmatch(r"[ァ-ヶー]{4,}", surface(call, last)) and last.pos.startswith("名詞-普通名詞")
    if loan and nearness(last.kana) < LIKE_A_NAME:
        return None  # ブリーダーさん, オーナーさん: a misheard name is no such word
    start = call.tokens[first].chars.start
    return None if _whole_role(call.text[start : last.chars.end]) else start


def _whole_role(word: str) -> bool:
    return (
        word in NOT_NAMES
        or word.lstrip("おご御") in NOT_NAMES
        or bool(re.search(r"[0-9０-９]$|[目名歳才度]$|[0-9一二三四五六七八九十]人$", word))
    )


def _joins(token: Token, following: Token, word: str) -> bool:
    """Whether two tokens read like one garbled name: both are short, neither is an adverb of time."""
    if (
        not token.pos.startswith(("名詞-固有名詞", "名詞-普通名詞", "接頭辞", "形状詞-一般"))
        or "副詞可能" in token.pos
    ):
        return False
    return word not in NOT_NAMES and len(token.kana) <= 3 and len(following.kana) <= 4
