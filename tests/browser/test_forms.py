"""Nothing typed is lost: every form of every page, in every way in which words could be lost.

The pages are those of the access table and those that answer a form; a form is found on its page, so that
a new one is tried by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi.exceptions import RequestValidationError
from playwright.sync_api import Browser, Page, expect

from flows.desk.integrity.desk import open_desk
from flows.desk.kinds.errors import ConflictError
from flows.desk.kinds.values import Actor
from flows.desk.people.sessions import SignedIn, session_id_of, sign_out
from flows.review.guarding.access import check_forgery
from tests.browser.full_desk import FullDesk, fill
from tests.browser.page_steps import STEPS
from tests.browser.pages import sign_in, until
from tests.browser.running import Served, served_desk
from tests.browser.test_every_page import addresses, open_page, paths
from tests.desk_builders import desk_settings
from tests.flows.review.guarding.test_access import ALL, NOBODY
from tests.review_site import ROLES

TYPED = Path(__file__).with_name("typed.js")

WRITTEN = "name => typed.written(name)"

TAKEN = "ほかの人が先に変えました"
WRONG = "送られた内容が正しくありません"

NOTHING_TYPED = {
    *("/sign-out", "/night", "/intake/back", "/requests/{number}/amend/back"),
    *("/requests/{number}/resume", "/requests/{number}/paid", "/requests/{number}/hold"),
    *("/requests/{number}/search", "/calls/{call_id}/requeue", "/calls/{call_id}/withdraw"),
    *(
        "/calls/{call_id}/check",
        "/requests/{number}/way/approve",
        "/imports/requests",
        "/imports/recordings",
        "/lists",
    ),
    *("/care/verify", "/care/audit.csv", "/accounts/{account_id}/disable", "/accounts/{account_id}/password"),
    "/password",
    *("/practice/begin", "/practice/enter", "/practice/leave", "/practice/end"),
    *("/ledger/{number}/release", "/ledger/{number}/password", "/ledger/{number}/visit/end"),
}
"""Addresses of forms in which a button is pressed, or a password or a file is given."""

NOT_SHOWN = {"/requests/{number}/inbox"}
"""Addresses of forms that this desk has nothing for."""


People = Callable[[str], Page]


@dataclass(frozen=True)
class Place:
    """A page with forms.

    Attributes:
        login: Who opens it.
        address: Of it, or of the page with the form that it answers.
        act: Sends that form.
    """

    login: str
    address: str
    act: Callable[[Page], None] | None = None

    def open(self, page: Page) -> None:
        """Open it, with nothing typed before."""
        page.evaluate("sessionStorage.clear()")
        open_page(page, self.address)
        self.again(page)

    def again(self, page: Page) -> None:
        """Go on to it from the page that is open."""
        if self.act is not None:
            self.act(page)


@pytest.fixture(scope="module")
def desk(served: Served) -> FullDesk:
    """With something on every page."""
    return fill(served.desk)


@pytest.fixture
def people(served: Served, browser: Browser) -> Iterator[People]:
    """Somebody who has just signed in, in a browser profile of their own."""
    pages: dict[str, Page] = {}

    def page_of(login: str) -> Page:
        if login not in pages:
            pages[login] = browser.new_context(locale="ja-JP").new_page()
            pages[login].context.add_init_script(path=TYPED)
            sign_in(pages[login], served.address, login)
            expect(pages[login].get_by_role("button", name="サインアウト")).to_be_visible()
        return pages[login]

    yield page_of
    for page in pages.values():
        page.context.close()


def places(served: Served, desk: FullDesk, people: People) -> Iterator[Place]:
    """Every page, and every page that answers a form."""
    for login in ("hirata", "kobayakawa", "saiki", "kubota"):
        # What is typed into a call goes by its own script.
        for path in (one for one in paths(login) if one != "/calls/{call_id}"):
            for address in addresses(people(login), served, desk, path):
                yield Place(login, address)
    for login, path, act in STEPS.values():
        if login != NOBODY and "{call}" not in path and path not in {"/imports", "/lists"}:
            yield Place(login, served.address + path.format(*desk.numbers), act)


def route_of(form: str) -> str:
    """The route that a form is sent to."""
    action = form.partition("#")[0]
    return next(
        path
        for method, path in ALL
        if method == "POST" and re.fullmatch(re.sub(r"{\w+}", "[A-Za-z0-9-]+", path), action)
    )


@contextmanager
def answering(served: Served, error: Exception) -> Iterator[None]:
    """Our page refuses every form in one way."""

    def refuse() -> None:
        raise error

    served.app.dependency_overrides[check_forgery] = refuse
    yield
    del served.app.dependency_overrides[check_forgery]


def end_session(served: Served, page: Page, login: str) -> None:
    """As time would; the browser keeps its cookie."""
    (token,) = [one["value"] for one in page.context.cookies() if one["name"] == "kaiji-session"]
    roles = ROLES[login]
    sign_out(served.desk, SignedIn(session_id_of(token), login, roles), Actor(login, roles[0]))


Lose = Callable[[Served, Place, Page, str], None]


def reload(_served: Served, _place: Place, page: Page, _form: str) -> None:
    """The page is loaded again."""
    page.reload()


def go_away_and_back(_served: Served, _place: Place, page: Page, _form: str) -> None:
    """Another page is opened, and the browser goes back."""
    page.goto("about:blank")
    page.go_back()


def conflict(served: Served, _place: Place, page: Page, form: str) -> None:
    """Somebody was faster."""
    with answering(served, ConflictError(TAKEN)):
        page.evaluate("name => typed.submit(name)", form)
        expect(page.locator(".refused")).to_have_text(TAKEN)


def mistake(served: Served, _place: Place, page: Page, form: str) -> None:
    """A field is wrong, and is told so."""
    field = page.evaluate("name => typed.of(name)[0].name", form)
    fault = {"type": "missing", "loc": ("body", field), "msg": "", "input": None}
    with answering(served, RequestValidationError([fault])):
        page.evaluate("name => typed.submit(name)", form)
        expect(page.locator(".refused")).to_have_text(WRONG)
    told = page.evaluate("document.querySelector('[aria-describedby=refused]').name")
    assert told == field


def no_server(_served: Served, _place: Place, page: Page, form: str) -> None:
    """Nobody answers."""
    page.context.set_offline(True)
    page.evaluate("name => typed.submit(name)", form)
    expect(page.locator(".refused")).to_contain_text("返事がありません")
    page.context.set_offline(False)


def late(served: Served, place: Place, page: Page, form: str) -> None:
    """The session is over: they sign in again, and are where they were."""
    end_session(served, page, place.login)
    page.evaluate("name => typed.submit(name)", form)
    expect(page.get_by_text("時間が過ぎました")).to_be_visible()
    page.get_by_label("利用者名").fill(place.login)
    page.get_by_label("パスワード").fill("correct horse battery")
    page.get_by_role("button", name="サインイン").click()
    page.wait_for_url(place.address.partition("?")[0])
    place.again(page)


WAYS: tuple[Lose, ...] = (conflict, mistake, no_server, reload, go_away_and_back, late)


@pytest.mark.timeout(600)
def test_nothing_typed_is_lost(served: Served, desk: FullDesk, people: People):
    """On any form, in any way."""
    tried: set[str] = set()
    lost: list[str] = []
    for place in places(served, desk, people):
        page = people(place.login)
        place.open(page)
        found = {
            f"{route_of(form)}#{form.partition('#')[2]}": form for form in page.evaluate("typed.names()")
        }
        for known in sorted(found.keys() - tried):
            form = found[known]
            tried.add(known)
            page.evaluate("name => typed.type(name)", form)
            text = page.evaluate(WRITTEN, form)
            for way in WAYS:
                way(served, place, page, form)
                try:
                    until(page, "([name, text]) => typed.written(name) === text", [form, text])
                except AssertionError:
                    lost.append(f"{known}: {way.__doc__} {page.evaluate(WRITTEN, form)}")
                    break
            if len(found.keys() - tried):
                place.open(page)

    assert lost == []
    scripts = {path for method, path in ALL if method == "POST" and path.startswith("/api/")}
    forms = {path for method, path in ALL if method == "POST"} - scripts - NOTHING_TYPED - NOT_SHOWN
    assert {each.partition("#")[0] for each in tried} == forms - {"/sign-in", "/first"}


NOT_ANSWERED = {
    *("a sign-in that failed", "a form with a mistake", "a list with mistakes"),
    *("a company's list with mistakes", "a visit that lasts"),
}
"""Steps after which a form was refused, or has led on."""

ANSWERED = [name for name, (_, path, _) in STEPS.items() if "{call}" not in path and name not in NOT_ANSWERED]
"""Steps after which a form was answered by a page."""


def test_going_back_and_reloading_show_what_a_form_was_answered(
    served: Served, desk: FullDesk, people: People
):
    """No question whether to send it again, and no error of the browser's."""
    for name in ANSWERED:
        login, path, act = STEPS[name]
        page = people(login)
        page.evaluate("sessionStorage.clear()")
        open_page(page, served.address + path.format(*desk.numbers))
        act(page)
        until(page, "history.state?.sent !== undefined")
        shown = page.locator("main").inner_text()
        for way in (reload, go_away_and_back):
            way(served, Place(login, ""), page, "")
            until(page, "shown => document.querySelector('main')?.innerText === shown", shown)
        page.go_back()
        expect(page.locator("main")).not_to_have_text(shown, use_inner_text=True)
        assert page.url == served.address + path.format(*desk.numbers)


def test_what_was_accepted_is_forgotten(served: Served, desk: FullDesk, people: People):
    """And nothing else is."""
    page = people("hirata")
    address = f"{served.address}/requests/{desk.numbers[0]}"
    page.goto(address)
    note, why = page.get_by_label("記録(電話のやり取りなど)"), page.get_by_label("止める理由")
    page.get_by_text("期限を変える").click()
    why.fill("書類の補正待ち")
    note.fill("電話があった")
    page.get_by_role("button", name="書き加える").click()
    expect(page.get_by_role("region", name="記録")).to_contain_text("電話があった")
    expect(note).to_have_value("")
    expect(why).to_have_value("書類の補正待ち")


def test_a_request_that_was_taken_in_is_forgotten(served: Served, people: People):
    """The form behind its summary too."""
    page = people("hirata")
    page.goto(f"{served.address}/intake")
    page.get_by_label("氏名", exact=True).fill("佐藤健一")
    page.get_by_role("button", name="内容を確かめる").click()
    page.get_by_label("フリガナを確かめました").check()
    page.get_by_role("button", name="この内容で受け付ける").click()
    expect(page.get_by_role("heading", name=re.compile(r"^R-\d{4}-"))).to_be_visible()
    page.goto(f"{served.address}/intake")
    expect(page.get_by_label("氏名", exact=True)).to_have_value("")
    assert "佐藤健一" not in page.evaluate("JSON.stringify(sessionStorage)")


def _write_a_note(page: Page, served: Served, desk: FullDesk) -> None:
    page.goto(f"{served.address}/requests/{desk.numbers[0]}")
    page.get_by_label("記録(電話のやり取りなど)").fill("秘密の書きかけ")
    assert "秘密の書きかけ" in page.evaluate("JSON.stringify(sessionStorage)")


def test_signing_out_takes_what_was_typed(served: Served, desk: FullDesk, people: People):
    """Whoever sits down next finds nothing."""
    page = people("hirata")
    _write_a_note(page, served, desk)
    page.get_by_role("button", name="サインアウト").click()
    expect(page.get_by_role("heading", name="サインイン")).to_be_visible()
    expect(page.get_by_text("時間が過ぎました")).to_have_count(0)
    assert page.evaluate("JSON.stringify(sessionStorage)") == "{}"


def test_another_account_finds_nothing(served: Served, desk: FullDesk, people: People):
    """Where the session of the one before ended by itself."""
    page = people("hirata")
    _write_a_note(page, served, desk)
    end_session(served, page, "hirata")
    page.reload()
    sign_in(page, served.address, "saiki")
    expect(page.get_by_role("button", name="サインアウト")).to_be_visible()
    until(page, "sessionStorage['kaiji-kept-by'] === 'saiki'")
    assert "秘密の書きかけ" not in page.evaluate("JSON.stringify(sessionStorage)")


def test_no_password_is_kept(served: Served, people: People):
    """Neither one that was typed nor one that was refused."""
    page = people("saiki")
    page.goto(f"{served.address}/accounts")
    form = page.locator("form[action='/accounts']")
    form.get_by_label("利用者名").fill("kondo")
    form.get_by_label(re.compile("^パスワード")).fill("first long secret")
    form.get_by_label("もう一度").fill("other long secret")
    form.get_by_role("button", name="加える").click()
    expect(page.locator(".refused")).to_have_text("2つのパスワードが一致しません")
    expect(form.get_by_label("もう一度")).to_have_attribute("aria-describedby", "refused")
    kept = page.evaluate("JSON.stringify(sessionStorage)")
    assert "kondo" in kept
    assert "secret" not in kept


def test_a_reason_and_a_line_outlast_the_session(served: Served, desk: FullDesk, people: People):
    """The call opens with what was typed, in the same dialog and in the same line."""
    page = people("kubota")
    address = f"{served.address}/calls/{desk.calls[0]}"

    def begin(key: str) -> None:
        page.wait_for_selector('main[aria-busy="false"]')
        page.keyboard.press("n")
        page.keyboard.press(key)

    for key, name in (("d", "理由"), ("c", "言葉を直す")):
        page.goto(address)
        begin(key)
        field = page.get_by_role("textbox", name=name)
        field.fill("書きかけの言葉")
        end_session(served, page, "kubota")
        field.press("Enter")
        expect(page.get_by_text("時間が過ぎました")).to_be_visible()
        page.get_by_label("利用者名").fill("kubota")
        page.get_by_label("パスワード").fill("correct horse battery")
        page.get_by_role("button", name="サインイン").click()
        page.wait_for_url(address)
        begin(key)
        expect(page.get_by_role("textbox", name=name)).to_have_value("書きかけの言葉")
        page.keyboard.press("Escape")


def test_the_first_account_is_not_typed_twice(browser: Browser, tmp_path):
    """Its form too stays when its word was wrong."""
    with open_desk(desk_settings(tmp_path)) as desk, served_desk(desk) as served:
        page = browser.new_page()
        page.goto(f"{served.address}/first")
        page.get_by_label(re.compile("^合言葉")).fill("まちがい")
        page.get_by_label("利用者名").fill("saiki")
        for field in page.locator("[type=password]").all():
            field.fill("correct horse battery")
        page.get_by_role("button", name="登録する").click()
        expect(page.locator(".refused")).to_be_visible()
        expect(page.get_by_label("利用者名")).to_have_value("saiki")
        page.reload()
        expect(page.get_by_label("利用者名")).to_have_value("saiki")
        page.close()
