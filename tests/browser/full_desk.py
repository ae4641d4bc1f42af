"""A desk in the middle of its work: something to show on every page, and where each page lies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from flows.desk.answers.ways import approve_way, choose_way
from flows.desk.book.answers import Delivered, Objected
from flows.desk.book.door import do
from flows.desk.book.requests import Withheld
from flows.desk.breaches.steps import NewMark, decide_duty, mark_breach
from flows.desk.cases import calls, catalogue, requests
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.breaches import BreachKind, DutyDecision
from flows.desk.kinds.values import Call, NewRecording
from flows.desk.kinds.ways import Manner, Way
from flows.desk.work import claims
from flows.desk.work.claims import Failure
from pipeline.types import CaseName, Requester
from tests.browser.made_calls import SAMPLES, MadeCall, into_review, sample_call
from tests.desk_builders import ANALYST, CLERK, NOW, OTHER, WORKER, identified, new_request
from tests.release_builders import decided, released

LONG = Requester(
    (CaseName("勅使河原左衛門三郎アレクサンドラ", "テシガワラサエモンサブロウアレクサンドラ"),),
    ("09012345678", "0877123456"),
    (CaseName("香川県丸亀市土器町東七丁目十五番地三号メゾン・ド・ボヌール丸亀駅前一二〇三号室"),),
)
"""Somebody whose name and address want room."""

TEXT = "ご家族の声が重なり、音声からは除けないため、当社の窓口でお聞かせします。" * 4
"""A reason that wants room."""

UNREAL = re.compile(r"{(\w+)}")


@dataclass(frozen=True)
class FullDesk:
    """What stands in the addresses of the pages.

    Attributes:
        numbers: Requests: under review, heard in person and lost after all, withheld, new, with a call
            that could not be masked and one that waits.
        calls: Calls of the first two.
        breach: What got out.
    """

    numbers: tuple[str, ...]
    calls: tuple[str, ...]
    breach: str

    def addresses(self, path: str) -> Iterator[str]:
        """The addresses of a route; a page about something that is not here is a mistake in the test.

        Raises:
            KeyError: for a route about something that this desk does not have.
        """
        known = {"number": self.numbers, "call_id": self.calls}
        if path.startswith("/breaches/"):
            known["number"] = (self.breach,)
        names = UNREAL.findall(path)
        if not names:
            yield path
        for value in known[names[0]] if names else ():
            yield path.replace("{" + names[0] + "}", value)


def fill(desk: Desk) -> FullDesk:
    """Fill a desk whose letters have a sender."""
    waits = into_review(desk, _long(sample_call("meter-mistake", doubtful=(1, 2, 7, 10), missed=(3, 4))))
    gone = _heard_in_person(desk)
    breach = mark_breach(desk, OTHER, gone.request_id, NewMark(BreachKind.WRONG_RECIPIENT, TEXT)).number
    decide_duty(desk, OTHER, breach, DutyDecision((1,), True), TEXT)
    new = requests.receive(desk, CLERK, new_request(requester=LONG, received_at=NOW - timedelta(days=30)))
    withheld = identified(desk, requester=LONG)
    do(desk, CLERK, Withheld(withheld.number, TEXT))
    troubled = identified(desk, requester=LONG, member_number="M-1")
    _fail(desk, troubled.number)
    first, second = (requests.get(desk, each.request_id).number for each in (waits, gone))
    numbers = (first, second, withheld.number, new.number, troubled.number)
    return FullDesk(numbers, (waits.call_id, gone.call_id), breach)


def _long(made: MadeCall) -> MadeCall:
    """A call of somebody one of whose addresses is near one that is said in it."""
    near = replace(LONG, addresses=(*LONG.addresses, CaseName("東京都板橋区高島平5丁目23番29号")))
    return replace(made, case=replace(made.case, requester=near))


def _heard_in_person(desk: Desk) -> Call:
    """An answer that is heard at the desk, and what was told of it afterwards."""
    call = into_review(desk, _long(sample_call("accident-witness")))
    choose_way(desk, ANALYST, call.request_id, Manner(Way.IN_PERSON, wished=False, reason=TEXT))
    approve_way(desk, OTHER, call.request_id)
    decided(desk, call)
    released(desk, call.request_id)
    do(desk, OTHER, Delivered(call.request_id, "書留 123-45-67890"))
    do(desk, CLERK, Objected(call.request_id, TEXT))
    return call


def _fail(desk: Desk, number: str) -> None:
    """A call that could not be masked, one that waits, and a recording that is only in the catalogue."""
    sound = str(SAMPLES / "landlord-leak.wav")
    new = [NewRecording(f"PBX-{at}", NOW, sound, 60.0, customer_id="M-1") for at in range(3)]
    for recording in catalogue.add_recordings(desk, CLERK, new).new[:2]:
        calls.attach_call(desk, CLERK, number, recording)
    claim = claims.claim_call(desk, WORKER)
    assert claim is not None
    claims.fail_call(desk, WORKER, claim, Failure("no_speech", "話し声が見つかりません"))
