"""A third person's voice on the page: from the line to the decision, and what the approver sees of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flows.desk.kinds.values import Call
from flows.desk.work import plans
from flows.desk.work.corrections import decisions_on_text
from flows.desk.work.reviews import load_review
from flows.review.content import steps
from pipeline.reviewing.decisions import ReviewKind
from tests.browser.made_calls import into_review, passed_on, sample_call
from tests.desk_builders import ANALYST
from tests.fakes import FakeModels
from tests.flows.review.routes.test_decide import api, decide, doubtful
from tests.flows.review.routes.test_text import correct, line, whole, words
from tests.sentinels import everything_under, found_in

SAID = "ガソリンスタンドの前"
CONSENT = {"by": "高梨大樹(次男)", "on": "2026-11-20", "how": "電話で確かめた"}


@pytest.fixture
def passed(desk) -> Call:
    """A call in which a transcript that was given names a third speaker; nothing else is in doubt."""
    made = passed_on(sample_call("accident-witness"), SAID)
    return into_review(desk, made)


def voices(shown: dict) -> list[dict]:
    """The findings that are voices."""
    return [each for each in shown["findings"] if each["entity_type"] == "THIRD_VOICE"]


def test_a_given_third_speaker_is_a_finding_masked_and_undecided(analyst, passed):
    """It is one that the page names, in a line of its own name."""
    shown = whole(analyst, passed)
    (voice,) = voices(shown)
    assert (voice["action"], voice["needs_review"], voice["party"]) == ("mask", True, "third_party")
    assert voice["label"] == "第三者の声"
    assert shown["undecided"] == [voice["item_id"]]
    assert line(shown, SAID)["speaker"] == "third"


def test_a_line_that_is_said_to_be_a_third_persons_is_a_finding_at_once(analyst, call):
    """Undone with the decision; set again, found again; nothing is doubled where one is in the plan."""
    before = whole(analyst, call)
    start = line(before, SAID)["start_char"]
    state = correct(analyst, call, 0, kind="speaker", start_char=start, speaker="third").json()
    (voice,) = voices(state)
    assert voice["item_id"] == "w0001.1"
    assert voice["start"] < line(before, SAID)["start"] < line(before, SAID)["end"] < voice["end"]
    assert voice["item_id"] in state["undecided"]
    state = analyst.post(api(call, "undo"), {"count": 1, "number": 1}).json()
    assert voices(state) == []
    state = correct(analyst, call, 2, kind="speaker", start_char=start, speaker="third").json()
    assert [each["item_id"] for each in voices(state)] == ["w0003.1"]


def test_the_voice_stays_when_the_first_of_two_decisions_is_undone(analyst, call):
    """Third, the caller's, third again: a line that reads so is never without its finding."""
    start = line(whole(analyst, call), SAID)["start_char"]
    for count, speaker in enumerate(("third", "cu", "third")):
        state = correct(analyst, call, count, kind="speaker", start_char=start, speaker=speaker).json()
    state = analyst.post(api(call, "undo"), {"count": 3, "number": 1}).json()
    assert line(state["lines"], SAID)["speaker"] == "third"
    assert [each["action"] for each in voices(state)] == ["mask"]


def test_a_voice_in_the_plan_is_not_found_twice(analyst, passed):
    """The caller's after all, and a third person's once more."""
    start = line(whole(analyst, passed), SAID)["start_char"]
    correct(analyst, passed, 0, kind="speaker", start_char=start, speaker="cu")
    state = correct(analyst, passed, 1, kind="speaker", start_char=start, speaker="third").json()
    assert len(voices(state)) == 1


def test_one_decision_turns_the_two_sides_round(analyst, passed):
    """In the whole call but for the third person, told as from what to what, and undone like any other."""
    before = whole(analyst, passed)
    state = correct(analyst, passed, 0, kind="sides").json()
    turned = {"op": "cu", "cu": "op"}
    assert [s["speaker"] for s in state["lines"]["segments"]] == [
        turned.get(s["speaker"], s["speaker"]) for s in before["segments"]
    ]
    assert state["decisions"][0]["changes"][0]["to"] == "お客様・担当者"
    back = analyst.post(api(passed, "undo"), {"count": 1, "number": 1}).json()
    assert [s["speaker"] for s in back["lines"]["segments"]] == [s["speaker"] for s in before["segments"]]


def test_a_third_persons_line_is_joined_to_nobody_elses(analyst, passed):
    """What is heard of one line would be read as the other's."""
    start = line(whole(analyst, passed), SAID)["start_char"]
    answer = correct(analyst, passed, 0, kind="join", start_char=start)
    assert "つなげられません" in answer.json()["message"]


def test_keeping_asks_for_a_consent_which_the_approver_sees(analyst, approver, passed, desk):
    """Refused without; recorded sealed, who and when and how; still shown when the call is complete."""
    (voice,) = doubtful(analyst, passed)
    refused = decide(analyst, passed, 0, {"kind": "keep", "items": [voice], "reason": "本人が希望"})
    assert refused.json()["needs"] == "consent"
    kept = decide(analyst, passed, 0, {"kind": "keep", "items": [voice], "consent": CONSENT}).json()
    assert kept["undecided"] == []
    analyst.post(api(passed, "complete"), {"count": kept["count"]})
    shown = whole(approver, passed)
    assert shown["complete"]
    (found,) = voices(shown)
    assert found["consent"] == CONSENT
    assert load_review(desk, passed.call_id).call.state.value == "in_review"
    assert plans.decisions(desk, passed.call_id)[0].action == "keep"
    desk.database.empty_log()
    for path, raw in everything_under(desk.settings.home):
        assert found_in(raw, (CONSENT["by"], CONSENT["how"])) == [], path.name


def test_text_only_needs_a_reason_and_is_told(analyst, passed):
    """The words stay to be read; the sound does not."""
    (voice,) = doubtful(analyst, passed)
    assert decide(analyst, passed, 0, {"kind": "voice_text", "items": [voice]}).json()["needs"] == "reason"
    state = decide(analyst, passed, 0, {"kind": "voice_text", "items": [voice], "reason": "家族"}).json()
    assert voices(state)[0]["remains"] == "text"
    assert state["decisions"][0]["changes"][0]["to"].startswith("声を伏せ文字は開示")


def test_a_third_persons_line_without_its_finding_is_found_before_the_review_ends(passed, desk):
    """As after a call was masked anew from the same words: nobody can complete past it."""
    review = load_review(desk, passed.call_id)
    plan = replace(
        review.stored.plan,
        items=tuple(each for each in review.stored.plan.items if each.entity_type != "THIRD_VOICE"),
    )
    plans.revise(desk, ANALYST, passed.call_id, plan, ())
    review = load_review(desk, passed.call_id)
    after = steps.complete(desk, ANALYST, review, None, lambda _: FakeModels())  # type: ignore[arg-type, return-value]
    assert not after.complete
    assert after.made[-1].kind is ReviewKind.FOUND
    assert [each.entity_type for each in after.made[-1].found] == ["THIRD_VOICE"]
    assert decisions_on_text(desk, passed.call_id, plan.transcript_sha256)


def test_what_a_third_person_says_is_looked_at_like_all_else(analyst, passed):
    """The voice may be given in text: a name that is written into its words has a mask of its own."""
    before = whole(analyst, passed)
    state = correct(analyst, passed, 0, **words(before, "ガソリンスタンドの", "長谷川さんの家の")).json()
    (new,) = [f for f in state["findings"] if f["item_id"].startswith("w0001")]
    assert "長谷川" in new["text"]
    assert (new["entity_type"], new["action"], new["needs_review"]) == ("PERSON", "mask", True)


def test_a_voice_is_no_word_of_a_list(analyst, passed):
    """A whole turn would be looked for in every call."""
    (voice,) = doubtful(analyst, passed)
    body = {"item_id": voice, "what": "mask", "scope": "request", "reason": "いつも"}
    assert "一覧に加えられません" in analyst.post(api(passed, "word"), body).json()["message"]
