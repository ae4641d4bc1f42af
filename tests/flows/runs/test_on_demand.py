from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from flows.desk.cases import calls
from flows.desk.cases.requests import receive
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import ImpossibleStepError, NotFoundError, NotIdentifiedError
from flows.desk.kinds.states import State
from flows.runs.inbox import inbox_folder, list_inbox, take_from_inbox
from pipeline.errors import CallUnsafeError
from tests.builders import voice_file
from tests.desk_builders import CLERK, identified, new_request
from tests.flow_builders import InTurn, waiting, waiting_voice

pytestmark = pytest.mark.usefixtures("prefect_server")


def at_once(**parameters: str) -> dict[str, int]:
    """One run of the deployment's flow."""
    from flows.runs.on_demand import mask_on_demand

    return mask_on_demand(**parameters)


def dropped(desk: Desk, name: str = "長谷川隆.wav") -> str:
    """A recording in the inbox; its id."""
    inbox_folder(desk).mkdir(exist_ok=True)
    voice_file(inbox_folder(desk) / name, 4.0)
    return next(file.file_id for file in list_inbox(desk) if file.path.name == name)


def test_one_call_is_masked(flow_desk: Desk, tmp_path: Path):
    """The one that is named; the other waits for the night."""
    one, other = waiting_voice(flow_desk, tmp_path), waiting_voice(flow_desk, tmp_path)

    assert at_once(call_id=one.call_id)["masked"] == 1
    assert calls.get_call(flow_desk, one.call_id).state is State.IN_REVIEW
    assert calls.get_call(flow_desk, other.call_id).state is State.REQUESTED


def test_all_waiting_calls_of_a_request_are_masked(flow_desk: Desk, tmp_path: Path, monkeypatch):
    """One that cannot be is set aside, the other is in review, and the run says so."""
    from prefect.artifacts import Artifact

    from flows.masking import mask_case_call

    request = identified(flow_desk)
    for number, seconds in enumerate((4.0, 6.0)):
        path = voice_file(tmp_path / f"{number}.wav", seconds)
        waiting(flow_desk, path, request.request_id, seconds)
    monkeypatch.setattr(mask_case_call, "load_models", InTurn(CallUnsafeError("漏れ")))
    with pytest.raises(mask_case_call.SetAsideError):
        at_once(request=request.number)

    assert sorted(call.state for call in calls.list_calls(flow_desk)) == [State.FAILED, State.IN_REVIEW]
    (failed,) = calls.list_calls(flow_desk, (State.FAILED,))
    assert f"| {failed.call_id} | 安全に伏せられない |" in str(Artifact.get("on-demand-summary").data)
    lines = (flow_desk.settings.home / "log" / "failures.jsonl").read_text(encoding="utf-8").splitlines()
    told = [(line["state"], line["kind"], line["call"]) for line in map(json.loads, lines)]
    assert told == [
        ("set_aside", "call_unsafe", failed.call_id),
        ("Failed", "call_unsafe", failed.call_id),
    ]


def test_a_file_of_the_inbox_is_attached_and_masked(flow_desk: Desk):
    """Named by an id that does not give its name away."""
    request, file_id = identified(flow_desk), dropped(flow_desk)

    assert at_once(inbox_file=file_id, request=request.number)["masked"] == 1
    assert "長谷川" not in file_id
    assert [call.state for call in calls.list_calls(flow_desk)] == [State.IN_REVIEW]


def test_taking_a_file_twice_attaches_it_once(flow_desk: Desk):
    """A run that was killed between the two steps is repeated."""
    request, file_id = identified(flow_desk), dropped(flow_desk)
    first = take_from_inbox(flow_desk, CLERK, file_id, request.number)

    assert take_from_inbox(flow_desk, CLERK, file_id, request.number) == first
    assert len(calls.list_calls(flow_desk)) == 1


def test_the_inbox_lists_recordings_only(flow_desk: Desk):
    """And is empty where there is no such folder."""
    assert list_inbox(flow_desk) == ()
    dropped(flow_desk)
    shutil.copy(__file__, inbox_folder(flow_desk) / "notes.txt")

    assert [file.path.name for file in list_inbox(flow_desk)] == ["長谷川隆.wav"]


def test_an_unidentified_request_takes_no_file(flow_desk: Desk):
    """Nothing of it is transcribed before the identity check is recorded."""
    request, file_id = receive(flow_desk, CLERK, new_request()), dropped(flow_desk)
    with pytest.raises(NotIdentifiedError):
        at_once(inbox_file=file_id, request=request.number)

    assert calls.list_calls(flow_desk) == ()


@pytest.mark.parametrize(
    "parameters", [{}, {"inbox_file": "i0123456789abcdef"}], ids=["nothing", "file without request"]
)
@pytest.mark.usefixtures("flow_desk")
def test_a_form_that_names_nothing_is_told(parameters: dict[str, str]):
    """Every field has a default, so that an empty form can be sent: the run fails with a clear line."""
    from flows.runs.on_demand import NothingNamedError

    with pytest.raises(NothingNamedError):
        at_once(**parameters)


def test_unknown_ids_are_told(flow_desk: Desk):
    """Of a call, of a request, of a file."""
    request = identified(flow_desk)
    for parameters in (
        {"call_id": "c0123456789abcdef"},
        {"request": "R-2020-9999"},
        {"inbox_file": "i0123456789abcdef", "request": request.number},
    ):
        with pytest.raises(NotFoundError):
            at_once(**parameters)


@pytest.mark.parametrize("name", ["call_id", "request", "inbox_file"])
@pytest.mark.usefixtures("flow_desk")
def test_a_name_in_place_of_an_id_is_not_repeated(name: str, caplog):
    """However a run came about: neither its error nor its state nor a log line says what was typed."""
    from flows.runs.on_demand import mask_on_demand

    typed = {"request": "R-2020-9999", name: "猪名川"}
    with caplog.at_level("DEBUG"):
        state: State = mask_on_demand(**typed, return_state=True)
    error = state.result(raise_on_failure=False)

    assert "猪名川" not in f"{error!r} {state.message} {caplog.text}"
    assert error.code == "malformed_id"
    assert name in str(error)


def test_a_call_in_review_is_refused(flow_desk: Desk, tmp_path: Path):
    """It is not masked over the analysts' heads."""
    call = waiting_voice(flow_desk, tmp_path)
    at_once(call_id=call.call_id)

    with pytest.raises(ImpossibleStepError):
        at_once(call_id=call.call_id)
