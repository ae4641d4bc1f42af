"""One analyst and one call: hear, decide, move, add, take back."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from pipeline.types import CharSpan, MaskAction, TimeSpan
from tests.browser.made_calls import MadeCall, into_review, sample_call
from tests.browser.pages import Reviewed, current_time, drag, finding, listed, select, state, until
from tests.browser.running import Served


def test_the_queue_tells_what_waits_and_opens_it(reviewed: Reviewed, analyst: Page):
    """From the sign-in to the call: length, findings, what is undecided, how long it is to listen to."""
    analyst.goto(f"{reviewed.site}/calls")
    row = analyst.get_by_role("row", name=re.compile(reviewed.number))
    expect(row).to_contain_text("0:46")
    expect(row.get_by_role("cell").nth(5)).to_have_text("4")
    row.get_by_role("link", name=re.compile("開く")).click()
    expect(analyst).to_have_url(re.compile(rf"/calls/{reviewed.call_id}$"))
    expect(analyst.locator("#progress")).to_contain_text("未決 4 / 11 か所")
    expect(analyst.locator("#transcript")).to_contain_text("さざなみ電力")


def test_playing_really_plays(opened: Page):
    """The media element advances, and the playhead and the playing word with it."""
    opened.get_by_role("button", name="再生", exact=True).click()
    until(opened, "document.getElementById('audio').currentTime > 0.8")
    assert opened.evaluate("document.getElementById('audio').paused") is False
    expect(opened.locator(".say.now")).not_to_have_count(0)
    opened.get_by_role("button", name="停止").click()
    stopped = current_time(opened)
    opened.wait_for_timeout(300)
    assert current_time(opened) == stopped


def test_a_word_plays_from_there(opened: Page):
    """A press on a word of the transcript is where the sound begins."""
    opened.locator(".say p", has_text="票に書かれている").click(position={"x": 6, "y": 14})
    until(opened, "!document.getElementById('audio').paused")
    began = float(opened.locator("#overview").get_attribute("aria-valuenow") or 0)
    assert 7.5 < began < 10


def test_original_masked_and_one_second_around(opened: Page):
    """Space plays a second before to a second after; P the same of the masked copy."""
    select(opened, "山口")
    until(opened, "!document.getElementById('audio').paused")
    length = opened.evaluate("document.getElementById('audio').duration")
    heard = finding(opened, "山口")
    assert length == pytest.approx(heard["end"] - heard["start"] + 2, abs=0.05)
    original = opened.evaluate(SOUND)
    opened.keyboard.press("p")
    until(opened, "was => document.getElementById('audio').src !== was", original["src"])
    until(opened, "!document.getElementById('audio').paused")
    masked = opened.evaluate(SOUND)
    assert masked["samples"] == original["samples"]
    assert masked["sum"] != original["sum"]


SOUND = """async () => {
  const src = document.getElementById("audio").src;
  const data = new Int16Array((await (await fetch(src)).arrayBuffer()).slice(44));
  return { src, samples: data.length, sum: data.reduce((sum, one) => (sum * 31 + one) % 1000003, 0) };
}"""


def test_deciding_by_keys(reviewed: Reviewed, opened: Page):
    """N, F, D, a reason by Alt and a digit, Enter: no pointer is needed, and each decision is on record."""
    opened.keyboard.press("n")
    first = opened.locator('#list li[aria-selected="true"]').get_attribute("data-item")
    opened.keyboard.press("f")
    expect(opened.locator("#progress")).to_contain_text("未決 2 / 11 か所")
    second = opened.locator('#list li[aria-selected="true"]').get_attribute("data-item")
    assert second != first
    opened.keyboard.press("d")
    expect(opened.get_by_role("dialog", name="残す理由")).to_be_visible()
    opened.keyboard.press("Alt+1")
    opened.keyboard.press("Enter")
    expect(opened.locator("#progress")).to_contain_text("未決 1 / 11 か所")
    made = state(opened)["decisions"]
    assert [(one["kind"], one["items"][0], one["reason"]) for one in made] == [
        ("mask", first, ""),
        ("keep", second, "本人の情報"),
    ]
    assert all(one["reviewer"] == reviewed.analyst for one in made)


def test_both_values_stand_one_above_the_other(served: Served, analyst: Page):
    """What differs is marked, one sentence says how much, and the detectors are folded behind it."""
    made = sample_call("neighbour-parcel", doubtful=(6, 8))
    requester = replace(made.case.requester, phones=("080-0276-5539",))
    call = into_review(served.desk, replace(made, case=replace(made.case, requester=requester)))
    analyst.goto(f"{served.address}/calls/{call.call_id}")
    analyst.wait_for_selector('main[aria-busy="false"]')
    select(analyst, "080の0276の5538")
    card = analyst.locator("#card")
    expect(card.locator(".beside dt")).to_have_text(["通話", "登録(本人)"])
    expect(card.locator(".beside .value")).to_have_text(["080-0276-5538", "080-0276-5539"])
    expect(card.locator(".beside mark")).to_have_text(["8", "9"])
    said, registered = (card.locator(".beside mark").nth(at).bounding_box() for at in (0, 1))
    assert said is not None
    assert registered is not None
    assert said["x"] == pytest.approx(registered["x"], abs=1)
    assert said["y"] + said["height"] <= registered["y"] + 1
    assert "underline" in analyst.evaluate(DECORATION)
    why = card.locator("details.why")
    expect(why.locator("summary")).to_have_text("登録の番号と11桁中1桁が違います")
    expect(why.locator("p")).to_be_hidden()
    why.locator("summary").click()
    expect(why.locator("p")).to_contain_text("敬称の前の語")
    # A piece stands above what it is compared with, and the keys go on as before.
    analyst.locator("#list li", has=analyst.get_by_text("0276", exact=True)).click()
    expect(why.locator("summary")).to_have_text("登録の番号の一部(4桁)と同じです")
    expect(why.locator("p")).to_be_hidden()
    expect(card.locator(".beside .unsaid")).to_have_text(["080-", "5539"])
    analyst.keyboard.press("f")
    expect(analyst.locator("#progress")).to_contain_text("未決 1 /")


DECORATION = "getComputedStyle(document.querySelector('#card .beside mark')).textDecorationLine"


def test_one_decision_for_one_question(opened: Page):
    """The house number that was said twice is one row and one F; Z takes both back."""
    expect(opened.locator("#progress")).to_contain_text("問い 3")
    expect(opened.locator("#list li", has_text="5-23-28")).to_have_count(1)
    select(opened, "5-23-28")
    expect(opened.locator("#card .together li")).to_have_count(1)
    opened.keyboard.press("f")
    expect(opened.locator("#progress")).to_contain_text("未決 2 / 11 か所")
    (made,) = state(opened)["decisions"]
    assert (made["kind"], len(made["items"])) == ("mask", 2)
    expect(opened.locator("#list li", has_text="5-23-28")).to_have_count(2)
    opened.keyboard.press("z")
    expect(opened.locator("#progress")).to_contain_text("未決 4 / 11 か所")
    expect(opened.locator("#list li", has_text="5-23-28")).to_have_count(1)


def test_a_place_that_is_taken_out_of_its_question_is_decided_alone(opened: Page):
    """It stays open, and is the next question."""
    select(opened, "5-23-28")
    first = opened.locator('#list li[aria-selected="true"]').get_attribute("data-item")
    opened.locator("#card .together input").uncheck()
    opened.locator("#card .together button").click()
    until(opened, "!document.getElementById('audio').paused")
    opened.keyboard.press("f")
    expect(opened.locator("#progress")).to_contain_text("未決 3 / 11 か所")
    assert [one["items"] for one in state(opened)["decisions"]] == [[first]]
    left = [one for one in state(opened)["findings"] if one["text"] == "5-23-28" and one["needs_review"]]
    assert [one["item_id"] != first for one in left] == [True]


def test_what_is_heard_with_a_question_is_kept_when_the_name_is_masked(served: Served, analyst: Page):
    """One F decides both, each in its own way; ticked, it is masked as well."""
    call = into_review(served.desk, _with_candidate(sample_call("meter-mistake", doubtful=(1,)), "違う"))
    analyst.goto(f"{served.address}/calls/{call.call_id}")
    analyst.wait_for_selector('main[aria-busy="false"]')
    expect(analyst.locator("#progress")).to_contain_text("問い 1 ・ 未決 2 / 14 か所")
    select(analyst, "山口")
    expect(analyst.locator("#card .together")).to_contain_text(
        "印のない 1 か所は、前後に聞こえるだけの所で、残します"
    )
    expect(analyst.locator("#card .together input")).not_to_be_checked()
    analyst.keyboard.press("f")
    expect(analyst.locator("#progress")).to_contain_text("すべて決定")
    made = [(one["kind"], one["items"], one["reason"]) for one in state(analyst)["decisions"]]
    assert made == [("mask", ["m0001"], ""), ("keep", ["m0099"], "前後と一緒に聴いて、該当なし")]
    analyst.keyboard.press("z")
    expect(analyst.locator("#progress")).to_contain_text("未決 1 /")
    analyst.keyboard.press("z")
    expect(analyst.locator("#progress")).to_contain_text("未決 2 /")
    select(analyst, "山口")
    analyst.locator("#card .together input").check()
    analyst.keyboard.press("f")
    expect(analyst.locator("#progress")).to_contain_text("すべて決定")
    last = state(analyst)["decisions"][-1]
    assert (last["kind"], last["items"]) == ("mask", ["m0001", "m0099"])


def test_what_was_never_masked_and_is_nothing_takes_one_key(served: Served, analyst: Page):
    """D alone: nothing is opened up, and the record says why; what is masked takes a reason as before."""
    call = into_review(served.desk, _with_candidate(sample_call("meter-mistake"), "検針票"))
    analyst.goto(f"{served.address}/calls/{call.call_id}")
    analyst.wait_for_selector('main[aria-busy="false"]')
    analyst.keyboard.press("n")
    analyst.keyboard.press("d")
    expect(analyst.locator("#progress")).to_contain_text("すべて決定")
    (made,) = state(analyst)["decisions"]
    assert (made["kind"], made["items"], made["reason"]) == ("keep", ["m0099"], "聴いて、該当なし")
    select(analyst, "山口")
    analyst.keyboard.press("d")
    expect(analyst.get_by_role("dialog", name="残す理由")).to_be_visible()


def test_what_is_heard_with_a_question_is_played_with_it(served: Served, analyst: Page):
    """From a second before the name to a second behind the candidate; its own button plays it alone."""
    call = into_review(served.desk, _with_candidate(sample_call("meter-mistake", doubtful=(1,)), "違う"))
    analyst.goto(f"{served.address}/calls/{call.call_id}")
    analyst.wait_for_selector('main[aria-busy="false"]')
    places = {one["item_id"]: (one["start"], one["end"]) for one in state(analyst)["findings"]}
    name, near = places["m0001"], places["m0099"]
    with analyst.expect_request("**/play") as asked:
        select(analyst, "山口")
    played = asked.value.post_data_json
    assert played["start"] == pytest.approx(min(name[0], near[0]) - 1, abs=0.01)
    assert played["end"] == pytest.approx(max(name[1], near[1]) + 1, abs=0.01)
    with analyst.expect_request("**/play") as asked:
        analyst.locator("#card .together button").click()
    assert asked.value.post_data_json["end"] == pytest.approx(near[1] + 1, abs=0.01)
    assert asked.value.post_data_json["start"] == pytest.approx(near[0] - 1, abs=0.01)


def _with_candidate(made: MadeCall, words: str) -> MadeCall:
    """The call with some words that may be something, and are not masked."""
    start = made.transcript.text.index(words)
    chars = CharSpan(start, start + len(words))
    said = [word for line in made.transcript.segments for word in line.words if word.chars.overlaps(chars)]
    model = next(item for item in made.plan.items if item.item_id == "m0001")
    candidate = replace(
        model,
        item_id="m0099",
        chars=chars,
        time=TimeSpan(said[0].time.start, said[-1].time.end),
        action=MaskAction.KEEP,
        ground=0,
        score=0.1,
        needs_review=True,
    )
    return replace(made, plan=replace(made.plan, items=(*made.plan.items, candidate)))


def test_keeping_a_doubtful_one_without_a_reason_is_not_recorded(opened: Page):
    """Giving the dialog up leaves everything as it was."""
    opened.keyboard.press("n")
    opened.keyboard.press("d")
    expect(opened.get_by_role("dialog", name="残す理由")).to_be_visible()
    opened.keyboard.press("Escape")
    assert state(opened)["decisions"] == []
    expect(opened.locator("#progress")).to_contain_text("未決 4 / 11 か所")


def test_party_and_ground_by_keys(opened: Page):
    """3 makes it the staff's; G is ground 2, which wants a typed reason and a second person."""
    select(opened, "高島平")
    opened.keyboard.press("3")
    expect(opened.locator('#card [data-do="party-staff"]')).to_have_attribute("aria-pressed", "true")
    opened.keyboard.press("g")
    dialog = opened.get_by_role("dialog")
    expect(dialog).to_be_visible()
    opened.keyboard.press("Enter")
    expect(dialog.locator("textarea:invalid")).to_be_focused()  # the reason is written then, and not later
    opened.keyboard.type("未公表の設備の場所")
    opened.keyboard.press("Enter")
    expect(opened.locator('#card [data-do="ground-2"]')).to_have_attribute("aria-pressed", "true")
    expect(opened.locator("#card")).to_contain_text("別の人の確認が要ります")


def test_nudging_an_edge(opened: Page):
    """Two presses of Q are one decision of 100 ms; R adds 50 ms at the end."""
    select(opened, "高島平")
    before = finding(opened, "高島平")
    opened.keyboard.press("q")
    opened.keyboard.press("q")
    expect(opened.locator("#card")).to_contain_text("−100ms")
    opened.keyboard.press("r")
    expect(opened.locator("#card")).to_contain_text("+50ms")
    after = finding(opened, "高島平")
    assert after["start"] == pytest.approx(before["start"] - 0.1, abs=0.001)
    assert after["end"] == pytest.approx(before["end"] + 0.05, abs=0.001)
    assert [one["kind"] for one in state(opened)["decisions"]] == ["nudge_start", "nudge_end"]


def test_an_edge_moved_far_into_a_name_asks_for_a_reason(opened: Page):
    """And is moved once there is one."""
    select(opened, "高島平")
    before = finding(opened, "高島平")
    for _ in range(4):
        opened.keyboard.press("w")
    dialog = opened.get_by_role("dialog")
    expect(dialog).to_contain_text("聞こえるようにするには理由が必要です")
    dialog.get_by_role("textbox").fill("前の言葉まで伏せていた")
    dialog.get_by_role("button", name="決める").click()
    expect(opened.locator("#card")).to_contain_text("+200ms")
    after = finding(opened, "高島平")
    assert after["start"] == pytest.approx(before["start"] + 0.2, abs=0.001)
    assert [one["reason"] for one in state(opened)["decisions"]] == ["前の言葉まで伏せていた"]


def test_dragging_an_edge_on_the_waveform(opened: Page):
    """The selected region's edge follows the pointer."""
    select(opened, "高島平")
    before = finding(opened, "高島平")
    drag(opened, before["end"], before["end"] + 0.3, channel=before["channels"][0])
    expect(opened.locator("#card .edges")).to_contain_text("ms")
    assert finding(opened, "高島平")["end"] == pytest.approx(before["end"] + 0.3, abs=0.06)


def test_splitting_at_the_playhead(opened: Page):
    """What is one finding is two, and each can be decided by itself."""
    select(opened, "5-23-28")
    half = finding(opened, "5-23-28")
    opened.evaluate("document.getElementById('auto-play').checked = false")
    opened.keyboard.press("s")
    expect(opened.locator("#notice")).to_contain_text("内側")
    middle = (half["start"] + half["end"]) / 2
    opened.evaluate("document.getElementById('audio').pause()")
    opened.evaluate("at => { audio.currentTime = at; }", middle - half["start"] + 1)
    opened.wait_for_timeout(150)
    opened.keyboard.press("s")
    expect(opened.locator("#progress")).to_contain_text("/ 12 か所")
    assert any(one["kind"] == "split" for one in state(opened)["decisions"])


def test_a_drag_on_the_waveform_adds_what_was_missed(reviewed: Reviewed, opened: Page):
    """The stretch is masked, and the other places that sound the same are offered with check boxes."""
    missed = reviewed.missed
    drag(opened, missed.start, missed.end, channel=missed.channel)
    expect(opened.locator("#picked-bar")).to_be_visible()
    opened.keyboard.press("a")
    dialog = opened.get_by_role("dialog", name="見落としを加える")
    expect(dialog).to_contain_text(missed.text[1:-1])
    dialog.get_by_role("button", name="加える").click()
    expect(opened.locator("#progress")).to_contain_text("/ 12 か所")
    added = [one for one in state(opened)["findings"] if one["item_id"].startswith("a")]
    assert [one["action"] for one in added] == ["mask"]
    assert added[0]["start"] == pytest.approx(missed.start, abs=0.06)


def test_chosen_words_are_added_and_the_same_is_found_elsewhere(reviewed: Reviewed, opened: Page):
    """Words chosen by the keyboard; the other mention of the name is offered and taken."""
    missed = reviewed.missed
    opened.evaluate(CHOOSE, missed.text)
    expect(opened.locator("#picked-bar")).to_contain_text(missed.text)
    opened.keyboard.press("a")
    opened.get_by_role("dialog", name="見落としを加える").get_by_role("button", name="加える").click()
    similar = opened.get_by_role("dialog", name=re.compile("に似た音"))
    expect(similar).to_be_visible(timeout=15_000)
    assert similar.get_by_role("checkbox").count() >= 1
    boxes = similar.get_by_role("checkbox")
    for index in range(boxes.count()):
        boxes.nth(index).check()
    similar.get_by_role("button", name="選んだ所も同じにする").click()
    expect(similar).to_have_count(0)
    kinds = [one["kind"] for one in state(opened)["decisions"]]
    assert kinds[0] == "add"
    assert set(kinds[1:]) <= {"add", "same"}
    assert len(kinds) >= 2


def test_masking_everyday_talk_that_sounds_alike_asks_first(opened: Page):
    """It is not ticked; who ticks it is asked, and going back records nothing more."""
    opened.evaluate(CHOOSE, "ますか")
    expect(opened.locator("#picked-bar")).to_contain_text("ますか")
    opened.keyboard.press("a")
    opened.get_by_role("dialog", name="見落としを加える").get_by_role("button", name="加える").click()
    similar = opened.get_by_role("dialog", name=re.compile("に似た音"))
    expect(similar).to_be_visible(timeout=15_000)
    boxes = similar.get_by_role("checkbox")
    assert boxes.count() >= 1
    assert [boxes.nth(at).is_checked() for at in range(boxes.count())] == [False] * boxes.count()
    boxes.first.check()
    similar.get_by_role("button", name="選んだ所も同じにする").click()
    asked = opened.get_by_role("dialog", name="ふだんの言葉に読めます")
    expect(asked).to_contain_text("ますか")
    opened.keyboard.press("Escape")
    expect(asked).to_have_count(0)
    expect(similar.get_by_role("alert")).to_contain_text("聴いてから")
    assert [one["kind"] for one in state(opened)["decisions"]] == ["add"]
    similar.get_by_role("button", name="選んだ所も同じにする").click()
    asked.get_by_role("button", name="伏せる").click()
    expect(similar).to_have_count(0)
    assert [one["kind"] for one in state(opened)["decisions"]] == ["add", "add"]


def test_masking_everyday_talk_asks_first_wherever_it_is_masked(served: Served, analyst: Page):
    """Ticked beside a name, and put on the list of what is always masked."""
    call = into_review(served.desk, _with_candidate(sample_call("meter-mistake", doubtful=(1,)), "いや"))
    analyst.goto(f"{served.address}/calls/{call.call_id}")
    analyst.wait_for_selector('main[aria-busy="false"]')
    select(analyst, "山口")
    analyst.locator("#card .together input").check()
    analyst.keyboard.press("f")
    asked = analyst.get_by_role("dialog", name="ふだんの言葉に読めます")
    expect(asked).to_contain_text("いや")
    analyst.keyboard.press("Escape")
    expect(asked).to_have_count(0)
    assert state(analyst)["decisions"] == []
    analyst.locator("#card .together input").uncheck()
    analyst.keyboard.press("f")
    expect(analyst.locator("#progress")).to_contain_text("すべて決定")
    select(analyst, "いや")
    analyst.keyboard.press("m")
    listing = analyst.get_by_role("dialog", name="「いや」を一覧に加える")
    listing.get_by_label("いつも伏せる").check()
    listing.get_by_label("理由").fill("誤り")
    listing.get_by_role("button", name="加える").click()
    expect(asked).to_contain_text("いや")
    analyst.keyboard.press("Escape")
    expect(listing.get_by_role("alert")).to_contain_text("聴いてから")


CHOOSE = """text => {
  const walker = document.createTreeWalker(document.getElementById("transcript"), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.parentElement.closest("mark") || !node.parentElement.closest("p")) continue;
    const row = node.parentElement.closest("p");
    const at = row.textContent.indexOf(text);
    if (at < 0) continue;
    const find = (offset) => {
      const inside = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
      let left = offset;
      for (let one = inside.nextNode(); one; one = inside.nextNode()) {
        if (left <= one.length) return [one, left];
        left -= one.length;
      }
    };
    const range = document.createRange();
    range.setStart(...find(at));
    range.setEnd(...find(at + text.length));
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    return;
  }
}"""


def test_words_are_chosen_by_the_arrow_keys(opened: Page):
    """No pointer: → steps through the words, Shift+→ chooses them."""
    opened.locator("#transcript").focus()
    for _ in range(3):
        opened.keyboard.press("ArrowRight")
    opened.keyboard.press("Shift+ArrowRight")
    opened.keyboard.press("Shift+ArrowRight")
    expect(opened.locator("#picked-bar")).to_be_visible()
    opened.keyboard.press("Escape")
    expect(opened.locator("#picked-bar")).to_be_hidden()


def test_the_same_person_is_decided_once(opened: Page):
    """All mentions that sound the same take over one decision."""
    select(opened, "5-23-28")
    opened.keyboard.press("t")
    dialog = opened.get_by_role("dialog", name=re.compile("同じ音 2 か所"))
    dialog.get_by_role("button", name="まとめて決める").click()
    expect(dialog).to_have_count(0)
    both = [one for one in state(opened)["findings"] if one["text"] == "5-23-28"]
    assert [(one["action"], one["decided"]) for one in both] == [("mask", True)] * 2


def test_a_word_is_listed_from_a_finding(opened: Page):
    """M: always kept for this request, with a reason; what is undecided here is decided with it."""
    select(opened, "山口")
    opened.keyboard.press("m")
    dialog = opened.get_by_role("dialog", name="「山口」を一覧に加える")
    dialog.get_by_label("いつも残す").check()
    expect(dialog.get_by_label("会社全体")).to_be_disabled()
    dialog.get_by_role("textbox").fill("言い間違いで、だれの名でもない")
    dialog.get_by_role("button", name="加える").click()
    expect(opened.locator("#notice")).to_contain_text("「山口」を一覧に記録しました")
    expect(opened.locator("#progress")).to_contain_text("未決 3 /")
    made = finding(opened, "山口")
    assert (made["action"], made["decided"]) == ("keep", True)
    assert [one["reason"] for one in state(opened)["decisions"]] == ["言い間違いで、だれの名でもない"]


def test_undo_and_redo(opened: Page):
    """Z takes the last decision back, Shift+Z does it again; nothing is erased from the record."""
    opened.keyboard.press("n")
    opened.keyboard.press("f")
    expect(opened.locator("#progress")).to_contain_text("未決 2 / 11 か所")
    opened.keyboard.press("z")
    expect(opened.locator("#progress")).to_contain_text("未決 4 / 11 か所")
    opened.keyboard.press("Shift+Z")
    expect(opened.locator("#progress")).to_contain_text("未決 2 / 11 か所")
    assert [one["kind"] for one in state(opened)["decisions"]] == ["mask", "undo", "undo"]


def test_listening_through_is_recorded(opened: Page):
    """L plays the masked copy at 1.5×; what was heard is told to the server and shown."""
    before = state(opened)["left"]
    opened.keyboard.press("l")
    expect(opened.locator("#listen-bar")).to_be_visible()
    until(opened, "document.getElementById('audio').currentTime > 3")
    until(opened, "document.getElementById('audio').playbackRate === 1.5")
    opened.keyboard.press("l")
    expect(opened.locator("#listen-bar")).to_be_hidden()
    # What was heard is recorded behind the page.
    until(opened, "left => fetch(`/api/calls/${document.getElementById('content').dataset.call}/state`)"
          ".then(answer => answer.json()).then(told => told.left < left - 1)", before)  # fmt: skip
    after = state(opened)
    assert after["heard"][0][0] < 1
    assert before - after["left"] > 1


def test_the_list_is_sorted_by_doubt_and_by_time(opened: Page):
    """Questions first, as the server says, a row each; or all in the order of the call."""
    opened_first = [one["open"] for one in listed(opened)]
    assert opened_first[:4] == [True, True, True, False]
    opened.locator("#order").select_option("time")
    times = [one["time"] for one in listed(opened)]
    assert times == sorted(times)
    assert [one["open"] for one in listed(opened)].count(True) == 4


def test_the_keys_are_explained(opened: Page):
    """? shows all keys, Escape closes it."""
    opened.keyboard.press("?")
    help_ = opened.get_by_role("dialog", name="キー操作")
    for word in ("伏せる", "残す", "根拠を変える", "二つに分ける", "取り消す", "確認を終える"):
        expect(help_).to_contain_text(word)
    opened.keyboard.press("Escape")
    expect(help_).to_have_count(0)


def test_a_silent_side_that_is_marked_says_so(opened: Page):
    """A mask lies on both sides, and on one of them there is nothing to hear."""
    both = "document.querySelectorAll('.silent:not([hidden])').length"
    sides = {one["item_id"]: len(one["channels"]) for one in state(opened)["findings"]}
    for row in opened.locator("#list li").all():
        row.click()
        expect(row).to_have_attribute("aria-selected", "true")
        item = row.get_attribute("data-item")
        until(opened, f"{both} === {sides[item or ''] - 1}")
    assert set(sides.values()) == {1, 2}
