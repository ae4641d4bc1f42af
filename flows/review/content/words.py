"""Transcripts in memory: each is read once, and can be searched for similar sounds."""

from __future__ import annotations

import bisect
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from flows.desk.integrity.desk import Desk
from flows.desk.kinds.values import Actor
from flows.masking.final_copy import transcript_of
from flows.review.content.comparing import Comparing, shown_reasons
from models.wording.known import known_words
from pipeline.correcting.corrected import Corrected, corrected
from pipeline.correcting.divided_pieces import divide_by_sound
from pipeline.correcting.heard_otherwise import heard_otherwise, written_otherwise
from pipeline.correcting.offers import Offer
from pipeline.correcting.spoken_offers import offers_for
from pipeline.correcting.wording import Piece, Wording
from pipeline.sound.morae import Mora
from pipeline.sound.search import find_sound
from pipeline.types import CallCase, CharSpan, MaskItem, TimeSpan, Transcript

if TYPE_CHECKING:
    from models.language.readings import Reader, SoundLine

KEPT_CALLS = 8
KEPT_SECONDS = 1800.0
"""Seconds after which a transcript is dropped, because it may have been erased from the store."""

MAX_PRICE_BY_MORAE = ((3, 0.0), (5, 0.15), (99, 0.25))
"""Largest price per mora at which something counts as the same sound, by number of morae: short words occur
by chance in any sentence.  The bounds are wider than the recognizer's, because a person checks each place."""

MAX_MORAE = 60
"""Longest sound that is searched for, in morae; longer sentences are not repeated."""


@dataclass(frozen=True, slots=True)
class Alike:
    """A place that sounds like another one.

    Attributes:
        chars: Character range in ``Transcript.text``.
        likeness: Similarity, 1 for the same sound.
    """

    chars: CharSpan
    likeness: float


class OpenedWords:
    """A call's transcript and its sound in morae.

    Args:
        transcript: The transcript.
        reading: The reader of Japanese, which one thread may use at a time.
    """

    def __init__(self, transcript: Transcript, reading: Reading) -> None:
        self.transcript = transcript
        self._reading = reading
        self._spoken: dict[str, tuple[Mora, ...]] = {}
        self._comparing = Comparing(reading)
        self._written: tuple[Wording, Corrected, OpenedWords] | None = None

    def written(self, wording: Wording) -> tuple[Corrected, OpenedWords]:
        """Return this transcript with corrections, and its words opened; the last answer is kept.

        Args:
            wording: The corrections of a transcript that is opened as it was recognised.
        """
        kept = self._written
        if kept is None or kept[0] != wording:
            now = corrected(self.transcript, wording)
            same = now.transcript == self.transcript
            words = self if same else OpenedWords(now.transcript, self._reading)
            words._spoken = self._spoken  # noqa: SLF001 (readings do not depend on where words stand)
            words._comparing = self._comparing  # noqa: SLF001 (nor do comparisons)
            kept = self._written = wording, now, words
        return kept[1], kept[2]

    @cached_property
    def line(self) -> SoundLine:
        """The whole call as morae."""
        with self._reading as reader:
            return reader.line(self.transcript.text)

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        """The start of each mora's characters, in ascending order."""
        return tuple(at.start for at in self.line.chars)

    def sound(self, chars: CharSpan) -> tuple[Mora, ...]:
        """Return the morae of a stretch of text."""
        first = bisect.bisect_left(self._starts, chars.start)
        while first and self.line.chars[first - 1].end > chars.start:
            first -= 1
        last = bisect.bisect_left(self._starts, chars.end)
        return self.line.morae[first:last]

    def spoken(self, chars: CharSpan) -> tuple[Mora, ...]:
        """Return the reading of a stretch's words alone, independent of their context.

        It is quicker than reading the whole call, which is needed only for a search.
        """
        text = self.transcript.text[chars.start : chars.end]
        if text not in self._spoken:
            with self._reading as reader:
                self._spoken[text] = reader.line(text).morae
        return self._spoken[text]

    def reasons(self, item: MaskItem, case: CallCase) -> dict[str, Any]:
        """Return the page's explanation of the question about an item, with the registered value."""
        text = self.transcript.text[item.chars.start : item.chars.end]
        return shown_reasons(item, self._comparing.of(text, item, case))

    def kana(self, text: str) -> str:
        """Return the reading of a text in katakana."""
        with self._reading as reader:
            return reader.kana(text)

    def divide_by_sound(self, piece: Piece, text: str, ends: Sequence[int]) -> tuple[Piece, ...]:
        """Divide by ``pipeline.correcting.divided_pieces.divide_by_sound``, with the shared reader."""
        with self._reading as reader:
            return divide_by_sound(piece, text, ends, reader)

    def offers(self, chars: CharSpan, case: CallCase) -> tuple[Offer, ...]:
        """Find where the case's own words are said in a run of a line; places count from its beginning."""
        text = self.transcript.text[chars.start : chars.end]
        with self._reading as reader:
            return offers_for(self.transcript, chars, reader.line(text), known_words(case, reader))

    def heard_otherwise(self, run: CharSpan) -> str:
        """Return the morae that the listener heard for a run of a line, where they differ from the text."""
        lines = self.transcript.segments
        line = next((s for s in lines if s.chars.start <= run.start and run.end <= s.chars.end), None)
        with self._reading as reader:
            written = reader.line(self.transcript.text[run.start : run.end]).morae
        return "" if line is None else heard_otherwise(line, run, written)

    def written_otherwise(self, run: CharSpan) -> str:
        """Return the second hearing's words for a whole line, if the run is one and they were heard so."""
        line = next((s for s in self.transcript.segments if s.chars == run), None)
        if line is None or not line.again:
            return ""
        with self._reading as reader:
            heard, written = (
                reader.line(text).morae for text in (line.again, self.transcript.text[run.start : run.end])
            )
        return written_otherwise(line, heard, written)

    def read(self) -> None:
        """Read the whole call now, before somebody waits for it."""
        _ = self.line

    def alike(self, chars: CharSpan) -> tuple[Alike, ...]:
        """Find all other places in the call that sound like a stretch of text."""
        needle = self.sound(chars)[:MAX_MORAE]
        if len(needle) < 2:
            return ()
        bound = next(price for limit, price in MAX_PRICE_BY_MORAE if len(needle) < limit)
        found = []
        for match in find_sound(needle, self.line.morae, bound):
            where = self.line.span(match.start, match.end)
            if not where.overlaps(chars):
                found.append(Alike(where, round(1 - match.price / len(needle), 3)))
        return tuple(found)

    def chars_in(self, time_: TimeSpan, channels: tuple[int, ...]) -> CharSpan:
        """Return the text range of a stretch of time in the utterance that has most of it; it may be empty.

        Words of other utterances in the same stretch are masked by their time.
        """
        best: tuple[int, CharSpan] = (0, CharSpan(0, 0))
        for segment in self.transcript.segments:
            if segment.channel not in channels:
                continue
            words = [word for word in segment.words if _inside(word.time, time_)]
            if words:
                start, end = min(w.chars.start for w in words), max(w.chars.end for w in words)
                best = max(best, (end - start, CharSpan(start, end)), key=lambda each: each[0])
        return best[1]

    def cut(self, chars: CharSpan, at: float) -> int:
        """Return where an item's text is split when its sound is split at a time."""
        words = [w for s in self.transcript.segments for w in s.words if w.chars.overlaps(chars)]
        before = [w.chars.end for w in words if (w.time.start + w.time.end) / 2 < at]
        return min(max([chars.start, *before]), chars.end)


def _inside(word: TimeSpan, stretch: TimeSpan) -> bool:
    shared = min(word.end, stretch.end) - max(word.start, stretch.start)
    return shared > word.duration / 2 or (word.duration == 0 and stretch.start <= word.start < stretch.end)


class Reading:
    """The shared reader of Japanese, loaded when it is first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reader: Reader | None = None

    def __enter__(self) -> Reader:
        self._lock.acquire()
        try:
            if self._reader is None:
                from models.language.readings import load_reader

                self._reader = load_reader()
        except BaseException:
            self._lock.release()
            raise
        return self._reader

    def __exit__(self, *_: object) -> None:
        self._lock.release()


@dataclass(slots=True)
class _Kept:
    words: OpenedWords = field(repr=False)
    since: float


class Library:
    """The transcripts that were opened last.

    Args:
        desk: The desk.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._lock = threading.Lock()
        self._reading = Reading()

    def warm(self) -> None:
        """Load the reader now, before the first analyst waits for it."""
        with self._reading:
            pass

    def get(self, actor: Actor, call_id: str, sha256: str) -> OpenedWords:
        """Return a call's words.

        Args:
            actor: The person who opens them, whom the audit log records when they are read from the store.
            call_id: The call's id.
            sha256: SHA-256 of the transcript that the plan refers to.

        Raises:
            NotFoundError: when the transcript is erased.
        """
        key, now = f"{call_id} {sha256}", time.monotonic()
        with self._lock:
            for old in [each for each, kept in self._kept.items() if now - kept.since > KEPT_SECONDS]:
                del self._kept[old]
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key].words
        words = OpenedWords(transcript_of(self._desk, actor, call_id), self._reading)
        with self._lock:
            self._kept[key] = _Kept(words, now)
            while len(self._kept) > KEPT_CALLS:
                self._kept.popitem(last=False)
        return words
