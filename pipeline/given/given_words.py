"""Words from a file held against the sound: are they said where the file says, and is all speech among them?

    heard     ト ナ リ ノ ハ セ ガ ワ サ ン ノ …     by the listener, which knows no words
    written   ト ナ リ ノ           サ ン ノ …     隣の さんの
                          ~~~~~~~               speech that no word accounts for

A recogniser that errs writes other morae, and about as many, where something is said.  Words that a file has
taken out, put elsewhere, or made up leave morae behind to which nothing written answers.  So each heard mora
is paired with a written one that sounds at about that time (``pipeline.sound.pairs``), and counts as
accounted for where those around it fit better than any text would by chance.

What little is left over by a recogniser that heard badly is masked and shown to an analyst; where several
words are missing the file is not of this call, and the call is refused.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.audio.recording import Recording
from pipeline.errors import CallUnsafeError
from pipeline.given.heard_call import HeardChannel
from pipeline.given.said_elsewhere import SaidElsewhere
from pipeline.given.speaking_channel import above_noise
from pipeline.given.written_morae import price, written_morae
from pipeline.hearing.transcribe import HeardSegment, HeardWord, build_transcript
from pipeline.hearing.windows import FRAME
from pipeline.masking.crosstalk import heard_on
from pipeline.nearby import Nearby
from pipeline.reasons import Reason
from pipeline.sound.pairs import TimedMora, paired_in_pieces
from pipeline.sound.posteriorgram import likeliest, unpacked
from pipeline.sound.reader import SoundReader
from pipeline.types import EntitySpan, Finding, Party, Segment, TimeSpan, Transcript

__all__ = ["ENTITY", "MARK", "Uncovered", "findings_of_marks", "hold_against_sound", "marked", "uncovered"]

Array = NDArray[np.float64]

NEAR: Final = 0.8
"""Seconds between a heard and a written mora beyond which they are not the same: nineteen in twenty word
times of a recogniser are within .45 (facts.md 1.2), and a mora's place within a long word is guessed."""

FREE, PER_SECOND = 0.2, 0.5
"""Seconds between the two at no price, and the price of each second beyond."""

AROUND: Final = 20
"""Heard morae, two to three seconds of talk, over which the fit of the written ones is judged."""

FITS: Final = 0.4
"""Share of these that must be written as they are heard.  Made calls of a voice that the listener does not
know, in what faster-whisper *base* writes of them, have .7 and more; other text has .25, and under .5 in 99
of 100 places."""

OFF_HERE, OFF_ALL = 0.6, 0.35
"""Seconds by which what is written may be early or late on average: of some talk, and of all of a channel.
Half of a recogniser's word times are within .1 of what sounds (facts.md 0.2); a mask follows no further."""

ALIKE: Final = 0.4
"""Price below which two morae sound alike, and count as half of one that is the same."""

HOLE: Final = 3
"""Morae in a row that nothing answers from which a word may be missing: the shortest surname has two, and
single morae are lost in what is written right."""

WITH_OTHERS: Final = 4
"""Morae in a row, two of which nothing answers and the others only another sound: likewise."""

UNHEARD, LOUD_IN_IT = 0.8, 0.4
"""Seconds between two morae that are accounted for, and seconds of sound in between, from which a word may be
missing where only one mora or two were heard: half a second of speech, and what its neighbours last."""

PAUSE_CUTS: Final = 1.0
"""Seconds between two morae from which what is left over is two stretches."""

LASTS, REACH = 0.08, 0.3
"""Seconds behind the middle of a mora until it has sounded; seconds around what was heard in which the rest
of its word may sound."""

SEVERAL: Final = 16
"""Morae in one stretch, two seconds of talk, from which it is several words, and the call is refused: in what
faster-whisper *base* writes of people that the listener has never heard, 15 at most.  Less is masked."""

SHARE: Final = 0.1
"""Share of all that is heard from which the call is refused, however short each stretch is."""

LEAST: Final = 20
"""Morae in all up to which the share says nothing: four names in a call of a few sentences."""

ECHO: Final = 15.0
"""Decibels by which the other channel is louder where what is heard on this one is its echo."""

SAME: Final = 0.9
"""Correlation from which two channels are one sound stored twice."""

MARK: Final = "〓"
"""What stands in the transcript for speech without words: the printer's mark for a missing character."""

ENTITY: Final = "UNTRANSCRIBED"


SCORE: Final = 0.5
"""Of such a finding: masked, and its sound looked for nowhere else, for nobody knows what it is."""


@dataclass(frozen=True, slots=True)
class Uncovered:
    """Speech that no word accounts for: its channel, when it sounds, how many morae were heard."""

    channel: int
    time: TimeSpan
    morae: int


def hold_against_sound(
    transcript: Transcript, heard: Sequence[HeardChannel], recording: Recording, reader: SoundReader
) -> Transcript:
    """Hold the words of a file against the sound of its call.

    Args:
        transcript: From the file.
        heard: What the listener hears on each channel.
        recording: The call.
        reader: Reads the words.

    Returns:
        The transcript, with an utterance of ``MARK`` for each short stretch of speech that it has no word
        for; itself where there is none.

    Raises:
        CallUnsafeError: when several words in a row, or many words in all, are not accounted for: the file
            leaves them out, or says something else, or says it elsewhere.
    """
    missing, total = uncovered(transcript, heard, recording, reader)
    longest = max((each.morae for each in missing), default=0)
    count = sum(each.morae for each in missing)
    if longest >= SEVERAL or count > max(LEAST, SHARE * total):
        at = max(missing, key=lambda each: each.morae).time.start
        seconds = sum(each.time.duration for each in missing)
        msg = (
            f"渡された文字起こしが音声と合いません: {len(missing)}か所、計{seconds:.1f}秒の発話に"
            f"当たる言葉がありません(最も長いものは{at:.1f}秒から{longest}拍)"
        )
        raise CallUnsafeError(msg)
    return marked(transcript, missing)


def uncovered(
    transcript: Transcript, heard: Sequence[HeardChannel], recording: Recording, reader: SoundReader
) -> tuple[tuple[Uncovered, ...], int]:
    """Speech of a call that its words do not account for.

    Args:
        transcript: The words.
        heard: What the listener hears on each channel.
        recording: The call.
        reader: Reads the words.

    Returns:
        The stretches in order of channel and time, and how many morae were heard in all.
    """
    channels = range(len(heard))
    twice = len(heard) == 2 and _correlation(recording) >= SAME
    said = [_heard_morae(each) for each in heard]
    if len(heard) == 2 and not twice:
        powers = [each.power for each in heard]
        said = [_own(each, powers[at], powers[1 - at]) for at, each in enumerate(said)]
    elsewhere = SaidElsewhere(said)
    out: list[Uncovered] = []
    for channel in channels:
        speaking = frozenset(channels) if twice else frozenset((channel,))
        written = sorted(
            (
                mora
                for segment in transcript.segments
                if segment.channel in speaking
                for mora in elsewhere.kept(written_morae([segment], transcript.text, reader), speaking)
            ),
            key=lambda each: each.time,
        )
        out += _left_over(said[channel], _answered(said[channel], written), heard[channel].loud, channel)
    return tuple(out), sum(map(len, said))


def marked(transcript: Transcript, missing: Sequence[Uncovered]) -> Transcript:
    """Put a mark into a transcript wherever it lacks words, so that it can be masked like a word."""
    if not missing:
        return transcript
    speakers = {segment.channel: segment.speaker for segment in transcript.segments}
    two = len({segment.channel for segment in transcript.segments}) > 1
    added = [
        HeardSegment(
            (HeardWord(MARK, each.time.start, each.time.end, 0.0),),
            0.0,
            each.channel,
            speakers.get(each.channel) if two else None,
        )
        for each in missing
    ]
    own = [_as_heard(segment, transcript.text) for segment in transcript.segments]
    made = build_transcript([*own, *added], transcript.call_id, transcript.model, transcript.audio_sha256)
    return replace(made, times_within=transcript.times_within)


def findings_of_marks(transcript: Transcript, recording: Recording) -> tuple[Finding, ...]:
    """Each mark as a finding that is masked where it sounds, whatever the case says, and shown."""
    return tuple(
        Finding(
            EntitySpan(
                ENTITY, segment.chars, SCORE, "given_words", needs_review=True, hint=Party.THIRD_PARTY
            ),
            Party.THIRD_PARTY,
            Reason.SPEECH_WITHOUT_WORDS,
            needs_review=True,
            time=segment.time,
            channels=heard_on(recording, segment.time, (segment.channel,)),
        )
        for segment in transcript.segments
        if transcript.text[segment.chars.start : segment.chars.end] == MARK
    )


def _as_heard(segment: Segment, text: str) -> HeardSegment:
    words = tuple(
        HeardWord(text[w.chars.start : w.chars.end], w.time.start, w.time.end, w.probability)
        for w in segment.words
    )
    return HeardSegment(words, segment.no_speech_probability, segment.channel, segment.speaker)


def _heard_morae(channel: HeardChannel) -> list[TimedMora]:
    """What is most likely said on a channel, in order of time."""
    return sorted(
        (
            TimedMora(mora.mora, gram.start + (mora.step + 0.5) * gram.step)
            for gram in channel.posteriorgrams
            for mora in likeliest(unpacked(gram.chances))
        ),
        key=lambda each: each.time,
    )


def _own(said: Sequence[TimedMora], here: NDArray[np.float32], there: NDArray[np.float32]) -> list[TimedMora]:
    """What is said on a channel itself, and not the other one's echo: an echo comes up to .3 s late."""
    ours, theirs = (
        above_noise(power[: len(power) // 10 * 10].reshape(-1, 10).mean(axis=1)) for power in (here, there)
    )
    late = round(0.3 / (10 * FRAME))
    reached = np.max([np.roll(theirs, by) for by in range(-1, late + 1)], axis=0) if len(theirs) else theirs
    at = [min(len(ours) - 1, int(each.time / (10 * FRAME))) for each in said]
    return [each for each, i in zip(said, at, strict=True) if i < 0 or ours[i] >= reached[i] - ECHO]


def _correlation(recording: Recording) -> float:
    one, two = (np.asarray(samples, dtype=np.float32) for samples in recording.samples)
    power = float(np.sqrt(np.dot(one, one)) * np.sqrt(np.dot(two, two)))
    return abs(float(np.dot(one, two))) / power if power else 0.0


def _apart(seconds: Array) -> Array:
    """Price of the seconds between a heard and a written mora."""
    return PER_SECOND * np.maximum(0.0, seconds - FREE) + 10.0 * (seconds > NEAR)


def _answered(
    said: Sequence[TimedMora], written: Sequence[TimedMora]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which heard morae something written answers, among others that fit; and which of them by the sound."""
    if not said:
        return np.zeros(0, dtype=bool), np.zeros(0, dtype=bool)
    partners = paired_in_pieces(written, said, price, _apart) if written else np.full(len(said), -1)
    pairs = [(each, written[at]) if at >= 0 else None for each, at in zip(said, partners, strict=True)]
    fit = np.array([_fit(*pair) if pair else 0.0 for pair in pairs])
    late = np.array([pair[0].time - pair[1].time if pair else 0.0 for pair in pairs])
    size = min(AROUND, len(fit))
    alike = np.convolve(fit, np.ones(size), mode="valid")
    lag = np.convolve(fit * late, np.ones(size), mode="valid") / np.maximum(alike, 1e-9)
    fits = (alike >= FITS * size) & (np.abs(lag) <= OFF_HERE)
    if len(fit) >= AROUND and abs(float(fit @ late)) > OFF_ALL * max(1.0, float(fit.sum())):
        fits[:] = False
    # One stretch of that size that holds it is enough: what is beside a hole is not in it.
    padded = np.pad(fits, size - 1, constant_values=False)
    good = np.lib.stride_tricks.sliding_window_view(padded, size).any(axis=1)
    answered = (partners >= 0) & good
    return answered, answered & (fit > 0)


def _fit(heard: TimedMora, written: TimedMora) -> float:
    if heard.mora == written.mora:
        return 1.0
    return 0.5 if price(written.mora, heard.mora) < ALIKE else 0.0


def _left_over(
    said: Sequence[TimedMora],
    answered: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    loud: Sequence[TimeSpan],
    channel: int,
) -> Iterator[Uncovered]:
    """The stretches of a channel that no word accounts for.

    What is paired with another sound beside a hole belongs to it: of a missing name some morae are taken for
    those of the words around it.
    """
    sound = Nearby(loud, lambda each: each)
    any_word, alike = answered
    at = 0
    for fits, run in itertools.groupby(alike.tolist()):
        first, at = at, at + len(list(run))
        if fits:
            continue
        before = said[first - 1].time + LASTS if first else 0.0
        after = said[at].time - LASTS if at < len(said) else np.inf
        # A pause cuts: what is left over on both sides of it is two stretches.
        for start, end in _without_pauses(said, first, at):
            opened = max(before, said[start].time - REACH)
            closed = max(opened, min(after, said[end - 1].time + REACH))
            alone = int(np.count_nonzero(~any_word[start:end]))
            lasting = closed - opened >= UNHEARD - 2 * LASTS and _seconds(sound, opened, closed) >= LOUD_IN_IT
            if alone and (alone >= HOLE or (alone >= 2 and end - start >= WITH_OTHERS) or lasting):
                yield Uncovered(channel, TimeSpan(opened, closed), alone)


def _without_pauses(said: Sequence[TimedMora], first: int, last: int) -> Iterator[tuple[int, int]]:
    start = first
    for i in range(first + 1, last + 1):
        if i == last or said[i].time - said[i - 1].time > PAUSE_CUTS:
            yield start, i
            start = i


def _seconds(sound: Nearby[TimeSpan], start: float, end: float) -> float:
    return sum(max(0.0, min(each.end, end) - max(each.start, start)) for each in sound.touching(start, end))
