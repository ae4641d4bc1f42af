"""Learn what the recogniser confuses: what each mora is heard as, counted on calls really heard.

    python -m models.training.lexicon.learn_mora_prices CALLS_DIR... --out FILE [--measure CALLS_DIR...]

A folder holds made calls: ``<stem>.truth.json`` with what was said when, ``<stem>.heard.json``
with what came back (``models.training.calls.hear``).  Both are written as morae and aligned, with
phonetic prices first and with learned ones after:

    said    ワ タ ナ ベ サ ン          シ for nothing: heard too much
    heard   ワ タ シ ナ メ サ ン       メ for ベ: confused

The counts, smoothed with the phonetic price, become the logarithm of a likelihood ratio: how much
likelier the mora said is to be heard so than any mora is to be met there by chance.  A price is
what is lost of it against hearing the mora right.  ``--measure`` compares old and new prices on
other calls: each name said against others of its length, and its surname's rank among the
3,000 commonest, both in whatever was heard about then, so that no alignment favours either.  Learned
prices win there; in masking they do not, so ``pipeline.sound.morae`` keeps the phonetic ones (README.md).
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.language.lexicon.by_sound import Bound, Price
from models.language.lexicon.lexicon import Lexicon, load_lexicon
from models.language.readings import Reader, load_reader
from models.training.calls.hear import read_heard
from pipeline.measuring.truth import exact_transcript, read_truth
from pipeline.sound.morae import Mora, fold_kana, mora_price, morae
from pipeline.sound.pairs import TimedMora, paired

__all__ = ["Figures", "Heard", "MoraPrices", "align", "learn", "main", "measure", "prices_from"]

Floats = NDArray[np.float64]
Counts = Counter[tuple[Mora | None, Mora | None]]
"""How often (said, heard) was met; ``None`` is nothing."""

Word = tuple[str, float, float, int]
"""Text, start and end in seconds, channel."""

SHARPNESS = 0.13
"""Where nothing was counted, ``b`` is heard for ``a`` in proportion to ``exp(-price / SHARPNESS)``, as in
``models.training.tagging.noise``; .1 or .2 changes nothing."""

PRIOR_SWAPS, PRIOR_RATE, PRIOR_MET = 10.0, 30.0, 20.0
"""What the prior weighs against a mora's own counts, in morae: where its confusions go, how often it is
lost or confused, how often it is met at all.  The first by cross-validation over the training calls
(3 to 50 are within .001 of the area under the curve); the others were not tuned."""

CHEAPEST, DEAREST = 0.05, 1.0
"""Prices of what is not the same; ``mora_price`` promises at most 1."""

MARGIN = 0.4
"""Seconds around a name within which the morae heard are taken for it."""

ROUNDS, STEPS = 2, 12
"""Alignments; halvings of the scale, of which each has its own."""

COMMONEST = 3000
"""Surnames that a name said is compared with and ranked among."""


class _SpokenName(NamedTuple):
    """The surname of a name that was said, or a given name alone, and the morae heard about then."""

    reading: str
    window: tuple[Mora, ...]


class Figures(NamedTuple):
    """What prices are worth.

    ``area``: chance that a name said is nearer, by price per mora, than another of its length.
    Of surnames among the commonest: the share that none of these is nearer than (``first``), that
    is among the nearest ten, and the geometric mean of the rank.  ``quantiles``: price per mora
    of names said, 25, 50, 75 and 90 %.
    """

    area: float
    first: float
    first_ten: float
    mean_rank: float
    quantiles: tuple[float, ...]


class Heard(NamedTuple):
    """One channel of a call: what was said, what was heard, both in order of time, and its names."""

    said: tuple[TimedMora, ...]
    heard: tuple[TimedMora, ...]
    names: tuple[_SpokenName, ...]


@dataclass(frozen=True, slots=True)
class MoraPrices:
    """What hearing ``b`` for ``a`` costs (``swap[a, b]``), losing one, hearing one too much (``add``)."""

    morae: tuple[Mora, ...]
    swap: Floats
    drop: Floats
    add: Floats

    def function(self) -> Price:
        """The same as a function; what is not in the table costs what phonetics say."""
        place: dict[Mora | None, int] = {mora: index for index, mora in enumerate(self.morae)}

        def price(said: Mora | None, heard: Mora | None) -> float:
            a, b = place.get(said), place.get(heard)
            if said == heard or (said and a is None) or (heard and b is None):
                return mora_price(said, heard)
            if a is None or b is None:
                return float(self.add[b] if a is None else self.drop[a])
            return float(self.swap[a, b])

        return price

    def scaled(self, factor: float, *, gaps: bool = True) -> MoraPrices:
        """Every price times ``factor``, within bounds; without ``gaps``, phonetic ones for drop and add."""
        swap, drop, add = (np.clip(p * factor, CHEAPEST, DEAREST) for p in (self.swap, self.drop, self.add))
        np.fill_diagonal(swap, 0.0)
        if not gaps:
            drop = np.array([mora_price(mora, None) for mora in self.morae])
            add = np.array([mora_price(None, mora) for mora in self.morae])
        return MoraPrices(self.morae, swap, drop, add)

    def json(self) -> str:
        """As a JSON object: ``morae``, and ``swap``, ``drop`` and ``add`` in hundredths."""
        names = ("drop", "add", "swap")
        tables = {name: np.rint(getattr(self, name) * 100).astype(int).tolist() for name in names}
        # A row a line, so that a change can be read.
        return json.dumps({"morae": self.morae, **tables}).replace("], [", "],\n[") + "\n"


def _read_calls(folders: Iterable[Path], reader: Reader, lexicon: Lexicon) -> tuple[Heard, ...]:
    """The channels of the calls in some folders that have been heard; names by ``lexicon``."""
    calls: list[Heard] = []
    for folder in folders:
        for path in sorted(folder.glob("*.truth.json")):
            heard_path = path.with_name(path.name.replace(".truth.", ".heard."))
            if heard_path.exists():
                truth = json.loads(path.read_text(encoding="utf-8"))
                calls += _channels(truth, heard_path, reader, lexicon)
    return tuple(calls)


def _channels(truth: Mapping[str, Any], heard_path: Path, reader: Reader, lexicon: Lexicon) -> list[Heard]:
    exact: Any = exact_transcript(read_truth(_by_sound(truth)))
    words = (w for segment in exact["segments"] for w in segment["words"])
    said_words: list[Word] = [(w["word"], w["start"], w["end"], w["channel"]) for w in words]
    transcript = read_heard(heard_path)
    heard_words = [
        (transcript.text[w.chars.start : w.chars.end], w.time.start, w.time.end, segment.channel)
        for segment in transcript.segments
        for w in segment.words
    ]
    out = []
    for channel in sorted({word[3] for word in heard_words}):
        said, heard = (_timed(words, channel, reader) for words in (said_words, heard_words))
        speaker = {0: "op", 1: "cu"}[channel] if truth["layout"] == "stereo" else None
        spans = [s for s in truth["spans"] if speaker in {None, s["speaker"]}]
        out.append(Heard(said, heard, tuple(_names(spans, heard, reader, lexicon))))
    return out


def _by_sound(truth: Mapping[str, Any]) -> dict[str, Any]:
    """The truth with every surface, in its turn too, replaced by how it is read."""
    script, spans = ([dict(entry) for entry in truth[key]] for key in ("script", "spans"))
    for span in spans:
        kana = fold_kana(span.get("reading", ""))
        for turn in script:
            inside = (
                turn["start"] - 0.01 <= span["start"] < turn["end"] and turn["speaker"] == span["speaker"]
            )
            if kana and inside and span["surface"] in turn["text"]:
                turn["text"] = turn["text"].replace(span["surface"], kana, 1)
                span["surface"] = kana
                break
    return {**truth, "script": script, "spans": spans}


def _timed(words: Sequence[Word], channel: int, reader: Reader) -> tuple[TimedMora, ...]:
    """The morae of a channel's words; characters of a word share its time evenly."""
    text, times = "", []
    for word, start, end, of in words:
        if of == channel:
            text += word
            times += [start + (end - start) * (k + 0.5) / len(word) for k in range(len(word))]
    line = reader.line(text)
    timed = [TimedMora(m, times[c.start]) for m, c in zip(line.morae, line.chars, strict=True)]
    return tuple(sorted(timed, key=lambda m: m.time))


def _names(
    spans: Sequence[Mapping[str, Any]], heard: Sequence[TimedMora], reader: Reader, lexicon: Lexicon
) -> Iterator[_SpokenName]:
    """People's names among the spans, each with what was heard about then."""
    for span in spans:
        surface, reading = span["surface"], fold_kana(span["reading"])
        parts = reader.name_parts(surface, reading)
        if parts and parts[1] in lexicon.given_names:
            reading = parts[0]
        known = reading in lexicon.surnames or reading in lexicon.given_names
        if span["kind"] == "NAME" and span["party"] != "company" and known and len(morae(reading)) > 1:
            first, last = span["start"] - MARGIN, span["end"] + MARGIN
            yield _SpokenName(reading, tuple(m.mora for m in heard if first <= m.time <= last))


def align(
    said: Sequence[TimedMora], heard: Sequence[TimedMora], price: Price
) -> list[tuple[Mora | None, Mora | None]]:
    """Pair what was said with what was heard, at the lowest price in all.

    Args:
        said: In order of time.
        heard: In order of time.
        price: Of each pair, as for ``pipeline.sound.pairs``.

    Returns:
        Pairs in order; ``None`` where nothing was said, or heard.
    """
    partners = paired(said, heard, price).tolist()
    pairs: list[tuple[Mora | None, Mora | None]] = []
    reached = 0
    for mora, partner in zip(heard, partners, strict=True):
        if partner >= 0:
            pairs += [(lost.mora, None) for lost in said[reached:partner]]
            reached = partner + 1
        pairs.append((said[partner].mora if partner >= 0 else None, mora.mora))
    return [*pairs, *((lost.mora, None) for lost in said[reached:])]


def _count(calls: Iterable[Heard], price: Price) -> Counts:
    return Counter(pair for call in calls for pair in align(call.said, call.heard, price))


def prices_from(counts: Counts) -> MoraPrices:
    """Turn counts into prices, in nats: what is lost of the likelihood ratio to chance.

    With ``P(b|a)`` the smoothed share of ``a`` heard as ``b`` and ``Q(b)`` how often ``b`` is met at all:

        swap[a, b] = ln P(a|a)/Q(a) - ln P(b|a)/Q(b)
        drop[a]    = ln P(a|a)/Q(a) - ln P(nothing|a)
        add[b]     = -ln (times b is heard too much, per mora said) / Q(b)

    Prices are at least 0 and not scaled.
    """
    morae = tuple(sorted({mora for pair in counts for mora in pair if mora is not None}))
    met = np.array([sum(n for (_, b), n in counts.items() if b == m) for m in morae], dtype=np.float64)
    chance = (met + PRIOR_MET) / (met + PRIOR_MET).sum()
    table = np.array([[float(counts[a, b]) for b in morae] for a in morae])
    same, lost = table.diagonal().copy(), np.array([float(counts[m, None]) for m in morae])
    np.fill_diagonal(table, 0.0)
    swapped = table.sum(axis=1)
    said = same + lost + swapped
    # What is seldom said is lost and confused as often as any mora.
    lost_share, swap_share = (
        (part + PRIOR_RATE * part.sum() / said.sum()) / (said + PRIOR_RATE) for part in (lost, swapped)
    )
    near = np.array([[a != b and math.exp(-mora_price(a, b) / SHARPNESS) for b in morae] for a in morae])
    prior = near * np.sqrt(chance)
    prior /= prior.sum(axis=1, keepdims=True)
    heard_as = (table + PRIOR_SWAPS * prior) / (swapped + PRIOR_SWAPS)[:, None] * swap_share[:, None]
    np.fill_diagonal(heard_as, 1.0)
    right = np.log((1.0 - lost_share - swap_share) / chance)
    added = np.array([float(counts[None, m]) for m in morae])
    rate = (added + PRIOR_RATE * chance) / (added.sum() + PRIOR_RATE) * added.sum() / said.sum()
    swap = np.maximum(right[:, None] - np.log(heard_as / chance), 0.0)
    np.fill_diagonal(swap, 0.0)
    drop = np.maximum(right - np.log(lost_share), 0.0)
    return MoraPrices(morae, swap, drop, np.maximum(-np.log(rate / chance), 0.0))


def learn(calls: Sequence[Heard], *, gaps: bool = True) -> MoraPrices:
    """Learn prices from calls, scaled so that thresholds on them keep their meaning.

    The names of these calls that were not heard quite right cost, in the median, what they cost by
    phonetics.  Without ``gaps``, so do morae lost or heard too much.
    """
    names = [name for call in calls for name in call.names]
    misheard = [n for n, price in zip(names, _per_mora(names, mora_price), strict=True) if price > 0]
    learned = prices_from(_count(calls, mora_price))
    for _ in range(ROUNDS - 1):
        learned = prices_from(_count(calls, _scaled(learned, misheard, gaps).function()))
    return _scaled(learned, misheard, gaps)


def _scaled(raw: MoraPrices, names: Sequence[_SpokenName], gaps: bool) -> MoraPrices:
    """Scale so that the median price of names is the phonetic one, by halving an interval of factors."""
    low, high = 0.0, 0.2
    target = np.median(_per_mora(names, mora_price)) if names else 0.0
    for _ in range(STEPS if names else 0):
        factor = (low + high) / 2
        dear = np.median(_per_mora(names, raw.scaled(factor, gaps=gaps).function())) > target
        low, high = (low, factor) if dear else (factor, high)
    return raw.scaled((low + high) / 2, gaps=gaps)


def _nearest(names: Sequence[tuple[Mora, ...]], window: Sequence[Mora], price: Price) -> Floats:
    """The price of the stretch of a window that sounds most like each of some names of one length."""
    symbols = sorted({mora for name in names for mora in name})
    place = {mora: index for index, mora in enumerate(symbols)}
    swap = np.array([[price(a, b) for b in window] for a in symbols]).reshape(len(symbols), len(window))
    drop = np.array([price(a, None) for a in symbols])
    run = np.concatenate(([0.0], np.cumsum([price(None, b) for b in window])))
    row = np.zeros((len(names), len(window) + 1))
    for said in np.array([[place[mora] for mora in name] for name in names]).T:
        new = row + drop[said][:, None]
        np.minimum(new[:, 1:], row[:, :-1] + swap[said], out=new[:, 1:])
        row = np.minimum.accumulate(new - run, axis=1) + run
    return np.asarray(row.min(axis=1))


def _per_mora(names: Iterable[_SpokenName], price: Price) -> Floats:
    """Price per mora of each name in what was heard."""
    return np.array([_nearest([morae(n.reading)], n.window, price)[0] / len(morae(n.reading)) for n in names])


def measure(names: Sequence[_SpokenName], price: Price, lexicon: Lexicon) -> Figures:
    """Measure prices on names that were said and heard, one of them at least a common surname."""
    surnames = [morae(reading) for reading in list(lexicon.surnames)[:COMMONEST]]
    lengths = np.array([len(sound) for sound in surnames])
    areas, ranks = [], []
    for said, window in ((morae(name.reading), name.window) for name in names):
        found = np.zeros(len(surnames))
        for length in set(lengths.tolist()):
            here = np.flatnonzero(lengths == length)
            found[here] = _nearest([surnames[i] for i in here.tolist()], window, price)
        own = _nearest([said], window, price)[0]
        others = (lengths == len(said)) & np.array([sound != said for sound in surnames])
        areas.append(1.0 - _ahead(found[others], own) / others.sum())
        if said in surnames:
            # Against other lengths what counts is how far it lies below what that length may cost.
            allowed = Bound().per_mora * (lengths - len(said))
            ranks.append(0.5 + _ahead(found - allowed, own))
    rank = np.array(ranks)
    return Figures(
        area=float(np.mean(areas)),
        first=float((rank <= 1).mean()),
        first_ten=float((rank <= 10).mean()),
        mean_rank=float(np.exp(np.log(rank).mean())),
        quantiles=tuple(np.quantile(_per_mora(names, price), (0.25, 0.5, 0.75, 0.9)).tolist()),
    )


def _ahead(prices: Floats, own: float) -> float:
    """How many prices are lower; of equals, half."""
    return float((prices < own - 1e-9).sum() + (prices <= own + 1e-9).sum()) / 2


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 1 when no call was found to learn from."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("calls", type=Path, nargs="+", help="folders to learn from")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--measure", type=Path, nargs="+", default=(), help="folders to compare prices on")
    parser.add_argument(
        "--swaps-only", action="store_true", help="keep phonetic prices of morae lost or added"
    )
    options = parser.parse_args(arguments)
    reader, lexicon = load_reader(), load_lexicon()
    calls = _read_calls(options.calls, reader, lexicon)
    if not calls:
        print("no heard calls", file=sys.stderr)
        return 1
    learned = learn(calls, gaps=not options.swaps_only)
    options.out.write_text(learned.json(), encoding="utf-8")
    names = [n for call in _read_calls(options.measure, reader, lexicon) for n in call.names]
    if names:
        print(len(names), "names")
        print("phonetic", measure(names, mora_price, lexicon))
        print("learned ", measure(names, learned.function(), lexicon))
    return 0


if __name__ == "__main__":
    sys.exit(main())
