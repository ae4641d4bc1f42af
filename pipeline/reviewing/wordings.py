"""Corrections of the text that stand after a series of decisions, and the rules for adding one.

As with items, an undone decision counts as never made (``pipeline.reviewing.fold``).  New words and lines do
not change any mask; only the items that detection found in the new words do.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from pipeline.correcting.corrected import Corrected, corrected
from pipeline.correcting.wording import AS_RECOGNISED, SPEAKERS, Correction, Wording, with_pieces
from pipeline.errors import ReviewRuleError
from pipeline.reviewing.decisions import OF_THE_TEXT, ReviewDecision, ReviewKind
from pipeline.reviewing.fold import effective
from pipeline.third_voice import THIRD
from pipeline.types import Transcript

MAX_CHARS: Final = 2000
"""Longest text that one decision may write: more than anybody says in one breath."""


def wording_after(decisions: Iterable[ReviewDecision]) -> Wording:
    """Return the corrections that stand.

    Args:
        decisions: All decisions on one transcript, over all revisions of the plan, in any order.
    """
    wording = AS_RECOGNISED
    for decision in effective(decisions):
        wording = _with(wording, decision)
    return wording


def _with(wording: Wording, decision: ReviewDecision) -> Wording:
    if decision.kind is ReviewKind.SIDES:
        return wording.with_sides_turned()
    correction = decision.correction
    if correction is None:
        return wording
    if decision.kind is ReviewKind.WORDS:
        return replace(wording, pieces=with_pieces(wording.pieces, correction.pieces))
    if decision.kind is ReviewKind.SPEAKER:
        return replace(wording, speakers=(*wording.speakers, (correction.chars, correction.speaker)))
    if decision.kind in {ReviewKind.BREAK, ReviewKind.JOIN}:
        begins = {**dict(wording.lines), correction.chars.start: decision.kind is ReviewKind.BREAK}
        return replace(wording, lines=tuple(sorted(begins.items())))
    return wording


def read_at(decisions: Iterable[ReviewDecision]) -> datetime | None:
    """Return the time of the last standing confirmation that a person read the text; ``None`` without one."""
    times = [each.decided_at for each in effective(decisions) if each.kind is ReviewKind.READ]
    return times[-1] if times else None


# --- what one decision changed -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TextChange:
    """The corrected text before and after a decision."""

    before: str = field(repr=False)
    after: str = field(repr=False)


def text_changes(transcript: Transcript, decisions: Sequence[ReviewDecision]) -> dict[int, TextChange]:
    """List the change of text by each decision about words, undone ones and undos included.

    Args:
        transcript: The transcript as recognised.
        decisions: As for ``wording_after``.

    Returns:
        Changes by the number of the decision.
    """
    ordered = sorted(decisions, key=lambda each: each.number)
    about = {
        each.number: each.correction.chars
        for each in ordered
        if each.kind is ReviewKind.WORDS and each.correction
    }
    out: dict[int, TextChange] = {}
    now = AS_RECOGNISED
    for place, decision in enumerate(ordered):
        undoes = decision.kind is ReviewKind.UNDO
        before, now = now, wording_after(ordered[: place + 1]) if undoes else _with(now, decision)
        chars = about.get(_undone(ordered, decision) if undoes else decision.number)
        if chars is not None:
            told = (wording.shown(transcript.text, chars) for wording in (before, now))
            out[decision.number] = TextChange(*told)
    return out


def _undone(ordered: Sequence[ReviewDecision], decision: ReviewDecision) -> int:
    """Follow a chain of undos to the number of the first decision that it is about; 0 for other decisions."""
    by_number = {each.number: each for each in ordered}
    number = 0
    seen = decision
    while seen.kind is ReviewKind.UNDO and seen.undoes is not None and seen.undoes < seen.number:
        number = seen.undoes
        if number not in by_number:
            return 0
        seen = by_number[number]
    return number


# --- rules ---------------------------------------------------------------------------------


def check_text(transcript: Transcript, made: Sequence[ReviewDecision], new: ReviewDecision) -> None:
    """Check whether a decision about the text may be added.

    Args:
        transcript: The transcript as recognised.
        made: Decisions on it so far.
        new: The decision to add.

    Raises:
        ReviewRuleError: names the violated rule.
    """
    if new.kind not in OF_THE_TEXT or new.kind in {ReviewKind.READ, ReviewKind.SIDES}:
        return
    correction = new.correction
    if correction is None:
        raise ReviewRuleError("直す所がありません")
    if new.kind is ReviewKind.WORDS:
        _check_words(transcript, correction)
        return
    now = corrected(transcript, wording_after(made))
    if new.kind is ReviewKind.SPEAKER:
        if correction.speaker not in SPEAKERS or not now.touched(correction.chars):
            raise ReviewRuleError("話者が正しくありません")
    else:
        _check_line(now, correction.chars.start, begins=new.kind is ReviewKind.BREAK)


def _check_words(transcript: Transcript, correction: Correction) -> None:
    chars, pieces = correction.chars, correction.pieces
    inside = all(chars.start <= piece.chars.start < piece.chars.end <= chars.end for piece in pieces)
    apart = all(one.chars.end <= other.chars.start for one, other in itertools.pairwise(pieces))
    if not pieces or not inside or not apart or chars.end > len(transcript.text):
        raise ReviewRuleError("直す言葉がないか、元のままです")
    written = "".join(piece.text for piece in pieces)
    if len(written) > MAX_CHARS:
        msg = f"一度に書けるのは{MAX_CHARS}字までです"
        raise ReviewRuleError(msg)
    if any(unicodedata.category(char) in {"Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn"} for char in written):
        raise ReviewRuleError("改行や、目に見えない文字は書けません")


def _check_line(now: Corrected, start: int, *, begins: bool) -> None:
    if begins:
        if start in now.starts or start not in {part.raw.start for part in now.parts}:
            raise ReviewRuleError("そこでは行を分けられません")
        return
    at, segments = now.starts.index(start) if start in now.starts else 0, now.transcript.segments
    if at == 0 or segments[at].channel != segments[at - 1].channel:
        raise ReviewRuleError("前の行とはつなげられません(別の人の側か、通話の初めです)")
    if (segments[at].speaker == THIRD) is not (segments[at - 1].speaker == THIRD):
        raise ReviewRuleError("第三の話者の行は、ほかの人の行とつなげられません")
