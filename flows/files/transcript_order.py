"""What a file of words must not contradict itself in: text, order, and how much can be said.

segment   text   隣の長谷川さん
          words  隣|の|   |さ|ん        refused: a name that no word holds is masked nowhere
lane      words  |a |b |c |  then  |d|  before a      refused: times that run back
"""

from __future__ import annotations

import bisect
import itertools
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from pipeline.audio.recording import Recording
from pipeline.errors import CaseFileError
from pipeline.hearing.transcribe import HeardWord

__all__ = [
    "refuse_longer_than_said",
    "refuse_other_text",
    "refuse_out_of_order",
    "shared_out",
    "spoken",
    "utterances",
]

BACK = 0.1
"""Seconds by which a word may begin before the one in front of it: aligners round, and overlap by a frame."""

OVERLAP, OVERLAP_SHARE = 0.5, 0.5
"""Seconds, and share of the shorter, by which two utterances of one voice may overlap: recognisers time the
end of one and the beginning of the next in windows of their own."""

MOST_A_SECOND, MOST_BESIDE = 20, 400
"""Characters, or words, of each channel: a fast speaker says fourteen a second (``transcribe.FASTEST``), a
recogniser that loops writes nine; and so many more in a recording of any length."""


MOST_WORDS = 400
"""Words of an utterance: half a minute of talk has 250.  What is asked about one of them looks at all of its
utterance, so that time would grow with the square of a file whose words are in one list."""


def spoken(text: str) -> str:
    """What of a text is said: letters, kana, kanji and figures, in one width and one case.

    Words of OpenAI come without the punctuation of their segment, those of WhisperX without blanks.
    """
    return "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())


def refuse_other_text(text: str, words: str, where: str) -> None:
    """Refuse a text that is not what its words say.

    Args:
        text: Of a segment, or of the whole; nothing where the file gives none.
        words: Of the same, joined.
        where: What an error calls it.

    Raises:
        CaseFileError: the two differ in more than blanks, punctuation, width and case.
    """
    if text.strip() and spoken(text) != spoken(words):
        msg = f"transcript: {where}: text と words の言葉が一致しません"
        raise CaseFileError(msg)


def refuse_out_of_order(runs: Sequence[tuple[Sequence[HeardWord], str]]) -> None:
    """Refuse times that run back in what one voice says.

    Args:
        runs: Its utterances in the order of the file, each with what an error calls it.

    Raises:
        CaseFileError: a word begins before the one in front of it, or two utterances overlap by more than
            recognisers' times do.
    """
    last: tuple[float, float] | None = None
    for words, where in runs:
        for one, other in itertools.pairwise(words):
            if other.start < one.start - BACK:
                msg = f"transcript: {where}: 単語の時刻が前に戻っています"
                raise CaseFileError(msg)
        if not words:
            continue
        start, end = words[0].start, max(word.end for word in words)
        if last is not None:
            shared = last[1] - start
            shorter = min(end - start, last[1] - last[0])
            if start < last[0] - BACK or shared > OVERLAP or shared > max(BACK, OVERLAP_SHARE * shorter):
                msg = f"transcript: {where}: 同じ話者の前の発話と時刻が重なるか、前に戻っています"
                raise CaseFileError(msg)
        last = start, end


def refuse_longer_than_said(
    counts: Iterable[int], texts: Iterable[Iterable[str]], recording: Recording
) -> None:
    """Refuse more words than can be said in the recording: nothing after this need fear their number.

    Args:
        counts: Words of each segment.
        texts: Of the words of each.
        recording: That they are said to be of.

    Raises:
        CaseFileError: there are more words, or characters, than can be.
    """
    most = MOST_BESIDE + int(MOST_A_SECOND * recording.duration * recording.channels)
    words = sum(counts)
    if words > most or sum(len(text) for each in texts for text in each) > most:
        msg = f"transcript: {recording.duration:.0f}秒の音声に入りきらない量の言葉があります (上限{most}文字)"
        raise CaseFileError(msg)


def shared_out(words: Sequence[str], texts: Sequence[str]) -> list[int]:
    """Share words out to the segments whose texts they make up, one after another.

    Args:
        words: In their order.
        texts: Of the segments, in theirs.

    Returns:
        Of each word the number of its segment: where its middle lies in the texts joined; the last for what
        goes beyond.
    """
    ends = list(itertools.accumulate(len(spoken(text)) for text in texts))
    out, at = [], 0
    for word in words:
        length = len(spoken(word))
        out.append(min(bisect.bisect_right(ends, at + length / 2), len(texts) - 1))
        at += length
    return out


def utterances(words: Sequence[HeardWord]) -> Iterator[Sequence[HeardWord]]:
    """Cut what one voice says in one go into utterances of at most ``MOST_WORDS``.

    Args:
        words: Of a segment, in order.

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
