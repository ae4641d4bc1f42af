"""How far apart two things are said that belong together, in characters."""

from __future__ import annotations

from typing import Final

__all__ = ["AN_EXCHANGE", "A_TURN"]

A_TURN: Final = 24
"""A short turn of the other side: です ⏎ 漢字はどのようなお字でしょうか ⏎, or an answer and a filler."""

AN_EXCHANGE: Final = 60
"""A question and its answer, or an answer and a remark: そうですね、便利ですよね。そこの."""
