"""Recognise numbers that are announced by name: My Numbers, cards, accounts, licences, insurances, customers.

The digits are read as those of telephone numbers (``models.wording.digits``): over turns, with はい between,
in any spelling.  A number that is read back, whole or group by group, is found by its digits alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from presidio_analyzer import RecognizerResult

from models.calls.artifacts import Call, CallArtifacts, CallRecognizer
from models.recognizers.identifiers.figure_kinds import FIGURE_KINDS, FigureKind, is_card
from models.wording.digits import UNIT_AFTER, Run, complete, runs
from pipeline.reasons import Reason
from pipeline.sound.identifiers import LETTER_NAMES

__all__ = ["CalledNumberRecognizer"]

_OTHER = re.compile(
    r"[一-龠ァ-ヶー]の?番号|電話|携帯|ナンバー|コード|郵便|住所|金額|料金|期限|お?名前|時間|円|年齢|内線|暗証|西暦|昭和|平成|令和"
)
"""Name of another number; between a name and a number it shows that the number belongs to the other name."""

_LETTER = rf"(?:[A-Za-zＡ-Ｚａ-ｚ]|{LETTER_NAMES})"
_LETTERS_BEFORE = re.compile(rf"(?<![ァ-ヶーA-Za-z])(?:{_LETTER}(?:[\s、・の\-]|ハイフン|はい)*)+$")
_MISSED = re.compile(r"(?:[^0-9０-９。\n]|[。\n](?!.*番号)){0,24}")
"""Text between two groups of one number where the first alone is too short."""

_BEHIND = re.compile(r"[、\s]*(?:が|は|の|って|というのが|これが)[、\s]*(?:私の|その|この)?")
_BANK = re.compile(
    r"[ァ-ヶー一-龠A-Za-zａ-ｚＡ-Ｚぁ-ん]{1,10}(?:銀行|信用金庫|信金|信用組合|農協|労金)(?:[の、\s]*[ァ-ヶー一-龠]{1,8}(?:支店|出張所|本店))?"
    r"[の、\s]*(?:(?:普通|当座|貯蓄)(?:預金|口座)?)?(?:[のでがは、\s]|番号|口座)*$"
)
_SORT = re.compile(r"(?:普通|当座|貯蓄)(?:預金|口座)?(?:[のでがは、\s]|番号)*$")
_NOT_BANK = re.compile(r"^.*(?:は|が|に|を|で|から|へ|と|も)(?=.)")

NEAR_CHARS = 12
"""Greatest distance of the name from a complete telephone number that is still another number."""

READ_BACK_CHARS, READ_BACK_FIGURES = 200, 4
"""Greatest distance behind a number of a group that repeats it (復唱), and least number of digits of such a
group."""


class CalledNumberRecognizer(CallRecognizer):
    """Numbers by their names; cards also by their check digit alone."""

    entities = tuple(dict.fromkeys(row.kind for row in FIGURE_KINDS))

    def find(self, call: Call, artifacts: CallArtifacts) -> list[RecognizerResult]:
        """Take the first number behind each name, its repetitions, and cards without a name."""
        text, found = call.text, dict[tuple[int, int], tuple[FigureKind, str]]()
        for row in FIGURE_KINDS:
            for named in row.called.finditer(text):
                for start, end, digits in _numbers(text, named, row):
                    found.setdefault((start, end), (row, digits))
        results = [
            self.result(row.kind, start, end, *_sure(row, digits))
            for (start, end), (row, digits) in found.items()
        ]
        return [*results, *self._read_back(text, found), *self._cards(text)]

    def _read_back(
        self, text: str, found: dict[tuple[int, int], tuple[FigureKind, str]]
    ) -> Iterator[RecognizerResult]:
        for (_, end), (row, digits) in found.items():
            if len(digits) < READ_BACK_FIGURES:
                continue
            for run in _runs_of(text, len(digits)):
                near = 0 <= run.start - end <= READ_BACK_CHARS and len(run.digits) >= READ_BACK_FIGURES
                again = run.digits == digits or (near and run.digits in digits)
                if again and not complete(run.digits) and not UNIT_AFTER.match(text, run.end):
                    yield self.result(row.kind, run.start, run.end, 0.9, Reason.NUMBER_READ_BACK)

    def _cards(self, text: str) -> Iterator[RecognizerResult]:
        for run in _runs_of(text, 16):
            if len(run.digits) == 16 and run.digits[0] in "3456" and is_card(run.digits):
                yield self.result("CREDIT_CARD", run.start, run.end, 0.95, Reason.CHECK_FIGURE_RIGHT)


def _runs_of(text: str, figures: int, moved: int = 0) -> list[Run]:
    """Return runs of digits, shifted by ``moved``; a number is complete from ``figures`` digits on."""
    found = runs(text, lambda said: len(said) >= figures)
    return [Run(run.start + moved, run.end + moved, run.digits) for run in found]


def _sure(row: FigureKind, digits: str) -> tuple[float, Reason]:
    if row.proof is None:
        return 0.9, Reason.NUMBER_CALLED_SO
    return (0.98, Reason.CHECK_FIGURE_RIGHT) if row.proof(digits) else (0.85, Reason.NUMBER_CALLED_SO)


def _numbers(text: str, named: re.Match[str], row: FigureKind) -> Iterator[tuple[int, int, str]]:
    """Yield the numbers of a name: the first behind it, and one right before it."""
    begin = named.end()
    scope = text[begin : begin + row.reach + 120]
    most = max(row.counts)
    behind = _runs_of(scope, most, begin)
    if behind and behind[0].start - begin <= row.reach and not _OTHER.search(text, begin, behind[0].start):
        yield from _fitting(text, begin, behind, row)
    if row.proof is None and not row.lettered and not row.is_end:
        first = max(0, named.start() - 60)
        before = _runs_of(text[first : named.start()], most, first)
        if before and _BEHIND.fullmatch(text, before[-1].end, named.start()):
            yield from _fitting(text, before[-1].start, before[-1:], row)


def _fitting(text: str, begin: int, following: list[Run], row: FigureKind) -> Iterator[tuple[int, int, str]]:
    """Yield the first run, joined with the next ones while too short, if its length fits the kind."""
    start, end, digits = following[0].start, following[0].end, following[0].digits
    for run in following[1:]:
        if len(digits) in row.counts or not _MISSED.fullmatch(text, end, run.start):
            break
        if UNIT_AFTER.match(text, end) or _OTHER.search(text, end, run.start):
            break
        end, digits = run.end, digits + run.digits
    letters = 0
    if row.lettered and (spelt := _LETTERS_BEFORE.search(text[begin:start])):
        letters, start = len(re.findall(_LETTER, spelt[0])), begin + spelt.start()
    phone = complete(digits) and len(digits) <= 11 and start - begin > NEAR_CHARS
    proven = not row.must or (row.proof is not None and row.proof(digits))
    counted = len(digits) + letters in row.counts and bool(digits)
    if counted and proven and not phone and not UNIT_AFTER.match(text, end):
        yield (_from_bank(text, start) if row.kind == "BANK_ACCOUNT" else start), end, digits


def _from_bank(text: str, start: int) -> int:
    """Return the beginning of an account: its bank's name, where that stands right before the digits."""
    line = text.rfind("\n", 0, start) + 1
    bank = _BANK.search(text[max(line, start - 48) : start])
    if bank is None:
        sort = _SORT.search(text[line:start])
        return start - len(sort[0]) if sort else start
    lead = _NOT_BANK.match(bank[0].partition("銀行")[0].partition("信")[0])
    return start - len(bank[0]) + (lead.end() if lead else 0)
