"""Report what the listener, or a second hearing, has for a line where it disagrees with the written text.

written   隣の浜木です      トナリノハマキデス
heard                       トナリノハセガワデス      shown to the person who corrects the line
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pipeline.sound.heard_morae import heard_between
from pipeline.sound.morae import Mora, mora_price
from pipeline.sound.pairs import TimedMora, paired
from pipeline.sound.posteriorgram import likeliest
from pipeline.types import CharSpan, Segment, TimeSpan

LEAST_PRICE: Final = 0.1
"""Price per mora from which the listener disagrees.  It does in 92 of 230 lines of twelve made calls; of
their letters two in five are wrong, of the others' three in ten."""

LEAST_MORAE: Final = 4
"""Least length of a run: shorter ones, はい and ええ, cannot be told apart by ear."""


def heard_otherwise(line: Segment, run: CharSpan, written: Sequence[Mora]) -> str:
    """Return what was heard in a run's time, in katakana.

    Args:
        line: The line as corrected, with its posteriorgrams.
        run: Characters within it.
        written: Morae of the run's reading.

    Returns:
        Katakana; "" where both agree, little was said, or there was no listener.
    """
    timed = [word for word in line.words if word.chars.overlaps(run)]
    if not timed:
        return ""
    time = TimeSpan.around(word.time for word in timed)
    logs, _ = heard_between([line], time)
    heard = likeliest(logs)
    if max(len(heard), len(written)) < LEAST_MORAE or not heard:
        return ""
    apart = price_between([each.mora for each in heard], written) / max(len(heard), len(written))
    return "".join(each.kana for each in heard) if apart >= LEAST_PRICE else ""


def written_otherwise(line: Segment, heard: Sequence[Mora], written: Sequence[Mora]) -> str:
    """Return the text of a second hearing for a line, where the listener supports it.

    The second hearing wrote 138 lines of nine made calls otherwise and was nearer to the script in 45; of the
    32 that the listener supports it was nearer in 23.

    Args:
        line: The line as corrected, with its posteriorgrams.
        heard: Morae of the second hearing's words.
        written: Morae of the line's reading.

    Returns:
        The text; "" where both read nearly alike, little was said, or there was no listener.
    """
    longest = max(len(heard), len(written))
    if not heard or longest < LEAST_MORAE or price_between(heard, written) / longest < LEAST_PRICE:
        return ""
    logs, _ = heard_between([line], line.time)
    sounds = [each.mora for each in likeliest(logs)]
    nearer = bool(sounds) and price_between(sounds, heard) < price_between(sounds, written)
    return line.again if nearer else ""


def price_between(heard: Sequence[Mora], written: Sequence[Mora]) -> float:
    """Return the edit price of turning one run of morae into the other."""
    one, other = ([TimedMora(mora, 0.0) for mora in morae] for morae in (heard, written))
    partners = paired(one, other).tolist()
    pairs = [(heard[at], mora) for at, mora in zip(partners, written, strict=True) if at >= 0]
    both = sum(mora_price(a, b) for a, b in pairs)
    left = sum(mora_price(mora, None) for at, mora in enumerate(heard) if at not in partners)
    return both + left + sum(mora_price(None, m) for at, m in zip(partners, written, strict=True) if at < 0)
