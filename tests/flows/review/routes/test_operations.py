"""What the company's machines are told: that the desk works, how it stands, and nothing of anybody."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from flows.desk.cases import calls, requests
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.states import State
from flows.desk.kinds.values import Call
from flows.desk.work import claims
from flows.desk.work.claims import Failure
from flows.review.app import create_app
from flows.settings import SettingError
from flows.version import VERSION
from tests.desk_builders import CLERK, PERSON, WORKER, Clock
from tests.flow_builders import waiting_voice
from tests.review_site import HOST, new_person
from tests.sentinels import found_in

SECRET = "0123456789abcdef0123456789abcdef"
OTHER = "f" * 32
SAMPLE = re.compile(r'^kaiji_[a-z_]+({[a-z]+="[^"\\]*"})? -?[0-9.e+]+$')
"""A line of Prometheus's text format."""


def page(desk: Desk, **settings: object) -> FastAPI:
    """The page of the same desk with other settings."""
    changed = desk.settings.model_copy(update=settings)
    return create_app(changed, replace(desk, settings=changed))


def secret_file(folder: Path, text: str = SECRET, mode: int = 0o600) -> Path:
    """A file with a secret."""
    file = folder / "secret"
    file.write_text(f"{text}\n", encoding="ascii")
    file.chmod(mode)
    return file


@pytest.fixture
def watched(desk: Desk, tmp_path: Path) -> FastAPI:
    """The page of a desk whose metrics are on."""
    return page(desk, metrics_secret_file=secret_file(tmp_path))


def scraped(app: FastAPI, word: str = SECRET) -> dict[str, float]:
    """What Prometheus reads; every line is of its format."""
    answer = TestClient(app, base_url=HOST).get("/metrics", headers={"Authorization": f"Bearer {word}"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    assert all(SAMPLE.match(line) for line in lines), lines
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def test_the_metrics_are_off_unless_a_secret_is_set(app: FastAPI):
    """And nobody is told that there could be any."""
    answer = new_person(app).get("/metrics")

    assert answer.status_code == 404
    assert "kaiji_" not in answer.text


@pytest.mark.parametrize("told", [{}, {"Authorization": f"Bearer {OTHER}"}, {"Authorization": SECRET}])
def test_the_metrics_are_for_who_knows_the_secret(watched: FastAPI, told: dict[str, str]):
    """Nothing else opens them: no other word, no word at all, not the bare word."""
    answer = TestClient(watched, base_url=HOST).get("/metrics", headers=told)

    assert answer.status_code == 401
    assert "kaiji_" not in answer.text


@pytest.mark.parametrize(("text", "mode"), [("short", 0o600), (SECRET, 0o644), ("", 0o600)])
def test_a_secret_that_is_none_stops_the_page(desk: Desk, tmp_path: Path, text: str, mode: int):
    """Too short, readable by others, or not there at all: the page does not begin without protection."""
    with pytest.raises(SettingError, match="KAIJI_METRICS_SECRET_FILE"):
        page(desk, metrics_secret_file=secret_file(tmp_path, text, mode))


@pytest.mark.slow
def test_the_metrics_tell_how_the_desk_stands(
    watched: FastAPI, desk: Desk, tmp_path: Path, clock: Clock, call: Call
):
    """Calls and requests by state, failures by kind, what waits and for how long, who is silent."""
    waits, fails, held = (waiting_voice(desk, tmp_path) for _ in range(3))
    claim = claims.claim_call(desk, WORKER, fails.call_id)
    assert claim is not None
    claims.fail_call(desk, WORKER, claim, Failure("call_unsafe", "漏れが残りました"))
    claims.claim_call(desk, WORKER, held.call_id)
    before = scraped(watched)
    clock.pass_(days=30)
    after = scraped(watched)

    assert before[f'kaiji_build_info{{version="{VERSION}"}}'] == 1
    states = {State.REQUESTED: 1, State.PROCESSING: 1, State.IN_REVIEW: 1, State.FAILED: 1}
    for state in State:
        assert before[f'kaiji_calls{{state="{state.value}"}}'] == states.get(state, 0)
    assert before['kaiji_failed_calls{kind="call_unsafe"}'] == 1
    assert before["kaiji_findings_to_review"] == 2
    assert (before["kaiji_silent_calls"], after["kaiji_silent_calls"]) == (0, 1)
    assert (before["kaiji_longest_wait_seconds"], after["kaiji_longest_wait_seconds"]) == (0, 30 * 86400)
    assert (before["kaiji_overdue_requests"], after["kaiji_overdue_requests"]) == (0, 4)
    assert sum(count for name, count in before.items() if name.startswith("kaiji_requests{")) == 4
    assert calls.get_call(desk, waits.call_id).state is State.REQUESTED
    assert call.state is State.IN_REVIEW


def test_the_metrics_hold_no_personal_data(watched: FastAPI, desk: Desk, tmp_path: Path, call: Call):
    """No name, no number, no id of a request, a call or a recording."""
    waits = waiting_voice(desk, tmp_path)
    claim = claims.claim_call(desk, WORKER, waits.call_id)
    assert claim is not None
    claims.fail_call(desk, WORKER, claim, Failure("internal", "長谷川隆 09098765432"))
    numbers = tuple(one.number for one in requests.list_requests(desk))
    secrets = (
        *("長谷川", "09098765432", PERSON.names[0].text, PERSON.names[0].kana, *PERSON.phones, CLERK.name),
        *("PBX-", call.call_id, waits.call_id, call.recording_id, call.request_id, *numbers),
    )
    answer = TestClient(watched, base_url=HOST).get("/metrics", headers={"Authorization": f"Bearer {SECRET}"})

    assert 'kaiji_failed_calls{kind="internal"} 1' in answer.text
    assert found_in(answer.content, secrets) == []
    assert not answer.headers.get("set-cookie")


def test_the_page_is_alive_and_the_desk_is_ready(app: FastAPI):
    """For anybody who may reach it; no cookie is given."""
    for path in ("/health/live", "/health/ready"):
        answer = TestClient(app, base_url=HOST).get(path)
        assert (answer.status_code, answer.text) == (200, "ok\n")
        assert not answer.headers.get("set-cookie")


@pytest.mark.parametrize(("lost", "code"), [("store", "storage_gone"), ("desk.sqlite3", "database_gone")])
def test_a_desk_without_its_database_or_store_is_not_ready(app: FastAPI, desk: Desk, lost: str, code: str):
    """It lives, says what is missing by its code, and is ready again when it is back."""
    client, place = TestClient(app, base_url=HOST), desk.settings.home / lost
    assert client.get("/health/ready").status_code == 200
    place.rename(place.with_name("elsewhere"))
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.text) == (503, f"{code}\n")
    assert client.get("/health/live").status_code == 200
    place.with_name("elsewhere").rename(place)

    assert client.get("/health/ready").status_code == 200


def test_machines_need_no_proxy(desk: Desk, tmp_path: Path):
    """Where a proxy signs people in, a probe that comes past it is answered, and a page is not."""
    file = secret_file(tmp_path, OTHER)
    app = page(desk, review_auth="header", review_proxies="10.0.0.1", review_proxy_secret_file=file)
    client = TestClient(app, base_url=HOST)

    assert client.get("/health/ready").status_code == 200
    assert client.get("/calls").status_code == 403
