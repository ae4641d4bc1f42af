"""Check words from a file against the sound: are they said at their times, and do they cover all speech?

    heard     ト ナ リ ノ ハ セ ガ ワ サ ン ノ …     by the listener, which knows no words
    written   ト ナ リ ノ           サ ン ノ …     隣の さんの
                              ~~~~~~~               speech without words

A recogniser that errs writes other morae than are said, but about as many.  A file that leaves words out,
moves them or invents them leaves heard morae without a counterpart.  So each heard mora is paired with a
written one of about the same time (``pipeline.sound.pairs``), and is covered where the morae around it fit
better than unrelated text would.

Short stretches without words, as a poor recogniser leaves them, are masked and shown to an analyst.  Where
several words are missing, the file does not belong to this call, and the call is refused.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.audio.levels import above_noise, reaching
from pipeline.audio.recording import Recording
from pipeline.errors import CallUnsafeError
from pipeline.given.listened_call import ListenedChannel
from pipeline.given.said_elsewhere import SaidElsewhere
from pipeline.given.written_morae import price, written_morae
from pipeline.hearing.transcribe import HeardSegment, HeardWord, as_heard, build_transcript
from pipeline.hearing.windows import FRAME_SECONDS
from pipeline.masking.crosstalk import audible_channels
from pipeline.masking.faint_copy import MAX_ECHO_LAG_SECONDS
from pipeline.nearby import Nearby
from pipeline.reasons import Reason
from pipeline.sound.pairs import TimedMora, paired_in_pieces
from pipeline.sound.posteriorgram import likeliest, unpacked
from pipeline.sound.reader import SoundReader
from pipeline.third_voice import THIRD
from pipeline.types import EntitySpan, Finding, Party, TimeSpan, Transcript

Array = NDArray[np.float64]

MAX_ANSWER_SECONDS: Final = 0.8
"""Greatest distance of a heard and a written mora that are paired: 19 in 20 word times of a recogniser are
within 0.45 s, and the position of a mora within a long word is an estimate."""

FREE_ANSWER_SECONDS, PRICE_PER_SECOND = 0.2, 0.5
"""Distance of a pair without a price, in seconds, and the price of each further second."""

FIT_WINDOW_MORAE: Final = 20
"""Number of heard morae (two to three seconds of talk) over which the fit is averaged."""

MIN_FIT_SHARE: Final = 0.4
"""Least share of these morae that is written as heard.  faster-whisper *base* on made calls, in a voice
unknown to the listener, reaches 0.7 and more; unrelated text reaches 0.25, and 0.5 in 1 of 100 places."""

MAX_LOCAL_LAG_SECONDS, MAX_CHANNEL_LAG_SECONDS = 0.6, 0.35
"""Greatest mean offset of written and heard morae: within a window, and over a whole channel.  Half of a
recogniser's word times are within 0.1 s, and the edges of a mask correct no more than this."""

MAX_ALIKE_PRICE: Final = 0.4
"""Price below which two morae sound alike and count as half a match."""

MIN_HOLE_MORAE: Final = 3
"""Heard morae in a row without a counterpart that may be a missing word: the shortest surname has two, and
correct text loses single morae."""

MIN_MIXED_HOLE_MORAE: Final = 4
"""The same for a run in which two morae have no counterpart and the others only one of another sound."""

MIN_HOLE_SECONDS, MIN_LOUD_SECONDS = 0.8, 0.4
"""Least gap between two covered morae, and least sound within it, that may hide a word where only one or two
morae were heard: half a second of speech and the length of its neighbours."""

CUTTING_PAUSE_SECONDS: Final = 1.0
"""Gap between two morae above which uncovered speech is two stretches."""

HALF_MORA_SECONDS, WORD_REACH_SECONDS = 0.08, 0.3
"""Time from the middle of a mora to its end, and the margin around heard morae for the rest of their word."""

REFUSED_RUN_MORAE: Final = 16
"""Length of an uncovered stretch (two seconds of talk) that holds several words, so that the call is refused;
shorter ones are masked.  faster-whisper *base*, on voices new to the listener, leaves 15 at most."""

REFUSED_SHARE: Final = 0.1
"""Share of heard morae without words above which a call is refused, however short each stretch is."""

MIN_REFUSED_MORAE: Final = 20
"""Number of morae without words up to which the share does not count: four names in a very short call."""

ECHO_DECIBELS: Final = 15.0
"""Distance below the other channel from which sound on a channel is its echo."""

SAME_SOUND_CORRELATION: Final = 0.9
"""Correlation from which two channels are one sound stored twice."""

MARK: Final = "〓"
"""Character for speech without words in the transcript: the printer's mark for a missing character."""

ENTITY_TYPE: Final = "UNTRANSCRIBED"


MARK_SCORE: Final = 0.5
"""Score of a finding of ``MARK``: too low for ``verify`` to search for its sound elsewhere."""


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A stretch of speech without words: its channel, its time, and the number of morae heard in it."""

    channel: int
    time: TimeSpan
    morae: int


def check_against_sound(
    transcript: Transcript, heard: Sequence[ListenedChannel], recording: Recording, reader: SoundReader
) -> Transcript:
    """Check the words of a file against the sound of its call.

    Args:
        transcript: Words from the file.
        heard: What the listener heard on each channel.
        recording: The call.
        reader: Reads the words.

    Returns:
        The transcript, with an utterance of ``MARK`` for each short stretch of speech without words; the
        transcript itself where there is none.

    Raises:
        CallUnsafeError: several words in a row, or many in all, are missing from the file, differ from the
            speech, or have other times.
    """
    missing, total = uncovered(transcript, heard, recording, reader)
    longest = max((each.morae for each in missing), default=0)
    count = sum(each.morae for each in missing)
    if longest >= REFUSED_RUN_MORAE or count > max(MIN_REFUSED_MORAE, REFUSED_SHARE * total):
        at = max(missing, key=lambda each: each.morae).time.start
        seconds = sum(each.time.duration for each in missing)
        msg = (
            f"渡された文字起こしが音声と合いません: {len(missing)}か所、計{seconds:.1f}秒の発話に"
            f"当たる言葉がありません(最も長いものは{at:.1f}秒から{longest}拍)"
        )
        raise CallUnsafeError(msg)
    return with_marks(transcript, missing)


def uncovered(
    transcript: Transcript, heard: Sequence[ListenedChannel], recording: Recording, reader: SoundReader
) -> tuple[tuple[Uncovered, ...], int]:
    """Find the speech that a transcript has no words for.

    Args:
        transcript: The words.
        heard: What the listener heard on each channel.
        recording: The call.
        reader: Reads the words.

    Returns:
        The stretches in order of channel and time, and the number of morae heard in all.
    """
    channels = range(len(heard))
    twice = len(heard) == 2 and _correlation(recording) >= SAME_SOUND_CORRELATION
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
        out += _uncovered_stretches(
            said[channel], _covered(said[channel], written), heard[channel].loud, channel
        )
    return tuple(out), sum(map(len, said))


def with_marks(transcript: Transcript, missing: Sequence[Uncovered]) -> Transcript:
    """Insert ``MARK`` into a transcript wherever words are missing, so that it can be masked like a word."""
    if not missing:
        return transcript
    speakers = {each.channel: each.speaker for each in transcript.segments if each.speaker != THIRD}
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
    own = [as_heard(segment, transcript.text) for segment in transcript.segments]
    made = build_transcript([*own, *added], transcript.call_id, transcript.model, transcript.audio_sha256)
    return replace(made, times_within=transcript.times_within)


def findings_of_marks(transcript: Transcript, recording: Recording) -> tuple[Finding, ...]:
    """Turn each mark into a finding that is masked, whatever the case states, and shown to an analyst."""
    return tuple(
        Finding(
            EntitySpan(
                ENTITY_TYPE,
                segment.chars,
                MARK_SCORE,
                "given_words",
                needs_review=True,
                hint=Party.THIRD_PARTY,
            ),
            Party.THIRD_PARTY,
            Reason.SPEECH_WITHOUT_WORDS,
            needs_review=True,
            time=segment.time,
            channels=audible_channels(recording, segment.time, (segment.channel,)),
        )
        for segment in transcript.segments
        if transcript.text[segment.chars.start : segment.chars.end] == MARK
    )


def _heard_morae(channel: ListenedChannel) -> list[TimedMora]:
    """Return the likeliest morae of a channel, in order of time."""
    return sorted(
        (
            TimedMora(mora.mora, gram.start + (mora.step + 0.5) * gram.step)
            for gram in channel.posteriorgrams
            for mora in likeliest(unpacked(gram.chances))
        ),
        key=lambda each: each.time,
    )


def _own(said: Sequence[TimedMora], here: NDArray[np.float32], there: NDArray[np.float32]) -> list[TimedMora]:
    """Return the morae spoken on this channel, without the other's echo, which is up to 0.3 s late."""
    ours, theirs = (
        above_noise(power[: len(power) // 10 * 10].reshape(-1, 10).mean(axis=1)) for power in (here, there)
    )
    reached = reaching(theirs, round(MAX_ECHO_LAG_SECONDS / (10 * FRAME_SECONDS)))
    at = [min(len(ours) - 1, int(each.time / (10 * FRAME_SECONDS))) for each in said]
    return [each for each, i in zip(said, at, strict=True) if i < 0 or ours[i] >= reached[i] - ECHO_DECIBELS]


def _correlation(recording: Recording) -> float:
    one, two = (np.asarray(samples, dtype=np.float32) for samples in recording.samples)
    power = float(np.sqrt(np.dot(one, one)) * np.sqrt(np.dot(two, two)))
    return abs(float(np.dot(one, two))) / power if power else 0.0


def _apart(seconds: Array) -> Array:
    """Return the price of a distance between heard and written; prohibitive above ``MAX_ANSWER_SECONDS``."""
    return PRICE_PER_SECOND * np.maximum(0.0, seconds - FREE_ANSWER_SECONDS) + 10.0 * (
        seconds > MAX_ANSWER_SECONDS
    )


def _covered(
    said: Sequence[TimedMora], written: Sequence[TimedMora]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Mark the heard morae with a written counterpart that fits, and those whose counterpart sounds alike."""
    if not said:
        return np.zeros(0, dtype=bool), np.zeros(0, dtype=bool)
    partners = paired_in_pieces(written, said, price, _apart) if written else np.full(len(said), -1)
    pairs = [(each, written[at]) if at >= 0 else None for each, at in zip(said, partners, strict=True)]
    fit = np.array([_fit(*pair) if pair else 0.0 for pair in pairs])
    late = np.array([pair[0].time - pair[1].time if pair else 0.0 for pair in pairs])
    size = min(FIT_WINDOW_MORAE, len(fit))
    alike = np.convolve(fit, np.ones(size), mode="valid")
    lag = np.convolve(fit * late, np.ones(size), mode="valid") / np.maximum(alike, 1e-9)
    fits = (alike >= MIN_FIT_SHARE * size) & (np.abs(lag) <= MAX_LOCAL_LAG_SECONDS)
    if len(fit) >= FIT_WINDOW_MORAE and abs(float(fit @ late)) > MAX_CHANNEL_LAG_SECONDS * max(
        1.0, float(fit.sum())
    ):
        fits[:] = False
    # One fitting window around a mora suffices, so that a hole does not spoil its neighbours.
    padded = np.pad(fits, size - 1, constant_values=False)
    good = np.lib.stride_tricks.sliding_window_view(padded, size).any(axis=1)
    answered = (partners >= 0) & good
    return answered, answered & (fit > 0)


def _fit(heard: TimedMora, written: TimedMora) -> float:
    if heard.mora == written.mora:
        return 1.0
    return 0.5 if price(written.mora, heard.mora) < MAX_ALIKE_PRICE else 0.0


def _uncovered_stretches(
    said: Sequence[TimedMora],
    answered: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    loud: Sequence[TimeSpan],
    channel: int,
) -> Iterator[Uncovered]:
    """Yield the stretches of a channel without words.

    A run includes morae that are paired with another sound: some morae of a missing name are paired with
    those of the words around it.
    """
    sound = Nearby(loud, lambda each: each)
    any_word, alike = answered
    at = 0
    for fits, run in itertools.groupby(alike.tolist()):
        first, at = at, at + len(list(run))
        if fits:
            continue
        before = said[first - 1].time + HALF_MORA_SECONDS if first else 0.0
        after = said[at].time - HALF_MORA_SECONDS if at < len(said) else np.inf
        # A pause separates two stretches.
        for start, end in _without_pauses(said, first, at):
            opened = max(before, said[start].time - WORD_REACH_SECONDS)
            closed = max(opened, min(after, said[end - 1].time + WORD_REACH_SECONDS))
            alone = int(np.count_nonzero(~any_word[start:end]))
            lasting = (
                closed - opened >= MIN_HOLE_SECONDS - 2 * HALF_MORA_SECONDS
                and _seconds(sound, opened, closed) >= MIN_LOUD_SECONDS
            )
            if alone and (
                alone >= MIN_HOLE_MORAE or (alone >= 2 and end - start >= MIN_MIXED_HOLE_MORAE) or lasting
            ):
                yield Uncovered(channel, TimeSpan(opened, closed), alone)


def _without_pauses(said: Sequence[TimedMora], first: int, last: int) -> Iterator[tuple[int, int]]:
    start = first
    for i in range(first + 1, last + 1):
        if i == last or said[i].time - said[i - 1].time > CUTTING_PAUSE_SECONDS:
            yield start, i
            start = i


def _seconds(sound: Nearby[TimeSpan], start: float, end: float) -> float:
    return sum(max(0.0, min(each.end, end) - max(each.start, start)) for each in sound.touching(start, end))
