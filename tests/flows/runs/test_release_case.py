from __future__ import annotations

from pathlib import Path

import pytest

from flows.desk.answers import releases
from flows.desk.book.door import do
from flows.desk.book.requests import Withheld
from flows.desk.cases import calls, files, requests
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import ImpossibleStepError, NotFoundError
from flows.desk.kinds.states import State
from flows.desk.kinds.values import Answer, Call, FileKind
from flows.masking.mask_case_call import mask_case_call
from tests.desk_builders import SECOND, WORKER
from tests.flow_builders import waiting_voice
from tests.release_builders import APPROVER, approve_reviewed, with_company
from tests.sentinels import everything_under, found_in

pytestmark = pytest.mark.usefixtures("prefect_server")


@pytest.fixture
def reviewed(flow_desk: Desk, tmp_path: Path) -> Call:
    """A call in review."""
    with_company(flow_desk)
    call = waiting_voice(flow_desk, tmp_path)
    mask_case_call(flow_desk, WORKER, call.call_id)
    return call


def release(desk: Desk, call: Call) -> dict[str, int]:
    """One run of the deployment's flow."""
    from flows.runs.release_case import release_case

    return release_case(requests.get(desk, call.request_id).number)


def test_what_was_approved_goes_out_and_the_case_is_frozen(flow_desk: Desk, reviewed: Call):
    """Counts come back, nothing else; no second step possible."""
    approve_reviewed(flow_desk, reviewed)

    # Instructions, letter, WAV, MP3, text, Word, manifest, sums.
    assert release(flow_desk, reviewed) == {"calls": 1, "files": 8}
    assert calls.get_call(flow_desk, reviewed.call_id).state is State.RELEASED
    (answer,) = releases.releases(flow_desk, reviewed.request_id)
    assert (answer.kind, answer.released_by, answer.encrypted) == ("partial", "release", True)
    with pytest.raises(ImpossibleStepError):
        release(flow_desk, reviewed)


def test_what_goes_out_is_put_where_another_system_fetches_it(
    flow_desk: Desk, reviewed: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """By the flow as by hand; the settings say where."""
    (tmp_path / "fetched").mkdir()
    monkeypatch.setenv("KAIJI_OUTBOX", str(tmp_path / "fetched"))
    approve_reviewed(flow_desk, reviewed)
    release(flow_desk, reviewed)

    assert len(list((tmp_path / "fetched").iterdir())) == 2


def test_what_is_not_approved_stays(flow_desk: Desk, reviewed: Call):
    """Nothing is made, nothing is recorded as released."""
    with pytest.raises(ImpossibleStepError):
        release(flow_desk, reviewed)

    assert [file.kind for file in files.list_files(flow_desk) if file.kind is FileKind.PACKAGE] == []
    assert releases.releases(flow_desk, reviewed.request_id) == ()


def test_prefect_is_told_neither_a_name_nor_the_password(flow_desk: Desk, reviewed: Call, caplog):
    """Its database and the log, at their most talkative, after a release and after a refused one."""
    from prefect.settings import get_current_settings

    approve_reviewed(flow_desk, reviewed)
    with caplog.at_level("DEBUG"):
        release(flow_desk, reviewed)
        with pytest.raises(ImpossibleStepError):
            release(flow_desk, reviewed)
    secrets = (
        *("長谷川", "鈴木", "花子", "スズキ", "09012345678", "土器町", "青空通信"),
        releases.package_password(flow_desk, APPROVER, reviewed.request_id),
    )
    url = get_current_settings().server.database.connection_url.get_secret_value()
    home = Path(url.partition("///")[2]).parent
    searched = 0
    for path, raw in (*everything_under(home), *everything_under(flow_desk.settings.home)):
        searched += 1
        assert found_in(raw, secrets) == [], path.name

    assert searched > 5
    assert found_in(caplog.text.encode(), secrets) == []


def test_a_withheld_request_is_answered_by_its_letter(flow_desk: Desk, reviewed: Call):
    """No call goes out; the letter does."""
    do(flow_desk, SECOND, Withheld(reviewed.request_id, "保有していないため", Answer.NONE_HELD))

    assert release(flow_desk, reviewed) == {"calls": 0, "files": 4}
    assert requests.get(flow_desk, reviewed.request_id).state is State.RELEASED


@pytest.mark.usefixtures("flow_desk")
def test_an_empty_form_is_told():
    """The request has a default, so that the form can be sent: no such request."""
    from flows.runs.release_case import release_case

    with pytest.raises(NotFoundError):
        release_case()
