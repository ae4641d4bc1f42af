"""Check the finished products and report the masked data that they still contain.

The checks do not rely on the steps that made the products: sample ranges are computed from each item's own
time, the text is searched like a reader would, and the finished audio is transcribed once more
(``pipeline.verifying.listen``).  A call without a leak is clean; a call with a leak that no wider plan mends
is not released.
"""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np

from pipeline.audio.recording import Recording, to_samples, to_span
from pipeline.finding.parts import whole_of
from pipeline.hearing.clips import Audio
from pipeline.masking.audio import fill, masked_windows
from pipeline.masking.crosstalk import MIN_COPY_SECONDS, copies_left
from pipeline.masking.text import LABELS, OTHER_LABEL, masked_in_text
from pipeline.nearby import Nearby
from pipeline.reviewing.queue import is_candidate
from pipeline.sound.morae import fold_letters
from pipeline.third_voice import THIRD_VOICE
from pipeline.types import CharSpan, Leak, MaskAction, MaskItem, MaskPlan, TimeSpan, Transcript
from pipeline.verifying.widen import SOURCE

_BLOCK_SAMPLES: Final = 1 << 22  # samples compared at once
_MIN_CHARS_ACROSS_LINES: Final = 4  # two lines can spell a shorter value by chance
_STAMP: Final = re.compile(r"\[(\d{2,}):(\d{2})\] [^:]*: ?")
_LABEL: Final = re.compile("|".join(re.escape(label) for label in (*LABELS.values(), OTHER_LABEL)))

_HONORIFIC: Final = re.compile(r"[、。\s]*(?:さん|さま|様|君|くん|ちゃん|先生|氏)[、。\s]*")


# --- audio ---------------------------------------------------------------------------------


def verify_audio(
    original: Recording, masked: Audio, plan: MaskPlan, before: MaskPlan | None = None
) -> tuple[Leak, ...]:
    """Compare the masked audio, read back from its file, with the call.

    Args:
        original: The call.
        masked: The masked copy, decoded from its file.
        plan: The plan of the masks.
        before: An earlier plan that was verified; its items are not searched on other channels again.

    Returns:
        ``SHAPE`` when rate, channels, length or law differ (nothing else is then checked);
        ``AUDIO_UNCHANGED`` for a masked item without a window of constant fill over all its samples on each
        of its channels; ``OUTSIDE_CHANGED`` for every stretch between windows with a changed sample;
        ``CROSSTALK`` for a masked item with a copy on an unmasked channel.
    """
    shapes = {(each.rate, each.samples.shape, each.law) for each in (original, masked)}
    if len(shapes) > 1:
        return (Leak("SHAPE", None, TimeSpan(0.0, original.duration)),)
    leaks: list[Leak] = []
    filled: list[list[tuple[int, int]]] = []
    for channel in range(original.channels):
        windows = masked_windows(plan, channel, original.rate, original.length)
        filled.append([window for window in windows if _is_fill(masked, channel, window, plan.policy.fill)])
        leaks += _outside(original, masked, channel, windows)
    for item in plan.masked:
        heard_on = set(item.channels)
        ranges = {
            channel: to_samples(item.time_on(channel), original.rate, original.length) for channel in heard_on
        }
        covered = bool(heard_on) and heard_on <= set(range(original.channels)) and all(
            start < end and _holds(filled[channel], start, end) for channel, (start, end) in ranges.items()
        )  # fmt: skip
        if not covered:
            leaks.append(Leak("AUDIO_UNCHANGED", item.item_id, item.time))
    if not leaks:
        known = set(before.items) if before else set()
        leaks += [
            Leak("CROSSTALK", item.item_id, item.time)
            for item in plan.masked
            if item not in known
            and any(
                not _hidden(filled[channel], copy, original)
                for channel, copy in copies_left(original, masked, item.time, item.channels)
            )
        ]
    return tuple(leaks)


def _hidden(windows: Sequence[tuple[int, int]], copy: TimeSpan, original: Recording) -> bool:
    """Whether other masks lie over a copy, but for less than a word at its ends."""
    start, end = to_samples(copy, original.rate, original.length)
    covered = sum(max(0, min(end, stop) - max(start, begin)) for begin, stop in windows)
    return end - start - covered < min(MIN_COPY_SECONDS * original.rate, (end - start) / 2)


def _holds(windows: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """Whether one of these ordered, disjoint windows contains ``[start, end)``."""
    at = bisect.bisect_right(windows, start, key=lambda window: window[0]) - 1
    return at >= 0 and end <= windows[at][1]


def _is_fill(masked: Audio, channel: int, window: tuple[int, int], kind: str) -> bool:
    start, end = window
    wanted = fill(end - start, masked.rate, kind, masked.law)
    return np.array_equal(masked.samples[channel, start:end], wanted)


def _outside(
    original: Recording, masked: Audio, channel: int, windows: tuple[tuple[int, int], ...]
) -> list[Leak]:
    """Return one leak for each stretch between windows with a changed sample."""
    edges = [0, *(edge for window in windows for edge in window), original.length]
    leaks = []
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        for at in range(start, end, _BLOCK_SAMPLES):
            stop = min(end, at + _BLOCK_SAMPLES)
            changed = np.flatnonzero(original.samples[channel, at:stop] != masked.samples[channel, at:stop])
            if len(changed):
                where = to_span(at + int(changed[0]), at + int(changed[-1]) + 1, original.rate)
                leaks.append(Leak("OUTSIDE_CHANGED", None, where))
    return leaks


# --- text ----------------------------------------------------------------------------------


def values(transcript: Transcript, plan: MaskPlan, action: MaskAction) -> tuple[tuple[str, str], ...]:
    """Collect the clear text of the plan's items, for ``verify_text`` alone.

    Masked parts of one finding (``pipeline.finding.parts``) are one value, under the id of the most probable
    part: the 中の of 中の髪がハトリチオ occurs everywhere.  Left out are kept items that overlap a masked one
    in the text, because they are masked there; items that ``widen`` added, which stand for the item that they
    sound like, unless a person has decided to keep them; candidates; voices, whose words others say, too; and
    honorifics alone.

    Args:
        transcript: Words of the call.
        plan: Plan of the same call.
        action: MASK for masked items, KEEP for kept ones.

    Returns:
        Item id and text, in the plan's order.
    """

    def of_one(one: MaskItem, other: MaskItem) -> bool:
        parts = whole_of(one) is not None and whole_of(one) == whole_of(other)
        return action is MaskAction.MASK and parts and one.chars.end <= other.chars.start

    runs = _runs(_with_values(transcript, plan, action), transcript.text, of_one)
    likeliest = ((max(run, key=lambda item: item.score), run) for run in runs)
    ordered = sorted(likeliest, key=lambda each: (each[0].time, each[0].item_id))
    return tuple((item.item_id, _said(run, transcript.text)) for item, run in ordered)


def kept_values(transcript: Transcript, plan: MaskPlan) -> tuple[tuple[str, str], ...]:
    """Collect the clear text of kept items, as ``values``, joining items with no text between them.

    An address is often found in pieces, and a value may span two of them.
    """
    runs = _runs(_with_values(transcript, plan, MaskAction.KEEP), transcript.text, lambda *_: True)
    return tuple((run[0].item_id, _said(run, transcript.text)) for run in runs)


def _runs(
    items: Iterable[MaskItem], text: str, of_one: Callable[[MaskItem, MaskItem], bool]
) -> list[list[MaskItem]]:
    """Group items in order of text: neighbours without text between them that ``of_one`` joins."""
    runs: list[list[MaskItem]] = []
    end = 0
    for item in sorted(items, key=lambda item: item.chars):
        if runs and of_one(runs[-1][-1], item) and not fold_letters(text[end : item.chars.start]):
            runs[-1].append(item)
            end = max(end, item.chars.end)
        else:
            runs.append([item])
            end = item.chars.end
    return runs


def _said(run: Sequence[MaskItem], text: str) -> str:
    return text[run[0].chars.start : max(item.chars.end for item in run)]


def _with_values(transcript: Transcript, plan: MaskPlan, action: MaskAction) -> Iterator[MaskItem]:
    masked = Nearby(masked_in_text(plan), lambda item: item.chars)

    def untouched(chars: CharSpan) -> bool:
        return not any(chars.overlaps(other.chars) for other in masked.touching(chars.start, chars.end))

    for item in plan.items:
        if (
            item.action is action
            and item.entity_type != THIRD_VOICE
            and (item.source != SOURCE or (item.decided and item.action is MaskAction.KEEP))
            and not is_candidate(item)
            and not _HONORIFIC.fullmatch(transcript.text, item.chars.start, item.chars.end)
            and (action is MaskAction.MASK or untouched(item.chars))
        ):
            yield item


def verify_text(
    masked_text: str,
    masked_values: tuple[tuple[str, str], ...],
    kept_values: tuple[tuple[str, str], ...] = (),
) -> tuple[Leak, ...]:
    """Search the finished text for every masked value.

    Width, case, white space and punctuation are ignored, and labels are not text.  A value may occur as often
    as kept items contain it: a requester's own surname stays even where a relative's equal surname is masked.
    Values of one character are not searched, because 森 and 林 are words, too.

    Args:
        masked_text: Text of ``pipeline.masking.text.as_text``, read back from the file.
        masked_values: Item id and clear text of each masked item.
        kept_values: Item id and clear text of each kept item.

    Returns:
        A ``TEXT`` leak for each masked item whose value occurs more often than kept items explain; ``where``
        is the second of the first line with it.
    """
    lines = [_line(line) for line in masked_text.splitlines()]
    # Values are also searched across lines, because a number may continue in the next turn.
    joined = "\n".join(text for _, text in lines), "".join(text for _, text in lines)
    kept = [fold_letters(value) for _, value in kept_values]
    # Each value once, however often it was masked.
    left = {
        wanted: _read_at(wanted, lines, joined, kept)
        for wanted in {fold_letters(value) for _, value in masked_values}
        if len(wanted) > 1
    }
    seconds = ((item_id, left.get(fold_letters(value))) for item_id, value in masked_values)
    return tuple(
        Leak("TEXT", item_id, TimeSpan(second, second + 1.0))
        for item_id, second in seconds
        if second is not None
    )


def _read_at(
    wanted: str, lines: Sequence[tuple[float, str]], joined: tuple[str, str], kept: Sequence[str]
) -> float | None:
    """Return the second of the first line with a value; ``None`` where kept items explain all occurrences."""
    allowed = sum(text.count(wanted) for text in kept)
    line_by_line, whole = joined
    found = line_by_line.count(wanted)
    if len(wanted) >= _MIN_CHARS_ACROSS_LINES:
        found = max(found, whole.count(wanted))
    if found <= allowed:
        return None
    return next((at for at, text in lines if wanted in text), 0.0)


def verify_second_opinion(
    document: Mapping[str, Any], masked_text: str, opinion: tuple[str, ...]
) -> tuple[Leak, ...]:
    """Compare the finished text with the same call masked by Presidio's anonymizer.

    Args:
        document: ``masked.json``, read back.
        masked_text: ``masked.txt``, read back.
        opinion: The anonymizer's output for every utterance (``models.analysis.anonymiser``).

    Returns:
        A ``TEXT`` leak without an item for each utterance with a character that the anonymizer removed, or
        that differs between the two files.  No wider plan mends it.
    """
    segments = document["segments"]
    lines = [line for line in masked_text.split("\n") if line]
    shown = iter(line[stamp.end() :] if (stamp := _STAMP.match(line)) else line for line in lines)
    leaks: list[Leak] = []
    for segment, other in itertools.zip_longest(segments, opinion, fillvalue=None):
        if segment is None or other is None:
            return (*leaks, Leak("TEXT", None, TimeSpan(0.0, 0.0)))
        words = segment["words"]
        kept = "".join(word["word"] for word in words if "entity_type" not in word)
        whole = "".join(word["word"] for word in words).strip()
        as_written = segment["text"] == whole == (next(shown, "") if whole else "")
        if not (as_written and _follows(kept, other)):
            leaks.append(Leak("TEXT", None, TimeSpan(segment["start"], segment["end"])))
    if next(shown, None) is not None:
        leaks.append(Leak("TEXT", None, TimeSpan(0.0, 0.0)))
    return tuple(leaks)


def _follows(text: str, other: str) -> bool:
    """Whether ``text`` without white space is a subsequence of ``other``."""
    left = iter(other)
    return all(char in left for char in text if not char.isspace())


def _line(line: str) -> tuple[float, str]:
    """Return start in seconds and folded text of a line of the masked transcript; labels become ``|``."""
    stamp = _STAMP.match(line)
    second = 60.0 * int(stamp[1]) + int(stamp[2]) if stamp else 0.0
    body = line[stamp.end() :] if stamp else line
    return second, "|".join(fold_letters(part) for part in _LABEL.split(body))
