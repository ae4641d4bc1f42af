"""Recognise numbers that are announced by name: My Numbers, cards, accounts, licences, insurances, customers.

The digits are read as those of telephone numbers (``models.wording.digits``): over turns, with はい between,
in any spelling.  A number that is read back, whole or group by group, is found by its digits alone.
"""

from __future__ import annotations

import bisect
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from presidio_analyzer import RecognizerResult

from models.calls.artifacts import Call, CallArtifacts, CallRecognizer
from models.recognizers.identifiers.figure_kinds import FIGURE_KINDS, FigureKind, is_card, is_my_number
from models.recognizers.identifiers.said_numbers import (
    LETTER,
    LETTERS_BEFORE,
    NEAR_CHARS,
    SLIP,
    SaidNumber,
    counted,
    groups_of,
    grown,
    with_letters,
)
from models.wording.digits import Run, complete, goes_on
from pipeline.reasons import Reason

_OTHER = re.compile(
    r"[一-龠ァ-ヶー]の?番号|注文|伝票|電話|携帯|ナンバー|コード|郵便|住所|金額|料金|期限|お?名前|時間|円|年齢|内線|暗証|西暦|昭和|平成|令和"
)
"""Name of another number; between a name and a number it shows that the number belongs to the other name."""

_MISSED = re.compile(r"(?:[^0-9０-９。\n]|[。\n](?!.*番号)){0,24}")
"""Text between two groups of one number where the first alone is too short."""

_BEHIND = re.compile(r"[、\s]*(?:が|は|の|って|というのが|これが)[、\s]*(?:私の|その|この)?")
_BANK = re.compile(
    r"[ァ-ヶー一-龠A-Za-zａ-ｚＡ-Ｚぁ-ん]{1,10}(?:銀行|信用金庫|信金|信用組合|農協|労金)(?:[の、\s]*[ァ-ヶー一-龠]{1,8}(?:支店|出張所|本店))?"
    r"[の、\s]*(?:(?:普通|当座|貯蓄)(?:預金|口座)?)?(?:[のでがは、\s]|番号|口座)*$"
)
_SORT = re.compile(r"(?:普通|当座|貯蓄)(?:預金|口座)?(?:[のでがは、\s]|番号)*$")
_NOT_BANK = re.compile(r"^.*(?:は|が|に|を|で|から|へ|と|も)(?=.)")


SCOPE_CHARS = 120
"""Greatest distance from the reach of a name to the last digit of its number."""

READ_BACK_CHARS, READ_BACK_FIGURES = 200, 4
"""Greatest distance behind a number of a group that repeats a part of it (復唱), and least digits of such a
group; a group as it was said counts from three on there, and from four in the whole call."""

SLIP_CHARS, SLIP_FIGURES = 40, 3
"""Greatest distance from a number said wrong to the right one, and least number of digits of a slip."""


def _is_issued_card(digits: str) -> bool:
    """Whether sixteen digits are a card of a brand that is known in Japan: Visa, Mastercard, JCB, Diners."""
    return digits[0] in "3456" and is_card(digits)


SPELT_OUT = (
    FigureKind("CREDIT_CARD", re.compile(""), (16,), _is_issued_card, must=True),
    FigureKind("MY_NUMBER", re.compile(r"マイ・?ナンバー|個人番号"), (12,), is_my_number, must=True),
    FigureKind("LICENCE_NUMBER", re.compile(r"免許"), (12,)),
)
"""Numbers found by their length, and check digit, in a call that has spoken of them, however far away;
cards in any call."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A number that was found: characters, row, digits, groups as said, and whether letters stand before."""

    start: int
    end: int
    row: FigureKind
    digits: str = field(repr=False)
    groups: tuple[str, ...] = field(repr=False)
    lettered: bool = False


class CalledNumberRecognizer(CallRecognizer):
    """Numbers by their names; cards also by their check digit alone."""

    entities = tuple(dict.fromkeys(row.kind for row in FIGURE_KINDS))

    def find(self, call: Call, artifacts: CallArtifacts) -> list[RecognizerResult]:
        """Take the first number behind each name, its repetitions, and cards without a name."""
        groups = groups_of(call.text)
        found: dict[tuple[int, int], _Found] = {}
        named = (
            each
            for row in FIGURE_KINDS
            for name in row.called.finditer(call.text)
            for each in _numbers(call, groups, name, row)
        )
        for each in (*named, *_spelt_out(call, groups)):
            found.setdefault((each.start, each.end), each)
        for each in tuple(_slips(call.text, groups, [*found.values()])):
            found.setdefault((each.start, each.end), each)
        results = [
            self.result(each.row.kind, each.start, each.end, *_sure(each.row, each.digits))
            for each in found.values()
        ]
        return [*results, *self._read_back(call, groups, found.values())]

    def _read_back(
        self, call: Call, groups: tuple[Run, ...], found: Collection[_Found]
    ) -> Iterator[RecognizerResult]:
        """Yield whole numbers, their groups and their ends, said again."""
        text, ends = call.text, defaultdict[str, dict[int, int]](dict)
        for at, group in enumerate(groups):
            for number in grown(call, groups, at):
                ends[number.digits].setdefault(group.start, number.end)
        for known in found:
            if len(known.digits) < READ_BACK_FIGURES:
                continue
            whole = ends[known.digits]
            for group in groups:
                if known.start <= group.start < known.end or counted(text, group.end):
                    continue
                phone = complete(known.digits) and not complete(group.digits)
                if phone or not (group.start in whole or _is_part(group, known)):
                    continue
                first = with_letters(text, group.start) if known.lettered else group.start
                end = whole.get(group.start, group.end)
                yield self.result(known.row.kind, first, end, 0.9, Reason.NUMBER_READ_BACK)


def _is_part(group: Run, known: _Found) -> bool:
    """Whether a group repeats a part of a number that was found."""
    size = len(group.digits)
    if 0 <= group.start - known.end <= READ_BACK_CHARS:
        said = group.digits in known.groups and size >= SLIP_FIGURES
        return said or (size >= READ_BACK_FIGURES and group.digits in known.digits)
    ends = known.digits.startswith(group.digits) or known.digits.endswith(group.digits)
    return size >= READ_BACK_FIGURES and (group.digits in known.groups or ends)


def _sure(row: FigureKind, digits: str) -> tuple[float, Reason]:
    if row.proof is None:
        return 0.9, Reason.NUMBER_CALLED_SO
    return (0.98, Reason.CHECK_FIGURE_RIGHT) if row.proof(digits) else (0.85, Reason.NUMBER_CALLED_SO)


def _spelt_out(call: Call, groups: tuple[Run, ...]) -> Iterator[_Found]:
    """Yield numbers of a call that has spoken of their kind, by length and check digit."""
    for row in SPELT_OUT:
        spoken_of = row.called.search(call.text)
        if spoken_of is None:
            continue
        for at in range(bisect.bisect_left(groups, spoken_of.end(), key=_start), len(groups)):
            before = call.text[max(0, groups[at].start - NEAR_CHARS) : groups[at].start]
            if not row.must and _OTHER.search(before):
                continue
            for number in grown(call, groups, at):
                phone = complete(number.digits) and not row.must
                if phone or len(number.digits) > max(row.counts):
                    break
                if len(number.digits) in row.counts and _is_proven(row, number.digits):
                    yield _Found(number.start, number.end, row, number.digits, number.groups)
                    break


def _is_proven(row: FigureKind, digits: str) -> bool:
    return not row.must or (row.proof is not None and row.proof(digits))


def _start(run: Run) -> int:
    return run.start


def _numbers(call: Call, groups: tuple[Run, ...], named: re.Match[str], row: FigureKind) -> Iterator[_Found]:
    """Yield the numbers of a name: the first behind it, what corrects it, and one right before it."""
    text, begin = call.text, named.end()
    at = bisect.bisect_left(groups, begin, key=_start)
    while at < len(groups) and counted(text, groups[at].end):
        at += 1  # 三年二組って、番号が12345
    near = at < len(groups) and groups[at].start - begin <= row.reach
    if near and not _OTHER.search(text, begin, groups[at].start):
        yield from _fitting(call, groups, at, begin, row)
    if row.proof is None and not row.lettered and not row.is_end:
        last = bisect.bisect_left(groups, named.start(), key=_start) - 1
        if last >= 0 and _BEHIND.fullmatch(text, groups[last].end, named.start()):
            first = last
            while first and goes_on(text, groups[first - 1].end, groups[first].start):
                first -= 1
            yield from _fitting(call, groups, first, groups[first].start, row)


def _fitting(
    call: Call, groups: tuple[Run, ...], first: int, begin: int, row: FigureKind
) -> Iterator[_Found]:
    """Yield the number that begins with a group, if its length fits, and the one that corrects it."""
    text, most = call.text, max(row.counts)
    number, fits = None, None
    for loose in (None, _MISSED):
        for number in grown(call, groups, first, loose=loose):
            if len(number.digits) > most or number.end - begin > row.reach + SCOPE_CHARS:
                break
            if len(number.digits) in row.counts:
                fits = number
                if loose or (row.proof is not None and row.proof(number.digits)):
                    break
        if fits is not None or number is None or (loose is None and _ends_in_other(text, groups, number)):
            break
    if fits is not None:
        yield from _as_found(text, begin, fits, row)
    last = fits or number
    following = groups[last.last + 1 : last.last + 2] if last else ()
    if last is None or not following or len(last.digits) < SLIP_FIGURES or counted(text, last.end):
        return
    between = text[last.end : following[0].start]
    if len(between) <= SLIP_CHARS and SLIP.search(between):
        yield from _fitting(call, groups, last.last + 1, last.end, row)


def _ends_in_other(text: str, groups: tuple[Run, ...], number: SaidNumber) -> bool:
    """Whether the next group is of another number, so that it does not fill up this one."""
    following = groups[number.last + 1 : number.last + 2]
    return bool(following and _OTHER.search(text, number.end, following[0].start))


def _slips(text: str, groups: tuple[Run, ...], found: Sequence[_Found]) -> Iterator[_Found]:
    """Yield groups that were said wrong right before a number that was found."""
    for right in found:
        at = bisect.bisect_left(groups, right.start, key=_start) - 1
        if at < 0 or not SLIP_FIGURES <= len(groups[at].digits) <= len(right.digits):
            continue
        group, between = groups[at], text[groups[at].end : right.start]
        if len(between) <= SLIP_CHARS and SLIP.search(between) and not counted(text, group.end):
            first = with_letters(text, group.start) if right.lettered else group.start
            yield _Found(first, group.end, right.row, group.digits, (group.digits,))


def _as_found(text: str, begin: int, number: SaidNumber, row: FigureKind) -> Iterator[_Found]:
    """Yield a number with the letters before it, where all of it fits the kind."""
    start, end, digits = number.start, number.end, number.digits
    letters, first = 0, min(begin, start)
    if row.lettered and (spelt := LETTERS_BEFORE.search(text[first:start])):
        letters, start = len(re.findall(LETTER, spelt[0])), first + spelt.start()
    phone = complete(digits) and len(digits) <= 11 and start - begin > NEAR_CHARS
    if (
        len(digits) + letters in row.counts
        and _is_proven(row, digits)
        and not phone
        and not counted(text, end)
    ):
        first = _from_bank(text, start) if row.kind == "BANK_ACCOUNT" else start
        yield _Found(first, end, row, digits, number.groups, letters > 0)


def _from_bank(text: str, start: int) -> int:
    """Return the beginning of an account: its bank's name, where that stands right before the digits."""
    line = text.rfind("\n", 0, start) + 1
    bank = _BANK.search(text[max(line, start - 48) : start])
    if bank is None:
        sort = _SORT.search(text[line:start])
        return start - len(sort[0]) if sort else start
    lead = _NOT_BANK.match(bank[0].partition("銀行")[0].partition("信")[0])
    return start - len(bank[0]) + (lead.end() if lead else 0)
