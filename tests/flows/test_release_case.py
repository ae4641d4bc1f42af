from __future__ import annotations

from pathlib import Path

import pytest

from flows.desk import calls, files, plans, releases, requests
from flows.desk.desk import Desk
from flows.desk.errors import ImpossibleStepError, NotFoundError
from flows.desk.states import State
from flows.desk.values import Call, FileKind
from flows.mask_case_call import mask_case_call
from pipeline.errors import CallUnsafeError
from tests.desk_builders import OTHER, WORKER
from tests.flow_builders import waiting_voice

pytestmark = pytest.mark.usefixtures("prefect_server")


@pytest.fixture
def reviewed(flow_desk: Desk, tmp_path: Path) -> Call:
    """A call in review."""
    call = waiting_voice(flow_desk, tmp_path)
    mask_case_call(flow_desk, WORKER, call.call_id)
    return call


def release(desk: Desk, call: Call) -> dict[str, int]:
    """One run of the deployment's flow."""
    from flows.release_case import release_case

    return release_case(requests.get(desk, call.request_id).number)


def test_what_was_approved_goes_out_and_the_case_is_frozen(flow_desk: Desk, reviewed: Call):
    """The same bytes as were reviewed, made anew; hashes in the record; no second step possible."""
    plans.approve(flow_desk, OTHER, reviewed.call_id, 1)
    before = {file.kind: file.sha256 for file in files.list_files(flow_desk, call_id=reviewed.call_id)}

    assert release(flow_desk, reviewed) == {"calls": 1, "files": 2}
    sealed = {file.sha256 for file in files.list_files(flow_desk) if file.kind is FileKind.PACKAGE}
    assert sealed == {before[FileKind.MASKED_AUDIO], before[FileKind.MASKED_TEXT]}
    assert calls.get_call(flow_desk, reviewed.call_id).state is State.RELEASED
    assert [one.kind for one in releases.releases(flow_desk, reviewed.request_id)] == ["partial"]
    with pytest.raises(ImpossibleStepError):
        release(flow_desk, reviewed)


def test_what_is_not_approved_stays(flow_desk: Desk, reviewed: Call):
    """Nothing is made, nothing is recorded as released."""
    with pytest.raises(ImpossibleStepError):
        release(flow_desk, reviewed)

    assert [file.kind for file in files.list_files(flow_desk) if file.kind is FileKind.PACKAGE] == []
    assert releases.releases(flow_desk, reviewed.request_id) == ()


def test_a_leak_in_the_last_rendering_stops_the_release(flow_desk: Desk, reviewed: Call, monkeypatch):
    """Verified once more: the review may have kept what gives a masked value away."""
    from flows import release_case

    plans.approve(flow_desk, OTHER, reviewed.call_id, 1)
    monkeypatch.setattr(release_case, "verify", lambda call, _: call.put(release_case.LEAKS, ()) or 1)
    with pytest.raises(CallUnsafeError):
        release(flow_desk, reviewed)

    assert calls.get_call(flow_desk, reviewed.call_id).state is State.APPROVED


@pytest.mark.usefixtures("flow_desk")
def test_an_empty_form_is_told():
    """The request has a default, so that the form can be sent: no such request."""
    from flows.release_case import release_case

    with pytest.raises(NotFoundError):
        release_case()
