from __future__ import annotations

import time
from contextlib import closing

import pytest
from argon2 import PasswordHasher

from flows.desk.integrity import audit
from flows.desk.integrity.desk import open_desk
from flows.desk.kinds.errors import AccountError, DuplicateError, NotFoundError
from flows.desk.kinds.values import Role
from flows.desk.people import accounts
from flows.desk.people.sessions import ATTEMPTS_BEFORE_DELAY, begin_attempt, session_id_of
from flows.review.app import create_app
from flows.review.guarding.access import csrf_of
from tests.desk_builders import desk_settings, raw_database
from tests.review_site import ADMIN, HOST, PASSWORD, new_person, signed_in


def test_a_refused_attempt_leaves_no_row(desk):
    """From an address that has to wait, with whatever logins: nothing grows, and the wait is as long."""
    allowed = ATTEMPTS_BEFORE_DELAY["address"]
    for number in range(allowed):
        assert begin_attempt(desk, [("login", f"n{number}"), ("address", "10.0.0.1")]) == 0.0
    with closing(raw_database(desk)) as database:
        before = database.execute("SELECT * FROM sign_in_attempts ORDER BY id").fetchall()
        head = database.execute("SELECT sealed FROM audit_head").fetchall()
        for login in ("x", "n0", "ｘ" * 64, "", "a\0b", "🙂"):
            assert begin_attempt(desk, [("login", login), ("address", "10.0.0.1")]) > 0.0
        assert database.execute("SELECT * FROM sign_in_attempts ORDER BY id").fetchall() == before
        assert database.execute("SELECT sealed FROM audit_head").fetchall() == head
    assert len(before) == allowed + 1


def test_signed_in_and_out(app, desk):
    """On record both times; the cookie is no use afterwards."""
    person = new_person(app)
    assert person.get("/calls").headers["location"] == "/sign-in?next=/calls"
    answer = person.sign_in("Kubota ", next_="/calls/c123")
    assert (answer.status_code, answer.headers["location"]) == (303, "/calls/c123")
    assert person.get("/calls").status_code == 200
    kept = person.token

    out = person.client.post(
        "/sign-out", data={"csrf": csrf_of(kept)}, headers={"Origin": HOST}, follow_redirects=False
    )
    assert (out.status_code, out.headers["location"]) == (303, "/sign-in")
    assert person.token == ""
    person.client.cookies.set("kaiji-session", kept, domain="localhost.local")
    assert person.get("/api/calls").status_code == 401
    assert [e.action for e in audit.entries(desk)][-2:] == ["session.begin", "session.end"]


def test_the_cookie_is_out_of_reach(app):
    """For script, for other sites, and for plain http where the page is on https."""
    (cookie,) = [
        value
        for value in new_person(app).sign_in("kubota").headers.get_list("set-cookie")
        if value.startswith("kaiji-session=")
    ]

    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_over_https_the_cookie_is_for_https_and_this_host_only(desk):
    """And the browser is told never to come without."""
    settings = desk.settings.model_copy(update={"review_https": True})
    https = create_app(settings, type(desk)(settings, desk.database, desk.store, desk.keyring, desk.clock))
    person = new_person(https)
    person.client.base_url = "https://localhost:8400"
    page = person.get("/sign-in")

    (cookie,) = page.headers.get_list("set-cookie")
    assert cookie.startswith("__Host-kaiji-form=")
    assert "Secure" in cookie.split("; ")
    assert page.headers["strict-transport-security"] == "max-age=31536000"


def test_every_sign_in_gets_a_new_session(app):
    """One that somebody planted is not taken over, and the one before is over (session fixation)."""
    person = new_person(app)
    person.client.cookies.set("kaiji-session", "planted", domain="localhost.local")
    person.sign_in("kubota")
    first = person.token
    assert first not in {"planted", ""}

    person.sign_in("mori")
    other = new_person(app)
    other.client.cookies.set("kaiji-session", first, domain="localhost.local")
    assert person.token != first
    assert other.get("/api/calls").status_code == 401
    assert person.get("/api/calls").status_code == 200


def test_a_session_ends_by_itself(app, clock):
    """When nobody works, and at the end of the day though somebody does."""
    idle, busy = signed_in(app, "kubota"), signed_in(app, "mori")
    for _ in range(10):
        clock.pass_(minutes=55)
        assert busy.get("/api/calls").status_code == 200
    assert idle.get("/api/calls").status_code == 401
    clock.pass_(minutes=55)
    assert busy.get("/api/calls").status_code == 401


def test_the_database_does_not_hold_the_cookie(app, desk):
    """Nor a login in clear: a stolen copy signs nobody in."""
    person = signed_in(app, "kubota")
    rows = raw_database(desk).execute("select * from sessions").fetchall()
    raw = repr(rows) + repr(raw_database(desk).execute("select * from accounts").fetchall())

    assert session_id_of(person.token) in raw
    assert person.token not in raw
    assert "kubota" not in raw
    assert PASSWORD not in raw


def test_nobody_learns_which_logins_there_are(app, desk):
    """The same words, the same status, for a wrong password, an unknown and a disabled login."""
    accounts.disable_account(desk, ADMIN, "mori")
    answers = [
        new_person(app).sign_in(login, password)
        for login, password in (("kubota", "wrong password!"), ("nobody", PASSWORD), ("mori", PASSWORD))
    ]

    assert {answer.status_code for answer in answers} == {401}
    # The form's own word differs by cookie.
    assert len({answer.text.replace(_word(answer.text), "") for answer in answers}) == 1
    assert "kubota" not in answers[0].text


def test_the_log_tells_of_a_refused_password_by_the_account(app, desk, caplog):
    """Its id, or that there is none; never what was typed."""
    for login in ("kubota", "長谷川隆", PASSWORD):
        new_person(app).sign_in(login, "秘密の合言葉です間違い")
    told = [record.getMessage() for record in caplog.records if record.name == "kaiji.review"]

    known = accounts.account_id_of(desk, "kubota")
    assert told == [f"a password was refused: {one}" for one in (known, *["no such account"] * 2)]


def _word(page: str) -> str:
    return page.partition('name="csrf" value="')[2].partition('"')[0]


def test_it_takes_as_long_for_a_login_that_is_not_there(desk, monkeypatch):
    """The password is hashed all the same."""
    monkeypatch.setattr(accounts, "HASHER", PasswordHasher(time_cost=3, memory_cost=8192, parallelism=1))
    accounts.set_password(desk, ADMIN, "kubota", PASSWORD)
    accounts.check_password(desk, "nobody", PASSWORD)

    def seconds(login: str) -> float:
        began = time.process_time()
        for _ in range(5):
            accounts.check_password(desk, login, "wrong password!")
        return time.process_time() - began

    known, unknown = seconds("kubota"), seconds("nobody")
    assert unknown == pytest.approx(known, rel=0.6)


def test_guessing_gets_slower(app, clock):
    """Of one login from many addresses; the right password does not help before the pause is over."""
    for number in range(ATTEMPTS_BEFORE_DELAY["login"]):
        assert new_person(app, f"10.0.0.{number}").sign_in("kubota", "wrong password!").status_code == 401
    for _ in range(2):
        refused = new_person(app, "10.0.1.1").sign_in("kubota")
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) >= 1
    assert new_person(app, "10.0.1.2").sign_in("mori").status_code == 303
    clock.pass_(seconds=3)
    assert new_person(app, "10.0.1.1").sign_in("kubota").status_code == 303
    assert new_person(app, "10.0.1.1").sign_in("kubota").status_code == 303


def test_pauses_double(app, clock):
    """Up to a quarter of an hour."""
    for _ in range(ATTEMPTS_BEFORE_DELAY["login"]):
        new_person(app).sign_in("kubota", "wrong password!")
    pauses = []
    for _ in range(3):
        pauses.append(int(new_person(app).sign_in("kubota").headers["retry-after"]))
        clock.pass_(seconds=pauses[-1] + 1)
        new_person(app).sign_in("kubota", "wrong password!")
    assert pauses == [2, 4, 8]


def test_many_logins_from_one_address_get_slower_too(app):
    """Spraying one password over all accounts."""
    statuses = [
        new_person(app, "10.9.9.9").sign_in(f"user{number}", "Password2026!").status_code
        for number in range(ATTEMPTS_BEFORE_DELAY["address"] + 1)
    ]

    assert statuses == [401] * ATTEMPTS_BEFORE_DELAY["address"] + [429]


def test_the_count_outlasts_the_server(app, desk):
    """A restart is no new chance."""
    for _ in range(ATTEMPTS_BEFORE_DELAY["login"]):
        new_person(app).sign_in("kubota", "wrong password!")

    assert new_person(create_app(desk.settings, desk)).sign_in("kubota").status_code == 429


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example",
        "https://evil.example/calls",
        "/\\evil.example",
        "/calls/../../x",
        "javascript:alert(1)",
        "/calls\r\nSet-Cookie: a=b",
        "/calls/" + "c" * 60,
        "calls",
        "/sign-out",
        "/calls?x=//evil.example",
    ],
)
def test_nobody_is_sent_elsewhere_after_signing_in(app, wanted):
    """Only to pages of ours (open redirect, header injection)."""
    assert new_person(app).sign_in("kubota", next_=wanted).headers["location"] == "/calls"
    person = signed_in(app, "kubota")
    assert person.get("/sign-in", params={"next": wanted}).headers["location"] == "/calls"


def test_the_first_run_says_how_to_make_an_account(tmp_path):
    """Where nobody can sign in yet."""
    with open_desk(desk_settings(tmp_path)) as empty:
        page = new_person(create_app(empty.settings, empty)).get("/sign-in")

    assert page.status_code == 200
    assert "まだ利用者がいません" in page.text


# --- accounts ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("login", "roles", "password"),
    [
        ("", (Role.ANALYST,), PASSWORD),
        ("a b", (Role.ANALYST,), PASSWORD),
        ("<script>", (Role.ANALYST,), PASSWORD),
        ("x" * 65, (Role.ANALYST,), PASSWORD),
        ("new", (), PASSWORD),
        ("new", (Role.SYSTEM,), PASSWORD),
        ("new", (Role.ANALYST,), "short"),
        ("new", (Role.ANALYST,), "x" * 257),
    ],
)
def test_what_is_no_account(desk, login, roles, password):
    """Login, roles and password are looked at."""
    with pytest.raises(AccountError):
        accounts.add_account(desk, ADMIN, login, roles, password)


def test_logins_that_look_the_same_are_the_same(desk):
    """Width and capitals."""
    accounts.add_account(desk, ADMIN, "窪田Ａ", (Role.ANALYST,), PASSWORD)

    with pytest.raises(DuplicateError):
        accounts.add_account(desk, ADMIN, "窪田a", (Role.ANALYST,), PASSWORD)
    assert accounts.check_password(desk, " 窪田A ", PASSWORD) is not None
    with pytest.raises(NotFoundError):
        accounts.disable_account(desk, ADMIN, "窪田b")


def test_headers_mean_nothing_where_people_sign_in_here(app):
    """The local mode does not look at them."""
    person = new_person(app)
    person.client.headers.update({"X-Forwarded-User": "kubota", "X-Forwarded-Roles": "admin"})

    assert person.get("/api/calls").status_code == 401
