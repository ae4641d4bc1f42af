"""Offer words of the case where the listener hears them, whatever was written.

    written   は い 、 徳 吉 焼 き の り 様
    heard     …イ・ト・ク・ノ・ー・テ・ツ・ノ・リ・サ・マ…      the posteriorgram, ``pipeline.sound``
    offered            得能哲徳 for the words that lie in the time of ト to リ

A person takes or rejects an offer.  It knows no mask, so it can move none.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.correcting.heard_otherwise import price_between
from pipeline.correcting.offers import LEAST_MORAE, CaseWord, Offer, offers_by_reading
from pipeline.sound.heard_morae import heard_between
from pipeline.sound.morae import Mora
from pipeline.sound.posteriorgram import likeliest
from pipeline.sound.reader import SoundLine
from pipeline.sound.spotting import Hit, spotted
from pipeline.types import CharSpan, Segment, TimeSpan, Transcript, Word

MIN_ODDS_PER_MORA, MIN_LOG_ODDS = -2.0, -12.0
"""Least log odds of a spoken word, per mora and in all: lower than those of a fairly near form
(``pipeline.ownership.evidence.nearness``), because a person takes or rejects an offer."""

LAST_MORA_SECONDS: Final = 0.14
"""Greatest length of the last mora in seconds: a posteriorgram has each mora where it begins."""

MOST_FURTHER, FURTHER_PRICE = 2, 0.05
"""Greatest number of words by which an offer is extended, and the price of each letter of that, in morae."""

AROUND_SECONDS: Final = 0.3
"""Seconds heard before and after the run: word times are off by that much."""

SIGNS: Final = "、。，．,.？?！! 　"
"""Punctuation and blanks, which belong to no word that is offered."""


def offers_for(
    now: Transcript,
    run: CharSpan,
    sounds: SoundLine,
    words: Sequence[CaseWord],
    *,
    min_log_odds: float = MIN_LOG_ODDS,
) -> tuple[Offer, ...]:
    """Find words of the case for a run of a line, by its sound and by its reading.

    Of 96 mentions of the case's words in 44 made calls with another spelling, the reading alone offered 64,
    and two offers in three were wrong; with the sound it is 75, and one in ten (``tests/bench/offers.py``).

    Args:
        now: The transcript as corrected.
        run: Characters within one line of it.
        sounds: Reading of the run.
        words: Words of the case.
        min_log_odds: Least log odds of a whole word that is heard.

    Returns:
        Offers in order that share no character; positions count from the beginning of the run.
    """
    text = now.text[run.start : run.end]
    line = next((s for s in now.segments if s.chars.start <= run.start and run.end <= s.chars.end), None)
    if line is None or not line.posteriorgrams:
        return offers_by_reading(text, sounds, words)
    spoken = [w.chars for w in line.words if now.text[w.chars.start : w.chars.end].strip(SIGNS)]
    ends = sorted({chars.end - run.start for chars in spoken if run.start < chars.end <= run.end})
    sizes = {word.text: word.morae for word in words}
    said = offers_by_sound(line, run, now.text, words, min_log_odds=min_log_odds)
    heard = [_fitted(offer, sizes[offer.text], ends, sounds) for offer in said]
    for spelt in offers_by_reading(text, sounds, words, same=True):
        over = [number for number, each in enumerate(heard) if each.chars.overlaps(spelt.chars)]
        if not over:
            heard.append(spelt)
        elif len(over) == 1 and heard[over[0]].text == spelt.text:
            # The reading knows where the word ends; the sound may have lost its last mora.
            heard[over[0]] = spelt
    return tuple(sorted(heard, key=lambda offer: offer.chars))


def _fitted(offer: Offer, known: Sequence[Mora], ends: Sequence[int], sounds: SoundLine) -> Offer:
    """Extend an offer by a word or two where the text then reads more like the known word.

    Word times tend to lose the last mora: 力 of 電力 is long, and its middle lies behind it.
    """
    places = [sounds.span(number, number + 1) for number in range(len(sounds.morae))]

    def price(end: int) -> float:
        read = [
            mora
            for mora, at in zip(sounds.morae, places, strict=True)
            if offer.chars.start <= at.start and at.end <= end
        ]
        return price_between(read, known) + FURTHER_PRICE * (end - offer.chars.end)

    at = bisect.bisect_left(ends, offer.chars.end)
    end = min(ends[at : at + MOST_FURTHER + 1], key=price, default=offer.chars.end)
    return replace(offer, chars=CharSpan(offer.chars.start, end))


def offers_by_sound(
    line: Segment,
    run: CharSpan,
    text: str,
    words: Sequence[CaseWord],
    *,
    min_log_odds: float = MIN_LOG_ODDS,
) -> tuple[Offer, ...]:
    """Find where words of the case are heard in a run of a line but not written.

    Args:
        line: The line as corrected, with its posteriorgrams.
        run: Characters within the line.
        text: The whole text, as corrected.
        words: Words of the case; where two are heard, the likelier is offered, then the longer.
        min_log_odds: Least log odds of a whole word.

    Returns:
        Offers in order that share no character; positions count from the beginning of the run.  None without
        a listener.
    """
    timed = [word for word in line.words if word.chars.overlaps(run)]
    forms = [word for word in words if len(word.morae) >= LEAST_MORAE]
    if not timed or not forms:
        return ()
    start, end = min(word.time.start for word in timed), max(word.time.end for word in timed)
    logs, times = heard_between([line], TimeSpan(max(0.0, start - AROUND_SECONDS), end + AROUND_SECONDS))
    least = [max(min_log_odds, MIN_ODDS_PER_MORA * len(form.morae)) for form in forms]
    hits = spotted([form.morae for form in forms], logs, least)
    found: list[Offer] = []
    for hit in _best(hits, [len(form.morae) for form in forms]):
        known, chars = forms[hit.form].text, _under(line.words, _time_of(hit, logs, times), text)
        inside = chars is not None and run.start <= chars.start and chars.end <= run.end
        if chars is None or not inside or _stands(known, chars, text):
            continue
        place = CharSpan(chars.start - run.start, chars.end - run.start)
        if not any(place.overlaps(other.chars) for other in found):
            found.append(Offer(place, known))
    return tuple(sorted(found, key=lambda offer: offer.chars))


def _best(hits: Iterable[Hit], sizes: Sequence[int]) -> list[Hit]:
    """Return hits that share no step: the likeliest first, of equal ones the longer."""
    best: list[Hit] = []
    for hit in sorted(hits, key=lambda each: (-each.score / sizes[each.form], -sizes[each.form])):
        if not any(hit.start < other.end and other.start < hit.end for other in best):
            best.append(hit)
    return best


def _time_of(hit: Hit, logs: NDArray[np.float32], times: NDArray[np.float64]) -> TimeSpan:
    """Return the time of a hit; its last mora lasts until the next one begins."""
    last = float(times[hit.end - 1])
    following = [float(times[hit.end + mora.step]) for mora in likeliest(logs[hit.end :])[:1]]
    return TimeSpan(float(times[hit.start]), min([last + LAST_MORA_SECONDS, *following]))


def _under(words: Sequence[Word], heard: TimeSpan, text: str) -> CharSpan | None:
    """Return the characters of the words whose middle lies in a stretch, without punctuation around them."""
    inside = [
        word.chars
        for word in words
        if heard.start <= (word.time.start + word.time.end) / 2 <= heard.end
        and text[word.chars.start : word.chars.end].strip(SIGNS)
    ]
    return CharSpan(inside[0].start, inside[-1].end) if inside else None


def _stands(known: str, chars: CharSpan, text: str) -> bool:
    """Whether the word is already written there, sharing a character with the stretch."""
    at = text.find(known, max(0, chars.start - len(known) + 1))
    return 0 <= at < chars.end
