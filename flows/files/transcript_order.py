"""Checks that a file of words does not contradict itself: its text, its order, and how much can be said.

segment   text   隣の長谷川さん
          words  隣|の|   |さ|ん        refused: a name that no word holds is masked nowhere
lane      words  |a |b |c |  then  |d|  before a      refused: times that run back
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterable, Iterator, Sequence

from pipeline.audio.recording import Recording
from pipeline.errors import CaseFileError
from pipeline.hearing.transcribe import HeardWord
from pipeline.sound.morae import fold_letters

MAX_BACKWARD_SECONDS = 0.1
"""Seconds by which a word may begin before the previous one: aligners round, and overlap by a frame."""

MAX_OVERLAP_SECONDS, MAX_OVERLAP_SHARE = 0.5, 0.5
"""Seconds, and share of the shorter one, by which two utterances of one speaker may overlap: recognisers
time the end of one and the start of the next in different windows."""

MAX_PER_SECOND, BASE_ALLOWANCE = 20, 400
"""Characters, or words, of each channel per second, and an allowance for a recording of any length.  A fast
speaker says fourteen a second (``transcribe.FASTEST``); a recogniser that loops writes nine."""


MOST_WORDS = 400
"""Greatest number of words of an utterance: half a minute of talk has 250.  The work for each word grows with
its utterance, so the time for a file with all words in one list would grow with its square."""


def refuse_other_text(text: str, words: str, where: str) -> None:
    """Refuse a text that differs from its words.

    Args:
        text: Text of a segment or of the whole file; empty where the file has none.
        words: The joined words of the same segment or file.
        where: Name of the place in error messages.

    Raises:
        CaseFileError: when they differ in more than spaces, punctuation, width and case.
    """
    # OpenAI's words lack the punctuation of their segment, WhisperX's words lack spaces.
    if text.strip() and fold_letters(text) != fold_letters(words):
        msg = f"transcript: {where}: text と words の言葉が一致しません"
        raise CaseFileError(msg)


def refuse_out_of_order(runs: Sequence[tuple[Sequence[HeardWord], str]]) -> None:
    """Refuse times that run backwards within one speaker's words.

    Args:
        runs: The speaker's utterances in the order of the file, each with its name in error messages.

    Raises:
        CaseFileError: when a word begins before the previous one, or two utterances overlap by more than
            the times of recognisers do.
    """
    last: tuple[float, float] | None = None
    for words, where in runs:
        for one, other in itertools.pairwise(words):
            if other.start < one.start - MAX_BACKWARD_SECONDS:
                msg = f"transcript: {where}: 単語の時刻が前に戻っています"
                raise CaseFileError(msg)
        if not words:
            continue
        start, end = words[0].start, max(word.end for word in words)
        if last is not None:
            shared = last[1] - start
            shorter = min(end - start, last[1] - last[0])
            if (
                start < last[0] - MAX_BACKWARD_SECONDS
                or shared > MAX_OVERLAP_SECONDS
                or shared > max(MAX_BACKWARD_SECONDS, MAX_OVERLAP_SHARE * shorter)
            ):
                msg = f"transcript: {where}: 同じ話者の前の発話と時刻が重なるか、前に戻っています"
                raise CaseFileError(msg)
        last = start, end


def refuse_longer_than_said(
    counts: Iterable[int], texts: Iterable[Iterable[str]], recording: Recording
) -> None:
    """Refuse more words than can be spoken in the recording, so that later code need not bound their number.

    Args:
        counts: Number of words of each segment.
        texts: Text of each segment's words.
        recording: The recording that they belong to.

    Raises:
        CaseFileError: when there are more words or characters than can be spoken.
    """
    most = BASE_ALLOWANCE + int(MAX_PER_SECOND * recording.duration * recording.channels)
    words = sum(counts)
    if words > most or sum(len(text) for each in texts for text in each) > most:
        msg = f"transcript: {recording.duration:.0f}秒の音声に入りきらない量の言葉があります (上限{most}文字)"
        raise CaseFileError(msg)


def shared_out(words: Sequence[str], texts: Sequence[str]) -> list[int]:
    """Assign words to the segments whose texts they make up.

    Args:
        words: All words in order.
        texts: Texts of the segments, in order.

    Returns:
        Index of the segment for each word: the one whose text contains the middle of the word when words and
        texts are joined; the last segment for words beyond the texts.
    """
    ends = list(itertools.accumulate(len(fold_letters(text)) for text in texts))
    out, at = [], 0
    for word in words:
        length = len(fold_letters(word))
        out.append(min(bisect.bisect_right(ends, at + length / 2), len(texts) - 1))
        at += length
    return out


def utterances(words: Sequence[HeardWord]) -> Iterator[Sequence[HeardWord]]:
    """Split the continuous speech of one voice into utterances of at most ``MOST_WORDS``.

    Args:
        words: Words of a segment, in order.

    Yields:
        Them, one after another, cut at the longest pause of the second half of each.
    """
    start = 0
    while len(words) - start > MOST_WORDS:
        cuts = range(start + MOST_WORDS // 2, start + MOST_WORDS + 1)
        at = max(cuts, key=lambda cut: words[cut].start - words[cut - 1].end)
        yield words[start:at]
        start = at
    yield words[start:]
