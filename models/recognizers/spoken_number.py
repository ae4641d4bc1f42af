"""Recognise telephone numbers as they are spoken and as a recogniser writes them.

A number may be digits, full width, kanji or kana readings.  Its groups may be separated by の, by commas, by
the other side's はい, and by a junk word that a digit was misheard as.
"""

from __future__ import annotations

import re

from presidio_analyzer import RecognizerResult

from models.calls.artifacts import Call, CallArtifacts, CallRecognizer
from models.wording.announced import cue_before
from models.wording.digits import UNIT_AFTER, Run, complete, runs
from pipeline.reasons import Reason

_TAIL = re.compile(r"末尾|下[4四よ]桁|下[4四よ]けた|最後の?[4四]桁|後ろの|下[4四]ケタ|局番|続き")
_AROUND = re.compile(r"電話|携帯|連絡先|0[5-9]0|ケータイ|スマホ")
_ALONE = re.compile(r"(?:^|[\s、。])[0-9０-９]{4}(?:[^の番号室目]|$)")
"""A number's last group, alone in a sentence and without another number announced.  In the exact words of 108
calls all such were telephone numbers, in recognised words five of seven; the others were blocks without their
town."""

LONG = 6
"""Number of digits from which a run is judged by its length first."""


class SpokenNumberRecognizer(CallRecognizer):
    """Telephone numbers, whole or in groups."""

    entities = ("PHONE_NUMBER",)

    def find(self, call: Call, artifacts: CallArtifacts) -> list[RecognizerResult]:
        """Collect runs of digits, join groups, judge each by length and context."""
        found: list[RecognizerResult] = []
        for run in runs(call.text):
            score, why = _judge(call.text, run)
            if score:
                found.append(self.result("PHONE_NUMBER", run.start, run.end, score, why))
        return found


def _judge(text: str, run: Run) -> tuple[float, Reason]:
    """Return the probability that a run is (part of) a telephone number, and why; 0 for another number."""
    cue = cue_before(text, run.start)
    exact = complete(run.digits) and len(run.digits) <= 11
    if exact:
        return (0.6 if cue == "other" else 0.97), Reason.PHONE_LENGTH
    if cue == "other" or UNIT_AFTER.match(text, run.end):
        return 0.0, Reason.NOT_GIVEN
    return _judge_long(run, cue) if len(run.digits) >= LONG else _judge_short(text, run, cue)


def _judge_long(run: Run, cue: str) -> tuple[float, Reason]:
    """Judge six digits or more that are no complete number."""
    count, zero = len(run.digits), run.digits[0] == "0"
    if cue == "place":
        return (0.6, Reason.PHONE_LENGTH_NEARLY) if 9 <= count <= 12 and zero else (0.0, Reason.NOT_GIVEN)
    if count > 13:
        return 0.6, Reason.LONG_FIGURES
    if count >= 9:
        return (0.9 if cue == "phone" or zero else 0.6), Reason.PHONE_LENGTH_NEARLY
    if cue == "phone":
        return 0.85, Reason.PHONE_CUE_AND_FIGURES
    return (0.5, Reason.LONG_FIGURES) if zero and count >= 8 else (0.0, Reason.NOT_GIVEN)


def _judge_short(text: str, run: Run, cue: str) -> tuple[float, Reason]:
    """Judge up to five digits: a group, an ending, an extension."""
    count = len(run.digits)
    if cue == "extension":
        return (0.4, Reason.EXTENSION_NUMBER) if count >= 2 else (0.0, Reason.NOT_GIVEN)
    if count < 3 or cue == "place":
        return 0.0, Reason.NOT_GIVEN
    if cue == "phone":
        return 0.65, Reason.PHONE_CUE_AND_FIGURES
    if not cue and _ALONE.fullmatch(text[max(0, run.start - 1) : run.end + 1]):
        return 0.55, Reason.FOUR_FIGURES_ALONE
    ending = _TAIL.search(text[max(0, run.start - 40) : run.start])
    return (
        (0.6, Reason.NUMBER_ENDING)
        if ending and _AROUND.search(text[max(0, run.start - 250) : run.start])
        else (0.0, Reason.NOT_GIVEN)
    )
