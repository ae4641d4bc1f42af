"""Spell names as the case spells them, where the recogniser wrote them in katakana.

    recognised   は い 、 ス ガ マ で す           the telephone adapter writes people's names in katakana
    the case     須ヶ間ひろみ, スガマヒロミ
    spelt        は い 、 須ヶ間 で す

The sound does not distinguish 須ヶ間 from 菅間, but the case states the spelling.  Ownership is decided
later, on the spelt words; the comparators treat a name that reads exactly like the case's the same in either
spelling.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from pipeline.correcting.offers import CaseWord
from pipeline.hearing.transcribe import HeardWord, as_heard, build_transcript
from pipeline.sound.morae import Mora, fold_kana, morae
from pipeline.types import Transcript

LEAST_MORAE: Final = 2
"""Least number of morae of a name that is spelt: a name of one mora, such as イ, is hardly said alone."""

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


def _spelt(words: Sequence[HeardWord], names: Mapping[tuple[Mora, ...], str]) -> Iterator[HeardWord]:
    """Yield the words of an utterance, with the words of a known name joined into one."""
    ends = list(itertools.accumulate(len(word.text) for word in words))
    starts = [0, *ends]
    done = 0
    for run in _KATAKANA.finditer("".join(word.text for word in words)):
        name = names.get(morae(fold_kana(run[0])))
        if name is None or run.start() not in starts or run.end() not in ends:
            continue
        first, last = starts.index(run.start()), ends.index(run.end())
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
