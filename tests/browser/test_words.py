"""The text is corrected from the keyboard, and goes out as it was corrected."""

from __future__ import annotations

import io
import re
from pathlib import Path

import docx
from playwright.sync_api import Page, expect

from flows.desk.cases import requests
from tests.browser.made_calls import heard_again, into_review, sample_call
from tests.browser.pages import (
    Missed,
    Reviewed,
    approve,
    expect_completed,
    finding,
    open_call,
    release,
    select,
    state,
    until,
)
from tests.browser.running import Served
from tests.browser.test_signing import decide_all
from tests.sentinels import everything_under, found_in

OLD = ("よその家のが", "分かりになり", "ご使用量は")
NEW = ("隣の分が", "判りになり", "お使いの量は")


def put_cursor(page: Page, text: str) -> None:
    """Press the beginning of a line of the transcript, and stop the sound."""
    page.locator(".say p", has_text=text).click(position={"x": 6, "y": 14})
    until(page, "!document.getElementById('audio').paused")
    page.get_by_role("button", name="停止").click()


def edit(page: Page, text: str) -> str:
    """Open the line with a text by the key; what is in the field."""
    put_cursor(page, text)
    page.keyboard.press("c")
    return page.locator(".edit textarea").input_value()


def correct(page: Page, old: str, new: str) -> None:
    """One word, from the keyboard."""
    shown = edit(page, old)
    page.locator(".edit textarea").fill(shown.replace(old, new))
    page.keyboard.press("Enter")
    # The first one waits for the recognizers.
    expect(page.locator(".edit")).to_have_count(0, timeout=60_000)
    expect(page.locator("#transcript")).to_contain_text(new)


def test_three_words_and_a_speaker_are_corrected_and_go_out_as_written(
    found: Reviewed, served: Served, analyst: Page, approver: Page, tmp_path: Path
):
    """Masks stay, the Word file says that it was proofread, and nobody finds the old words anywhere."""
    open_call(analyst, found)
    before = state(analyst)["findings"]
    for old, new in zip(OLD, NEW, strict=True):
        correct(analyst, old, new)
    put_cursor(analyst, "うん。板橋区の")
    analyst.keyboard.press("h")
    expect(analyst.locator(".say", has_text="うん。板橋区の").locator(".speaker")).to_have_text("話者")
    now = state(analyst)
    assert [d["kind"] for d in now["decisions"]] == ["words", "words", "words", "speaker"]
    places = [(f["item_id"], f["start"], f["end"], f["action"]) for f in now["findings"]]
    assert places == [(f["item_id"], f["start"], f["end"], f["action"]) for f in before]
    decide_all(analyst)
    analyst.keyboard.press("y")
    analyst.get_by_role("dialog", name="文字起こしを読み終えた").get_by_role(
        "button", name="読み終えた"
    ).click()
    expect(analyst.locator("#proof")).to_contain_text("校正済み")
    analyst.keyboard.press("Enter")
    expect_completed(analyst)

    texts = _released(found, approver, tmp_path)
    text, word, letter = texts["文字起こし.txt"], texts["文字起こし.docx"], texts["回答書.docx"]
    for released in (text, word):
        assert all(new in released for new in NEW)
        assert "校正済み" in released.split("\n")[0] + released.split("\n")[1]
        assert "話者: うん。[住所]の、" in released
        assert not any(name in released for name in ("藤田", "高島平", "板橋"))
    assert "校正済み" in letter
    assert "未校正" not in text + word + letter
    for name, whole in texts.items():
        assert found_in(whole.encode(), OLD) == [], name
    assert len(texts) > 4
    for path, raw in everything_under(served.desk.settings.home):
        assert found_in(raw, OLD + NEW) == [], path.name


def _released(found: Reviewed, approver: Page, folder: Path) -> dict[str, str]:
    """Approve and release; the text of every file of the package by the end of its name."""
    approve(found, approver)
    package = release(approver, folder)
    inside = {re.split("[_/]", name)[-1]: raw for name, raw in package.items()}
    return {name: _text(name, raw) for name, raw in inside.items() if not name.endswith((".wav", ".mp3"))}


def _text(name: str, raw: bytes) -> str:
    if not name.endswith(".docx"):
        return raw.decode()
    document = docx.Document(io.BytesIO(raw))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_a_name_that_a_correction_brings_out_is_shown_masked_and_goes_with_it(opened: Page):
    """Detection looks at once; Z takes both back."""
    correct(opened, "よその家のが", "よその長谷川のが")
    expect(opened.locator("#notice")).to_contain_text("長谷川")
    new = finding(opened, "長谷川")
    assert (new["action"], new["needs_review"]) == ("mask", True)
    expect(opened.locator("#card .found")).to_have_text("長谷川")
    expect(opened.locator("#transcript mark", has_text="長谷川")).to_have_count(1)
    opened.keyboard.press("z")
    expect(opened.locator("#transcript")).to_contain_text("よその家のが")
    expect(opened.locator("#list li", has_text="長谷川")).to_have_count(0)


def test_the_sound_is_under_the_cursor(opened: Page):
    """The line plays when it is opened; F2 plays from the word at the caret, Escape changes nothing."""
    shown = edit(opened, "検針票がね")
    until(opened, "!document.getElementById('audio').paused")
    opened.keyboard.press("F2")
    until(opened, "document.getElementById('audio').paused")
    opened.evaluate(
        "at => document.querySelector('.edit textarea').setSelectionRange(at, at)", shown.index("よその")
    )
    opened.keyboard.press("F2")
    until(opened, "!document.getElementById('audio').paused")
    began = float(opened.locator("#overview").get_attribute("aria-valuenow") or 0)
    assert 4.5 < began < 7
    opened.locator(".edit textarea").fill("まったく別の言葉")
    opened.keyboard.press("Escape")
    expect(opened.locator(".edit")).to_have_count(0)
    expect(opened.locator("#transcript")).to_contain_text("よその家のが")
    assert state(opened)["decisions"] == []


def test_tab_goes_from_line_to_line_and_a_line_is_divided_and_joined(opened: Page):
    """Reading through needs no pointer."""
    edit(opened, "検針票がね")
    opened.keyboard.press("Tab")
    expect(opened.locator(".edit textarea")).to_have_value("票に書かれているお名前は、お分かりになりますか。")
    opened.keyboard.press("Escape")
    count = opened.locator(".say").count()
    put_cursor(opened, "票に書かれている")
    for _ in range(3):
        opened.keyboard.press("ArrowRight")
    opened.keyboard.press("x")
    expect(opened.locator(".say")).to_have_count(count + 1)
    opened.keyboard.press("x")
    expect(opened.locator(".say")).to_have_count(count)
    assert [d["kind"] for d in state(opened)["decisions"]] == ["break", "join"]


def current(page: Page) -> str:
    """The text of the line that the page shows as the current one."""
    return page.locator(".say[aria-current] p").inner_text()


def test_one_line_is_the_current_one_for_all_keys(opened: Page):
    """Whatever led there: the line opened last, a press on its time, the finding that was chosen."""
    edit(opened, "検針票がね")
    opened.keyboard.press("Tab")
    opened.keyboard.press("Escape")
    assert "票に書かれている" in current(opened)
    opened.keyboard.press("h")
    expect(opened.locator("#live")).to_contain_text("「票に書かれている")
    line = opened.locator(".say", has_text="票に書かれている")
    expect(line.locator(".speaker")).to_have_text("お客様")
    assert "票に書かれている" in current(opened)

    opened.locator(".say", has_text="検針票がね").locator(".at").click()
    opened.keyboard.press("c")
    assert "検針票がね" in opened.locator(".edit textarea").input_value()
    opened.keyboard.press("Escape")

    select(opened, "高島平")
    assert "高島平" in current(opened)
    opened.keyboard.press("c")
    assert "高島平" in opened.locator(".edit textarea").input_value()


def test_two_who_correct_at_once_lose_nothing(reviewed: Reviewed, opened: Page, second: Page):
    """The second is told, and what was typed is still in the field."""
    shown = edit(opened, "検針票がね")
    open_call(second, reviewed)
    correct(second, "ご使用量は", "お使いの量は")
    opened.locator(".edit textarea").fill(shown.replace("よその家のが", "隣の分が"))
    opened.keyboard.press("Enter")
    expect(opened.locator("#notice")).to_contain_text("moriが先に決めました")
    expect(opened.locator("#notice")).to_contain_text("お使いの量は")
    assert "隣の分が" in opened.locator(".edit textarea").input_value()
    opened.get_by_role("button", name="それでも記録する").click()
    expect(opened.locator(".edit")).to_have_count(0)
    expect(opened.locator("#transcript")).to_contain_text("隣の分が")
    expect(opened.locator("#transcript")).to_contain_text("お使いの量は")


def test_a_run_is_selected_by_keys_and_a_name_under_a_mask_is_written_right(opened: Page):
    """Only the run is in the field; the mask keeps its place, and the list reads as corrected."""
    select(opened, "高島平")
    before = finding(opened, "高島平")
    opened.locator("#transcript mark.selected").first.click(position={"x": 3, "y": 8})
    opened.keyboard.press("Shift+ArrowRight")
    opened.keyboard.press("Shift+ArrowRight")
    opened.keyboard.press("c")
    field = opened.locator(".edit textarea")
    expect(field).to_have_value("高島平")
    field.fill("高嶋平")
    opened.keyboard.press("Enter")
    expect(opened.locator(".edit")).to_have_count(0)
    now = next(f for f in state(opened)["findings"] if f["item_id"] == before["item_id"])
    assert (now["start"], now["end"], now["action"]) == (before["start"], before["end"], before["action"])
    assert now["text"] == "高嶋平"
    assert len(state(opened)["findings"]) == 11


def test_the_cases_own_words_are_offered_where_the_line_sounds_like_them(opened: Page):
    """The requester's name stands as the case has it, by one key."""
    correct(opened, "松田です", "待つ田です")
    shown = edit(opened, "待つ田です")
    offer = opened.get_by_role("group", name="請求の言葉").get_by_role("button")
    expect(offer.first).to_contain_text("松田")
    opened.keyboard.press("Alt+1")
    expect(opened.locator(".edit textarea")).to_have_value(shown.replace("待つ田", "松田"))
    opened.keyboard.press("Enter")
    expect(opened.locator("#transcript")).to_contain_text("松田です")


def test_a_second_hearing_is_taken_over_by_one_key(served: Served, analyst: Page):
    """Its words stand in the field, and are recorded as any correction is."""
    wrote = "はい、給油所の前です。"
    made = heard_again(
        sample_call("accident-witness"), "ガソリンスタンド", wrote, "ハイキュウユジョノマエデス"
    )
    call = into_review(served.desk, made)
    number = requests.get(served.desk, call.request_id).number
    open_call(analyst, Reviewed(served.address, call.call_id, number, "kubota", Missed("", 0, 0, 0)))
    edit(analyst, "ガソリンスタンド")
    offer = analyst.get_by_role("button", name=f"二度目の聞き取り：{wrote}")
    expect(offer).to_be_visible()
    analyst.keyboard.press("Alt+0")
    expect(analyst.locator(".edit textarea")).to_have_value(wrote)
    analyst.keyboard.press("Enter")
    expect(analyst.locator(".edit")).to_have_count(0, timeout=60_000)
    expect(analyst.locator("#transcript")).to_contain_text(wrote)
    assert [each["kind"] for each in state(analyst)["decisions"]] == ["words"]
    edit(analyst, "給油所")
    expect(analyst.locator(".edit .offers")).to_be_attached()
    expect(offer).to_have_count(0)
