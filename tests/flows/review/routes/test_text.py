from __future__ import annotations

from typing import Any

import pytest

from flows.desk.integrity import audit
from flows.desk.work import plans
from flows.desk.work.corrections import decisions_on_text
from flows.desk.work.reviews import load_review
from tests.browser.made_calls import heard_again, into_review, sample_call
from tests.flows.review.routes.test_decide import api, decide, doubtful, mask
from tests.review_site import Person


def whole(person: Person, call) -> dict[str, Any]:
    """Everything that the page shows."""
    return person.get(f"/api/calls/{call.call_id}").json()


def correct(person: Person, call, count: int, **given: object):
    """Send a correction."""
    return person.post(api(call, "text"), {"count": count, **given})


def words(shown: dict[str, Any], old: str, new: str) -> dict[str, object]:
    """New words in place of the first that read so."""
    at = shown["text"].index(old)
    return {"kind": "words", "start_char": at, "end_char": at + len(old), "text": new}


def line(shown: dict[str, Any], text: str) -> dict[str, Any]:
    """The line with a text."""
    return next(s for s in shown["segments"] if text in shown["text"][s["start_char"] : s["end_char"]])


def test_a_word_is_corrected_with_who_and_from_what_to_what(analyst, call, desk):
    """Shown at once, recorded sealed, and taken back by the same key as all decisions."""
    before = whole(analyst, call)
    answer = correct(analyst, call, 0, **words(before, "ガソリンスタンド", "給油所"))

    state = answer.json()
    assert (answer.status_code, state["count"]) == (200, 1)
    assert "はい、給油所の前です" in state["lines"]["text"]
    assert "ガソリン" not in state["lines"]["text"]
    (told,) = state["decisions"]
    assert (told["kind"], told["reviewer"]) == ("words", "kubota")
    assert told["changes"][0] == {"item_id": "", "from": "「ガソリンスタンド」", "to": "「給油所」"}
    assert [f["start"] for f in state["findings"]] == [f["start"] for f in before["findings"]]
    assert audit.entries(desk)[-1].action == "call.decide"
    back = analyst.post(api(call, "undo"), {"count": 1, "number": 1}).json()
    assert back["lines"]["text"] == before["text"]
    assert back["decisions"][1]["changes"][0]["to"] == "「ガソリンスタンド」"


def test_findings_keep_their_place_and_read_as_corrected(analyst, call):
    """A name under a mask is written right, and stays under it."""
    before = whole(analyst, call)
    name = next(f for f in before["findings"] if f["text"] == "佐々木")
    state = correct(analyst, call, 0, **words(before, "佐々木さんという方が", "笹木さんという人が")).json()

    now = next(f for f in state["findings"] if f["item_id"] == name["item_id"])
    assert (now["start"], now["end"], now["action"]) == (name["start"], name["end"], name["action"])
    assert "笹木" in now["text"]
    assert "佐々木" not in state["lines"]["text"]


def test_a_line_is_divided_spoken_by_another_and_joined_again(analyst, call):
    """Each step a decision; the second half keeps its own speaker."""
    before = whole(analyst, call)
    second = before["text"].index("お相手の方")
    state = correct(analyst, call, 0, kind="break", start_char=second).json()
    assert line(state["lines"], "お相手の方")["start_char"] > line(state["lines"], "市川")["end_char"]
    start = line(state["lines"], "お相手の方")["start_char"]
    state = correct(analyst, call, 1, kind="speaker", start_char=start, speaker="cu").json()
    assert line(state["lines"], "お相手の方")["speaker"] == "cu"
    assert line(state["lines"], "市川")["speaker"] == line(before, "市川")["speaker"]
    start = line(state["lines"], "お相手の方")["start_char"]
    state = correct(analyst, call, 2, kind="join", start_char=start).json()
    assert state["lines"]["text"] == before["text"]
    assert [d["kind"] for d in state["decisions"]] == ["break", "speaker", "join"]


def test_of_two_who_correct_the_second_is_told(analyst, second, call):
    """By the number of decisions, as always; the second sees what was written."""
    before = whole(analyst, call)
    correct(analyst, call, 0, **words(before, "ガソリンスタンド", "給油所"))
    told = correct(second, call, 0, **words(before, "はい、", "ええ、"))

    assert (told.status_code, told.json()["error"]) == (409, "conflict")
    assert told.json()["decisions"][0]["changes"][0]["to"] == "「給油所」"
    fresh = second.get(f"{api(call, 'state')}?wording=0").json()
    assert "給油所" in fresh["lines"]["text"]
    assert second.get(f"{api(call, 'state')}?wording={fresh['wording']}").json()["lines"] is None


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "words", "start_char": 0, "end_char": 4, "text": "[氏名]です"},
        {"kind": "words", "start_char": 0, "end_char": 4, "text": "あ\u2028い"},
        {"kind": "words", "start_char": 0, "end_char": 5000, "text": "あ"},
        {"kind": "words", "start_char": 4, "end_char": 4, "text": "あ"},
        {"kind": "join", "start_char": 0},
        {"kind": "break", "start_char": 0},
        {"kind": "speaker", "start_char": 3, "speaker": "op"},
        {"kind": "speaker", "start_char": 0, "speaker": "somebody"},
        {"kind": "mask"},
    ],
)
def test_what_is_no_correction_is_refused(analyst, call, desk, given):
    """And nothing is recorded."""
    assert correct(analyst, call, 0, **given).status_code == 422
    assert plans.decisions(desk, call.call_id) == ()


def test_new_words_are_looked_at_by_detection(analyst, call):
    """A name that the recogniser had garbled is masked, flagged, and gone again when the words are."""
    before = whole(analyst, call)
    state = correct(analyst, call, 0, **words(before, "店員さんで", "店長の長谷川さんで")).json()

    (new,) = [f for f in state["findings"] if f["item_id"].startswith("w0001")]
    assert "長谷川" in new["text"]
    assert (new["action"], new["needs_review"]) == ("mask", True)
    assert new["item_id"] in state["undecided"]
    told = line(before, "店員さん")
    assert told["start"] <= new["start"] < new["end"] <= told["end"]
    back = analyst.post(api(call, "undo"), {"count": 1, "number": 1}).json()
    assert len(back["findings"]) == len(before["findings"])


def test_a_name_under_its_mask_is_not_found_a_second_time(analyst, call):
    """Nor because of a comma beside it."""
    before = whole(analyst, call)
    state = correct(analyst, call, 0, **words(before, "、佐々木", "。長谷川")).json()

    assert "。長谷川さん" in state["lines"]["text"]
    assert len(state["findings"]) == len(before["findings"])


def test_the_requesters_own_name_is_kept(analyst, call):
    """Written right, it is theirs."""
    before = whole(analyst, call)
    state = correct(analyst, call, 0, **words(before, "コンビニの", "菅野智子のコンビニの")).json()

    new = [f for f in state["findings"] if f["item_id"].startswith("w0001")]
    assert all(f["party"] == "requester" for f in new)
    assert new


def test_reading_through_may_be_required(analyst, call, desk):
    """Then a call is completed only after it, and it is dated."""
    desk.settings.review_text = "required"
    state = decide(analyst, call, 0, mask(*doubtful(analyst, call))).json()
    refused = analyst.post(api(call, "complete"), {"count": state["count"]})
    assert (refused.status_code, refused.json()["needs"]) == (422, "read")
    state = correct(analyst, call, state["count"], kind="read").json()
    assert state["read_at"]
    done = analyst.post(api(call, "complete"), {"count": state["count"]}).json()
    assert (done["complete"], done["read_at"]) == (True, state["read_at"])


def test_corrections_outlive_the_revision_they_were_made_on(analyst, call, desk):
    """The copy is made with them, and the next revision shows them."""
    before = whole(analyst, call)
    state = correct(analyst, call, 0, **words(before, "ガソリンスタンド", "給油所")).json()
    state = decide(analyst, call, state["count"], mask(*doubtful(analyst, call))).json()
    analyst.post(api(call, "complete"), {"count": state["count"]})

    after = whole(analyst, call)
    assert after["revision"] > before["revision"]
    assert "給油所" in after["text"]
    review = load_review(desk, call.call_id)
    sha256 = review.stored.plan.transcript_sha256
    kinds = [each.kind.value for each in decisions_on_text(desk, call.call_id, sha256)]
    assert kinds == ["words", "mask", "complete"]
    assert decisions_on_text(desk, call.call_id, "0" * 64) == ()


def test_a_stretch_is_added_at_its_recognised_characters(analyst, call, desk):
    """The page speaks of the corrected text; what is kept does not depend on it."""
    before = whole(analyst, call)
    at = before["text"].index("横浜方面")
    state = correct(analyst, call, 0, **words(before, "コンビニの", "角の")).json()
    shown = state["lines"]["text"].index("横浜方面")
    assert shown != at
    stretch = {"start": 42.0, "end": 42.6, "channels": [0], "start_char": shown, "end_char": shown + 2}
    stretch |= {"entity_type": "PERSON", "party": "third_party", "ground": 1}
    state = decide(analyst, call, 1, {"kind": "add", "items": [], "stretch": stretch}).json()

    added = next(f for f in state["findings"] if f["item_id"] == "a0002")
    assert added["text"] == "横浜"
    (item,) = [i for i in load_review(desk, call.call_id).draft.items if i.item_id == "a0002"]
    assert (item.chars.start, item.chars.end) == (at, at + 2)


def test_a_second_hearing_is_offered_for_its_line(analyst, desk):
    """Of the whole line, where the listener agrees; once the line reads so, nothing is left to offer."""
    wrote = "はい、給油所の前です。"
    made = heard_again(
        sample_call("accident-witness"), "ガソリンスタンド", wrote, "ハイキュウユジョノマエデス"
    )
    call = into_review(desk, made)
    shown = whole(analyst, call)
    run = line(shown, "ガソリンスタンド")

    def offered(start: int, end: int) -> str:
        params = {"start": start, "end": end}
        return str(analyst.get(f"/api/calls/{call.call_id}/offers", params=params).json()["again"])

    assert offered(run["start_char"], run["end_char"]) == wrote
    assert offered(run["start_char"], run["end_char"] - 1) == ""
    changed = {"kind": "words", "start_char": run["start_char"], "end_char": run["end_char"], "text": wrote}
    now = line(correct(analyst, call, 0, **changed).json()["lines"], "給油所")
    assert offered(now["start_char"], now["end_char"]) == ""
