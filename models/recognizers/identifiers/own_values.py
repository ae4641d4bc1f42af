"""Recognise what the case has of the requester: workplace, plate, numbers and day of birth, wherever said.

会社の割引って使えます？みなと精工なんですけど      nobody says that the caller works there, but the case does
1234、承知しました                              the number of the caller's plate, not a telephone's

Found as what they are, they are compared by value and stay (``pipeline.ownership.identifiers``); else another
recognizer may take them for a telephone number or somebody's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from presidio_analyzer import RecognizerResult

from models.calls.artifacts import Call, CallArtifacts, CallRecognizer
from models.recognizers.identifiers.account import is_account
from models.recognizers.identifiers.affiliation import DEPARTMENT_ENDS
from models.recognizers.identifiers.said_numbers import counted, groups_of, grown
from pipeline.kinds import LEGAL_FORMS
from pipeline.reasons import Reason
from pipeline.sound.digits import digits_of
from pipeline.sound.identifiers import dates_in, plates_in
from pipeline.types import Requester

_DEPARTMENT = (
    rf"(?:[の、]?[ァ-ヶー一-龠々A-Za-z]{{1,8}}?(?:{DEPARTMENT_ENDS})"
    r"(?:の?(?:課長|部長|係長|主任|店長|支店長|所長|室長|師長))?(?![ァ-ヶー一-龠々]))?"
)
_COMPANY_FORM = re.compile(rf"{LEGAL_FORMS}|\s")

LEAST_FIGURES, LEAST_PLATE, LEAST_NAME = 4, 3, 2
"""Least figures of a number, of a plate's number, and least length of a workplace, that are looked for."""


class OwnValueRecognizer(CallRecognizer):
    """Values of the requester's case."""

    entities = ("WORKPLACE", "VEHICLE_PLATE", "CUSTOMER_NUMBER", "DATE_OF_BIRTH")

    def find(self, call: Call, artifacts: CallArtifacts) -> list[RecognizerResult]:
        """Find them by spelling and by figures; whose they are is decided later, by value."""
        asks = call.case.requester
        found = (*_workplaces(call.text, asks), *_births(call.text, asks), *_figures(call, asks))
        return [self.result(kind, start, end, 0.8, Reason.SAME_AS_REGISTERED) for kind, start, end in found]


def _workplaces(text: str, asks: Requester) -> Iterator[tuple[str, int, int]]:
    for place in asks.workplaces:
        bare = _COMPANY_FORM.sub("", place.text)
        if len(bare) >= LEAST_NAME:
            for match in re.finditer(rf"(?:株式会社|有限会社|合同会社)?{re.escape(bare)}{_DEPARTMENT}", text):
                yield "WORKPLACE", *match.span()


def _births(text: str, asks: Requester) -> Iterator[tuple[str, int, int]]:
    """Yield dates that are the requester's birth, with its year."""
    if not asks.birth_date:
        return
    year, month, day = (int(part) for part in asks.birth_date.split("-"))
    for date in dates_in(text):
        if date.is_whole and year in date.years and (date.month, date.day) == (month, day):
            yield "DATE_OF_BIRTH", date.start, date.end


def _figures(call: Call, asks: Requester) -> Iterator[tuple[str, int, int]]:
    """Yield numbers that are, or begin or end like, one of the case; and the number of a plate."""
    plates = {plate.number for known in asks.plates for plate in plates_in(known)}
    codes = {digits_of(known) for known in asks.customer_numbers if not is_account(known)}
    groups = groups_of(call.text)
    for at, group in enumerate(groups):
        if counted(call.text, group.end):
            continue
        if group.digits in plates and len(group.digits) >= LEAST_PLATE:
            yield "VEHICLE_PLATE", group.start, group.end
        whole = [number for number in grown(call, groups, at) if _is_of(number.digits, codes)]
        if whole:
            yield "CUSTOMER_NUMBER", whole[-1].start, whole[-1].end


def _is_of(digits: str, codes: set[str]) -> bool:
    return len(digits) >= LEAST_FIGURES and any(
        code.startswith(digits) or code.endswith(digits) for code in codes
    )
