"""What the listener, or a second hearing, has of a line, where that is not what was written.

written   隣の浜木です      トナリノハマキデス
heard                       トナリノハセガワデス      shown to whoever corrects the line
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pipeline.sound.heard_morae import heard_between
from pipeline.sound.morae import Mora, mora_price
from pipeline.sound.pairs import TimedMora, paired
from pipeline.sound.posteriorgram import likeliest
from pipeline.types import CharSpan, Segment, TimeSpan

__all__ = ["heard_otherwise", "price_between", "written_otherwise"]

LEAST_PRICE: Final = 0.1
"""Price per mora from which the listener disagrees: so in 92 of 230 lines of twelve made calls, of whose
letters two in five are wrong; of the others' three in ten."""

LEAST_MORAE: Final = 4
"""Shorter runs, はい and ええ, are told apart by nobody's ear."""


def heard_otherwise(line: Segment, run: CharSpan, written: Sequence[Mora]) -> str:
    """Return what was heard in a run's time, in katakana.

    Args:
        line: The line as corrected, with what was heard of it.
        run: Characters within it.
        written: How the run reads.

    Returns:
        Nothing where both agree, little was said, or no listener was there.
    """
    timed = [word for word in line.words if word.chars.overlaps(run)]
    if not timed:
        return ""
    time = TimeSpan(min(word.time.start for word in timed), max(word.time.end for word in timed))
    logs, _ = heard_between([line], time)
    heard = likeliest(logs)
    if max(len(heard), len(written)) < LEAST_MORAE or not heard:
        return ""
    apart = price_between([each.mora for each in heard], written) / max(len(heard), len(written))
    return "".join(each.kana for each in heard) if apart >= LEAST_PRICE else ""


def written_otherwise(line: Segment, heard: Sequence[Mora], written: Sequence[Mora]) -> str:
    """Return what a second hearing wrote of a line, where the listener heard that.

    Of 138 lines of nine made calls that the second hearing wrote otherwise it was nearer to the script in 45;
    of the 32 where the listener agrees with it, in 23.

    Args:
        line: The line as corrected, with what was heard of it.
        heard: How the second hearing's words read.
        written: How the line reads.

    Returns:
        Nothing where both read nearly alike, little was said, or no listener was there.
    """
    longest = max(len(heard), len(written))
    if not heard or longest < LEAST_MORAE or price_between(heard, written) / longest < LEAST_PRICE:
        return ""
    logs, _ = heard_between([line], line.time)
    sounds = [each.mora for each in likeliest(logs)]
    nearer = bool(sounds) and price_between(sounds, heard) < price_between(sounds, written)
    return line.again if nearer else ""


def price_between(heard: Sequence[Mora], written: Sequence[Mora]) -> float:
    """What it costs to turn one run of morae into the other."""
    one, other = ([TimedMora(mora, 0.0) for mora in morae] for morae in (heard, written))
    partners = paired(one, other).tolist()
    pairs = [(heard[at], mora) for at, mora in zip(partners, written, strict=True) if at >= 0]
    both = sum(mora_price(a, b) for a, b in pairs)
    left = sum(mora_price(mora, None) for at, mora in enumerate(heard) if at not in partners)
    return both + left + sum(mora_price(None, m) for at, m in zip(partners, written, strict=True) if at < 0)
