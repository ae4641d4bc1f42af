"""The server that one command brings along."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows.prefect_api import temporary
from flows.prefect_api.temporary import PrefectStartError, prefect_for
from flows.settings import Settings
from tests.attacks import basic, send
from tests.serving import ROOT, START_SECONDS

PROGRAM = """
import os, sys, time
from pathlib import Path
from flows.prefect_api.temporary import prefect_for
from flows.settings import Settings
with prefect_for(Path(sys.argv[1]), Settings()):
    print(os.environ["PREFECT_API_URL"], os.environ["PREFECT_API_AUTH_STRING"], flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def _plain(monkeypatch) -> None:
    """Surroundings without Prefect, restored afterwards."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    monkeypatch.setattr(os, "environ", kept)


def test_it_is_guarded_and_ends_with_its_command(tmp_path: Path):
    """Secret, host and origin; when the command is killed, its server does not stay behind."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "KAIJI_"))}
    command = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        cwd=ROOT,
        env=clean | {"KAIJI_PREFECT_START_SECONDS": str(START_SECONDS)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    url, secret = command.stdout.readline().split()
    port = int(url.removesuffix("/api").rpartition(":")[2])
    host, known = ("Host", f"127.0.0.1:{port}"), ("Authorization", basic(secret))

    assert send(port, [host])[0] == 401
    assert send(port, [host, known])[0] == 200
    assert send(port, [("Host", "evil.example"), known])[0] == 403
    assert send(port, [host, known, ("Origin", "http://evil.example")])[0] == 403
    command.kill()
    command.communicate()
    until = time.monotonic() + 60
    while _answers(port):
        assert time.monotonic() < until
        time.sleep(0.2)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/api/health")
    except OSError:
        return False
    finally:
        connection.close()
    return True


@pytest.mark.usefixtures("_plain")
def test_a_server_of_the_surroundings_is_taken(monkeypatch, tmp_path: Path):
    """None is started, and its address stays."""
    os.environ["PREFECT_API_URL"] = "http://elsewhere/api"
    monkeypatch.setattr(temporary, "_started", lambda _: pytest.fail("started"))
    with prefect_for(tmp_path, Settings()):
        pass

    assert os.environ["PREFECT_API_URL"] == "http://elsewhere/api"


@pytest.mark.usefixtures("_plain")
def test_a_server_that_does_not_start_is_told(monkeypatch, tmp_path: Path):
    """It ends at once, or never answers: one error, and nothing of it is left in the surroundings."""
    monkeypatch.setattr(temporary, "_started", lambda _: subprocess.Popen([sys.executable, "-c", "1"]))
    with (
        pytest.raises(PrefectStartError, match="KAIJI_PREFECT_START_SECONDS"),
        prefect_for(tmp_path, Settings()),
    ):
        pass

    assert "PREFECT_API_URL" not in os.environ
    assert "PREFECT_API_AUTH_STRING" not in os.environ
