"""The page as it is really served."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.desk.integrity.desk import open_desk
from flows.review.guarding.access import csrf_of
from flows.version import VERSION
from tests.desk_builders import desk_settings
from tests.sentinels import found_in

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


def sign_in(port: int, login: str, password: str) -> int:
    """By the form: the status of the answer."""
    status, headers, _ = ask(port, "/sign-in")
    assert status == 200
    cookie = headers["set-cookie"].partition(";")[0]
    form = {"login": login, "password": password, "csrf": csrf_of(cookie.partition("=")[2])}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    told = {
        "Cookie": cookie,
        "Origin": f"http://127.0.0.1:{port}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    connection.request("POST", "/sign-in", urllib.parse.urlencode(form), told)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def test_the_log_tells_starts_and_refused_passwords_without_a_person(served):
    """Nothing of what was typed, though a password may be typed as the login."""
    port, printed = served
    logins = ("長谷川隆", "hunter2 is my password")
    # However slow the machine is, pauses that double outlast it.
    statuses = [sign_in(port, logins[n % 2], f"秘密の合言葉{n}") for n in range(30)]
    lines = printed.read_text(encoding="utf-8").splitlines()
    held = statuses.count(429)

    assert set(statuses) == {401, 429}
    assert any(line.endswith(f"INFO kaiji.review: started: kaiji {VERSION}") for line in lines)
    told = [line for line in lines if "a password was refused: no such account" in line]
    assert len(told) == statuses.count(401)
    doubled = [line for line in lines if "passwords held back" in line]
    assert len(doubled) == held.bit_length()
    assert found_in("\n".join(lines).encode(), (*logins, "秘密の合言葉", "127.0.0.1")) == []


def test_the_log_tells_an_error_by_its_kind(served):
    """A database that is none any more: a line with a reference, no traceback, no statement."""
    port, printed = served
    database = printed.parent / "home" / "desk.sqlite3"
    for each in database.parent.glob("desk.sqlite3*"):
        each.write_bytes("長谷川隆".encode() * 4096)
    status, _, page = ask(port, "/sign-in")
    text = printed.read_text(encoding="utf-8")

    assert status in {500, 503}
    assert "処理" in page or "データベース" in page
    assert [line for line in text.splitlines() if "ERROR kaiji.review: " in line]
    for word in ("Traceback", "SELECT", "sqlalchemy", "長谷川"):
        assert word not in text
