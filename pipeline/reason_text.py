"""Render reasons as Japanese sentences, and parse stored sentences back into reasons."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from pipeline.reasons import Reason, Why

CLUES: Final[Mapping[Reason, str]] = {
    Reason.ADDRESS_CUE_AND_BLOCK: "住所の手がかりと番地",
    Reason.ANSWERS_WHAT_ADDRESS: "住所を尋ねた答え",
    Reason.ANSWERS_WHAT_NAME: "名前を尋ねた答え",
    Reason.ANSWERS_WHAT_NUMBER: "電話番号を尋ねた答え",
    Reason.ANSWERS_WHICH_KANJI: "漢字を尋ねた答え",
    Reason.AROUND_AT_SIGN: "アットマークの前後",
    Reason.BEFORE_DOT_COM: "ドットコムの前",
    Reason.BEFORE_HONORIFIC: "敬称の前の語",
    Reason.BEFORE_MISHEARD_HONORIFIC: "様と聞こえる語の前の音",
    Reason.BEFORE_INTRODUCTION: "名乗りの形の前の語",
    Reason.BLOCK_SHAPE: "番地の形",
    Reason.BUILDING_AND_ROOM: "建物と部屋",
    Reason.CITY_AND_TOWN: "市区町村と町",
    Reason.COMPANY_LIST: "会社の一覧",
    Reason.COMPANY_RECOGNIZER: "会社の検出器",
    Reason.COMPANY_RULE: "会社の規則",
    Reason.COMPANY_TERM_HEARD: "会社の語の音",
    Reason.COMPANY_TERM_WRITTEN: "会社の語の表記",
    Reason.CONFIDENTIAL_HEARD: "秘密の語の音",
    Reason.CONFIDENTIAL_WRITTEN: "秘密の語の表記",
    Reason.CONTEXT_WORD_NEAR: "近くの語",
    Reason.DICTIONARY_NAME: "辞書の人名",
    Reason.DOUBTFUL_WORDS: "聞き取りの怪しい言葉",
    Reason.EXTENSION_NUMBER: "内線番号",
    Reason.FIGURES_LIKE_BLOCK: "番地に似た数字",
    Reason.FOUR_FIGURES_ALONE: "単位のない四桁",
    Reason.HOME_CUE_AND_PLACE: "住まいの手がかりと地名",
    Reason.INTRODUCTION: "名乗り・紹介の形",
    Reason.KANJI_EXPLAINED: "漢字の説明",
    Reason.LANGUAGE_MODEL_ENTITY: "言語モデルの固有表現",
    Reason.LEARNED_CONTEXT: "学習した文脈",
    Reason.LONG_FIGURES: "長い数字の並び",
    Reason.MAIL_SHAPE: "メールアドレスの形",
    Reason.NAME_AFTER_RELATION: "続柄の後の名前",
    Reason.NAME_AFTER_ROLE: "役割の後の名前",
    Reason.NAME_BEFORE_TITLE: "敬称・肩書の前の名前",
    Reason.NAME_IN_KATAKANA: "カタカナの氏名",
    Reason.NAME_TOLD: "名前を告げる形",
    Reason.NUMBER_ENDING: "番号の末尾",
    Reason.NUMBER_GOES_ON: "番号の続き",
    Reason.PART_OF_EARLIER_NUMBER: "前に出た番号の一部",
    Reason.PHONE_CUE_AND_FIGURES: "電話番号の手がかりと数字",
    Reason.PHONE_LENGTH: "電話番号の桁数",
    Reason.PHONE_LENGTH_NEARLY: "電話番号に近い桁数",
    Reason.PLACE_AND_BLOCK: "地名と番地",
    Reason.PLACE_AND_FIGURES: "地名と数字",
    Reason.POSTAL_CODE: "郵便番号",
    Reason.PREFECTURE_AND_CITY: "都道府県と市区町村",
    Reason.READ_ONE_BY_ONE: "一字ずつの読み",
    Reason.SAME_SOUND_AS_EARLIER: "前に出た語と同じ音",
    Reason.SAME_SPELLING_AS_EARLIER: "前に出た語と同じ表記",
    Reason.SAME_AS_REGISTERED: "本人について登録されたものと同じ",
    Reason.SECOND_HEARING: "二度目の聞き取り",
    Reason.STAFF_INTRODUCTION: "担当者の名乗り",
    Reason.SURNAME_BEFORE_HONORIFIC: "敬称の前の姓",
    Reason.CHECK_FIGURE_RIGHT: "検査数字の合う番号",
    Reason.DATE_OF_SOMEBODYS_BIRTH: "生まれた日の話と日付",
    Reason.NUMBER_CALLED_SO: "番号の呼び名と数字",
    Reason.NUMBER_READ_BACK: "前に出た番号の復唱",
    Reason.PLATE_SHAPE: "車両番号の形",
    Reason.SPELT_ACCOUNT: "アカウントの話と英数字",
    Reason.WORKS_OR_STUDIES_THERE: "勤め先・学校の話と名前",
}
"""Clues by which a recognizer found personal data; several are joined by ``AND``."""

_OWNERS: Final[Mapping[Reason, str]] = {
    Reason.ADDRESS_BLOCK_ALONE_SAME: "登録された住所と番地だけが同じ",
    Reason.ADDRESS_BLOCK_SAME: "登録された住所の番地と同じ",
    Reason.ADDRESS_BUILDING_SAME: "登録された住所と建物が同じ",
    Reason.ADDRESS_CITY_AND_BLOCK_NEAR: "登録された住所と市区も番地も近い",
    Reason.ADDRESS_CLEARLY_OTHER: "登録の住所と、はっきり違う所がある",
    Reason.ADDRESS_NEXT_DOOR: "登録された住所の近所、または聞き違い",
    Reason.ADDRESS_NOT_REGISTERED: "登録のない住所",
    Reason.ADDRESS_ONE_FIGURE_OFF: "登録された住所と番地が一桁違い",
    Reason.ADDRESS_OTHER_ROOM: "登録された建物の別の部屋",
    Reason.ADDRESS_PLACE_AND_BLOCK_SAME: "登録された住所と地名・番地が同じ",
    Reason.ADDRESS_PLACE_SAME: "登録された住所の地名と同じ",
    Reason.ADDRESS_ROOM_ONE_FIGURE_OFF: "登録された建物で部屋番号が一桁違い",
    Reason.CONFIDENTIAL_TERM: "会社が秘密とする語",
    Reason.EXPLAINS_NAME_BEFORE: "直前の名前の書き方の説明",
    Reason.EXPLAINS_OTHER_KANJI: "登録の名前にない漢字の説明",
    Reason.EXPLAINS_REQUESTER_KANJI: "本人の名前の漢字の説明に音が近い",
    Reason.EXPLAINS_REQUESTER_NAME: "本人の名前の書き方の説明",
    Reason.EXPLAINS_REQUESTER_SURNAME: "本人の名字の書き方の説明",
    Reason.HEARD_AS_COMPANY: "音では自社の名前",
    Reason.HEARD_AS_REQUESTER: "音では本人のもの",
    Reason.HEARD_AS_REQUESTER_IN_PART: "音ではこの部分は本人のもの",
    Reason.HEARD_AS_STAFF: "音では担当者の名前",
    Reason.HEARD_OTHERWISE: "音では登録のものと違う",
    Reason.JUDGED_TOGETHER: "話・表記・音を合わせると本人のもの",
    Reason.JUDGED_TOGETHER_COMPANY: "話・表記・音を合わせると自社のもの",
    Reason.JUDGED_TOGETHER_STAFF: "話・表記・音を合わせると担当者のもの",
    Reason.MAIL_GOES_ON: "本人のメールアドレスの続き",
    Reason.MAIL_HOLDS_REQUESTER_NAME: "本人の名前を含むメールアドレス",
    Reason.NAME_BY_TALK_COMPANY: "会話の流れから自社の名前",
    Reason.NAME_BY_TALK_REQUESTER: "会話の流れから本人の名前",
    Reason.NAME_BY_TALK_STAFF: "会話の流れから担当者の名前",
    Reason.NAME_HOLDS_REQUESTER: "本人の名前を含む",
    Reason.NAME_OF_COLLEAGUE_ALONE: "同じ名の社員がいるが、社員として話されていない",
    Reason.NAME_OF_NOBODY: "登録のある、どの名前とも一致しません",
    Reason.NAME_OTHER_READING_REQUESTER: "別の読み方では本人の名前",
    Reason.NAME_READS_LIKE_COMPANY: "自社の名前と読みが近い",
    Reason.NAME_READS_LIKE_COMPANY_BUT_TALK: "自社の名前に似ているが、会話では別の人",
    Reason.NAME_READS_LIKE_REQUESTER: "本人の名前と読みが近い",
    Reason.NAME_READS_LIKE_REQUESTER_BUT_TALK: "本人の名前に似ているが、会話では別の人",
    Reason.NAME_READS_LIKE_STAFF: "担当者の名前と読みが近い",
    Reason.NAME_READS_LIKE_STAFF_BUT_TALK: "担当者の名前に似ているが、会話では別の人",
    Reason.NAME_SAME_SPELLING_REQUESTER: "本人のものと同じ表記",
    Reason.NAME_SAME_SPELLING_STAFF: "担当者の名前と同じ表記",
    Reason.NAME_SOMEWHAT_LIKE: "登録された名前に少し似ている",
    Reason.NAME_SPELT_AS_OTHER: "登録の名前と読みが近いが、別の名前の表記",
    Reason.NUMBER_AGAIN: "登録された番号の言い直し",
    Reason.NUMBER_BEFORE_AGAIN: "直前の番号の言い直し",
    Reason.NUMBER_LIKE_COMPANY: "会社の番号に似た番号",
    Reason.NUMBER_CLEARLY_OTHER: "登録の番号と、はっきり違う数字がある",
    Reason.NUMBER_NOT_REGISTERED: "登録のない番号",
    Reason.NUMBER_NOT_REGISTERED_SHORT: "登録のない番号（短い）",
    Reason.NUMBER_ONE_OR_TWO_OFF: "登録された番号と一、二桁違い",
    Reason.NUMBER_PIECE_OF_REGISTERED: "登録された番号の続き、または言い直し",
    Reason.NUMBER_SAME: "登録された番号（またはその一部）と同じ",
    Reason.NUMBER_THEN_OTHER_FIGURES: "登録された番号に別の数字が続く",
    Reason.OTHER_NUMBER_FOLLOWS: "続けて言われた番号が本人のものと違う",
    Reason.OWNER_UNKNOWN: "誰のものか分かりません",
    Reason.POSTAL_CODE_OF_ADDRESS: "続けて言われた住所の郵便番号",
    Reason.POSTAL_CODE_OF_CITY: "本人の住所の市の郵便番号",
    Reason.RELATIVE: "本人と同じ姓で名が違う",
    Reason.SAME_BUT_SAID_OF_ANOTHER: "本人のものと同じだが、話では別の人のもの",
    Reason.SECOND_HEARING_COMPANY: "二度目の聞き取りでは自社のもの",
    Reason.SECOND_HEARING_REQUESTER: "二度目の聞き取りでは本人のもの",
    Reason.SECOND_HEARING_STAFF: "二度目の聞き取りでは担当者の名前",
    Reason.SOUND_ALLOWS_COMPANY: "音には自社の名前としてもよく合う",
    Reason.SOUND_ALLOWS_REQUESTER: "音には本人のものとしてもよく合う",
    Reason.SOUND_ALLOWS_STAFF: "音には担当者の名前としてもよく合う",
    Reason.STAFF_WITHOUT_LIST: "担当者の名乗り（名簿なし）",
    Reason.TALK_SAYS_REQUESTER_HALF_LIKE: "会話では本人のもので、登録と半ば合う",
    Reason.TALK_SAYS_REQUESTER_UNLIKE: "会話では本人のものだが、登録と違う",
    Reason.VALUE_DIFFERS: "登録されたものと違う所がある",
    Reason.VALUE_DIFFERS_AND_TALK: "登録されたものと違い、話でも別の人のもの",
    Reason.VALUE_NOT_REGISTERED: "登録に比べるものがなく、誰のものか分かりません",
    Reason.VALUE_SAID_OF_ANOTHER: "登録に比べるものがなく、話では別の人のもの",
    Reason.VALUE_SAME: "言われた全部が、登録されたものと同じ",
    Reason.VALUE_SAME_IN_PART: "言われた所は、登録されたものの一部と同じ",
}

_ACTIONS: Final[Mapping[Reason, str]] = {
    Reason.ADDED_BY_ANALYST: "担当者が加えた",
    Reason.CANDIDATE_LEFT: "個人情報かもしれないが、伏せずに残したので、聞いて決めてください",
    Reason.LISTED_TO_KEEP: "いつも残す語の一覧にある",
    Reason.LISTED_TO_MASK: "いつも伏せる語の一覧にある",
    Reason.LEAK_MAY_SOUND_ALIKE: "伏せた語に似た音。伏せずに残したので、聞いて決めてください",
    Reason.LEAK_NOT_UNDERSTOOD: "伏せた所のそばで、聞き直しても言葉が聞き取れない",
    Reason.SPEECH_WITHOUT_WORDS: "渡された文字起こしに言葉のない音声なので、聞いて決めてください",
    Reason.THIRD_SPEAKS: "第三の話者の声。言葉に関わらず声そのものが個人情報なので、どうするか決めてください",
    Reason.LEAK_SOUNDS_AGAIN: "伏せた語と似た音がもう一度聞こえる",
    Reason.LEAK_SOUNDS_ALIKE: "伏せた語と似た音が残っている",
    Reason.LEAK_WRITTEN_AGAIN: "伏せた語がもう一度出てくる",
    Reason.PART_OF_RUN: "ひと続きの所見の一部。部分ごとに決めてください",
    Reason.SOUNDS_LIKE_SURE_NAME: "確かな名前と同じ読み",
}

SENTENCES: Final[Mapping[Reason, str]] = {**CLUES, **_OWNERS, **_ACTIONS, Reason.NOT_GIVEN: ""}
"""Sentence of every reason but OLDER, whose text is in ``Why.detail``.  All sentences differ."""

_FORMER: Final[Mapping[str, Reason]] = {"登録された誰の名前とも違う": Reason.NAME_OF_NOBODY}
"""Sentences of earlier versions whose wording has changed: they are parsed, and never rendered."""

AND, STOP = "、", "。"
"""Separators: between two clues, and between all other sentences."""


def sentence(reasons: Iterable[Why]) -> str:
    """Render reasons: neighbouring clues as one sentence, every other reason as a sentence of its own.

    Args:
        reasons: In order.

    Returns:
        Japanese, without quoting the call; empty where no reason is given.
    """
    runs = itertools.groupby(reasons, key=lambda why: why.reason in CLUES)
    said = ((AND if clues else STOP).join(filter(None, map(_said, run))) for clues, run in runs)
    return STOP.join(filter(None, said))


def verdict(reasons: Iterable[Why]) -> str:
    """Render the reasons for the owner only: neither those of recognizers nor those of the action."""
    return sentence(why for why in reasons if why.reason in _OWNERS)


def what_to_do(reasons: Iterable[Why]) -> str:
    """Render the reasons for masking, keeping or showing only, and what an analyst is asked to do."""
    return sentence(why for why in reasons if why.reason in _ACTIONS)


def _said(why: Why) -> str:
    if why.reason is Reason.OLDER:
        return why.detail
    return " ".join(filter(None, (SENTENCES[why.reason], why.detail)))


def reasons_in(text: str) -> tuple[Why, ...]:
    """Parse the text that a plan of an earlier version stored.

    Args:
        text: Stored text.

    Returns:
        The reasons in order; OLDER, with the text, for an unknown sentence.  ``sentence`` renders them as the
        same text again, in the words of this version.
    """
    found = tuple(_parted(text))
    return found if sentence(found) == _reworded(text) else (Why(Reason.OLDER, text),)


def _reworded(text: str) -> str:
    """Return a stored text with the sentences of this version."""
    for former, reason in _FORMER.items():
        text = text.replace(former, SENTENCES[reason])
    return text


def _parted(text: str) -> Iterator[Why]:
    rest = text
    while rest:
        # Some sentences contain a full stop, so the longest that matches here is the right one.
        whole = max((s for s in _REASONS if rest == s or rest.startswith(s + STOP)), key=len, default="")
        said = whole or rest.split(STOP, maxsplit=1)[0]
        rest = rest[len(said) + len(STOP) :]
        yield from (Why(_REASONS[said]),) if whole else _clues(said)


def _clues(said: str) -> Iterator[Why]:
    """Yield the clues of one sentence; OLDER where any part of it is no known clue."""
    clues = tuple(map(_clue, said.split(AND)))
    yield from clues if all(why.reason is not Reason.OLDER for why in clues) else (Why(Reason.OLDER, said),)


def _clue(said: str) -> Why:
    rule = f"{CLUES[Reason.COMPANY_RULE]} "
    if said.startswith(rule):
        return Why(Reason.COMPANY_RULE, said.removeprefix(rule))
    return Why(_CLUES[said]) if said in _CLUES else Why(Reason.OLDER, said)


_CLUES: Final = {text: reason for reason, text in CLUES.items()}
_REASONS: Final = {**{text: reason for reason, text in (*_OWNERS.items(), *_ACTIONS.items())}, **_FORMER}
