"""Desks whose queue the flows of this process work off, and one that ``make serve`` works off."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from flows.desk.book.door import do
from flows.desk.cases import calls, catalogue, lists, requests
from flows.desk.integrity.desk import Desk, open_desk
from flows.desk.kinds.states import State
from flows.desk.kinds.values import Call, CompanyList, NewRecording, NewRequest, StaffList
from flows.settings import Settings
from tests.attacks import Doors, try_doors
from tests.builders import spoken_file
from tests.conftest import SECRET_CASE, SECRET_LINES
from tests.desk_builders import CLERK, NOW, identity
from tests.flow_builders import InTurn, desk_of_flows
from tests.serving import START_SECONDS, Serving

METRICS_WORD = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def flow_desk(tmp_path: Path, monkeypatch) -> Iterator[Desk]:
    """A desk whose flows hear what the fakes give and wait for nothing."""
    from flows.masking import mask_case_call
    from flows.runs import case_task, nightly

    monkeypatch.setattr(mask_case_call, "load_models", InTurn())
    monkeypatch.setattr(case_task.mask_waiting_call, "retry_delay_seconds", [0, 0])
    monkeypatch.setattr(nightly, "POLL_SECONDS", 0.2)
    monkeypatch.setattr(nightly, "LEASE_GRACE_SECONDS", 1.0)
    with desk_of_flows(tmp_path, monkeypatch) as opened:
        yield opened


@pytest.fixture
def approved_call(desk: Desk) -> Call:
    """An approved call; ``tests.release_builders.at_first`` made the desk with it."""
    return _first(desk, State.APPROVED)


@pytest.fixture
def released_call(desk: Desk) -> Call:
    """A call that went out."""
    return _first(desk, State.RELEASED)


@pytest.fixture
def half_released_call(desk: Desk) -> Call:
    """A call that went out, whose request has a withheld one too."""
    return _first(desk, State.RELEASED)


def _first(desk: Desk, state: State) -> Call:
    (made,) = calls.list_calls(desk, [state])
    return made


@dataclass(frozen=True)
class ServedNight:
    """What a real ``make serve`` left: one call on demand, then a night with a broken one.

    Attributes:
        home: Of all of it.
        printed: On the terminal.
        deployments: As the server listed them.
        described: Their versions, tags and descriptions.
        ends: Types of the two runs' last states.
        stopped: A call that was under way when Ctrl-C came.
        refused: Status of the answer to a name in the form.
        status: Of ``make serve`` after Ctrl-C.
        doors: What came of attacks on the running server.
        metrics: What the page told Prometheus after the night.
    """

    home: Path
    printed: str
    deployments: set[str]
    described: dict[str, tuple[str, frozenset[str], str]]
    ends: tuple[str, str]
    refused: int
    status: int
    good: Call
    bad: Call
    stopped: Call
    summary: str
    doors: Doors
    metrics: str


def secret_call(desk: Desk, path: Path, source: str) -> Call:
    """A call whose requester, file name and catalogue entry are secrets."""
    case = SECRET_CASE["requester"]
    person = requests_person(case)
    request = requests.receive(desk, CLERK, NewRequest(person, NOW, "post"))
    do(desk, CLERK, identity(request.number))
    recording = NewRecording(source, NOW, str(path), numbers=("08012345678",), operator="榊原")
    added = catalogue.add_recordings(desk, CLERK, [recording])
    return calls.attach_call(desk, CLERK, request.number, added.new[0])


def requests_person(case):
    """The requester of ``SECRET_CASE``."""
    from flows.files.case_file import parse_case

    return parse_case({"case_id": "R-0", "requester": case}, "case").requester


@pytest.fixture(scope="session")
def served_night(tmp_path_factory) -> ServedNight:
    """A real ``make serve`` with the real models, on calls, names and files that are secrets."""
    from flows.files.case_file import parse_case

    folder = tmp_path_factory.mktemp("served")
    home = folder / "home"
    secret = folder / "metrics-secret"
    secret.write_text(f"{METRICS_WORD}\n", encoding="ascii")
    secret.chmod(0o600)
    more = {"PREFECT_LOGGING_LEVEL": "DEBUG", "OMP_NUM_THREADS": "1"}
    serving = Serving(home, {**more, "KAIJI_METRICS_SECRET_FILE": str(secret)})
    try:
        case = parse_case(SECRET_CASE, "case")
        voice = spoken_file(folder / "丹羽百合子_0903456712.wav", SECRET_LINES)
        broken = folder / "一色鷹丸.wav"
        broken.write_text("長谷川隆 08012345678", encoding="utf-8")
        with open_desk(Settings(home=home, work=home / "work")) as desk:
            lists.import_staff(desk, CLERK, StaffList(case.staff))
            company = CompanyList(case.company_names, case.company_phones, case.confidential_terms)
            lists.import_company(desk, CLERK, company)
            good, bad = secret_call(desk, voice, "PBX-丹羽"), secret_call(desk, broken, "PBX-一色鷹丸")
        serving.await_ready()
        refused = serving.refusal("mask-call/on-demand", call_id="丹羽百合子")
        doors = try_doors(serving)
        first = serving.await_end(serving.begin("mask-call/on-demand", call_id=good.call_id))
        second = serving.await_end(serving.begin("nightly/nightly"))
        deployments, described = serving.deployments(), serving.described()
        summary, metrics = serving.artifact("nightly-summary"), serving.metrics(METRICS_WORD)
        with open_desk(Settings(home=home, work=home / "work")) as desk:
            under_way = secret_call(desk, voice, "PBX-もう一度")
            serving.begin("mask-call/on-demand", call_id=under_way.call_id)
            await_claim(desk, under_way)
    finally:
        status = serving.stop()
    ends = (str(first["type"]), str(second["type"]))
    return ServedNight(
        home=home,
        printed=serving.printed,
        deployments=deployments,
        described=described,
        ends=ends,
        refused=refused,
        status=status,
        good=good,
        bad=bad,
        stopped=under_way,
        summary=summary,
        doors=doors,
        metrics=metrics,
    )


def await_claim(desk: Desk, call: Call) -> None:
    """Wait until a worker has a call."""
    until = time.monotonic() + START_SECONDS
    while calls.get_call(desk, call.call_id).state is not State.PROCESSING:
        assert time.monotonic() < until
        time.sleep(0.1)
