from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from flows.desk.cases import calls
from flows.desk.integrity import audit
from flows.desk.integrity.desk import open_desk
from flows.desk.kinds.states import State
from flows.runs import serve
from flows.runs.parts import ServeError
from flows.settings import Settings, server_environment
from flows.version import VERSION
from tests.flows.conftest import ServedNight
from tests.serving import ROOT, free_port


def test_the_server_lists_the_four_deployments(served_night: ServedNight):
    """By the names of the contract."""
    assert served_night.deployments == {
        "nightly/nightly",
        "mask-call/on-demand",
        "release-case/release",
        "retention/retention",
    }


def test_each_deployment_says_what_it_is(served_night: ServedNight):
    """This program's version, its tags, a Japanese description."""
    assert set(served_night.described) == {"nightly", "on-demand", "release", "retention"}
    for version, tags, description in served_night.described.values():
        assert version == VERSION
        assert "kaiji" in tags
        assert not description.isascii()


def test_a_call_started_over_the_api_reaches_review(served_night: ServedNight):
    """The worker's own process, the real models."""
    with open_desk(Settings(home=served_night.home, work=served_night.home / "work")) as desk:
        assert calls.get_call(desk, served_night.good.call_id).state is State.IN_REVIEW
        assert audit.verify(desk) == ()
    assert served_night.ends[0] == "COMPLETED"


def test_the_night_sets_the_broken_call_aside(served_night: ServedNight):
    """With its reason; the run itself has done its work, and tells of it."""
    with open_desk(Settings(home=served_night.home, work=served_night.home / "work")) as desk:
        after = calls.get_call(desk, served_night.bad.call_id)
    assert (after.state, after.failure_kind) == (State.FAILED, "unreadable_audio")
    assert served_night.ends[1] == "COMPLETED"
    assert "| 音声を読めない | 1 |" in served_night.summary
    assert f"| {served_night.bad.call_id} | 音声を読めない |" in served_night.summary


def test_a_name_in_the_form_is_refused_before_it_is_written_down(served_night: ServedNight):
    """Parameters are ids only: Prefect checks the pattern before it stores anything."""
    assert 400 <= served_night.refused < 500


def test_ctrl_c_stops_all_of_it(served_night: ServedNight):
    """Exit status 0, the addresses were told, and no process of this home is left."""
    left = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            left += [path.parent.name] if str(served_night.home).encode() in path.read_bytes() else []

    assert served_night.status == 0
    assert "http://127.0.0.1:" in served_night.printed
    # Nobody can sign in to the page yet; who reads this terminal may make the first account.
    assert re.search(r"最初の利用者の合言葉\s+[0-9a-f]{24} ", served_night.printed)
    assert left == []


def test_ctrl_c_puts_the_call_under_way_back(served_night: ServedNight):
    """No attempt is counted, nothing in clear is left; the next start takes it up."""
    with open_desk(Settings(home=served_night.home, work=served_night.home / "work")) as desk:
        call = calls.get_call(desk, served_night.stopped.call_id)
        actions = [entry.action for entry in audit.entries(desk) if entry.subject.call_id == call.call_id]

    assert (call.state, call.attempts) == (State.REQUESTED, 0)
    assert actions == ["call.attach", "call.claim", "call.requeue"]


def test_everything_lies_in_the_home(served_night: ServedNight):
    """Prefect's database, the logs and the work folder, which is empty."""
    names = {path.name for path in served_night.home.iterdir()}

    assert names >= {"prefect", "log", "store", "desk.sqlite3", "key"}
    assert [path for path in (served_night.home / "work").rglob("*") if path.is_file()] == []
    assert (served_night.home / "prefect" / "prefect.db").is_file()


def test_a_port_in_use_is_told(tmp_path: Path):
    """Before anything is started."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = subprocess.run(
            [sys.executable, "-m", "flows.runs.serve", "--port", str(taken.getsockname()[1])],
            cwd=ROOT,
            env=os.environ | {"KAIJI_HOME": str(tmp_path / "home")},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    assert done.returncode == 1
    assert "ポート" in done.stderr
    assert "Traceback" not in done.stderr


def test_workers_find_the_home_from_wherever_they_run(monkeypatch, tmp_path: Path):
    """They run in folders of their own: paths are absolute, and the work folder lies in the home."""
    monkeypatch.chdir(tmp_path)
    for name in ("KAIJI_WORK", "PREFECT_HOME"):
        monkeypatch.delenv(name, raising=False)
    surroundings = server_environment(Settings(home=Path("here"), store="s3://bucket/desk"), 4300, {})

    assert surroundings["KAIJI_HOME"] == str(tmp_path / "here")
    assert surroundings["KAIJI_WORK"] == str(tmp_path / "here" / "work")
    assert "KAIJI_STORE" not in surroundings
    assert surroundings["PREFECT_HOME"] == str(tmp_path / "here" / "prefect")
    assert surroundings["PREFECT_API_URL"] == "http://127.0.0.1:4300/api"


def test_what_the_surroundings_set_comes_first(monkeypatch, tmp_path: Path):
    """Such as Prefect's database on PostgreSQL; but the address is that of the server we start."""
    monkeypatch.setenv("PREFECT_SERVER_ANALYTICS_ENABLED", "true")
    monkeypatch.setenv("PREFECT_API_URL", "http://elsewhere/api")
    surroundings = server_environment(Settings(home=tmp_path), 4300, {})

    assert surroundings["PREFECT_SERVER_ANALYTICS_ENABLED"] == "true"
    assert surroundings["PREFECT_API_URL"] == "http://127.0.0.1:4300/api"


def test_a_folder_of_templates_is_no_page(monkeypatch):
    """Without its program there is no review page to start, and everything else is started."""
    for found, there in ((None, False), (object(), True)):
        monkeypatch.setattr(importlib.util, "find_spec", lambda _, found=found: found)
        assert serve._has_review() is there


def test_a_second_serve_on_one_home_is_refused(tmp_path: Path):
    """Two servers on one database would both start the night."""
    with serve._only_one(tmp_path), pytest.raises(ServeError), serve._only_one(tmp_path):
        pass
    assert free_port()
