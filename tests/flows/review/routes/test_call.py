from __future__ import annotations

import base64
import re
from dataclasses import replace

import pytest

from flows.desk.integrity import audit
from flows.desk.people.presence import PRESENCE_TIMEOUT
from pipeline.reasons import Reason, Why
from pipeline.types import CharSpan
from tests.browser.made_calls import into_review, sample_call
from tests.desk_builders import attached


@pytest.mark.usefixtures("call")
def test_the_queue_tells_what_waits(analyst):
    """Due day, length, findings, and how long it takes to hear the doubtful ones."""
    page, answer = analyst.get("/calls"), analyst.get("/api/calls")

    assert page.status_code == 200
    (row,) = answer.json()["rows"]
    assert (row["request"], row["state"], row["days_left"]) == ("R-2026-0001", "in_review", 14)
    assert (row["findings"], row["to_review"], row["undecided"]) == (10, 2, 2)
    assert row["listen_seconds"] == pytest.approx(5.8, abs=0.3)
    assert (row["reviewers"], row["open_by"], row["complete"]) == ([], [], False)
    assert row["request"] in page.text


def test_the_queue_is_filtered(analyst, call):
    """By state, request and who has decided."""
    doubtful = analyst.get(f"/api/calls/{call.call_id}/state").json()["undecided"]
    body = {"count": 0, "decisions": [{"kind": "mask", "items": doubtful[:1]}]}
    assert analyst.post(f"/api/calls/{call.call_id}/decisions", body).status_code == 200

    def found(query: str) -> int:
        return len(analyst.get(f"/api/calls?{query}").json()["rows"])

    assert [found("state=in_review"), found("state=approved"), found("state=nonsense")] == [1, 0, 1]
    assert [found("request=R-2026-0001"), found("request=R-2026-0002")] == [1, 0]
    assert [found("reviewer=kubota"), found("reviewer=mori")] == [1, 0]


def test_a_call_is_told_whole(analyst, call, desk):
    """Words, findings with why and whose, and what is open; that it was read is on record."""
    told = analyst.get(f"/api/calls/{call.call_id}").json()

    assert (told["count"], told["revision"], told["complete"]) == (0, 1, False)
    assert told["seconds"] == pytest.approx(54.08)
    assert "".join(s["speaker"] or "" for s in told["segments"]).startswith(("op", "cu"))
    doubtful = [f for f in told["findings"] if f["needs_review"]]
    assert told["findings"][:2] == doubtful
    assert {f["item_id"] for f in doubtful} == set(told["undecided"])
    first = told["findings"][0]
    assert first["text"] == told["text"][first["start_char"] : first["end_char"]]
    assert {"party", "ground", "action", "score", "source", "reason", "group", "question", "beside"} <= set(
        first
    )
    for finding in told["findings"]:
        heard = finding["played"]
        assert heard["start"] <= finding["start"] <= finding["end"] <= heard["end"]
    # What the queue says is the length of what is played here, with what is around it.
    (row,) = analyst.get("/api/calls").json()["rows"]
    heard_once = sum(f["played"]["end"] - f["played"]["start"] + 2 * told["around"] for f in doubtful)
    assert row["listen_seconds"] == pytest.approx(heard_once, abs=0.1)
    assert [f["question"] != "" for f in told["findings"]] == [f["needs_review"] for f in told["findings"]]
    assert audit.entries(desk)[-1].action == "call.view"
    assert audit.entries(desk)[-1].actor.name == "kubota"


def test_what_is_said_stands_beside_what_is_registered(analyst, call):
    """Both values with what differs, one sentence about them, and the detectors apart from it."""
    findings = analyst.get(f"/api/calls/{call.call_id}").json()["findings"]
    by_text = {finding["text"]: finding for finding in findings}

    own, other = by_text["03の0145の7904"], by_text["070、0870、2830"]
    assert own["content"] == "登録の番号と同じです"
    assert own["comparison"] == {
        "party": "requester",
        "said": [["0301457904", "same"]],
        "registered": [["0301457904", "same"]],
        "said_reading": [],
        "registered_reading": [],
    }
    assert re.fullmatch(r"登録の番号と\d+桁中\d+桁が違います", other["content"])
    assert {mark for _, mark in other["comparison"]["said"]} == {"same", "different"}
    nobody = [f for f in findings if f["entity_type"] == "PERSON" and f["comparison"] is None]
    assert {f["content"] for f in nobody} == {"登録のある、どの名前とも一致しません"}
    assert all(f["reason"].startswith("敬称の前の語。") and "敬称" not in f["content"] for f in findings)


def test_what_is_no_value_is_not_compared(analyst, desk):
    """Words that explain kanji, a postal code, a sound alone: what is thought of them is said."""
    made = sample_call("accident-witness")
    first, second, third, *rest = made.plan.items
    reasons = (Why(Reason.KANJI_EXPLAINED), Why(Reason.EXPLAINS_REQUESTER_KANJI))
    sound = replace(third, chars=CharSpan(third.chars.end, third.chars.end))
    items = (
        replace(first, reasons=reasons),
        replace(second, reasons=(Why(Reason.POSTAL_CODE), Why(Reason.POSTAL_CODE_OF_ADDRESS))),
        replace(sound, reasons=(Why(Reason.LEAK_SOUNDS_AGAIN),)),
        *rest,
    )
    call = into_review(desk, replace(made, plan=replace(made.plan, items=items)))
    told = {f["item_id"]: f for f in analyst.get(f"/api/calls/{call.call_id}").json()["findings"]}

    shown = [told[item.item_id] for item in (first, second, third)]
    assert [one["comparison"] for one in shown] == [None, None, None]
    assert [(one["content"], one["to_do"]) for one in shown] == [
        ("本人の名前の漢字の説明に音が近い", ""),
        ("続けて言われた住所の郵便番号", ""),
        ("", "伏せた語と似た音がもう一度聞こえる"),
    ]


def test_corrected_words_are_compared_as_they_are_written(analyst, call):
    """The page compares what a person wrote, not what was recognised."""
    path = f"/api/calls/{call.call_id}"
    told = analyst.get(path).json()
    number = next(f for f in told["findings"] if f["text"] == "03の0145の7904")
    body = {"count": 0, "kind": "words", "start_char": number["start_char"], "end_char": number["end_char"]}
    assert analyst.post(f"{path}/text", {**body, "text": "03の0145の7905"}).status_code == 200

    now = analyst.get(f"{path}/state").json()["findings"]
    (corrected,) = [f for f in now if f["item_id"] == number["item_id"]]
    assert corrected["content"] == "登録の番号と10桁中1桁が違います"


def test_the_waveform_is_compact(analyst, call):
    """A byte for each twentieth of a second and channel."""
    told = analyst.get(f"/api/calls/{call.call_id}/peaks?per_second=20").json()

    (channel,) = told["channels"]
    heights = base64.b64decode(channel)
    assert len(heights) == pytest.approx(54.08 * 20, abs=1)
    assert max(heights) > 100
    assert analyst.get(f"/api/calls/{call.call_id}/peaks?per_second=0").status_code == 422


def test_who_else_has_it_open(analyst, second, call, clock):
    """Told while the other's page says so, and no longer."""
    path = f"/api/calls/{call.call_id}"
    assert second.get(f"/calls/{call.call_id}").status_code == 200

    assert analyst.post(f"{path}/open").json()["open_by"] == ["mori"]
    assert second.post(f"{path}/open").json()["open_by"] == ["kubota"]
    assert analyst.get("/api/calls").json()["rows"][0]["open_by"] == ["kubota", "mori"]
    analyst.post(f"{path}/close")
    assert second.post(f"{path}/open").json()["open_by"] == []
    clock.pass_(seconds=PRESENCE_TIMEOUT.total_seconds() + 1)
    assert analyst.post(f"{path}/open").json()["open_by"] == []


def test_a_call_that_was_not_masked_yet_is_not_shown(analyst, desk, tmp_path):
    """Nor one that does not exist."""
    waiting = attached(desk, tmp_path)

    for call_id in (waiting.call_id, "c0000000000000000"):
        assert analyst.get(f"/calls/{call_id}").status_code == 404
        answer = analyst.get(f"/api/calls/{call_id}")
        assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


def test_an_administrator_sees_what_waits_and_is_led_to_no_closed_door(administrator, analyst, call):
    """The link to a call is for those who may open it."""
    link = f'href="/calls/{call.call_id}"'

    assert link in analyst.get("/calls").text
    page = administrator.get("/calls").text
    assert "確認待ち" in page
    assert link not in page
