from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from flows.desk.book.calls import CallRequeued
from flows.desk.book.door import do
from flows.desk.book.requests import Extended, FeePaid, Paused, Remarked, Resumed, Withdrawn, Withheld
from flows.desk.cases import calls, requests
from flows.desk.cases.requests import RequestQuery
from flows.desk.integrity import audit
from flows.desk.integrity.desk import open_desk
from flows.desk.kinds.errors import (
    ConflictError,
    DuplicateError,
    ImpossibleStepError,
    NotFoundError,
    NotIdentifiedError,
)
from flows.desk.kinds.states import State
from flows.desk.kinds.values import Agent, Delivery, NoteKind, Scope, Wanted
from pipeline.types import CaseName, Requester
from tests.desk_builders import (
    CHECK,
    CLERK,
    NOW,
    OTHER,
    SECOND,
    attached,
    catalogued,
    desk_settings,
    identified,
    identity,
    in_review,
    new_request,
)

FULL = new_request(
    member_number="M-55",
    agent=Agent(CaseName("長谷川隆", "ハセガワタカシ"), "power_of_attorney", "委任状と印鑑証明"),
    scope=Scope(date(2026, 10, 1), date(2026, 10, 31), "解約の件", ("0120444444",)),
    wanted=Wanted.AUDIO,
    delivery=Delivery.PAPER,
    fee_yen=300,
    desk="お客様相談室",
    person="窪田",
    reference="受付-17",
)


def test_a_request_is_kept_as_it_came_in(desk):
    """Every field comes back; it has a public number and waits for the identity check."""
    taken = requests.receive(desk, CLERK, FULL)

    again = requests.get(desk, taken.number)
    assert again == requests.get(desk, taken.request_id) == taken
    assert again.content == FULL
    assert (again.number, again.state) == ("R-2026-0001", State.RECEIVED)


def test_numbers_count_within_the_japanese_year(desk):
    """The new year begins at midnight in Japan, which is 15:00 UTC."""
    at = [datetime(2026, 12, 31, 14, 59, tzinfo=UTC), datetime(2026, 12, 31, 15, 0, tzinfo=UTC)]

    taken = requests.receive_all(desk, CLERK, [new_request(received_at=when) for when in (*at, at[0])])

    assert [request.number for request in taken] == ["R-2026-0001", "R-2027-0001", "R-2026-0002"]


def test_the_clock_is_the_companys(tmp_path):
    """The due date is as many days after receipt, in Japan, as the settings say."""
    with open_desk(desk_settings(tmp_path, due_days=10)) as desk:
        taken = requests.receive(desk, CLERK, new_request(received_at=datetime(2026, 11, 25, 16, tzinfo=UTC)))

    assert taken.due_on == date(2026, 12, 6)


def test_an_import_is_all_or_nothing(desk):
    """One that is there already stops all of them, and takes no number."""
    requests.receive(desk, CLERK, FULL)

    with pytest.raises(DuplicateError):
        requests.receive_all(desk, CLERK, [new_request(), FULL])

    assert len(requests.list_requests(desk)) == 1
    assert requests.receive(desk, CLERK, new_request()).number == "R-2026-0002"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (RequestQuery(number="+81-90-1234-5678"), 2),
        (RequestQuery(number="0120-444-444"), 1),
        (RequestQuery(member_number="ｍ－５５"), 1),
        (RequestQuery(name="すずき はなこ"), 2),
        (RequestQuery(name="鈴木　花子", member_number="M-55"), 1),
        (RequestQuery(name="鈴木"), 0),
        (RequestQuery(states=(State.RECEIVED,)), 2),
        (RequestQuery(states=(State.IDENTIFIED,)), 0),
    ],
)
def test_requests_are_found_without_clear_text(desk, query, found):
    """By number, customer and name, however they are written."""
    requests.receive_all(desk, CLERK, [FULL, new_request()])

    assert len(requests.find(desk, query)) == found


def test_nearest_due_dates_come_first(desk):
    """Whatever the order of receipt."""
    late = requests.receive(desk, CLERK, new_request(received_at=NOW + timedelta(days=2)))
    early = requests.receive(desk, CLERK, new_request())

    assert [request.number for request in requests.list_requests(desk)] == [early.number, late.number]


def test_the_identity_check_is_recorded_once(desk):
    """A second one is an impossible step."""
    request = identified(desk)

    assert request.state is State.IDENTIFIED
    with pytest.raises(ImpossibleStepError):
        do(desk, SECOND, identity(request.number))


def test_a_second_person_may_be_required(tmp_path):
    """Then one is not enough, and the same one twice is not two."""
    with open_desk(desk_settings(tmp_path, identity_two_people=True)) as desk:
        request = identified(desk)
        assert request.state is State.RECEIVED
        with pytest.raises(ConflictError):
            do(desk, CLERK, identity(request.number))
        assert do(desk, SECOND, identity(request.number)).state is State.IDENTIFIED


def test_an_unidentified_request_takes_no_call(desk, tmp_path):
    """The file is not even read."""
    request = requests.receive(desk, CLERK, new_request())
    recording = catalogued(desk, tmp_path)
    (tmp_path / "鈴木花子-one.wav").unlink()

    with pytest.raises(NotIdentifiedError):
        calls.attach_call(desk, CLERK, request.number, recording.recording_id)


def test_the_clock_stands_still_while_paused(desk, clock):
    """The due date moves by the days of the pause; each step leaves its note."""
    request = requests.receive(desk, CLERK, new_request())
    do(desk, CLERK, Paused(request.number, "委任状を待つ"))
    with pytest.raises(ConflictError):
        do(desk, CLERK, Paused(request.number, "もう一度"))
    clock.pass_(days=5)
    resumed = do(desk, CLERK, Resumed(request.number))

    assert resumed.due_on == request.due_on + timedelta(days=5)
    with pytest.raises(ConflictError):
        do(desk, CLERK, Resumed(request.number))
    assert [note.kind for note in requests.notes(desk, request.number)] == [NoteKind.PAUSE, NoteKind.RESUME]


def test_an_extension_goes_forward_only(desk):
    """With its reason and who gave it."""
    request = requests.receive(desk, CLERK, new_request())
    later = request.due_on + timedelta(days=7)

    assert do(desk, CLERK, Extended(request.number, later, "件数が多い")).due_on == later
    with pytest.raises(ConflictError):
        do(desk, CLERK, Extended(request.number, later, "同じ日"))
    (note,) = requests.notes(desk, request.number)
    assert (note.text, note.by, note.due_on) == ("件数が多い", CLERK.name, later)


def test_the_fee_is_marked_paid(desk):
    """Nothing else of the request changes."""
    request = requests.receive(desk, CLERK, FULL)

    paid = do(desk, CLERK, FeePaid(request.number))

    assert paid.content.fee_paid
    assert paid.content.fee_yen == 300


def test_a_withdrawn_request_stops_its_calls(desk, tmp_path):
    """Those in the queue and those in review; nothing more can be done with them."""
    request = identified(desk)
    in_review(desk, tmp_path, "one", request.request_id)
    call = attached(desk, tmp_path, "two", request.request_id)

    after = do(desk, CLERK, Withdrawn(request.number, "本人から連絡"))

    assert after.state is State.WITHDRAWN
    assert {calls.get_call(desk, call_id).state for call_id in after.calls} == {State.WITHDRAWN}
    with pytest.raises(ImpossibleStepError):
        do(desk, CLERK, CallRequeued(call.call_id))
    with pytest.raises(ImpossibleStepError):
        do(desk, CLERK, Withdrawn(request.number, "もう一度"))


def test_a_request_may_be_withheld_before_it_is_identified(desk):
    """When nobody can say who asks; the reason is kept."""
    request = requests.receive(desk, CLERK, new_request())

    assert do(desk, SECOND, Withheld(request.number, "本人と確認できない")).state is State.WITHHELD
    assert requests.notes(desk, request.number)[0].text == "本人と確認できない"


def test_the_clock_of_a_request_that_is_over_stands(desk):
    """Neither paused nor extended any more; the due date is what it was."""
    request = do(desk, CLERK, Withdrawn(identified(desk).number, "電話で取下げ"))
    steps = (
        lambda: do(desk, CLERK, Paused(request.number, "x")),
        lambda: do(desk, CLERK, Resumed(request.number)),
        lambda: do(desk, CLERK, Extended(request.number, date(2099, 1, 1), "x")),
    )

    for step in steps:
        with pytest.raises(ImpossibleStepError, match="期限の変更はできません"):
            step()
    assert requests.get(desk, request.number) == request


@pytest.mark.parametrize("name", ["R-2026-0009", "q0000000000000000", "鈴木花子"])
def test_an_unknown_request_is_not_found(desk, name):
    """The message does not repeat what was asked for: it may be a person's name."""
    with pytest.raises(NotFoundError) as raised:
        requests.get(desk, name)

    assert name not in str(raised.value)


def test_each_step_is_on_record(desk):
    """With who did it and to what."""
    request = identified(desk)
    do(desk, SECOND, Remarked(request.number, "電話あり"))

    told = audit.entries(desk, request_id=request.request_id)

    assert [(entry.action, entry.actor.name) for entry in told] == [
        ("request.receive", CLERK.name),
        ("request.identify", CLERK.name),
        ("request.remark", OTHER.name),
    ]


def test_nothing_personal_shows_in_repr(desk):
    """A log line of a request names nobody."""
    request = requests.receive(desk, CLERK, FULL)
    shown = repr((request, request.content, FULL.agent, FULL.scope, CLERK, CHECK, Requester()))

    for secret in (
        "鈴木",
        "スズキ",
        "0901234",
        "長谷川",
        "解約",
        "M-55",
        "窪田",
        "受付-17",
        "照合",
        "委任状",
    ):
        assert secret not in shown
