"""OWASP's usual list, tried against the page."""

from __future__ import annotations

import json
import logging
import re
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from flows.desk.integrity import audit
from flows.desk.kinds.values import Actor, Role
from flows.desk.work import plans
from flows.desk.work.reviews import load_review, record
from flows.quiet import quiet_libraries
from flows.review.guarding.guard import MAX_BODY_BYTES
from flows.review.guarding.site import PAGE_FOLDER
from flows.review.routes import queue as routes_queue
from pipeline.reviewing.decisions import ReviewDecision, ReviewKind
from tests.review_site import HOST, PASSWORD, new_person, signed_in
from tests.test_privacy import Everything

NASTY = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'; DROP TABLE calls; --",
    "' OR '1'='1",
    "{{7*7}}${7*7}#{7*7}",
    "../../../../etc/passwd",
    "$(id)`id`|id",
    "a\r\nSet-Cookie: evil=1",
    "\x00\x1b[2J",
    "%00%0d%0a",
    '=HYPERLINK("http://evil")',
    "&lt;script&gt;",
    "𠮷" * 50,
)


def calm(answer) -> None:
    """Neither broken nor taken in."""
    assert answer.status_code < 500
    assert "evil" not in answer.cookies
    assert "set-cookie" not in answer.headers or "evil" not in answer.headers["set-cookie"]
    if answer.headers.get("content-type", "").startswith("text/html"):
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text
        assert "49${7*7}" not in answer.text


# --- injection and script in every field -------------------------------------------------------


@pytest.mark.parametrize("nasty", NASTY)
def test_injection_in_addresses_and_queries(analyst, call, desk, nasty):
    """Of every page and route that takes something in its address."""
    for name in ("state", "request", "reviewer"):
        for path in ("/calls", "/api/calls"):
            calm(analyst.get(path, params={name: nasty}))
    calm(new_person(analyst.client.app).get("/sign-in", params={"next": nasty}))
    calm(analyst.get(f"/api/calls/{call.call_id}/peaks", params={"per_second": nasty}))
    for path in ("/calls/{}", "/api/calls/{}", "/api/calls/{}/state", "/audio/{}", "/static/{}"):
        answer = analyst.get(path.format(quote(nasty, safe="")))
        calm(answer)
        assert answer.status_code in {404, 405, 422}
    assert plans.get_plan(desk, call.call_id).revision == 1


@pytest.mark.parametrize("nasty", NASTY)
@pytest.mark.usefixtures("call")
def test_injection_in_the_ledger(approver, nasty):
    """Its addresses, its queries and its forms."""
    number, word = "R-2026-0001", approver.headers["X-CSRF-Token"]
    for path in ("/ledger", "/ledger.csv"):
        calm(approver.get(path, params={"year": nasty}))
    for part in ("package", "instructions", "letter"):
        calm(approver.get(f"/ledger/{number}/{part}", params={"turn": nasty}))
    calm(approver.get(f"/ledger/{quote(nasty, safe='')}"))
    for step, name in (("deliver", "how"), ("objection", "text"), ("again", "reason"), ("password", "turn")):
        form = {"csrf": word, name: nasty, "at": nasty}
        calm(
            approver.client.post(
                f"/ledger/{number}/{step}", data=form, headers={"Origin": HOST}, follow_redirects=True
            )
        )
    calm(approver.get(f"/ledger/{number}"))


@pytest.mark.parametrize("nasty", NASTY)
def test_injection_in_forms_and_bodies(app, analyst, call, nasty):
    """Every text field of every body; a reason comes back as it was written, as JSON and nothing else."""
    calm(new_person(app).sign_in(nasty, nasty, nasty))
    path = f"/api/calls/{call.call_id}"
    stretch = {"start": 1.0, "end": 2.0, "channels": [0], "entity_type": nasty, "party": nasty, "ground": 1}
    for body in (
        {"count": 0, "decisions": [{"kind": "mask", "items": [nasty]}]},
        {"count": 0, "decisions": [{"kind": nasty, "items": ["m0000"]}]},
        {"count": 0, "decisions": [{"kind": "party", "items": ["m0000"], "party": nasty}]},
        {"count": 0, "decisions": [{"kind": "add", "stretch": stretch}]},
        {"count": 0, "decisions": [{"kind": "add", "stretch": {**stretch, "party": "company"}}]},
    ):
        assert analyst.post(f"{path}/decisions", body).status_code == 422
    for step, body in (
        ("similar", {"item_id": nasty}),
        ("play", {"what": nasty}),
        ("confirm", {"count": 0, "items": [nasty], "reason": nasty}),
        ("undo", {"count": 0, "number": 1, "reason": nasty}),
        ("reopen", {"reason": nasty}),
    ):
        answer = analyst.post(f"{path}/{step}", body)
        calm(answer)
        assert nasty not in answer.text

    kept = {"count": 0, "decisions": [{"kind": "keep", "items": ["m0000"], "reason": nasty}]}
    answer = analyst.post(f"{path}/decisions", kept)
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["decisions"][0]["reason"] == nasty.strip()
    calm(analyst.get(f"/calls/{call.call_id}"))


def test_pages_escape_what_people_are_called(app, desk, call):
    """Even if a name that looks like script got into the desk some other way."""
    evil = Actor("<b onclick=alert(1)>", Role.ANALYST)
    mask = ReviewDecision(1, ReviewKind.MASK, ("m0000",), "", desk.clock())
    record(desk, evil, load_review(desk, call.call_id), lambda _: (mask,))
    page = signed_in(app, "kubota").get("/calls").text

    assert "<b onclick" not in page
    assert "&lt;b onclick" in page


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[" * 50_000, b'{"count": 0, "decisions": NaN}', b'"\\ud800"', b"\xff\xfe", b"null", b"[]"],
)
def test_bodies_that_are_no_json(analyst, call, body):
    """Are the sender's fault, not ours."""
    for step in ("decisions", "undo", "heard", "play", "similar", "complete"):
        answer = analyst.client.post(
            f"/api/calls/{call.call_id}/{step}",
            content=body,
            headers={**analyst.headers, "Content-Type": "application/json"},
        )
        assert 400 <= answer.status_code < 500, step


def test_a_reason_that_is_no_text(analyst, call):
    """Half a surrogate pair cannot be written down."""
    body = '{"count": 0, "decisions": [{"kind": "keep", "items": ["m0000"], "reason": "\\ud800"}]}'
    answer = analyst.client.post(
        f"/api/calls/{call.call_id}/decisions",
        content=body,
        headers={**analyst.headers, "Content-Type": "application/json"},
    )
    assert answer.status_code == 422


# --- forgery -----------------------------------------------------------------------------------

WRITES = (
    "decisions",
    "undo",
    "confirm",
    "complete",
    "approve",
    "reopen",
    "heard",
    "play",
    "similar",
    "open",
    "close",
)


@pytest.mark.parametrize(
    "headers",
    [
        {"X-CSRF-Token": ""},
        {"X-CSRF-Token": "A" * 43},
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost:8401"},
        {"Origin": "http://localhost:8400.evil.example"},
        {"Origin": "null"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_forged_requests_are_refused(approver, call, desk, headers):
    """On every route that changes something or gives something away, and nothing happens."""
    before = len(audit.entries(desk))
    for step in WRITES:
        answer = approver.post(f"/api/calls/{call.call_id}/{step}", {"count": 0}, headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (403, "forged"), step
    assert approver.post("/sign-out", headers=headers).status_code == 403
    assert approver.get("/api/calls").status_code == 200
    assert len(audit.entries(desk)) == before


def test_a_request_without_any_origin_is_refused(analyst, call):
    """A browser always tells one where it matters."""
    answer = analyst.client.post(
        f"/api/calls/{call.call_id}/open", json={}, headers={"X-CSRF-Token": analyst.headers["X-CSRF-Token"]}
    )
    assert answer.status_code == 403


def test_signing_somebody_in_from_elsewhere_is_refused(app):
    """Login forgery: the form's own word, bound to its own cookie."""
    person, other = new_person(app), new_person(app)
    person.get("/sign-in")
    theirs = re.search(r'name="csrf" value="([^"]+)"', other.get("/sign-in").text)
    assert theirs is not None
    for csrf in ("", "x", theirs[1]):
        form = {"login": "kubota", "password": PASSWORD, "csrf": csrf}
        answer = person.client.post("/sign-in", data=form, headers={"Origin": HOST}, follow_redirects=False)
        assert answer.status_code == 403
    assert person.token == ""


def test_a_form_of_our_own_page_may_have_no_origin(app):
    """A page without referrer sends ``null``; the browser's other header vouches for it."""
    person = new_person(app)
    csrf = re.search(r'name="csrf" value="([^"]+)"', person.get("/sign-in").text)
    assert csrf is not None
    form = {"login": "kubota", "password": PASSWORD, "csrf": csrf[1]}
    own = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    assert person.client.post("/sign-in", data=form, headers=own, follow_redirects=False).status_code == 303


def test_reading_changes_nothing(analyst, call, desk):
    """No GET decides, completes, approves or signs out."""
    for path in ("/calls", f"/calls/{call.call_id}", f"/api/calls/{call.call_id}", "/sign-in", "/"):
        analyst.get(path)
    assert analyst.get("/sign-out").status_code == 405
    assert analyst.get(f"/api/calls/{call.call_id}/approve").status_code == 405
    assert plans.decisions(desk, call.call_id) == ()
    assert analyst.get("/api/calls").status_code == 200


# --- mass assignment, size ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "more",
    [
        {"reviewer": "mori"},
        {"decided_at": "2020-01-01T00:00:00Z"},
        {"number": 99},
        {"undoes": 1},
        {"confirmed": True},
        {"kind": "complete"},
        {"kind": "confirm"},
        {"kind": "undo"},
        {"__proto__": {}},
    ],
)
def test_only_what_is_asked_for_is_taken(analyst, call, desk, more):
    """Nobody writes another's name under a decision, or a step by the side door."""
    made = {"kind": "mask", "items": ["m0000"], **more}
    answer = analyst.post(f"/api/calls/{call.call_id}/decisions", {"count": 0, "decisions": [made]})

    assert (answer.status_code, answer.json()["error"]) == (422, "bad_request")
    assert plans.decisions(desk, call.call_id) == ()


@pytest.mark.parametrize(("field", "value"), [("roles", "admin"), ("account_id", "u1"), ("session", "x")])
def test_signing_in_gives_no_more_than_the_account_has(app, field, value):
    """Whatever else the form says."""
    person = new_person(app)
    csrf = re.search(r'name="csrf" value="([^"]+)"', person.get("/sign-in").text)
    assert csrf is not None
    form = {"login": "kubota", "password": PASSWORD, "csrf": csrf[1], field: value}
    person.client.post("/sign-in", data=form, headers={"Origin": HOST}, follow_redirects=False)
    assert person.get("/ledger").status_code in {403, 404}
    assert person.post("/api/calls/c1/approve", {"count": 0, "revision": 1}).status_code == 403


def test_oversized_bodies_are_refused(analyst, call):
    """By the length they tell, and by the length they have."""
    path = f"/api/calls/{call.call_id}/decisions"
    told = analyst.client.post(path, content=b"x" * (MAX_BODY_BYTES + 1), headers=analyst.headers)
    assert told.status_code == 413

    def pieces():
        for _ in range(MAX_BODY_BYTES // 1024 + 2):
            yield b" " * 1024

    headers = {**analyst.headers, "Content-Type": "application/json"}
    assert analyst.client.post(path, content=pieces(), headers=headers).status_code == 413
    lying = analyst.client.post(path, content=b"{}", headers={**headers, "Content-Length": "-1"})
    assert lying.status_code in {400, 413}
    many = {"count": 0, "decisions": [{"kind": "mask", "items": ["m0000"]}] * 201}
    assert analyst.post(path, many).status_code == 422


# --- hosts, headers, frames ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "", "evil.example:8400", "127.0.0.2"]
)
def test_only_under_its_own_name(app, host):
    """Nobody gets a page by another host's name (rebinding, poisoned links)."""
    answer = TestClient(app, base_url=HOST).get("/sign-in", headers={"Host": host})

    assert answer.status_code == 400


def test_forwarded_names_mean_nothing(app):
    """No address on a page or in a redirect comes from a header."""
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "ftp", "X-Original-URL": "/api/calls"}
    person = new_person(app)
    answer = person.get("/calls", headers=headers)
    assert answer.headers["location"] == "/sign-in?next=/calls"
    assert "evil" not in person.get("/sign-in", headers=headers).text
    assert person.get("/calls/", headers=headers).status_code == 404


def test_every_answer_carries_the_headers(app, analyst, call, monkeypatch):
    """Good or bad: no frame, no foreign script, no sniffing, no referrer, no copy kept."""
    url = analyst.post(f"/api/calls/{call.call_id}/play", {"what": "masked"}).json()["url"]
    monkeypatch.setattr(routes_queue, "list_queue", lambda *_: 1 / 0)
    answers = [
        analyst.get(f"/calls/{call.call_id}"),
        analyst.get(f"/api/calls/{call.call_id}"),
        analyst.get(url, headers={"Range": "bytes=0-9"}),
        analyst.get("/calls"),
        analyst.get("/nothing"),
        analyst.get("/static/nothing"),
        analyst.post("/api/calls/x/decisions", {"count": "x"}),
        analyst.client.post("/api/calls/x/open"),
        new_person(app).get("/calls"),
        new_person(app).get("/api/calls"),
        TestClient(app, base_url="http://evil.example").get("/"),
        analyst.client.put("/calls"),
    ]

    assert {answer.status_code for answer in answers} >= {200, 206, 303, 400, 401, 403, 404, 405, 422, 500}
    for answer in answers:
        policy = dict(
            part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";")
        )
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == "'self'"
        assert policy["frame-ancestors"] == "'none'"
        assert policy["form-action"] == "'self'"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        if "/static/" not in str(answer.url):
            assert answer.headers["cache-control"] == "no-store"
        assert "server" not in answer.headers


def test_pages_hold_no_script_of_their_own(analyst, call, app):
    """Nothing inline, nothing from elsewhere: the policy would stop it, and there is none."""
    pages = [new_person(app).get("/sign-in"), analyst.get("/calls"), analyst.get(f"/calls/{call.call_id}")]
    for page in pages:
        assert page.status_code == 200
        assert not re.search(r"\son\w+=", page.text)
        assert not re.search(r"\sstyle=", page.text)
        assert not re.search(r"<script(?![^>]*\ssrc=\"/static/)", page.text)
        assert not re.search(r"(?:src|href|action)=\"(?!/|#)", page.text)


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/static/%252e%252e/app.py",
        "/static//etc/passwd",
        "/static/....//app.py",
        "/static/..\\app.py",
        "/static/templates/../../app.py",
        "/audio/../static/page.css/../../app.py",
    ],
)
def test_nothing_outside_of_the_static_folder(app, path):
    """Whatever the address looks like."""
    answer = new_person(app).get(path)

    assert answer.status_code in {401, 404, 422}
    assert "create_app" not in answer.text
    assert (PAGE_FOLDER / "app.py").is_file()


# --- errors and traces -----------------------------------------------------------------------


def test_an_error_tells_nobody_what_went_wrong(analyst, monkeypatch, caplog):
    """A sentence and a reference; the log has its kind, and no words of the call."""

    def broken(*_):
        msg = "長谷川隆 08012345678"
        raise ValueError(msg)

    monkeypatch.setattr(routes_queue, "list_queue", broken)
    with caplog.at_level(logging.DEBUG):
        page, answer = analyst.get("/calls"), analyst.get("/api/calls")

    for each in (page, answer):
        assert each.status_code == 500
        assert not re.search(r"Traceback|ValueError|File \"|routes_queue|長谷川", each.text)
    assert answer.json()["error"] == "internal"
    assert answer.json()["reference"] in caplog.text
    assert answer.json()["reference"] not in page.text
    assert "ValueError" in caplog.text
    assert "長谷川" not in caplog.text


def test_a_malformed_request_is_not_repeated(analyst, call):
    """Which field, never what stood in it."""
    body = {"count": "長谷川隆", "decisions": [{"kind": "長谷川隆", "items": ["長谷川隆"], "長谷川隆": 1}]}
    answer = analyst.post(f"/api/calls/{call.call_id}/decisions", body)

    assert answer.status_code == 422
    assert "長谷川" not in answer.text
    assert "count" in answer.json()["fields"]


def test_no_word_of_a_call_in_logs_and_addresses(app, call):
    """With every logger at its most talkative, and requests that hold names where none belong."""
    handler, root = Everything(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    quiet_libraries()
    try:
        person = signed_in(app, "kubota")
        told = person.get(f"/api/calls/{call.call_id}").json()
        secrets = {f["text"] for f in told["findings"] if len(f["text"]) > 2} | {"市川", "本人の兄の名前"}
        kept = {"kind": "keep", "items": told["undecided"][:1], "reason": "本人の兄の名前"}
        person.post(f"/api/calls/{call.call_id}/decisions", {"count": 0, "decisions": [kept]})
        urls = [
            person.post(f"/api/calls/{call.call_id}/play", {"what": w}).json()["url"]
            for w in ("original", "masked")
        ]
        answers = [person.get(url) for url in urls]
        answers += [
            person.get(path)
            for path in ("/calls/市川", "/api/calls/市川", "/calls?request=市川&state=市川", "/市川")
        ]
        answers.append(person.post("/api/calls/x/decisions", {"count": "市川"}))
        logging.getLogger("canary").debug("canary")
    finally:
        root.removeHandler(handler)
        root.setLevel(level)

    ours = [line for line in handler.lines if not line.startswith("HTTP Request")]
    log = "\n".join(ours)
    assert "canary" in log
    assert [secret for secret in secrets if secret in log or json.dumps(secret)[1:-1] in log] == []
    assert [secret for secret in secrets for url in urls if secret in url] == []
    for answer in answers[2:]:
        if answer.status_code >= 400:
            assert "市川" not in answer.text
