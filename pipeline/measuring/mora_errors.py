"""Compare the listener's morae with the spoken ones.

    said     |ト ナ リ ノ ハ セ ガ ワ サ ン|ハ イ|      readings of the turns, in order
    heard     ト ナ リ ノ ハ テ ガ ワ サ ン ハ          morae of the listener, without words
    errors              1                    1        of 10 and of 2

A long vowel is one sound however it is written (コウ, コー); a small kana belongs to the mora before it.
On two channels each side is compared with its own channel; a mora heard there while only the other side talks
is an echo and no error.  On one channel all turns are compared in order of time; the order of simultaneous
morae is a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from pipeline.measuring.figures import Share
from pipeline.measuring.letters import edits_by_part
from pipeline.measuring.truth import CallTruth, PlacedSpan, TruthTurn, placed_spans, without_space
from pipeline.nearby import Nearby
from pipeline.sound.heard_morae import TimedMora
from pipeline.sound.morae import Mora, fold_kana, morae
from pipeline.sound.posteriorgram import class_of
from pipeline.types import CharSpan

NEAR_SECONDS = 0.3
"""Distance within which a mora belongs to a turn: labels set by ear are inexact, and the listener lags a
bit."""

ReadAloud = Callable[[str], Sequence[tuple[CharSpan, str]]]
"""Reader of a text: the characters and the katakana of each word, in order and complete."""


def said_kana(truth: CallTruth, read: ReadAloud) -> tuple[str, ...]:
    """Return the katakana of each turn: spans as the truth reads them, the rest as a reader does.

    The reader gets the whole turn, because 様 is サマ only behind a name.

        turn     |あの|西川|様|の|荷物|が|
        reader   |アノ|ニシカワ|サマ|ノ|ニモツ|ガ|
        truth         |サイカワ|                         wins where it has a reading

    Args:
        truth: The truth of the call.
        read: The reader.

    Returns:
        The katakana of each turn of the script.
    """
    return tuple(
        _kana(without_space(turn.text), placed, read)
        for turn, placed in zip(truth.script, placed_spans(truth), strict=True)
    )


def mora_errors(
    truth: CallTruth, said: Sequence[str], heard: Sequence[TimedMora], channels: int
) -> tuple[Share, ...]:
    """Count the morae of each turn that the listener substituted, dropped or inserted.

    Args:
        truth: The truth of the call.
        said: The katakana of each turn, from ``said_kana``.
        heard: All heard morae, from ``heard_morae``.
        channels: Number of channels of the recording.

    Returns:
        For each turn of the script its errors, of its morae.
    """
    near = Nearby(truth.script, lambda turn: turn.time)
    errors = [Share(0, 0)] * len(truth.script)
    spoken = [mora for mora in heard if channels == 1 or not _echo(mora, near)]
    for channel in range(channels):
        turns = [at for at, turn in enumerate(truth.script) if turn.channel(channels) == channel]
        parts = [_as_text(morae(said[at])) for at in turns]
        counts = edits_by_part(parts, _as_text(mora.mora for mora in spoken if mora.channel == channel))
        for at, part, count in zip(turns, parts, counts, strict=True):
            errors[at] = Share(count, len(part))
    return tuple(errors)


def _echo(mora: TimedMora, turns: Nearby[TruthTurn]) -> bool:
    """Whether only the other side of a two-channel call talks while a mora is heard."""
    talking = turns.touching(mora.time - NEAR_SECONDS, mora.time + NEAR_SECONDS)
    return bool(talking) and all(turn.channel(2) != mora.channel for turn in talking)


def _kana(text: str, placed: Sequence[PlacedSpan], read: ReadAloud) -> str:
    known = [(chars, kana) for chars, span in placed if (kana := fold_kana(span.reading))]
    pieces = [(chars.start, kana) for chars, kana in known]
    for chars, kana in read(text):
        rest = _without(chars, [each for each, _ in known])
        if rest == [chars]:
            pieces.append((chars.start, kana))
        else:
            pieces += [(part.start, _all_of(read(text[part.start : part.end]))) for part in rest]
    return "".join(kana for _, kana in sorted(pieces))


def _without(chars: CharSpan, taken: Sequence[CharSpan]) -> list[CharSpan]:
    """Return the characters that are not taken; ``taken`` is disjoint and in order."""
    left, at = [], chars.start
    for each in taken:
        if each.start < chars.end and chars.start < each.end:
            left.append((at, each.start))
            at = each.end
    left.append((at, chars.end))
    return [CharSpan(start, end) for start, end in left if start < end]


def _all_of(read: Iterable[tuple[CharSpan, str]]) -> str:
    return "".join(kana for _, kana in read)


def _as_text(sounds: Iterable[Mora]) -> str:
    """Encode each mora as one character."""
    return "".join(chr(class_of(mora)) for mora in sounds)
