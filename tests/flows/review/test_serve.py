"""The page as it is really served."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.desk.integrity.desk import open_desk
from tests.desk_builders import desk_settings

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[tuple[int, Path]]:
    """A process of its own: its port, and what it prints."""
    folder = tmp_path_factory.mktemp("served")
    with open_desk(desk_settings(folder)):
        pass
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    printed = folder / "printed"
    with printed.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "flows.review", "--port", str(port)],
            cwd=ROOT,
            env={**os.environ, "KAIJI_HOME": str(folder / "home"), "KAIJI_WORK": str(folder / "work")},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        until = time.monotonic() + 120
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, printed.read_text()
            time.sleep(0.2)
        yield port, printed
    finally:
        process.terminate()
        assert process.wait(30) in {0, -15}


def ask(port: int, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
    """An answer of the server."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read().decode()


def test_it_serves_and_says_how_to_begin(served):
    """Its static files too; nothing tells which server it is."""
    port, _ = served
    status, headers, page = ask(port, "/sign-in")
    assert (status, "server" in headers) == (200, False)
    assert "まだ利用者がいません" in page
    assert ask(port, "/static/page.css")[0] == 200
    assert ask(port, "/", Host="evil.example")[0] == 400


def test_nothing_that_is_asked_for_is_printed(served):
    """Not an address, not a header, not what is no HTTP at all."""
    port, printed = served
    secret = "%E9%95%B7%E8%B0%B7%E5%B7%9D08012345678"
    for path in (f"/calls/{secret}", f"/api/calls?request={secret}", f"/audio/{secret}", f"/{secret}"):
        assert ask(port, path, Referer=secret, Cookie=f"kaiji-session={secret}")[0] in {303, 401, 404, 422}
    for raw in (b"08012345678\r\n\r\n", b"GET /" + b"08012345678" * 5000 + b" HTTP/1.1\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
            line.sendall(raw)
            line.recv(4096)
    time.sleep(0.5)
    text = printed.read_text(encoding="utf-8")
    assert "08012345678" not in text
    assert "長谷川" not in text
