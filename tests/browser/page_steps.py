"""What pages show after a form was sent, or a key was pressed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from playwright.sync_api import Page, expect

from tests.flows.review.guarding.test_access import NOBODY


def _refused_form(page: Page) -> None:
    page.get_by_label("氏名", exact=True).fill("佐藤健一")
    page.get_by_label("電話番号", exact=True).fill("でんわ")
    page.get_by_role("button", name="内容を確かめる").click()
    expect(page.get_by_role("alert")).to_be_visible()


def _summary(page: Page) -> None:
    page.get_by_label("氏名", exact=True).fill("佐藤健一")
    page.get_by_role("button", name="内容を確かめる").click()
    expect(page.get_by_role("heading", name="内容を確かめる")).to_be_visible()


def _changes(page: Page) -> None:
    page.get_by_label("氏名", exact=True).fill("佐藤健一")
    page.get_by_role("button", name="変わる所を確かめる").click()
    expect(page.get_by_label("訂正の理由")).to_be_visible()


def _press(button: str) -> Callable[[Page], None]:
    def press(page: Page) -> None:
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        with page.expect_navigation():
            page.get_by_role("button", name=button).first.click()

    return press


def _search(page: Page) -> None:
    page.get_by_label("会員番号").fill("M-1")
    page.get_by_role("button", name="探す").click()


def _send_nonsense(page: Page) -> None:
    nonsense = {"name": "a.csv", "mimeType": "text/csv", "buffer": "あ,い\n1,2\n".encode()}
    page.locator("input[type=file]").first.set_input_files(files=nonsense)
    page.get_by_role("button", name="取り込む").first.click()
    expect(page.get_by_role("alert").filter(has_text="誤り")).to_be_visible()


def _begin_visit(page: Page) -> None:
    page.get_by_label("立ち会う人").fill("本人")
    page.get_by_role("button", name="聴取を始める").click()
    expect(page.get_by_role("button", name="聴取を終える")).to_be_visible()


def _keys(*keys: str) -> Callable[[Page], None]:
    def press(page: Page) -> None:
        for key in keys:
            page.keyboard.press(key)
            page.wait_for_timeout(150)

    return press


def _sign_in_wrongly(page: Page) -> None:
    page.get_by_label("利用者名").fill("nobody")
    page.get_by_label("パスワード").fill("wrong")
    page.get_by_role("button", name="サインイン").click()
    expect(page.get_by_role("alert")).to_be_visible()


Step = tuple[str, str, Callable[[Page], None]]

STEPS: Mapping[str, Step] = {
    "a sign-in that failed": (NOBODY, "/sign-in", _sign_in_wrongly),
    "a form with a mistake": ("hirata", "/intake", _refused_form),
    "a request's summary": ("hirata", "/intake", _summary),
    "what was amended": ("hirata", "/requests/{0}/amend", _changes),
    "requests that were looked for": ("hirata", "/requests", _search),
    "recordings that were looked for": ("hirata", "/requests/{4}", _press("この請求の録音を探す")),
    "a recording that was checked": ("hirata", "/requests/{0}", _press("録音が加えた時のままか確かめる")),
    "a list with mistakes": ("hirata", "/imports", _send_nonsense),
    "a company's list with mistakes": ("saiki", "/lists", _send_nonsense),
    "an audit record that was verified": ("saiki", "/care", _press("書換えや欠落がないか確かめる")),
    "a package's password": ("kobayakawa", "/ledger/{1}", _press("合言葉を見る")),
    "a visit that lasts": ("kobayakawa", "/ledger/{1}/visit", _begin_visit),
    "the keys": ("kubota", "/calls/{call}", _keys("?")),
    "a reason to keep": ("kubota", "/calls/{call}", _keys("n", "d")),
    "the same person": ("kubota", "/calls/{call}", _keys("j", "t")),
    "a word for a list": ("kubota", "/calls/{call}", _keys("n", "m")),
    "a missed stretch": ("kubota", "/calls/{call}", _keys("n", "Shift+ArrowRight", "a")),
    "a line that is corrected": ("kubota", "/calls/{call}", _keys("n", "c")),
    "a finding that is decided": ("kubota", "/calls/{call}", _keys("n", "f")),
    "listening through": ("kubota", "/calls/{call}", _keys("l")),
}
"""Who, from where (with the requests of a full desk, and its call), and what is done there."""
