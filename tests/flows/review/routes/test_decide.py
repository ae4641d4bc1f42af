from __future__ import annotations

import threading
import time

import pytest

from flows.desk.cases import calls, files
from flows.desk.cases.words import Entry, list_for_request
from flows.desk.integrity import audit
from flows.desk.kinds.states import State
from flows.desk.work import plans
from flows.desk.work.reviews import load_review
from flows.review.routes import decide as routes_decide
from flows.review.routes.document import OpenedCall
from pipeline.errors import CallUnsafeError
from pipeline.listed_word import ListedWord
from pipeline.types import MaskAction
from tests.browser.made_calls import into_review, sample_call
from tests.builders import utterance
from tests.desk_builders import ANALYST
from tests.fakes import FakeModels
from tests.release_builders import released, with_company
from tests.review_site import Person


def api(call, step: str) -> str:
    """Address of a step."""
    return f"/api/calls/{call.call_id}/{step}"


def decide(person: Person, call, count: int, *made: dict[str, object]):
    """Send decisions."""
    return person.post(api(call, "decisions"), {"count": count, "decisions": list(made)})


def doubtful(person: Person, call) -> list[str]:
    """What is still open."""
    return person.get(api(call, "state")).json()["undecided"]


def mask(*items: str, **more: object) -> dict[str, object]:
    """A decision to mask."""
    return {"kind": "mask", "items": list(items), **more}


def finish(person: Person, call) -> dict[str, object]:
    """Mask all that is in doubt and complete."""
    state = decide(person, call, 0, mask(*doubtful(person, call))).json()
    return person.post(api(call, "complete"), {"count": state["count"]}).json()


def test_a_decision_is_recorded_with_who_and_from_what_to_what(analyst, call, desk):
    """Told back at once, and kept."""
    first, second = doubtful(analyst, call)
    answer = decide(analyst, call, 0, {"kind": "keep", "items": [first], "reason": " 本人の兄と確認 "})

    state = answer.json()
    assert (answer.status_code, state["count"], state["undecided"]) == (200, 1, [second])
    (told,) = state["decisions"]
    assert (told["reviewer"], told["kind"], told["reason"]) == ("kubota", "keep", "本人の兄と確認")
    assert [change["item_id"] for change in told["changes"]] == [first]
    assert told["changes"][0]["to"].startswith("開示")
    assert "要確認" in told["changes"][0]["from"]
    (kept,) = plans.decisions(desk, call.call_id)
    assert (kept.reviewer, kept.action, kept.item_id) == ("kubota", "keep", first)
    assert audit.entries(desk)[-1].action == "call.decide"


@pytest.mark.parametrize(
    ("made", "needs"),
    [
        ({"kind": "keep"}, "reason"),
        ({"kind": "mask", "ground": 2}, "reason"),
        ({"kind": "mask", "ground": 3, "reason": "理由"}, "law"),
    ],
)
def test_a_rule_is_told_with_what_it_needs(analyst, call, desk, made, needs):
    """And nothing is recorded, of the good ones with it neither."""
    first, second = doubtful(analyst, call)
    answer = decide(analyst, call, 0, mask(second), {"items": [first], **made})

    assert answer.status_code == 422
    assert (answer.json()["error"], answer.json()["needs"], answer.json()["items"]) == (
        "rule",
        needs,
        [first],
    )
    assert plans.decisions(desk, call.call_id) == ()


def test_of_two_analysts_the_second_is_told_and_nothing_is_lost(analyst, second, call):
    """Both see the first's decision; the second's is recorded when sent again."""
    one, other = doubtful(analyst, call)
    assert decide(analyst, call, 0, mask(one)).status_code == 200

    told = decide(second, call, 0, mask(other))
    body = told.json()
    assert (told.status_code, body["error"], body["count"]) == (409, "conflict", 1)
    assert [(d["reviewer"], d["items"]) for d in body["decisions"]] == [("kubota", [one])]
    after = decide(second, call, body["count"], mask(other)).json()
    assert [d["reviewer"] for d in after["decisions"]] == ["kubota", "mori"]
    assert after["undecided"] == []


def test_undo_and_redo(analyst, second, call):
    """One's own without a word, another's with a reason."""
    one, _ = doubtful(analyst, call)
    decide(analyst, call, 0, mask(one))

    assert one in analyst.post(api(call, "undo"), {"count": 1, "number": 1}).json()["undecided"]
    state = analyst.post(api(call, "undo"), {"count": 2, "number": 2}).json()
    assert one not in state["undecided"]
    assert [d["undone"] for d in state["decisions"]] == [False, True, False]
    assert second.post(api(call, "undo"), {"count": 3, "number": 1}).json()["needs"] == "reason"
    answer = second.post(api(call, "undo"), {"count": 3, "number": 1, "reason": "声が別人"})
    assert one in answer.json()["undecided"]
    assert second.post(api(call, "undo"), {"count": 4, "number": 1, "reason": "x"}).status_code == 422


def test_added_split_nudged(analyst, call):
    """The server finds the words of a stretch, and where a text is cut."""
    told = analyst.get(f"/api/calls/{call.call_id}").json()
    words = [w for s in told["segments"] for w in s["words"]]
    taken = [(f["start"], f["end"]) for f in told["findings"]]
    free = next(
        w for w in words if w[1] - w[0] > 0.1 and not any(a < w[1] + 0.3 and w[0] - 0.3 < b for a, b in taken)
    )
    stretch = {"start": free[0], "end": free[1], "channels": [0], "start_char": None, "end_char": None}
    stretch |= {"entity_type": "PERSON", "party": "third_party", "ground": 1}
    long_one = max(told["findings"], key=lambda f: f["end"] - f["start"])
    middle = (long_one["start"] + long_one["end"]) / 2
    answer = decide(
        analyst,
        call,
        0,
        {"kind": "add", "items": [], "stretch": stretch},
        {"kind": "split", "items": [long_one["item_id"]], "at": middle},
        {"kind": "nudge_end", "items": ["a0001"], "seconds": 0.05},
    )

    found = {f["item_id"]: f for f in answer.json()["findings"]}
    assert found["a0001"]["text"] == told["text"][free[2] : free[3]]
    assert found["a0001"]["end"] == pytest.approx(free[1] + 0.05, abs=0.001)
    parts = found[long_one["item_id"]], found[f"{long_one['item_id']}.2"]
    assert "".join(part["text"] for part in parts) == long_one["text"]
    assert parts[0]["text"] != ""
    assert parts[1]["text"] != ""


def test_a_mask_is_not_moved_off_its_name_without_a_reason(analyst, call, desk):
    """Step by step the page is asked for one, also after the review was completed once."""
    state = finish(analyst, call)
    theirs = next(f for f in state["findings"] if f["party"] == "third_party" and f["action"] == "mask")
    third = (theirs["end"] - theirs["start"]) / 3

    def nudge(count: int, seconds: float, **more: object):
        made = {"kind": "nudge_start", "items": [theirs["item_id"]], "seconds": seconds, **more}
        return decide(analyst, call, count, made)

    turned = decide(analyst, call, state["count"], mask(theirs["item_id"], party="requester")).json()
    again = analyst.post(api(call, "complete"), {"count": turned["count"]}).json()
    assert again["revision"] == state["revision"] + 1
    refused = nudge(again["count"], third)
    assert (refused.status_code, refused.json()["needs"]) == (422, "reason")
    assert "合わせて0.15秒" in refused.json()["message"]
    kept = decide(analyst, call, again["count"], {"kind": "keep", "items": [theirs["item_id"]]})
    assert (kept.status_code, kept.json()["needs"]) == (422, "reason")
    assert nudge(again["count"], third, reason="前の人の「はい」まで伏せていた").status_code == 200
    assert plans.decisions(desk, call.call_id)[-1].reason == "前の人の「はい」まで伏せていた"


def test_what_sounds_the_same_is_offered(analyst, call):
    """Known findings by their ids, other places with their time."""
    told = analyst.get(f"/api/calls/{call.call_id}").json()
    by_text: dict[str, list[dict[str, object]]] = {}
    for finding in told["findings"]:
        by_text.setdefault(str(finding["text"]), []).append(finding)
    twice = next((same for same in by_text.values() if len(same) > 1), None)
    if twice is not None:
        answer = analyst.post(api(call, "similar"), {"item_id": twice[0]["item_id"]}).json()
        assert twice[1]["item_id"] in {each["item_id"] for each in answer["items"]}
        assert twice[0]["group"] == twice[1]["group"]
    start = told["text"].index("です")
    answer = analyst.post(api(call, "similar"), {"start_char": start, "end_char": start + 2}).json()
    assert answer["reading"] is True
    assert {(place["likely"], place["everyday"]) for place in answer["places"]} == {(False, True)}
    assert analyst.post(api(call, "similar"), {}).status_code == 422
    assert analyst.post(api(call, "similar"), {"item_id": "m9999"}).status_code == 422


@pytest.mark.parametrize("together", [True, False])
def test_what_sounds_otherwise_is_not_kept_as_the_same(analyst, call, together):
    """Not even with a reason: whoever keeps it says so of itself."""
    told = analyst.get(f"/api/calls/{call.call_id}").json()["findings"]
    one, other = next(
        (one, other)
        for one in told
        for other in told
        if one["entity_type"] == other["entity_type"] and one["group"] != other["group"]
    )
    keep = {"kind": "keep", "items": [one["item_id"]], "reason": "本人の旧姓"}
    same = {"kind": "same", "items": [one["item_id"], other["item_id"]], "reason": "同じ人"}
    count = 0
    if not together:
        count = decide(analyst, call, 0, keep).json()["count"]
    refused = decide(analyst, call, count, *([keep, same] if together else [same]))

    assert refused.status_code == 422
    assert "同じ音ではない" in refused.json()["message"]
    assert decide(analyst, call, count, mask(one["item_id"]), {**same, "reason": ""}).status_code == 200


def test_completed_approved_reopened(analyst, approver, call, desk):
    """The final copy is made; another person approves it; taken back with a reason it is open again."""
    open_ = analyst.post(api(call, "complete"), {"count": 0})
    assert (open_.status_code, len(open_.json()["items"])) == (422, 2)

    state = finish(analyst, call)
    assert (state["complete"], state["revision"], state["undecided"]) == (True, 2, [])
    made = files.list_files(desk, call_id=call.call_id, revision=2)
    assert {file.kind for file in made} == set(files.MASKED_KINDS)
    assert analyst.post(api(call, "complete"), {"count": state["count"]}).json()["revision"] == 2

    body = {"count": state["count"], "revision": 2, "note": "確認しました"}
    assert approver.post(api(call, "approve"), {**body, "revision": 1}).status_code == 409
    approved = approver.post(api(call, "approve"), body).json()
    assert (approved["state"], approved["may_release"]) == ("approved", True)
    assert plans.approvals(desk, call.call_id)[-1].approver == "kobayakawa"

    assert decide(analyst, call, state["count"], mask("m0000")).json()["error"] == "impossible_step"
    assert analyst.post(api(call, "reopen"), {"reason": ""}).status_code == 422
    again = analyst.post(api(call, "reopen"), {"reason": "聞き直す"}).json()
    assert (again["state"], again["complete"]) == ("in_review", False)
    assert again["decisions"][-1]["reason"] == "聞き直す"
    assert approver.post(api(call, "approve"), {**body, "count": again["count"]}).status_code == 409
    third = analyst.post(api(call, "complete"), {"count": again["count"]}).json()
    assert (third["complete"], third["revision"]) == (True, 3)


def test_nothing_is_approved_before_it_is_complete(approver, call, desk):
    """Nor when something was decided since."""
    body = {"count": 0, "revision": 1}
    answer = approver.post(api(call, "approve"), body)

    assert (answer.status_code, answer.json()["error"]) == (409, "impossible_step")
    assert calls.get_call(desk, call.call_id).state is State.IN_REVIEW


def test_who_decided_does_not_approve(approver, call, desk):
    """Four eyes; a company with one such person may say otherwise."""
    state = finish(approver, call)
    body = {"count": state["count"], "revision": state["revision"]}

    refused = approver.post(api(call, "approve"), body)
    assert (refused.status_code, refused.json()["error"]) == (409, "impossible_step")
    desk.settings.review_one_person = True
    assert approver.post(api(call, "approve"), body).json()["state"] == "approved"


def test_the_companys_work_needs_a_second_person(analyst, second, approver, call):
    """A reason first, then another login; and who confirms may still approve."""
    state = decide(analyst, call, 0, mask(*doubtful(analyst, call))).json()
    masked = next(f["item_id"] for f in state["findings"] if f["action"] == "mask")
    ground = {"kind": "ground", "items": [masked], "ground": 2, "reason": "交渉中の条件"}
    state = decide(analyst, call, state["count"], ground).json()
    assert state["unconfirmed"] == [masked]

    waiting = analyst.post(api(call, "complete"), {"count": state["count"]})
    assert (waiting.json()["needs"], waiting.json()["items"]) == ("second_person", [masked])
    confirm = {"count": state["count"], "items": [masked]}
    assert analyst.post(api(call, "confirm"), confirm).json()["needs"] == "second_person"
    state = approver.post(api(call, "confirm"), confirm).json()
    assert state["unconfirmed"] == []
    done = second.post(api(call, "complete"), {"count": state["count"]}).json()
    body = {"count": done["count"], "revision": done["revision"]}
    assert approver.post(api(call, "approve"), body).json()["state"] == "approved"


def test_the_final_plan_holds_what_was_decided(analyst, call, desk):
    """And its files are made from it."""
    one, other = doubtful(analyst, call)
    decide(analyst, call, 0, {"kind": "keep", "items": [one], "reason": "公開の名前"}, mask(other))
    analyst.post(api(call, "complete"), {"count": 2})

    final = {item.item_id: item for item in load_review(desk, call.call_id).stored.plan.items}
    assert (final[one].action, final[one].decided) == (MaskAction.KEEP, True)
    assert (final[other].action, final[other].needs_review) == (MaskAction.MASK, False)


@pytest.mark.parametrize(
    "found", [("HEARD_AGAIN", 409, "call_unsafe"), ("TEXT", 422, "rule")], ids=["heard", "read"]
)
def test_a_copy_that_gives_something_away_is_not_completed(analyst, call, desk, monkeypatch, found):
    """The old revision stays, nothing is complete; words that stand elsewhere are for a person to decide."""
    from flows import stages
    from pipeline.types import Leak, TimeSpan

    kind, *refusal = found
    leak = Leak(kind, "m0000", TimeSpan(0.0, 1.0))
    checked = stages.verify_written
    # Only the copy itself gives it away, not what was listened to before: that one has no recognised words.
    monkeypatch.setattr(
        stages, "verify_written", lambda call, *recognised: (leak,) if recognised else checked(call)
    )
    state = decide(analyst, call, 0, mask(*doubtful(analyst, call))).json()
    answer = analyst.post(api(call, "complete"), {"count": state["count"]})

    assert (answer.status_code, answer.json()["error"]) == tuple(refusal)
    assert load_review(desk, call.call_id).stored.revision == 1
    assert not load_review(desk, call.call_id).complete


@pytest.fixture
def half_found(desk):
    """A call in which a surname is masked once and stands twice more, in a whole name that nobody found."""
    return into_review(with_company(desk), sample_call("meter-mistake", doubtful=(1,), missed=(3, 4)))


def test_a_masked_word_that_stands_elsewhere_is_a_finding_there_when_the_call_is_completed(
    analyst, approver, half_found, desk
):
    """Masked and undecided, with the whole name; once they are decided the call is complete, and goes out."""
    state = decide(analyst, half_found, 0, mask(*doubtful(analyst, half_found))).json()
    told = analyst.post(api(half_found, "complete"), {"count": state["count"]}).json()

    assert (told["complete"], told["revision"]) == (False, 1)
    assert [one["kind"] for one in told["decisions"]] == ["mask", "found"]
    new = [one for one in told["findings"] if one["item_id"] in told["found"]]
    assert {one["text"] for one in new} == {"藤田拓也"}
    assert {(one["action"], one["needs_review"]) for one in new} == {("mask", True)}
    assert told["undecided"] == [one["item_id"] for one in sorted(new, key=lambda each: each["start"])]
    state = decide(analyst, half_found, told["count"], mask(*told["found"])).json()
    done = analyst.post(api(half_found, "complete"), {"count": state["count"]}).json()
    assert (done["complete"], "found" in done) == (True, False)
    body = {"count": done["count"], "revision": done["revision"]}
    assert approver.post(api(half_found, "approve"), body).json()["state"] == "approved"
    assert released(desk, half_found.request_id).calls


def test_what_is_found_at_completion_may_be_kept_with_a_reason(analyst, half_found):
    """A person who has listened knows better than the check, which then lets the call through."""
    state = decide(analyst, half_found, 0, mask(*doubtful(analyst, half_found))).json()
    told = analyst.post(api(half_found, "complete"), {"count": state["count"]}).json()
    keep = {"kind": "keep", "items": told["found"]}
    assert decide(analyst, half_found, told["count"], keep).json()["needs"] == "reason"
    state = decide(analyst, half_found, told["count"], keep | {"reason": "屋号で、人の名ではない"}).json()
    assert analyst.post(api(half_found, "complete"), {"count": state["count"]}).json()["complete"] is True


def test_what_is_heard_again_is_a_finding_when_the_call_is_completed(analyst, call, monkeypatch):
    """The finished sound is listened to before anybody approves it, and not only at the release."""
    state = decide(analyst, call, 0, mask(*doubtful(analyst, call))).json()
    sure = next(one for one in state["findings"] if one["action"] == "mask" and one["decided"])
    heard = (utterance(sure["text"] + "です", 0.2),)
    monkeypatch.setattr(routes_decide, "load_models", lambda _: FakeModels(heard_again=heard))
    told = analyst.post(api(call, "complete"), {"count": state["count"]}).json()

    assert told["complete"] is False
    assert told["undecided"]
    assert set(told["undecided"]) == set(told["found"])
    new = [one for one in told["findings"] if one["item_id"] in told["found"]]
    assert all(sure["text"] in (one["text"], one["near"]) for one in new)


def test_a_word_that_was_listed_since_is_a_finding_when_the_call_is_completed(analyst, call, desk):
    """Before anything goes out, and without losing what was decided; a person may keep it with a reason."""
    word = ListedWord("ガソリンスタンド", "ガソリンスタンド", "CONFIDENTIAL", mask=True)
    list_for_request(desk, ANALYST, call.request_id, Entry(word, "店が分かる"))
    told = finish(analyst, call)
    new = [one for one in told["findings"] if one["item_id"] in told["found"]]
    assert (told["complete"], told["undecided"]) == (False, [one["item_id"] for one in new])
    assert {(one["text"], one["action"], one["reason"]) for one in new} == {
        ("ガソリンスタンド", "mask", "いつも伏せる語の一覧にある")
    }
    keep = {"kind": "keep", "items": told["found"], "reason": "この通話では店が分からない"}
    state = decide(analyst, call, told["count"], keep).json()
    assert analyst.post(api(call, "complete"), {"count": state["count"]}).json()["complete"] is True


class Gate:
    """Holds up the last check until it is opened; what loads the models waits at it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._open = threading.Event()
        self.fault: Exception | None = None
        monkeypatch.setattr(routes_decide, "ANSWERED_WITHIN", 0.0)
        monkeypatch.setattr(routes_decide, "load_models", self.load)

    def load(self, _: str) -> FakeModels:
        """As ``load_models``."""
        assert self._open.wait(60)
        if self.fault is not None:
            raise self.fault
        return FakeModels()

    def end(self, call) -> None:
        """Let the check end, where one runs, and wait until it has."""
        for thread in threading.enumerate():
            if thread.name == f"check-{call.call_id}":
                self._open.set()
                thread.join(60)

    def open(self, person: Person, call):
        """Let the check end; how it is told that it has."""
        self._open.set()
        until = time.monotonic() + 60
        while (told := person.get(api(call, "check"))).status_code == 202 and time.monotonic() < until:
            time.sleep(0.02)
        return told


@pytest.fixture
def gate(monkeypatch) -> Gate:
    """A last check that lasts."""
    return Gate(monkeypatch)


def test_a_long_check_runs_behind_the_page(analyst, second, call, desk, gate):
    """Everybody who has the call open sees it; at its end the call is complete, whoever asks."""
    state = finish(analyst, call)
    assert (state["complete"], state["checking"]["by"]) == (False, "kubota")
    assert second.get(api(call, "state")).json()["checking"]["by"] == "kubota"
    assert second.get(api(call, "check")).status_code == 202
    # Whoever presses Enter too waits for the same check.
    again = second.post(api(call, "complete"), {"count": state["count"]})
    assert (again.status_code, again.json()["checking"]["by"]) == (202, "kubota")

    done = gate.open(second, call).json()
    assert (done["complete"], done["checking"], done["revision"]) == (True, None, 2)
    assert [entry.action for entry in audit.entries(desk)].count("call.complete") == 1


def test_a_check_that_ends_while_somebody_asks_is_asked_about_again(analyst, call, gate, monkeypatch):
    """The call was read before the end, the check looked at after it: neither says how it ended."""
    really = routes_decide.open_whole

    def slowly(*given) -> OpenedCall:
        opened = really(*given)
        gate.end(call)
        return opened

    monkeypatch.setattr(routes_decide, "open_whole", slowly)
    state = finish(analyst, call)
    assert (state["complete"], state["checking"]["by"]) == (False, "kubota")
    told = gate.open(analyst, call).json()
    assert (told["complete"], told["checking"]) == (True, None)


def test_what_is_decided_during_the_check_ends_it_without_completion(analyst, second, call, desk, gate):
    """The copy that was checked is not what stands then: the person is told, and nothing is complete."""
    state = finish(analyst, call)
    masked = next(f["item_id"] for f in state["findings"] if f["action"] == "mask")
    decide(second, call, state["count"], {"kind": "nudge_end", "items": [masked], "seconds": 0.3})

    told = gate.open(analyst, call)
    assert (told.status_code, told.json()["error"]) == (409, "conflict")
    assert not load_review(desk, call.call_id).complete
    assert load_review(desk, call.call_id).stored.revision == 1


def test_a_check_that_fails_completes_nothing_and_says_why(analyst, call, desk, gate):
    """And may be begun again."""
    gate.fault = CallUnsafeError("伏せた後の確認で1件の漏れが残りました(HEARD_AGAIN)")
    state = finish(analyst, call)
    told = gate.open(analyst, call)
    assert (told.status_code, told.json()["error"]) == (409, "call_unsafe")
    assert not load_review(desk, call.call_id).complete

    gate.fault = None
    analyst.post(api(call, "complete"), {"count": state["count"]})
    assert gate.open(analyst, call).json()["complete"] is True


# --- listening -------------------------------------------------------------------------------


def test_every_second_listened_to_is_a_recorded_fact(analyst, second, call, desk):
    """By whoever listened, silences left out; required before completion where the company says so."""
    desk.settings.review_listen_through = True
    state = decide(analyst, call, 0, mask(*doubtful(analyst, call))).json()
    refused = analyst.post(api(call, "complete"), {"count": state["count"]})
    assert (refused.status_code, refused.json()["error"]) == (422, "rule")

    half = analyst.post(api(call, "heard"), {"count": 1, "stretches": [[0.0, 20.0], [10.0, 30.0]]}).json()
    assert half["heard"] == [[0.0, 30.0]]
    assert half["all"] is False
    assert half["left"] == pytest.approx(24.08, abs=0.5)
    rest = second.post(api(call, "heard"), {"count": 1, "stretches": [[30.0, 99.0]]}).json()
    assert (rest["all"], rest["left"]) == (True, 0)
    assert analyst.post(api(call, "complete"), {"count": 1}).json()["complete"] is True
    told = [e for e in audit.entries(desk) if e.action in {"call.hear", "call.complete"}]
    assert [(e.actor.name, e.detail.get("seconds")) for e in told[:2]] == [("kubota", 30), ("mori", 24)]
    assert told[-1].detail["heard"] == "whole"


def test_who_heard_the_call_itself_and_how_long_is_told(analyst, second, call, desk):
    """It is no listening to the copy; what two people heard is heard, and each has their own seconds."""
    for person, stretch in ((analyst, [0.0, 20.0]), (analyst, [10.0, 30.0]), (second, [20.0, 40.0])):
        body = {"count": 0, "what": "original", "stretches": [stretch]}
        told = person.post(api(call, "heard"), body).json()
    assert told["read"] == [[0.0, 40.0]]
    people = [
        {"name": "kubota", "original": 30.0, "masked": 0},
        {"name": "mori", "original": 20.0, "masked": 0},
    ]
    assert told["listeners"] == people
    state = analyst.get(api(call, "state")).json()
    assert (state["read"], state["listeners"], state["heard"]) == ([[0.0, 40.0]], people, [])
    heard = [entry for entry in audit.entries(desk) if entry.action == "call.hear"]
    assert {entry.detail["what"] for entry in heard} == {"original"}


def test_what_sounds_again_has_not_been_heard(analyst, call):
    """A mask that is taken back after somebody listened to the copy."""
    one, _ = doubtful(analyst, call)
    state = decide(analyst, call, 0, mask(one)).json()
    analyst.post(api(call, "heard"), {"count": state["count"], "stretches": [[0.0, 99.0]]})
    item = next(f for f in state["findings"] if f["item_id"] == one)

    state = decide(analyst, call, 1, {"kind": "keep", "items": [one], "reason": "本人"}).json()
    assert state["left"] == pytest.approx(item["end"] - item["start"], abs=0.05)


@pytest.mark.parametrize(
    "body",
    [
        {"count": 5, "stretches": [[0.0, 1.0]]},
        {"count": 0, "stretches": [[1.0, 1.0]]},
        {"count": 0, "stretches": [[-1.0, 1.0]]},
        {"count": 0, "stretches": [[0.0, 1.0, 2.0]]},
        {"count": 0, "stretches": []},
    ],
)
def test_what_nobody_can_have_heard(analyst, call, body):
    """A copy that does not exist yet, or no stretch."""
    assert analyst.post(api(call, "heard"), body).status_code == 422
