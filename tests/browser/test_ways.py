"""A request to its end in person, by text only and by passages; the ledger says what was played when."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from pathlib import Path

import docx
import pytest
from playwright.sync_api import Page, expect

from flows.desk.answers.visits import visits
from flows.desk.cases import calls
from flows.desk.integrity import audit
from pipeline.audio.recording import read_recording
from tests.browser.pages import Reviewed, open_call, package_of, until
from tests.browser.running import Served
from tests.browser.test_signing import complete

NAMES = ("藤田", "高島平")
"""Said in the call, of others."""


@pytest.fixture
def completed(found: Reviewed, analyst: Page) -> Reviewed:
    """The call, with everything decided by Kubota."""
    complete(analyst, found)
    return found


def choose(page: Page, found: Reviewed, label: str) -> None:
    """Open the page of the way from the call's, and mark one."""
    open_call(page, found)
    page.get_by_role("link", name="開示のしかた").click()
    expect(page).to_have_url(f"{found.site}/requests/{found.number}/way")
    page.get_by_role("radio", name=label).check()


def settle(page: Page, approver: Page, found: Reviewed) -> None:
    """Send the form, and have the way and the call approved by somebody else."""
    page.get_by_role("button", name="このしかたに決める").click()
    expect(page.get_by_text("承認待ち", exact=True)).to_be_visible()
    assert page.get_by_role("button", name="このしかたを承認する").count() == 0
    open_call(approver, found)
    approver.get_by_role("button", name="承認する").click()
    approver.get_by_role("dialog").get_by_role("button", name="承認する").click()
    expect(approver.locator("#state")).to_have_text("承認済")
    approver.goto(f"{found.site}/ledger/{found.number}")
    approver.get_by_role("button", name="開示する").click()
    expect(approver.get_by_text("別の人がまだ承認していません")).to_be_visible()
    approver.goto(f"{found.site}/requests/{found.number}/way")
    approver.get_by_role("button", name="このしかたを承認する").click()
    expect(approver.locator("#now .chip")).to_have_text("承認済")


def go_out(approver: Page, found: Reviewed) -> None:
    """Release by the button, and wait for the end."""
    approver.goto(f"{found.site}/ledger/{found.number}")
    approver.get_by_role("button", name="開示する").click()
    expect(approver.get_by_role("heading", name=re.compile("第1回 一部"))).to_be_visible(timeout=120_000)


def package(approver: Page, folder: Path) -> Mapping[str, bytes]:
    """The files of the package by name, opened with the password that the page shows."""
    return {name.rpartition("/")[2]: raw for name, raw in package_of(approver, folder).items()}


def letter(files: Mapping[str, bytes]) -> str:
    """The letter's text without blanks."""
    document = docx.Document(io.BytesIO(files["回答書.docx"]))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return re.sub(r"\s", "", "".join([*(each.text for each in document.paragraphs), *cells]))


def ledger_of(approver: Page, found: Reviewed) -> str:
    """The record of the request, as the ledger's page tells it."""
    approver.goto(f"{found.site}/ledger/{found.number}")
    return approver.locator("dl.fields").last.inner_text()


def test_text_only(completed: Reviewed, analyst: Page, approver: Page, tmp_path: Path):
    """The words go out and no sound does; the letter has the reason that the analyst wrote."""
    choose(analyst, completed, "文字起こしだけ")
    analyst.get_by_role("radio", name="会社の判断").check()
    analyst.get_by_role("textbox", name="理由").fill("ご家族の声が重なり、音声からは除けないため")
    settle(analyst, approver, completed)
    go_out(approver, completed)
    files = package(approver, tmp_path)

    assert {name for name in files if name.startswith("通話")} == {
        "通話1_文字起こし.txt",
        "通話1_文字起こし.docx",
    }
    assert not any(name in files["通話1_文字起こし.txt"].decode() for name in NAMES)
    assert "音声はお渡ししません" in letter(files)
    assert "ご家族の声が重なり、音声からは除けないため" in letter(files)
    assert "第1回 文字起こしだけ" in ledger_of(approver, completed)


def test_chosen_passages(completed: Reviewed, analyst: Page, approver: Page, served: Served, tmp_path: Path):
    """One line of the masked transcript and one stretch by its times, and nothing between them."""
    choose(analyst, completed, "選んだ箇所だけ")
    line = analyst.locator("label.line", has_text="[氏名]").first
    chosen = line.locator(".said-words").inner_text()
    line.get_by_role("checkbox").check()
    analyst.get_by_label("時刻で").fill("1 00:30-00:32.5")
    settle(analyst, approver, completed)
    assert "通話1 00:30.0-00:32.5" in approver.locator("dl.fields").inner_text()
    go_out(approver, completed)
    files = package(approver, tmp_path)
    text = files["通話1_箇所_文字起こし.txt"].decode()
    sounds = sorted(name for name in files if name.endswith(".wav"))

    assert sounds == ["通話1_箇所1_音声.wav", "通話1_箇所2_音声.wav"]
    assert not any(re.fullmatch(r"通話\d+_(音声|文字起こし)\..*", name) for name in files)
    assert chosen in text
    assert text.count("箇所") == 2
    assert not any(name in text for name in NAMES)
    lengths = []
    for name in sounds:
        (tmp_path / "cut.wav").write_bytes(files[name])
        lengths.append(read_recording(tmp_path / "cut.wav").duration)
    whole = read_recording(served_copy(served, completed, tmp_path)).duration
    assert lengths[1] == pytest.approx(2.5, abs=0.01)
    assert sum(lengths) < whole / 2
    assert "のうち、ご希望の箇所" in letter(files)
    assert "次の箇所をお渡しします" in letter(files)
    assert "00:30.0-00:32.5" in ledger_of(approver, completed)


def served_copy(served: Served, found: Reviewed, folder: Path) -> Path:
    """The recording of the call, for its length."""
    with calls.open_recording(served.desk, found.call_id) as path:
        copy = folder / "whole.wav"
        copy.write_bytes(path.read_bytes())
    return copy


def test_in_person(completed: Reviewed, analyst: Page, approver: Page, served: Served, tmp_path: Path):
    """Only the letter leaves; the copy plays while the visit lasts; the ledger has what was played when."""
    choose(analyst, completed, "対面で聞かせる")
    settle(analyst, approver, completed)
    go_out(approver, completed)
    files = package(approver, tmp_path)
    assert not any(name.startswith("通話") for name in files)
    assert "当社の窓口で音声をお聞かせする方法" in letter(files)

    approver.get_by_role("link", name="対面で聞かせる").click()
    approver.get_by_label("立ち会う人").fill("本人と長女")
    approver.get_by_role("button", name="聴取を始める").click()
    assert approver.get_by_role("link", name="ダウンロード").count() == 0
    with approver.expect_response(re.compile("/visit-audio/")) as sound:
        approver.get_by_role("button", name="再生").click()
    until(approver, "document.getElementById('audio').currentTime > 6.5")
    heard = approver.locator("#played li")
    expect(heard.first).to_be_visible()
    approver.get_by_role("button", name="一時停止").click()
    expect(heard.last).to_contain_text(re.compile(r"通話1 00:0\d\.\d-00:0\d\.\d"))
    address = sound.value.url
    assert "attachment" not in str(sound.value.headers)
    assert analyst.request.get(address).status == 403
    assert approver.request.get(address).status == 200

    approver.get_by_role("button", name="聴取を終える").click()
    expect(approver.get_by_role("button", name="聴取を始める")).to_be_visible()
    assert approver.locator("audio").count() == 0
    assert approver.request.get(address).status == 404
    told = ledger_of(approver, completed)
    assert "立会い 本人と長女、再生 kobayakawa" in told
    assert re.search(r"\d\d:\d\d:\d\d 通話1 00:00\.\d-00:0\d\.\d", told)
    assert "対面でお聞かせした(立会い 本人と長女)" in told
    (visit,) = visits(served.desk, completed.number)
    played = sum(each.end - each.start for _, each in visit.played)
    assert 5 < played < 12
    steps = [each.action for each in audit.entries(served.desk) if each.action.startswith("visit.")]
    assert steps[:2] == ["visit.begin", "visit.play"]
    assert steps[-1] == "visit.end"
    assert "visit.heard" in steps


def test_the_page_of_a_visit_falls_silent_when_the_visit_is_over(
    completed: Reviewed, analyst: Page, approver: Page
):
    """Ended elsewhere while it plays: within seconds the player is gone."""
    choose(analyst, completed, "対面で聞かせる")
    settle(analyst, approver, completed)
    go_out(approver, completed)
    approver.get_by_role("link", name="対面で聞かせる").click()
    approver.get_by_label("立ち会う人").fill("本人")
    approver.get_by_role("button", name="聴取を始める").click()
    approver.get_by_role("button", name="再生").click()
    until(approver, "document.getElementById('audio').currentTime > 0.5")
    approver.request.post(
        f"{completed.site}/ledger/{completed.number}/visit/end",
        form={"csrf": approver.locator("meta[name=csrf-token]").get_attribute("content") or ""},
        headers={"Origin": completed.site},
    )
    expect(approver.get_by_role("button", name="聴取を始める")).to_be_visible(timeout=30_000)
    assert approver.locator("audio").count() == 0
