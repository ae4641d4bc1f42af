"""Find the passages of a call about numbers that are no personal data: asked for, said over turns, read back.

    ご予約番号をお願いいたします ⏎ [えー774の2マル球の ⏎ 774の2マル9 ⏎ もう一桁 ⏎ 5や185] ⏎ お名前を

電話番号 may be misheard as 電和番号, which looks like the name of another number.  So only names that are
hardly ever a misheard 電話番号 begin such a passage, and anything that sounds like the next question ends it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final

from models.wording.announced import cue_before
from pipeline.sound.digits import digits_of
from pipeline.sound.morae import morae
from pipeline.sound.reader import SoundLine
from pipeline.sound.search import SoundText
from pipeline.types import CharSpan

SAID_FIGURE: Final = re.compile(r"[0-9０-９丸]|まる|マル|ゼロ|ナナ|ロク|ハチ|ヨン|キュ[ウー]")
"""A digit, as a recogniser writes one that is spoken alone."""

KINDS_OF_NUMBER: Final = (
    r"客様|受け?つ?付け?|会員|伝票|注文|予約|契約|証券|申し?込み?|問い?合わせ|整理|管理|診察券|座席|事故|車両"
)
"""Words before 番号 that name another number than a telephone number."""

_NAME = re.compile(
    rf"(?:{KINDS_OF_NUMBER}|製造|手配|引き?換え?|引換券|商品|製品|機種|利用者|確認)番号|品番(?!号)"
    r"|(?:予約|注文|修理|商品|製品|契約|会員|診察|荷物)(?:(?!さん|様|さま)[^\n]){1,20}[、。 ]番号(?=[はがを])"
)
"""Names of other numbers that are hardly ever a misheard 電話番号 or 郵便番号.  A general noun before 番号 is
not enough: 相手の番号 is a telephone number, and 会員さん was a misheard 飼い主さん.  They are compared by
spelling, because by sound too many are near: 店は番号, a misheard 電話番号, is nearer to 手配番号."""

_MODEL = morae("カタバン")
"""型番, found by sound because it is written 片番 or 方盤.  品番 is not: it is part of 有賓番号, a misheard
郵便番号."""

_NEITHER_PHONE_NOR_PLACE = ("other", "")
"""Kinds of ``cue_before`` that announce neither a telephone number nor a place."""

_QUESTIONS = (
    "デンワバンゴー",
    "ケータイバンゴー",
    "ユービンバンゴー",
    "レンラクサキ",
    "ジューショ",
    "オナマエ",
    "メールアドレス",
)
_NEXT_QUESTIONS = tuple(map(morae, _QUESTIONS))
"""Questions that end a stretch, as morae."""

MAX_QUESTION_PRICE: Final = 0.15
"""Greatest price per mora of a question that ends a passage: questions are garbled, too."""

_ASKED = re.compile(r"電話|携帯|連絡先|住所|郵便|名前|メール|届け?先|送り先|配送先|宛先")
_BLOCK = re.compile(r"丁目|番地|号室")
_MOBILE, MAX_PREFIX_CHARS = re.compile(r"0[5789]0"), 8
"""Beginning of a mobile number, and its greatest length where digits are spelt: ゼロ9ゼロ."""

MAX_GAP_CHARS: Final = 80
"""Greatest distance from the name of the number, or from its last digit, to its next digit: longer than a
question and its answer, even where both channels recorded them."""


def passages_about_other_numbers(text: str, line: SoundLine) -> tuple[CharSpan, ...]:
    """Find the passages about other numbers.

    Args:
        text: Text of the transcript.
        line: Its morae.

    Returns:
        Passages in order, each from the end of the number's name to the last of its digits.
    """
    sounds = SoundText(line.morae)
    asked = (
        line.span(at.start, at.end).start
        for word in _NEXT_QUESTIONS
        for at in sounds.find(word, MAX_QUESTION_PRICE)
    )
    written = (at.start() for said in (_ASKED, _BLOCK) for at in said.finditer(text))
    named = (
        at.end() for at in _NAME.finditer(text) if cue_before(text, at.end()) in _NEITHER_PHONE_NOR_PLACE
    )
    alike = (line.span(at.start, at.end).end for at in sounds.find(_MODEL, 0.0))
    return tuple(_stretches(text, sorted({*named, *alike}), tuple(chain(asked, written))))


def _stretches(text: str, names: Sequence[int], ends: Sequence[int]) -> Iterator[CharSpan]:
    last = 0
    for first in names:
        if first < last:
            continue
        last = first
        while figure := SAID_FIGURE.search(text, last, last + MAX_GAP_CHARS):
            mobile = figure.start() > last and _MOBILE.match(
                digits_of(text[figure.start() : figure.start() + MAX_PREFIX_CHARS])
            )
            if mobile or any(last <= end < figure.end() for end in ends):
                break
            last = figure.end()
        if last > first:
            yield CharSpan(first, last)
