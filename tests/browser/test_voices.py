"""A third person takes the phone: decided in each of its ways, and gone out so, in real Chromium."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from flows.desk.cases import calls, files, requests
from flows.desk.kinds.values import FileKind
from pipeline.audio.recording import Recording, read_recording, to_samples
from pipeline.types import TimeSpan
from tests.browser.made_calls import into_review, passed_on, sample_call
from tests.browser.pages import (
    Missed,
    Reviewed,
    approve,
    expect_completed,
    listed,
    open_call,
    release,
    state,
    until,
)
from tests.browser.running import Served
from tests.browser.test_ways import choose, go_out, ledger_of, package, settle
from tests.browser.test_words import put_cursor

GIVEN = "ガソリンスタンドの前"
"""Said by the third speaker that a given transcript names."""

MARKED = "住所が、"
"""In the line that an analyst says is a third person's."""


@pytest.fixture
def passed(served: Served) -> Reviewed:
    """A call of one channel whose given transcript names a third speaker; nothing else is in doubt."""
    made = passed_on(sample_call("accident-witness"), GIVEN)
    call = into_review(served.desk, made)
    number = requests.get(served.desk, call.request_id).number
    return Reviewed(served.address, call.call_id, number, "kubota", Missed("", 0.0, 0.0, 0))


def voices(page: Page) -> list[dict]:
    """The findings that are voices, in order of time."""
    found = [each for each in state(page)["findings"] if each["entity_type"] == "THIRD_VOICE"]
    return sorted(found, key=lambda each: each["start"])


def keep_with_consent(page: Page, who: str) -> None:
    """D, and what the dialog asks for."""
    page.keyboard.press("d")
    dialog = page.get_by_role("dialog", name="第三の話者の同意")
    dialog.get_by_label("だれが").fill(who)
    dialog.get_by_label("いつ").fill("2025-11-20")
    dialog.get_by_label("どのように").fill("電話で確かめた")
    dialog.get_by_role("button", name="同意を記録して残す").click()
    expect(dialog).to_have_count(0)


def decide_as(page: Page, word: str, reason: str) -> None:
    """U, one of the ways there, and why."""
    page.keyboard.press("u")
    dialog = page.get_by_role("dialog", name=re.compile("第三の話者の声"))
    dialog.get_by_role("radio", name=re.compile(word)).check()
    dialog.get_by_role("textbox", name="理由").fill(reason)
    dialog.get_by_role("button", name="決める").click()
    expect(dialog).to_have_count(0)


def complete(page: Page) -> None:
    """Enter, when all is decided."""
    expect(page.locator("#progress")).to_contain_text("すべて決定")
    page.keyboard.press("Enter")
    expect_completed(page)


def recorded(served: Served, call_id: str) -> Recording:
    """The call as it was said."""
    with calls.open_recording(served.desk, call_id) as path:
        return _whole(path)


def _whole(path: Path) -> Recording:
    recording = read_recording(path)
    return Recording(np.asarray(recording.samples), recording.rate, recording.law, recording.sha256)


def sounds(copy: Recording, of: Recording, time: TimeSpan) -> bool:
    """Whether a stretch of a copy is the call's own sound."""
    start, end = to_samples(time, of.rate, of.length)
    return bool(np.array_equal(copy.samples[:, start:end], of.samples[:, start:end]))


def test_one_voice_by_consent_and_one_as_text_only(
    passed: Reviewed, served: Served, analyst: Page, approver: Page, tmp_path: Path
):
    """A line is given to a third person by a key and found at once; both ways go out as decided."""
    open_call(analyst, passed)
    expect(analyst.locator(".say", has_text=GIVEN).locator(".speaker")).to_have_text("第三の話者")
    (given,) = voices(analyst)
    put_cursor(analyst, MARKED)
    analyst.keyboard.press("Shift+H")
    expect(analyst.locator(".say", has_text=MARKED).locator(".speaker")).to_have_text("第三の話者")
    expect(analyst.locator("#notice")).to_contain_text("第三の話者の声を、見つけた所に加えました")
    marked, _ = voices(analyst)
    assert (marked["action"], marked["needs_review"]) == ("mask", True)
    assert sum(row["open"] for row in listed(analyst)) == 1

    # One question for one person's turns: taken apart here, as they are decided differently.
    analyst.locator(f'[data-do="with-{given["item_id"]}"]').uncheck()
    decide_as(analyst, "文字だけにする", "住所は本人が言い、声だけが第三者のため")
    keep_with_consent(analyst, "高梨大樹（次男）")
    complete(analyst)

    open_call(approver, passed)
    approver.get_by_role("button", name="承認する").click()
    dialog = approver.get_by_role("dialog", name="この写しを承認する")
    expect(dialog).to_contain_text("第三の話者の声を、同意により残します(1 か所)")
    expect(dialog).to_contain_text("同意した人 高梨大樹（次男） ・ 2025-11-20 ・ 電話で確かめた")
    approver.keyboard.press("Escape")
    approve(passed, approver)
    inside = {name.rpartition("/")[2]: raw for name, raw in release(approver, tmp_path).items()}
    text = inside["通話1_文字起こし.txt"].decode()
    assert "第三の話者: そうです。住所が、[住所]" in text
    assert "第三の話者: はい、ガソリンスタンドの前です。" in text
    (tmp_path / "masked.wav").write_bytes(inside["通話1_音声.wav"])
    copy, whole = _whole(tmp_path / "masked.wav"), recorded(served, passed.call_id)
    assert sounds(copy, whole, TimeSpan(given["start"], given["end"]))
    assert not sounds(copy, whole, TimeSpan(marked["start"] + 0.3, marked["start"] + 1.3))
    told = ledger_of(approver, passed)
    assert "文字だけ1か所" in told
    assert "同意により開示1か所" in told
    assert "高梨" not in text + told


def test_a_voice_that_is_only_heard_in_person(
    passed: Reviewed, served: Served, analyst: Page, approver: Page, tmp_path: Path
):
    """Nothing of it leaves; the visit's own copy has its sound, and plays it."""
    open_call(analyst, passed)
    (given,) = voices(analyst)
    analyst.keyboard.press("n")
    decide_as(analyst, "対面で聞かせる", "渡さずに聞いてもらう")
    assert voices(analyst)[0]["remains"] == "in_person"
    complete(analyst)
    choose(analyst, passed, "対面で聞かせる")
    settle(analyst, approver, passed)
    go_out(approver, passed)
    assert not any(name.startswith("通話") for name in package(approver, tmp_path))

    approver.get_by_role("link", name="対面で聞かせる").click()
    approver.get_by_label("立ち会う人").fill("本人")
    approver.get_by_role("button", name="聴取を始める").click()
    with approver.expect_response(re.compile("/visit-audio/")):
        approver.get_by_role("button", name="再生").click()
    until(approver, "document.getElementById('audio').currentTime > 0.5")
    approver.get_by_role("button", name="聴取を終える").click()
    whole = recorded(served, passed.call_id)
    stored = files.list_files(served.desk, call_id=passed.call_id)
    copies = {
        each.kind: each for each in stored if each.kind in {FileKind.VISIT_AUDIO, FileKind.MASKED_AUDIO}
    }
    heard = {}
    for kind, each in copies.items():
        (tmp_path / "copy.wav").write_bytes(served.desk.store.read(each.store_key))
        heard[kind] = sounds(_whole(tmp_path / "copy.wav"), whole, TimeSpan(given["start"], given["end"]))
    assert heard == {FileKind.VISIT_AUDIO: True, FileKind.MASKED_AUDIO: False}


def test_it_was_the_caller_after_all(passed: Reviewed, analyst: Page):
    """Kept with a reason and without a consent, and its line says who spoke."""
    open_call(analyst, passed)
    analyst.keyboard.press("n")
    decide_as(analyst, "お客様の声だった", "声が同じ")
    expect(analyst.locator(".say", has_text=GIVEN).locator(".speaker")).to_have_text("お客様")
    (voice,) = voices(analyst)
    assert (voice["action"], voice["party"], voice["consent"]) == ("keep", "requester", None)


def test_one_key_turns_the_two_sides_round(passed: Reviewed, analyst: Page):
    """All lines but the third person's; the same key that takes back all else takes it back."""
    open_call(analyst, passed)

    def names() -> list[str]:
        return analyst.locator(".say .speaker").all_inner_texts()

    before = names()
    turned = {"担当者": "お客様", "お客様": "担当者"}
    analyst.keyboard.press("v")
    expect(analyst.locator(".say .speaker").first).to_have_text(turned[before[0]])
    assert names() == [turned.get(name, name) for name in before]
    assert "第三の話者" in names()
    analyst.keyboard.press("z")
    expect(analyst.locator(".say .speaker").first).to_have_text(before[0])
    assert names() == before


def test_pictures(passed: Reviewed, person: Callable[[str], Page], tmp_path: Path):
    """Nothing of the card or the dialogs is cut off or wider than the page."""
    page = person("kubota")
    open_call(page, passed)
    page.keyboard.press("n")
    page.wait_for_timeout(400)
    page.screenshot(path=tmp_path / "card.png")
    for key, name in (("d", "consent"), ("u", "ways")):
        page.keyboard.press(key)
        dialog = page.get_by_role("dialog")
        expect(dialog).to_be_visible()
        box = dialog.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 1280
        assert dialog.evaluate("each => each.scrollWidth <= each.clientWidth")
        page.screenshot(path=tmp_path / f"{name}.png")
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
