"""Search the unmasked words by sound for all masked values.

    needles   readings of masked items without honorifics; for long names also both ends
    run       the words between two labels, as morae
    hit       a stretch of a run similar to a needle -> features -> log odds

``listen`` checks the neighbourhood of masks; this module finds a name that was masked in one place and missed
in another.  A probable hit is masked.  A doubtful one stays and is shown to an analyst: masking every similar
stretch would take a few of the requester's own words in every minute.
"""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from pipeline.masking.text import MaskedTranscript, mask_text
from pipeline.nearby import Nearby
from pipeline.sound.honorifics import (
    is_nobody,
    is_part_of_number,
    with_given_name,
    with_honorific,
    without_honorific,
)
from pipeline.sound.morae import fold_kana, morae
from pipeline.sound.reader import SoundReader
from pipeline.sound.search import MatchFilter, find_sound
from pipeline.types import CharSpan, Leak, MaskAction, MaskItem, MaskPlan, TimeSpan, Transcript
from pipeline.verifying.changes import EXPLAINED_WITHIN_SECONDS, Changes
from pipeline.verifying.kept_words import KeptWords, Run
from pipeline.verifying.listen import (
    FULL_REACH_SECONDS,
    MAX_NAME_SECONDS,
    Needle,
    bits_of,
    is_distinctive,
    is_name,
    is_sure,
)

Readings = tuple[tuple[str, str], ...]
"""Pairs of item id and kana."""

MASK_LOG_ODDS: Final = 0.5
"""Log odds from which a hit is masked.  Fitted on planted names (365 in 143 minutes of made calls): 85 % of
them are masked, together with one stretch of ordinary talk every three minutes.  In a call whose repeated
names were found already, hardly one hit is a name."""

SHOW_LOG_ODDS: Final = -5.0
"""Log odds from which a hit is shown to an analyst: 98 % of those names, and 13 hits per minute."""

MAX_SHOWN_PER_MINUTE: Final = 20
"""Hits passed on for each minute of call, the likeliest; an analyst has time for fewer (``MaskPolicy``)."""

_CALIBRATION: Final = (-2.3, 0.3)
"""Bias and slope that turn a doubtful hit's log odds into a probability, for calls without planted names.  Of
153 such hits in 55 minutes of masked made calls 8 were a third party's: 4 of the 83 unlikeliest, 4 of the 54
in the middle."""

_MAX_PRICE_SHARE: Final = 0.45  # share of a needle's length at which every garbled name is found
_MIN_HALVED_MORAE: Final = 5  # a name of this length may be said by half
_PIECE_SHARE: Final = 0.55
_MAX_BITS: Final = 60.0  # more information makes no hit likelier
_TIME_TOLERANCE_SECONDS: Final = 0.3  # error of another hearing's word times
_MAX_EXPLAINED_PRICE: Final = 0.35
_ROUNDING_ERROR: Final = 1e-6

_Number = TypeVar("_Number", float, NDArray[np.float64])

# Logistic regression over the hits in 63 minutes of made calls; each of 238 planted names counts by its
# likeliest hit.  On 39 minutes of held-out calls with 71 names (tests/bench/planted.py), without a
# second reading: 63 masked, 5 more shown, 0.4 stretches a minute masked and 1.9 shown for nothing.
_BIAS: Final = 1.07
_PER_PRICE: Final = -6.82  # by ``pipeline.sound.morae``, in morae
_PER_BIT: Final = 0.265  # information of the needle
_PER_SHARE: Final = -6.08  # price over length
_PER_PROBABILITY: Final = (
    -5.13
)  # mean recogniser probability of the words: confident words are what they seem
_IF_HONORIFIC: Final = 4.91
_IF_PIECE: Final = -0.89

# The same over 6,346 hits in 143 minutes and 361 of 365 planted names: names are repeated soon.
_NEARNESS_BIAS: Final = 1.8
_PER_LOG_SECONDS: Final = -0.76  # per ln(1 + seconds to the nearest mask of that value)
_SLACK_SECONDS: Final = 4.0  # how much longer than its first word a stretch may be


@dataclass(frozen=True, slots=True)
class Alike:
    """A stretch that sounds like a masked value.

    Attributes:
        item_id: Id of the nearest item of that value.
        time: Time of the words.
        channel: Index of the channel.
        odds: Natural log odds that the stretch is that value; they fall with the distance from the item.
        sure: Whether that item is sure (``listen.SURE_SCORE``); stretches similar to a doubtful one are not
            masked.
    """

    item_id: str
    time: TimeSpan
    channel: int
    odds: float
    sure: bool = True


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A needle: a reading or a piece of one, and the items it comes from."""

    sound: Needle = field(repr=False)
    piece: bool
    name: bool
    item_ids: tuple[str, ...]

    def nearest(self, time: TimeSpan, items: dict[str, MaskItem]) -> str:
        """Return the item nearest in time to a stretch; one that the plan lacks comes last."""

        def far(item_id: str) -> float:
            item = items.get(item_id)
            return math.inf if item is None else abs(item.time.start - time.start)

        return min(self.item_ids, key=far)


def read_by_sound(
    masked: MaskedTranscript,
    plan: MaskPlan,
    readings: Readings,
    reader: SoundReader,
    *,
    changes: Changes | None = None,
) -> tuple[Leak, ...]:
    """Search the masked transcript by sound for every masked value.

    Args:
        masked: The masked transcript.
        plan: The plan of the masks.
        readings: Readings as for ``listen_again``.
        reader: Reader of the kept words.
        changes: Changes since the last checked revision; only their neighbourhood is searched.

    Returns:
        ``HEARD_AGAIN`` for a probable masked value, ``PERHAPS`` for a possible one, with the nearest item of
        that value and the time of the words; at most one for a stretch, and none where a kept item explains
        it or the plan has an earlier ``PERHAPS``.  With ``changes`` no ``PERHAPS``, because the first search
        gave them.
    """
    least = SHOW_LOG_ODDS if changes is None else MASK_LOG_ODDS
    hits = alike_in(masked, plan, readings, reader, least=least, changes=changes)
    likely = (Leak("HEARD_AGAIN", hit.item_id, hit.time) for hit in hits if _likely(hit))
    return (*likely, *_perhaps((hit for hit in hits if not _likely(hit)), masked))


def read_otherwise(
    hearing: Transcript, plan: MaskPlan, readings: Readings, reader: SoundReader
) -> tuple[Leak, ...]:
    """Search the unmasked words of another hearing by sound for all masked values.

    It may have a name that the first hearing garbled beyond similarity.  Words of another hearing are masked
    by time alone, which is less exact than by characters: a word next to a mask of the same kind may belong
    to that mask.  So hits are only shown.

    Args:
        hearing: Another hearing of the unmasked call.
        plan: The plan of the masks.
        readings: Readings as for ``listen_again``.
        reader: Reader of the kept words.

    Returns:
        ``PERHAPS`` for a possible masked value, as from ``read_by_sound``.
    """
    untied = replace(plan, items=tuple(replace(item, chars=CharSpan(0, 0)) for item in plan.items))
    masks = Nearby(plan.masked, lambda item: item.time)
    kinds = {item.item_id: item.entity_type for item in plan.items}
    said = mask_text(hearing, untied)
    hits = (
        hit
        for hit in alike_in(said, plan, readings, reader, least=SHOW_LOG_ODDS)
        if not any(
            hit.channel in item.channels
            and hit.time.apart(item.time)
            < (_TIME_TOLERANCE_SECONDS if item.entity_type == kinds.get(hit.item_id) else 0)
            for item in masks.touching(
                hit.time.start - _TIME_TOLERANCE_SECONDS, hit.time.end + _TIME_TOLERANCE_SECONDS
            )
        )
    )
    return tuple(_perhaps(hits, said))


def _perhaps(hits: Iterable[Alike], masked: MaskedTranscript) -> Iterator[Leak]:
    """Yield the most probable hits as leaks, up to the limit, with calibrated probabilities."""
    bias, slope = _CALIBRATION
    minutes = max((segment.time.end for segment in masked.segments), default=0.0) / 60
    for hit in itertools.islice(hits, math.ceil(MAX_SHOWN_PER_MINUTE * minutes)):
        chance = round(1 / (1 + math.exp(-bias - slope * hit.odds)), 4)
        yield Leak("PERHAPS", hit.item_id, hit.time, chance)


def _likely(hit: Alike) -> bool:
    """Whether to mask a hit; not where it is longer than a name, because its word's time includes a pause."""
    return hit.sure and hit.odds >= MASK_LOG_ODDS and hit.time.duration <= MAX_NAME_SECONDS


def alike_in(  # noqa: PLR0913 (the last limits the work after a change)
    masked: MaskedTranscript,
    plan: MaskPlan,
    readings: Readings,
    reader: SoundReader,
    *,
    least: float = -math.inf,
    changes: Changes | None = None,
) -> tuple[Alike, ...]:
    """Find every stretch that sounds like a masked value, with the most probable value for each.

    Args:
        masked: The masked transcript.
        plan: The plan of the masks.
        readings: Readings as for ``listen_again``.
        reader: Reader of the kept words.
        least: Least log odds of a hit.
        changes: If given, only the neighbourhood of a change is searched.

    Returns:
        Stretches that share no time on one channel, the most probable first.
    """
    items = {item.item_id: item for item in plan.items}
    wanted = _wanted(items, readings)
    kept = Nearby(
        (
            (items[item_id], morae(fold_kana(kana)))
            for item_id, kana in readings
            if item_id in items and items[item_id].action is MaskAction.KEEP
        ),
        lambda each: each[0].time,
    )
    shown = Nearby(
        (item for item in plan.items if item.action is MaskAction.KEEP and item.needs_review),
        lambda item: item.time,
    )
    hits: list[Alike] = []
    for channel in sorted({segment.channel for segment in masked.segments}):
        for each, time, odds in _hits(KeptWords(masked, channel, reader, changes), wanted, items, least):
            hit = _seen_from_there(Alike(each.nearest(time, items), time, channel, odds), items)
            if hit.odds >= least and not _explained(each.sound, time, kept) and not _shown(hit, shown):
                hits.append(hit)
    return _best(hits)


def _seen_from_there(hit: Alike, items: dict[str, MaskItem]) -> Alike:
    """Add the effect of its distance from the nearest item of that value, and whether that item is sure."""
    item = items.get(hit.item_id)
    if item is None:
        return hit
    odds = hit.odds + float(_away(np.array(item.time.apart(hit.time))))
    return replace(hit, odds=odds, sure=is_sure(item))


def _away(seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the log odds for the distance.

    Beyond ``FULL_REACH_SECONDS`` they fall, as chance matches grow.
    """
    near = _NEARNESS_BIAS + _PER_LOG_SECONDS * np.log1p(np.clip(seconds, 0.0, FULL_REACH_SECONDS))
    return np.asarray(near - np.log(np.maximum(1.0, seconds / FULL_REACH_SECONDS)))


def _wanted(items: dict[str, MaskItem], readings: Readings) -> tuple[_Wanted, ...]:
    """Return the needles: each masked reading, and both ends of a long name, which may be said by half."""
    sounds: dict[tuple[Needle, bool, bool], tuple[str, ...]] = {}
    for item_id, kana in readings:
        item = items.get(item_id)
        if item is not None and item.action is MaskAction.KEEP:
            continue
        name = is_name(item)
        whole = without_honorific(morae(fold_kana(kana)))
        for sound in (whole, *(_ends(whole) if name else ())):
            if is_distinctive(sound, name=name):
                key = (sound, sound != whole, name)
                sounds[key] = (*sounds.get(key, ()), item_id)
    return tuple(_Wanted(*key, item_ids) for key, item_ids in sounds.items())


def _ends(sound: Needle) -> Iterator[Needle]:
    if len(sound) >= _MIN_HALVED_MORAE:
        for size in sorted(
            {max(3, round(_PIECE_SHARE * len(sound))), 3 if len(sound) > _MIN_HALVED_MORAE else len(sound)}
        ):
            if size < len(sound):
                yield from (sound[:size], sound[-size:])


def _hits(
    said: KeptWords, wanted: tuple[_Wanted, ...], items: dict[str, MaskItem], least: float
) -> Iterator[tuple[_Wanted, TimeSpan, float]]:
    """Yield all matches of the needles: the needle, the time, the log odds."""
    for each in wanted:
        times = [items[item_id].time for item_id in each.item_ids if item_id in items]
        for run, chars, price in said.find(each.sound, _MAX_PRICE_SHARE, _worth(each, said, times, least)):
            odds = _odds(each, run, chars, price)
            if odds is None:
                continue
            whole = with_given_name(run.text, chars) if each.name else chars
            words = run.touched(whole)
            yield each, TimeSpan.around(word.time for word in words), odds


def _worth(each: _Wanted, said: KeptWords, times: Sequence[TimeSpan], least: float) -> MatchFilter:
    """Return a filter for stretches that can reach these odds: a few of the hundreds of matches."""
    edges = np.array(
        sorted([-math.inf, math.inf, *(edge for time in times for edge in (time.start, time.end))])
    )

    def worth(
        starts: NDArray[np.int64], ends: NDArray[np.int64], prices: NDArray[np.float64]
    ) -> NDArray[np.bool_]:
        odds = _bare_odds(each, prices, said.probability(starts, ends)) + _IF_HONORIFIC * said.titled(ends)
        if times:
            began = said.began(starts)
            after = np.searchsorted(edges, began)
            apart = np.minimum(began - edges[after - 1], edges[after] - began)
            odds = odds + _away(apart - _SLACK_SECONDS)
        return np.asarray(odds > least - _ROUNDING_ERROR)

    return worth


def _odds(each: _Wanted, run: Run, chars: CharSpan, price: float) -> float | None:
    """Return the log odds that a stretch is the needle's value.

    ``None`` for a form of address without a name.
    """
    if is_nobody(run.text[chars.start : chars.end]):
        return None
    if each.name and is_part_of_number(run.text, chars, exact=price == 0):
        return None
    words = run.touched(chars)
    probability = sum(word.probability or 0.0 for word in words) / len(words)
    titled = with_honorific(run.text, chars)
    return _bare_odds(each, price, probability) + (_IF_HONORIFIC if titled else 0.0)


def _bare_odds(each: _Wanted, price: _Number, probability: _Number) -> _Number:
    """Return the log odds without the honorific."""
    told = _PER_BIT * min(bits_of(each.sound), _MAX_BITS) + (_IF_PIECE if each.piece else 0.0)
    alike = (_PER_PRICE + _PER_SHARE / len(each.sound)) * price
    return _BIAS + told + alike + _PER_PROBABILITY * probability


def _explained(sound: Needle, time: TimeSpan, kept: Nearby[tuple[MaskItem, Needle]]) -> bool:
    """Whether a kept item near that time sounds like the needle and so explains the match."""
    near = TimeSpan(max(0.0, time.start - EXPLAINED_WITHIN_SECONDS), time.end + EXPLAINED_WITHIN_SECONDS)
    return any(
        item.time.overlaps(near) and bool(find_sound(sound, own, _MAX_EXPLAINED_PRICE))
        for item, own in kept.touching(near.start, near.end)
    )


def _shown(hit: Alike, shown: Nearby[MaskItem]) -> bool:
    """Whether the plan already shows that stretch to an analyst."""
    return not _likely(hit) and any(
        hit.channel in item.channels and item.time.overlaps(hit.time)
        for item in shown.touching(hit.time.start, hit.time.end)
    )


def _best(hits: list[Alike]) -> tuple[Alike, ...]:
    """Return the most probable of the hits that share time; hits to mask come before hits to show."""
    best: list[Alike] = []
    taken: dict[int, list[TimeSpan]] = {}  # disjoint spans of each channel, in order
    for hit in sorted(hits, key=lambda each: (not _likely(each), -each.odds, each.time, each.item_id)):
        times = taken.setdefault(hit.channel, [])
        at = bisect.bisect_left(times, hit.time)
        if not any(hit.time.overlaps(other) for other in times[max(0, at - 1) : at + 1]):
            times.insert(at, hit.time)
            best.append(hit)
    return tuple(best)
