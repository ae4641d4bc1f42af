from __future__ import annotations

import ast
import os
import sys
import time
from pathlib import Path

import pytest

from flows.prefect_api.secret import secret_variables
from flows.runs import parts as watched
from flows.runs.parts import Parts, ServeError


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    """Processes of our own that stand for server and worker."""
    return Parts(dict(os.environ), tmp_path)


def test_a_part_that_ends_is_named(parts: Parts):
    """With its exit status and its log."""
    part = parts.start("worker-1", [sys.executable, "-c", "raise SystemExit(7)"])
    part.process.wait(30)

    with pytest.raises(ServeError, match=r"worker-1.*7.*worker-1\.log"):
        parts.check()


def test_a_worker_that_is_killed_is_started_again(parts: Parts, monkeypatch):
    """After a pause; the night goes on."""
    code = [sys.executable, "-c", "import time; time.sleep(60)"]
    first = parts.start("worker-1", code, again=True)
    first.process.kill()
    first.process.wait(30)
    parts.check()
    assert parts.running == [first]
    monkeypatch.setattr(watched, "RESTART_SECONDS", 0.0)
    parts.check()
    (second,) = parts.running

    assert second.process.pid != first.process.pid
    assert second.process.poll() is None
    parts.stop()


def test_a_part_is_not_told_what_it_has_no_use_for(tmp_path: Path, monkeypatch):
    """Nor when it is started again: the review page needs no secret of Prefect's."""
    secret = secret_variables("kaiji:a secret of twenty letters")
    parts = Parts({**os.environ, **secret}, tmp_path)
    monkeypatch.setattr(watched, "RESTART_SECONDS", 0.0)
    code = [sys.executable, "-c", "import os; print([name for name in os.environ if 'AUTH' in name])"]
    for without, told in ((frozenset(), sorted(secret)), (frozenset(secret), [])):
        part = parts.start("page", code, again=True, without=without)
        for _ in range(2):
            part.process.wait(60)
            assert sorted(ast.literal_eval(part.log.read_text())) == told
            parts.check()
            part = parts.running[-1]
    parts.stop()


def test_stopping_reaches_the_processes_that_a_part_started(parts: Parts, monkeypatch):
    """A worker's runs end with it, even when they do not listen."""
    monkeypatch.setattr(watched, "TERM_SECONDS", 1.0)
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        "print('deaf', flush=True); time.sleep(60)"
    )
    # As Prefect starts its runs: in a session of their own.
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {deaf!r}], start_new_session=True)"
    part = parts.start("worker-1", [sys.executable, "-c", code])
    until = time.monotonic() + 30
    while b"deaf" not in part.log.read_bytes() and time.monotonic() < until:
        time.sleep(0.1)
    parts.stop()

    assert b"deaf" in part.log.read_bytes()
    assert watched._members(part) == ()


def test_the_log_of_the_last_time_is_kept(parts: Parts):
    """One back: what went wrong can be read after a restart; logs are their owner's only."""
    for _ in range(2):
        parts.start("server", [sys.executable, "-c", "print('x')"]).process.wait(30)
    logs = parts.logs

    assert {path.name for path in logs.glob("server*")} == {"server.log", "server.log.1"}
    assert (logs / "server.log").stat().st_mode & 0o077 == 0
