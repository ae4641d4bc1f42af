"""Spell names as the case spells them, where the recogniser wrote them otherwise.

    recognised   は い 、 ス ガ マ で す           the telephone adapter writes people's names in katakana
    the case     須ヶ間ひろみ, スガマヒロミ
    spelt        は い 、 須ヶ間 で す

    recognised   大 松 印 刷 で す                 the recogniser writes the commoner word
    heard        オ・ー・マ・ス・イ・ン・サ・ツ…      the posteriorgram, ``pipeline.sound``
    spelt        大 増 印 刷 で す

The sound does not distinguish 須ヶ間 from 菅間, but the case states the spelling.  Ownership is decided
later, on the spelt words; the comparators treat a name that reads exactly like the case's the same in either
spelling.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from pipeline.correcting.offers import CaseWord
from pipeline.correcting.spoken_offers import SIGNS, offers_by_sound, offers_for
from pipeline.hearing.transcribe import HeardWord, as_heard, build_transcript
from pipeline.ownership.known.names import MIN_COMPANY_MORAE
from pipeline.sound.morae import Mora, fold_kana, morae
from pipeline.sound.reader import SoundReader
from pipeline.types import CharSpan, Segment, Transcript

LEAST_MORAE: Final = 2
"""Least number of morae of a name that is spelt: a name of one mora, such as イ, is hardly said alone."""

MIN_SPOKEN_LOG_ODDS: Final = -4.0
"""Least log odds of a name that is spelt by its sound: one mora may be unclear, none clearly another.  Of
2,408 names that differ from a spoken one in one mora, one reached it; of 26 spoken ones, 22 did (31 made
calls)."""

_KATAKANA: Final = re.compile(r"[ァ-ヴー]+")


def spelt(transcript: Transcript, people: Sequence[CaseWord]) -> Transcript:
    """Spell the known names in a call's words.

    A run of katakana is spelt only where all of it is exactly the reading of one name; where two names share
    the reading it stays in katakana.

    Args:
        transcript: Words of the call, as recognised.
        people: Full names and their parts.

    Returns:
        The transcript with each of those names as one word, with the time and ``sounds`` of the words that
        it replaces; ``transcript`` itself where there is none.
    """
    known: dict[tuple[Mora, ...], set[str]] = {}
    for name in people:
        if len(name.morae) >= LEAST_MORAE:
            known.setdefault(name.morae, set()).add(name.text)
    names = {sound: text for sound, (text, *others) in known.items() if not others}
    heard = [as_heard(segment, transcript.text) for segment in transcript.segments]
    now = [replace(segment, words=tuple(_spelt(segment.words, names))) for segment in heard]
    if now == heard:
        return transcript
    return build_transcript(now, transcript.call_id, transcript.model, transcript.audio_sha256)


def spelt_by_sound(transcript: Transcript, names: Sequence[CaseWord], reader: SoundReader) -> Transcript:
    """Spell names of a company and its products where they are heard, whatever was written.

    People are not spelt so: another person's name may differ by the mora that is unclear.

    Args:
        transcript: Words of the call, with posteriorgrams; a line without them is left as it is.
        names: The names; a short one is never spelt.
        reader: Reads what was written, which tells where the name ends.

    Returns:
        The transcript with each of those names as one word, as ``spelt`` gives it.
    """
    known = [name for name in names if len(name.morae) >= MIN_COMPANY_MORAE]
    heard = [as_heard(segment, transcript.text) for segment in transcript.segments]
    now = [
        replace(line, words=tuple(_with_names(line.words, _heard_names(transcript, segment, known, reader))))
        for segment, line in zip(transcript.segments, heard, strict=True)
    ]
    if now == heard:
        return transcript
    return build_transcript(now, transcript.call_id, transcript.model, transcript.audio_sha256)


def _spelt(words: Sequence[HeardWord], names: Mapping[tuple[Mora, ...], str]) -> Iterator[HeardWord]:
    """Yield the words of an utterance, with the words of a known name joined into one."""
    runs = _KATAKANA.finditer("".join(word.text for word in words))
    named = ((CharSpan(*run.span()), names.get(morae(fold_kana(run[0])))) for run in runs)
    yield from _with_names(words, ((chars, name) for chars, name in named if name is not None))


def _heard_names(
    transcript: Transcript, segment: Segment, names: Sequence[CaseWord], reader: SoundReader
) -> Iterator[tuple[CharSpan, str]]:
    """Yield where names are heard in an utterance, each with the punctuation behind it."""
    run, text = segment.chars, transcript.text
    # Names are heard in few utterances, and only those are read.
    if not offers_by_sound(segment, run, text, names, min_log_odds=MIN_SPOKEN_LOG_ODDS):
        return
    line = text[run.start : run.end]
    for offer in offers_for(transcript, run, reader.line(line), names, min_log_odds=MIN_SPOKEN_LOG_ODDS):
        written = line[: offer.chars.end].rstrip(SIGNS)
        behind = line[len(written) :]
        signs = behind[: len(behind) - len(behind.lstrip(SIGNS))]
        yield CharSpan(offer.chars.start, len(written + signs)), offer.text + signs


def _with_names(words: Sequence[HeardWord], names: Iterable[tuple[CharSpan, str]]) -> Iterator[HeardWord]:
    """Yield the words of an utterance, each name as one word.

    Args:
        words: The words.
        names: Characters of each name within the utterance, in order, and its spelling.  A name that begins
            or ends within a word, or shares one with the name before, is left as it was written.
    """
    ends = list(itertools.accumulate(len(word.text) for word in words))
    starts = [0, *ends]
    done = 0
    for chars, name in names:
        if chars.start not in starts or chars.end not in ends or starts.index(chars.start) < done:
            continue
        first, last = starts.index(chars.start), ends.index(chars.end)
        yield from words[done:first]
        yield _one_word(name, words[first : last + 1])
        done = last + 1
    yield from words[done:]


def _one_word(text: str, words: Sequence[HeardWord]) -> HeardWord:
    first, last = words[0], words[-1]
    return HeardWord(
        text,
        first.start,
        last.end,
        min(word.probability for word in words),
        tuple(map(max, *(word.sounds for word in words))) if len(words) > 1 else first.sounds,
        (first.spread[0], last.spread[1]) if first.spread and last.spread else (),
    )
