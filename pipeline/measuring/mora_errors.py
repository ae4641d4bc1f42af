"""Compare what the listener heard with what was said, mora by mora.

    said     |ト ナ リ ノ ハ セ ガ ワ サ ン|ハ イ|      the readings of the turns, in order
    heard     ト ナ リ ノ ハ テ ガ ワ サ ン ハ          the listener's morae, no words
    errors              1                    1        of 10 and of 2

Long vowels are one sound however they are written (コウ, コー); a small kana belongs to the mora before it.
On two channels each side is compared with its own channel; what is heard there while only the other side
talks is that one's echo, and no error.  On one channel all turns are compared in order of time; what both say
at once is in a guessed order.
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

__all__ = ["ReadAloud", "mora_errors", "said_kana"]

NEAR_SECONDS = 0.3
"""So near a turn a mora belongs to it: labels set by ear are not exact, and the listener hears a bit late."""

ReadAloud = Callable[[str], Sequence[tuple[CharSpan, str]]]
"""Reads a text: each word's characters and its katakana, in order, none left out."""


def said_kana(truth: CallTruth, read: ReadAloud) -> tuple[str, ...]:
    """The katakana of each turn: somebody's data as the truth reads it, the rest as a reader does.

    The reader gets the whole turn, since 様 is サマ only behind a name.

        turn     |あの|西川|様|の|荷物|が|
        reader   |アノ|ニシカワ|サマ|ノ|ニモツ|ガ|
        truth         |サイカワ|                         wins where it has a reading

    Args:
        truth: What was said when.
        read: The reader.

    Returns:
        One for each turn of the script.
    """
    return tuple(
        _kana(without_space(turn.text), placed, read)
        for turn, placed in zip(truth.script, placed_spans(truth), strict=True)
    )


def mora_errors(
    truth: CallTruth, said: Sequence[str], heard: Sequence[TimedMora], channels: int
) -> tuple[Share, ...]:
    """Count the morae of each turn that were heard wrongly, left out or added.

    Args:
        truth: What was said when.
        said: The katakana of each turn, as ``said_kana`` returns it.
        heard: All morae that were heard, as ``heard_morae`` returns them.
        channels: Channels of the recording.

    Returns:
        Of each turn of the script the errors, of its morae.
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
    """Whether only the other side talks while a mora is heard, in a call of two channels."""
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
    """What is left of some characters without those of others, which are disjoint and in order."""
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
    """One character for each mora."""
    return "".join(chr(class_of(mora)) for mora in sounds)
