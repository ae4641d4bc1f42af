"""Write the names that the case knows as the case writes them, where they were written as they sound.

    recognised   は い 、 ス ガ マ で す           the telephone adapter writes people's names in katakana
    the case     須ヶ間ひろみ, スガマヒロミ
    spelt        は い 、 須ヶ間 で す

Nothing in the sound tells 須ヶ間 from 菅間, but whoever asks for the recording has told how they are
written.  Whose the name is, is decided later and on the spelt words; a name that reads exactly as theirs is
theirs to the comparators in either writing.
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

__all__ = ["spelt"]

LEAST_MORAE: Final = 2
"""Shorter names are not written by their sound: イ is hardly said by itself."""

_KATAKANA: Final = re.compile(r"[ァ-ヴー]+")


def spelt(transcript: Transcript, people: Sequence[CaseWord]) -> Transcript:
    """Spell the known names in a call's words.

    Only what reads exactly as a name does, with other letters on both sides, is spelt; two known names that
    sound alike are left as they sound.

    Args:
        transcript: The call's words, as recognised.
        people: Names, whole and in parts.

    Returns:
        The words with those names in one word each, which sounds as all that it stands for; the transcript
        itself, where there is none.
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
    """The words of an utterance, those of a known name as one."""
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
