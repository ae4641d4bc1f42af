"""Tell a word that reads like everyday talk from one that may be a name.

Of 28 stretches in kana alone that sounded like a third party's name and had no honorific behind them 7 were
one (14 calls of ``tuning`` and on bad lines); with an honorific 26 of 29.
"""

from __future__ import annotations

import re
from typing import Final

from pipeline.sound.honorifics import with_honorific
from pipeline.types import CharSpan

__all__ = ["is_everyday"]

_KANA_ONLY: Final = re.compile(r"[ぁ-んー、。？?！!\s]+")
_POLITE: Final = re.compile(r"(?:です|ます|ました|ません|ください|下さい|お願い|ありがと|でしょう)")


def is_everyday(text: str, chars: CharSpan) -> bool:
    """Whether a stretch is written like everyday talk: in hiragana alone, or in a polite form.

    Args:
        text: The transcript's text.
        chars: The stretch; an empty one, a mere sound, reads like nothing.
    """
    words = text[chars.start : chars.end]
    if not words.strip() or with_honorific(text, chars):
        return False
    return bool(_KANA_ONLY.fullmatch(words) or _POLITE.search(words))
