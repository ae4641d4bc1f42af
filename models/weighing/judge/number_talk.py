"""Where a call talks of numbers that are nobody's data: asked for, said over some turns, and read back.

    ご予約番号をお願いいたします ⏎ [えー774の2マル球の ⏎ 774の2マル9 ⏎ もう一桁 ⏎ 5や185] ⏎ お名前を

A telephone number that is misheard as 電和番号 is asked for by a name as well: so only what hardly anything
else is misheard as begins such a stretch, and what sounds like another question ends it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final

from models.recognizers.spoken_number import cue_before
from pipeline.sound.digits import digits_of
from pipeline.sound.morae import morae
from pipeline.sound.reader import SoundLine
from pipeline.sound.search import SoundText
from pipeline.types import CharSpan

__all__ = ["OF_THINGS", "SAID_FIGURE", "talk_of_others"]

SAID_FIGURE: Final = re.compile(r"[0-9０-９丸]|まる|マル|ゼロ|ナナ|ロク|ハチ|ヨン|キュ[ウー]")
"""A figure, as it is written when it is spoken one by one."""

OF_THINGS: Final = (
    r"客様|受け?つ?付け?|会員|伝票|注文|予約|契約|証券|申し?込み?|問い?合わせ|整理|管理|診察券|座席|事故|車両"
)
"""Before 番号: what makes it another one than a telephone's."""

_NAME = re.compile(
    rf"(?:{OF_THINGS}|製造|手配|引き?換え?|引換券|商品|製品|機種|利用者|確認)番号|品番(?!号)"
    r"|(?:予約|注文|修理|商品|製品|契約|会員|診察|荷物)(?:(?!さん|様|さま)[^\n]){1,20}[、。 ]番号(?=[はがを])"
)
"""What is hardly a misheard 電話番号 or 郵便番号; not any thing's: 相手の番号 is a telephone's, and so is
that of 会員さん, who was 飼い主さん.  By sound too much is near: 店は番号 was 電話番号, and is nearer to
手配番号."""

_MODEL = morae("カタバン")
"""型番 by sound: 片番, 方盤.  Not 品番, which is in 郵便番号 misheard: 有賓番号."""

_OTHERS = ("other", "")
"""Cues of no telephone and no place."""

_QUESTIONS = (
    "デンワバンゴー",
    "ケータイバンゴー",
    "ユービンバンゴー",
    "レンラクサキ",
    "ジューショ",
    "オナマエ",
    "メールアドレス",
)
_ANOTHER = tuple(map(morae, _QUESTIONS))
"""What is asked for next."""

LIKE: Final = 0.15
"""Price over its length up to which something is such a question: it is garbled, too."""

_ASKED = re.compile(r"電話|携帯|連絡先|住所|郵便|名前|メール|届け?先|送り先|配送先|宛先")
_BLOCK = re.compile(r"丁目|番地|号室")
_MOBILE, SPELT = re.compile(r"0[5789]0"), 8
"""The beginning of a mobile number, and its characters when the figures are spelt: ゼロ9ゼロ."""

GOES_ON: Final = 80
"""Characters from the name of such a number, or from its last figures, in which more of them may come: a
question and its answer are shorter, though both channels of a call hear them."""


def talk_of_others(text: str, line: SoundLine) -> tuple[CharSpan, ...]:
    """Find where numbers of another name are talked of.

    Args:
        text: The call.
        line: How it reads.

    Returns:
        In order; each from the end of the name to the last of the figures that follow each other.
    """
    sounds = SoundText(line.morae)
    asked = (line.span(at.start, at.end).start for word in _ANOTHER for at in sounds.find(word, LIKE))
    written = (at.start() for said in (_ASKED, _BLOCK) for at in said.finditer(text))
    named = (at.end() for at in _NAME.finditer(text) if cue_before(text, at.end()) in _OTHERS)
    alike = (line.span(at.start, at.end).end for at in sounds.find(_MODEL, 0.0))
    return tuple(_stretches(text, sorted({*named, *alike}), tuple(chain(asked, written))))


def _stretches(text: str, names: Sequence[int], ends: Sequence[int]) -> Iterator[CharSpan]:
    last = 0
    for first in names:
        if first < last:
            continue
        last = first
        while figure := SAID_FIGURE.search(text, last, last + GOES_ON):
            mobile = figure.start() > last and _MOBILE.match(
                digits_of(text[figure.start() : figure.start() + SPELT])
            )
            if mobile or any(last <= end < figure.end() for end in ends):
                break
            last = figure.end()
        if last > first:
            yield CharSpan(first, last)
