"""Behind the company's proxy: who is believed, and what is kept of it."""

from __future__ import annotations

import http.client
import os
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from fastapi import FastAPI

from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk, open_desk
from flows.desk.people import sessions
from flows.desk.people.sessions import MAX_SESSIONS, session_id_of
from flows.review.__main__ import unix_socket
from flows.review.app import create_app
from flows.settings import SettingError
from tests.desk_builders import desk_settings, raw_database
from tests.review_site import Person, new_person, signed_in

ROOT = Path(__file__).parents[4]
SECRET, OTHER = "a1" * 16, "b2" * 16
HEADER = "X-Kaiji-Proxy-Secret"
ADMIN = {"X-Forwarded-User": "sato", "X-Forwarded-Roles": "admin"}
SATO = {"X-Forwarded-User": "Sato", "X-Forwarded-Roles": "analyst, unknown", HEADER: SECRET}


def secret_file(folder: Path, text: str = f"{SECRET}\n{OTHER}\n", mode: int = 0o600) -> Path:
    """A file of secrets."""
    path = folder / "proxy-secret"
    path.write_text(text)
    path.chmod(mode)
    return path


def app_with(desk: Desk, **changes: object) -> FastAPI:
    """The page with other settings."""
    settings = desk.settings.model_copy(update=changes)
    return create_app(settings, type(desk)(settings, desk.database, desk.store, desk.keyring, desk.clock))


def header_mode(desk: Desk, folder: Path, **changes: object) -> FastAPI:
    """The page where the company's proxy signs people in."""
    known = {"review_proxies": "10.1.0.0/24", "review_proxy_secret_file": secret_file(folder)}
    return app_with(desk, review_auth="header", **known | changes)


@pytest.fixture
def behind_proxy(desk: Desk, tmp_path: Path) -> FastAPI:
    """The page behind a proxy in 10.1.0.0/24 that knows the secret."""
    return header_mode(desk, tmp_path)


def sato(app: FastAPI, **headers: str) -> Person:
    """Sato, as the proxy says."""
    person = new_person(app, "10.1.0.7")
    person.client.headers.update(SATO | headers)
    return person


def rows(desk: Desk) -> int:
    """Sessions in the database."""
    return int(raw_database(desk).execute("select count(*) from sessions").fetchone()[0])


def test_a_trusted_proxy_says_who_it_is(behind_proxy):
    """With the roles it tells, as of this request; with a session and a word against forgery."""
    person = sato(behind_proxy)

    assert person.get("/api/calls").status_code == 200
    assert person.token
    assert person.post("/api/calls/c0/open").status_code == 404
    person.client.headers["X-Forwarded-Roles"] = "admin"
    assert person.post("/api/calls/c0/open").status_code == 403
    before = person.token
    person.client.headers.update({"X-Forwarded-User": "mori", "X-Forwarded-Roles": "analyst"})
    assert person.get("/api/calls").status_code == 200
    assert person.token != before


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("10.2.0.7", {**ADMIN, HEADER: SECRET}, 403),
        ("testclient", {**ADMIN, HEADER: SECRET}, 403),
        ("10.1.0.7", ADMIN, 403),
        ("10.1.0.7", {**ADMIN, HEADER: ""}, 403),
        ("10.1.0.7", {**ADMIN, HEADER: SECRET[:-1]}, 403),
        ("10.1.0.7", {**ADMIN, HEADER: SECRET + "0"}, 403),
        ("10.1.0.7", {**ADMIN, HEADER: f"{SECRET}, {OTHER}"}, 403),
        ("10.1.0.7", {HEADER: SECRET}, 401),
        ("10.1.0.7", {"X-Forwarded-User": "", "X-Forwarded-Roles": "admin", HEADER: SECRET}, 401),
        ("10.1.0.7", {"X-Forwarded-User": "a,b", "X-Forwarded-Roles": "admin", HEADER: SECRET}, 401),
        ("10.1.0.7", {"X-Forwarded-User": "sato", "X-Forwarded-Roles": "boss", HEADER: SECRET}, 401),
        ("10.1.0.7", {**ADMIN, HEADER: OTHER}, 200),
    ],
)  # fmt: skip
def test_nobody_else_says_who_it_is(behind_proxy, address, headers, status):
    """Another address, no secret, not the whole of it, more than one, no name, two names, no role."""
    person = new_person(behind_proxy, address)
    person.client.headers.update(headers)

    assert person.get("/api/calls").status_code == status


def test_a_secret_that_stands_twice_is_none(behind_proxy):
    """A proxy that does not take away what a stranger sent along proves nothing."""
    person = new_person(behind_proxy, "10.1.0.7")
    named = [("X-Forwarded-User", "sato"), ("X-Forwarded-Roles", "admin")]
    answer = person.client.get("/api/calls", headers=[*named, (HEADER, "x"), (HEADER, SECRET)])

    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("groups", "status"),
    [("Kaiji-Desk,staff", 200), ("staff, kaiji approvers", 200), ("analyst", 401), ("staff", 401), ("", 401)],
)
def test_a_companys_own_groups_stand_for_roles(desk, tmp_path, groups: str, status: int):
    """As its directory calls them; ours mean nothing then."""
    names = "kaiji-desk=analyst,kaiji approvers=approver"
    app = header_mode(desk, tmp_path, review_roles_header="X-Forwarded-Groups", review_role_names=names)

    assert sato(app, **{"X-Forwarded-Groups": groups}).get("/api/calls").status_code == status


# --- it does not start -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"review_proxies": "127.0.0.1"},
        {"review_proxies": ""},
        {"review_proxies": "127.0.0.1", "review_proxy_secret_file": "missing"},
    ],
)
def test_it_does_not_start_where_nothing_proves_the_proxy(desk, tmp_path, changes):
    """An address is no proof; told before anything is served."""
    if changes.get("review_proxy_secret_file"):
        changes = changes | {"review_proxy_secret_file": tmp_path / "missing"}
    elif changes.get("review_proxies") == "":
        changes = changes | {"review_proxy_secret_file": secret_file(tmp_path)}
    with pytest.raises(SettingError, match="KAIJI_REVIEW_PROXY_SECRET_FILE"):
        app_with(desk, review_auth="header", **changes)


@pytest.mark.parametrize(
    ("text", "mode"),
    [("", 0o600), ("short\n", 0o600), (f"{SECRET}\nshort", 0o600), ("合言葉" * 20, 0o600),
     (SECRET, 0o640), (SECRET, 0o604), (SECRET, 0o666)],
)  # fmt: skip
def test_a_secret_that_others_can_read_or_guess_is_refused(desk, tmp_path, text, mode):
    """And is not repeated."""
    file = secret_file(tmp_path, text, mode)
    with pytest.raises(SettingError, match="KAIJI_REVIEW_PROXY_SECRET_FILE") as raised:
        app_with(desk, review_auth="header", review_proxies="10.1.0.7", review_proxy_secret_file=file)

    assert SECRET not in str(raised.value)


def test_a_secret_that_is_no_file_is_refused(desk, tmp_path):
    """A FIFO would hang, a device would never end."""
    os.mkfifo(tmp_path / "fifo", 0o600)
    for place in (tmp_path, tmp_path / "fifo", Path("/dev/zero")):
        with pytest.raises(SettingError, match="KAIJI_REVIEW_PROXY_SECRET_FILE"):
            app_with(desk, review_auth="header", review_proxies="10.1.0.7", review_proxy_secret_file=place)


def test_where_people_sign_in_here_a_forwarded_address_needs_the_proof_too(desk, tmp_path, clock):
    """Else any program on the proxy's machine could guess from as many addresses as it likes."""
    apps = [
        app_with(desk, review_proxies="10.1.0.0/24", review_proxy_secret_file=file)
        for file in (None, secret_file(tmp_path))
    ]
    for app in apps:
        person = new_person(app, "10.1.0.7")
        for number in range(sessions.ATTEMPTS_BEFORE_DELAY["address"] + 1):
            person.client.headers["X-Forwarded-For"] = f"192.0.2.{number}"
            last = person.sign_in(f"user{number}", "wrong password!").status_code
        assert last == 429
        clock.pass_(hours=25)
    person = new_person(apps[1], "10.1.0.7")
    person.client.headers[HEADER] = SECRET
    for number in range(sessions.ATTEMPTS_BEFORE_DELAY["address"] + 1):
        person.client.headers["X-Forwarded-For"] = f"192.0.2.{number}"
        assert person.sign_in(f"user{number}", "wrong password!").status_code == 401


# --- what is kept ----------------------------------------------------------------------------


def test_a_request_without_a_cookie_leaves_no_row(behind_proxy, desk):
    """Programs that look whether the page is there, and whatever else keeps no cookies."""
    before = len(audit.entries(desk))
    for path in ("/", "/sign-in", "/calls", "/api/calls", "/static/page.css", "/nothing", "/api/calls"):
        assert sato(behind_proxy).get(path).status_code in {200, 303, 404}
    assert sato(behind_proxy).post("/api/calls/c0/open").status_code == 403

    assert rows(desk) == 0
    assert len(audit.entries(desk)) == before


def test_the_session_begins_when_the_cookie_comes_back(behind_proxy, desk):
    """Once, on record; its page's word is good from the first page on."""
    person = sato(behind_proxy)
    person.get("/calls")
    first = person.token
    assert rows(desk) == 0
    for _ in range(3):
        assert person.post("/api/calls/c0/open").status_code == 404
    assert (rows(desk), person.token) == (1, first)
    assert [e.action for e in audit.entries(desk)].count("session.begin") == 1

    assert person.post("/sign-out").status_code == 303
    assert rows(desk) == 0


@pytest.mark.parametrize("kind", ["made up", "of another", "changed", "of another desk", "old"])
def test_a_cookie_that_is_not_ours_for_this_person_begins_nothing(behind_proxy, desk, clock, kind):
    """Nobody plants one (session fixation), and an old one is replaced."""
    person, mori = sato(behind_proxy), sato(behind_proxy, **{"X-Forwarded-User": "mori"})
    person.get("/calls")
    mori.get("/calls")
    made, _, mark = person.token.rpartition(".")
    planted = {
        "made up": "x" * 43,
        "of another": mori.token,
        "changed": f"{'A' if made[0] != 'A' else 'B'}{made[1:]}.{mark}",
        "of another desk": f"{made}.{'0' * 64}",
        "old": person.token,
    }[kind]
    if kind == "old":
        clock.pass_(minutes=desk.settings.review_idle_minutes + 1)
    other = sato(behind_proxy)
    other.client.cookies.set("kaiji-session", planted, domain="localhost.local")
    assert other.get("/api/calls").status_code == 200

    assert rows(desk) == 0
    assert session_id_of(planted) not in repr(raw_database(desk).execute("select * from sessions").fetchall())


def test_one_person_has_so_many_sessions_and_no_more(behind_proxy, app, desk):
    """The oldest end; another person's stay."""
    mori = sato(behind_proxy, **{"X-Forwarded-User": "mori"})
    for _ in range(2):
        mori.get("/api/calls")
    people = [sato(behind_proxy) for _ in range(MAX_SESSIONS + 5)]
    for person in people:
        for _ in range(2):
            person.get("/api/calls")
    assert rows(desk) == MAX_SESSIONS + 1

    here = [signed_in(app, "kubota") for _ in range(MAX_SESSIONS + 5)]
    assert rows(desk) == 2 * MAX_SESSIONS + 1
    assert [person.get("/api/calls").status_code for person in (here[0], here[-1])] == [401, 200]


# --- a Unix socket ---------------------------------------------------------------------------


class _Unix(http.client.HTTPConnection):
    """A connection by a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=60)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(60)
        self.sock.connect(str(self._path))


def test_by_a_unix_socket_the_proxy_needs_no_secret(tmp_path):
    """As it is really served: the socket is its owner's alone, and nobody comes by an address."""
    with open_desk(desk_settings(tmp_path)):
        pass
    path = tmp_path / "page.sock"
    stale = socket.socket(socket.AF_UNIX)
    stale.bind(str(path))
    stale.close()
    mine = {
        "KAIJI_HOME": str(tmp_path / "home"),
        "KAIJI_WORK": str(tmp_path / "work"),
        "KAIJI_REVIEW_AUTH": "header",
        "KAIJI_REVIEW_SOCKET": str(path),
    }
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "flows.review", "--port", str(port)], cwd=ROOT, env={**os.environ, **mine}
    )
    try:
        until = time.monotonic() + 120
        while _status(path) is None:
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.2)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert _status(path) == 401
        assert _status(path, **{"X-Forwarded-User": "sato", "X-Forwarded-Roles": "analyst"}) == 200
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0
    finally:
        process.terminate()
        assert process.wait(60) in {0, -15}


def _status(path: Path, **headers: str) -> int | None:
    try:
        connection = _Unix(path)
        connection.request("GET", "/api/calls", headers=headers)
        return connection.getresponse().status
    except OSError:
        return None


def test_who_comes_by_an_address_is_not_believed_where_a_socket_is_meant(desk, tmp_path):
    """Whatever serves the page."""
    app = app_with(desk, review_auth="header", review_socket=tmp_path / "s", review_proxies="10.1.0.0/24")

    assert sato(app).get("/api/calls").status_code == 403


@pytest.mark.parametrize("mode", [0o600, 0o660])
def test_the_socket_is_never_open_to_all(tmp_path, mode):
    """Not even for the moment between its making and a change of its mode."""
    with unix_socket(tmp_path / "s", mode):
        assert stat.S_IMODE((tmp_path / "s").stat().st_mode) == mode


def test_what_lies_where_the_socket_should_be_is_not_removed(tmp_path):
    """A file of somebody's, or a server that listens."""
    (tmp_path / "file").write_text("mine")
    with pytest.raises(SettingError), unix_socket(tmp_path / "file", 0o600):
        pass
    assert (tmp_path / "file").read_text() == "mine"
    with unix_socket(tmp_path / "s", 0o600) as first:
        first.listen()
        with pytest.raises(SettingError), unix_socket(tmp_path / "s", 0o600):
            pass
        assert (tmp_path / "s").is_socket()
