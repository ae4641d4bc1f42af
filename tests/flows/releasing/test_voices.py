"""A third person's voice on its way out: masked, with consent, as text only, and heard in person."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from flows.desk.answers.differences import difference_to_earlier
from flows.desk.answers.releases import Answer, Release
from flows.desk.answers.visits import begin_visit, played_copy
from flows.desk.book.answers import Reopened
from flows.desk.book.door import do
from flows.desk.cases import calls, files, requests
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import ConflictError, ImpossibleStepError
from flows.desk.kinds.values import Call, FileKind
from flows.desk.kinds.ways import Manner, Passage, Way
from flows.desk.storage.tables import FileRow
from flows.desk.work import plans
from flows.desk.work.reviews import load_review, record
from flows.review.content import steps
from pipeline.audio.recording import Recording, read_recording, to_samples
from pipeline.reviewing.decisions import Consent, ReviewDecision, ReviewKind
from pipeline.third_voice import THIRD_VOICE
from pipeline.types import MaskItem, Party, TimeSpan
from tests.builders import item
from tests.desk_builders import ANALYST, NOW, OTHER
from tests.fakes import FakeModels
from tests.flows.releasing.test_ways import copy_of, letter_of, opened, settled, told
from tests.release_builders import APPROVER, asked, released, reviewed
from tests.sentinels import everything_under, found_in

CONSENT = Consent("高梨大樹", date(2026, 11, 20), "窓口で書面により")
VOICE = TimeSpan(2.05, 3.4)
"""What the fakes hear there is さんです."""


def spoken(desk: Desk, folder: Path, request: str) -> Call:
    """A call in review in which a third person speaks, beside the name that is masked."""
    call = reviewed(desk, folder, request)
    plan = plans.get_plan(desk, call.call_id).plan
    voice: MaskItem = item(
        VOICE.start,
        VOICE.end,
        item_id="t0001",
        chars=(5, 9),
        entity_type=THIRD_VOICE,
        score=1.0,
        needs_review=True,
    )
    plans.revise(desk, ANALYST, call.call_id, replace(plan, items=(*plan.items, voice)), ())
    return call


def approved(desk: Desk, call: Call, made: ReviewDecision) -> None:
    """The voice decided, all else masked; completed by one and approved by another."""
    review = load_review(desk, call.call_id)
    open_ = tuple(
        each.item_id for each in review.draft.items if each.needs_review and each.item_id != "t0001"
    )
    mask = ReviewDecision(0, ReviewKind.MASK, open_, "", NOW, ground=1)

    def both(number: int) -> tuple[ReviewDecision, ...]:
        masks = (replace(mask, number=number),) if open_ else ()
        return (*masks, replace(made, number=number + len(masks)))

    review = record(desk, ANALYST, review, both)
    done = steps.complete(desk, ANALYST, review, None, lambda _: FakeModels())  # type: ignore[arg-type, return-value]
    assert done.complete
    plans.approve(desk, OTHER, call.call_id, done.stored.revision)


def about(kind: ReviewKind, **more: object) -> ReviewDecision:
    """A decision about the voice."""
    return ReviewDecision(0, kind, ("t0001",), "", NOW, **more)  # type: ignore[arg-type]


IN_PERSON = about(ReviewKind.VOICE_IN_PERSON, reason="渡さずに聞かせる")
WAYS = {
    "nothing": about(ReviewKind.MASK),
    "text": about(ReviewKind.VOICE_TEXT, reason="言葉は本人との話なので"),
    "consent": about(ReviewKind.KEEP, consent=CONSENT),
}
"""Decisions with which files go out."""


def original(desk: Desk, call: Call) -> Recording:
    """The call as it was recorded, without its file."""
    with calls.open_recording(desk, call.call_id) as path:
        whole = read_recording(path)
        return replace(whole, samples=np.asarray(whole.samples))


def sounds(copy: Recording, of: Recording, time: TimeSpan) -> bool:
    """Whether a stretch of a copy is the call's own sound."""
    start, end = to_samples(time, of.rate, of.length)
    return bool(np.array_equal(np.asarray(copy.samples)[:, start:end], of.samples[:, start:end]))


def voices_of(folder: Path) -> list[dict[str, object]]:
    """What the manifest says of voices."""
    return json.loads((folder / "manifest.json").read_text("utf-8"))["voices"]


@pytest.mark.parametrize("given", WAYS)
def test_each_decision_in_sound_text_letter_manifest_and_ledger(
    desk: Desk, tmp_path: Path, out: Path, given: str
):
    """The name beside it stays masked in all of them."""
    request = asked(desk)
    call = spoken(desk, tmp_path, request)
    approved(desk, call, WAYS[given])
    answer = released(desk, request)
    folder = opened(desk, request, out)
    text = (folder / "通話1_文字起こし.txt").read_text("utf-8")
    letter, row = letter_of(folder), told(desk, request)["通話ごとの決定と根拠"]

    kept = given == "consent"
    after = TimeSpan(2.3, VOICE.end)
    assert sounds(read_recording(folder / "通話1_音声.wav"), original(desk, call), after) is kept
    assert ("[第三者の声]" in text) is (given == "nothing")
    assert ("さんです" in text) is (given != "nothing")
    assert "[氏名]" in text
    assert voices_of(folder) == [{"call": 1, "start": 2, "end": 4, "given": given}]
    assert ("第三者の声" in letter) is not kept
    assert ("第三者の声(言葉は文字で開示します)" in letter) is (given == "text")
    assert {"nothing": "伏せた1か所", "text": "文字だけ1か所", "consent": "同意により開示1か所"}[given] in row
    assert answer.calls[0].consented == (((VOICE.start, VOICE.end),) if kept else ())
    assert all(CONSENT.by not in each for each in (letter, row, text, json.dumps(voices_of(folder))))
    for path, raw in everything_under(desk.settings.home):
        assert found_in(raw, (CONSENT.by, CONSENT.how)) == [], path.name


def test_in_person_only_the_visit_has_the_sound(desk: Desk, tmp_path: Path, out: Path):
    """The masked copy has none of it, the package no sound; the visit plays the voice, not the name."""
    request = asked(desk)
    call = spoken(desk, tmp_path, request)
    approved(desk, call, IN_PERSON)
    settled(desk, request, Manner(Way.IN_PERSON))
    answer = released(desk, request)
    folder, whole = opened(desk, request, out), original(desk, call)

    begin_visit(desk, APPROVER, request, "本人", "s1")
    played = played_copy(desk, request, "s1", call.call_id)
    (visit,) = (each for each in stored(desk, call) if each.kind is FileKind.VISIT_AUDIO)
    assert played.digest == visit.digest == answer.calls[0].played_digest
    heard = tmp_path / "heard.wav"
    heard.write_bytes(desk.store.read(visit.store_key))
    (name,) = (each for each in plans.get_plan(desk, call.call_id).plan.items if each.entity_type == "PERSON")
    assert sounds(read_recording(heard), whole, TimeSpan(name.time.end + 0.05, VOICE.end))
    assert not sounds(read_recording(heard), whole, name.time)
    assert not sounds(read_recording(copy_of(desk, call, tmp_path)), whole, TimeSpan(2.3, VOICE.end))
    assert not any(
        path.suffix in {".wav", ".mp3", ".txt"} and "通話" in path.name for path in folder.iterdir()
    )
    assert [each.entity_type for each in answer.calls[0].masked] == ["PERSON"]
    assert voices_of(folder) == []
    assert answer.kind is Answer.PARTIAL


def stored(desk: Desk, call: Call):
    """Its files."""
    return files.list_files(desk, call_id=call.call_id)


@pytest.mark.parametrize("way", [None, Manner(Way.TEXT)])
def test_a_voice_for_the_visit_goes_out_in_no_other_way(desk: Desk, tmp_path: Path, way: Manner | None):
    """Nothing is released; the message says what to choose."""
    request = asked(desk)
    call = spoken(desk, tmp_path, request)
    approved(desk, call, IN_PERSON)
    if way is not None:
        settled(desk, request, way)
    with pytest.raises(ImpossibleStepError, match="対面で聞かせる"):
        released(desk, request)
    assert requests.get(desk, request).state.value == "approved"


def test_without_its_own_copy_nothing_is_approved(desk: Desk, tmp_path: Path):
    """As where its file was erased between completion and approval."""
    request = asked(desk)
    call = spoken(desk, tmp_path, request)
    approved(desk, call, IN_PERSON)
    (visit,) = (each for each in stored(desk, call) if each.kind is FileKind.VISIT_AUDIO)
    settled(desk, request, Manner(Way.IN_PERSON))
    with desk.change(ANALYST) as change:
        change.session.get_one(FileRow, visit.file_id).deleted_at = change.now
    with pytest.raises((ConflictError, ImpossibleStepError)):
        released(desk, request)


def test_a_later_answer_tells_that_a_voice_is_given_now(desk: Desk, tmp_path: Path):
    """First masked, then with consent, then masked again."""
    request = asked(desk)
    call = spoken(desk, tmp_path, request)
    answers: list[Release] = []
    for made in (WAYS["nothing"], WAYS["consent"], WAYS["nothing"]):
        if answers:
            do(desk, APPROVER, Reopened(request, "異議"))
        approved(desk, call, made)
        answers.append(released(desk, request))
    second, third = (difference_to_earlier(desk, request, each) for each in answers[1:])
    assert second is not None
    assert third is not None
    assert second.calls[0].consented == third.calls[0].withdrawn == ((VOICE.start, VOICE.end),)
    assert [each.entity_type for each in second.calls[0].removed] == [THIRD_VOICE]
    assert [each.entity_type for each in third.calls[0].added] == [THIRD_VOICE]


def test_a_passage_without_the_voice_says_nothing_of_it(desk: Desk, tmp_path: Path, out: Path):
    """What is not given is not told."""
    request = asked(desk)
    call = spoken(desk, tmp_path, request)
    approved(desk, call, WAYS["consent"])
    settled(desk, request, Manner(Way.PASSAGES, passages=(Passage(call.call_id, 0.0, 1.0),)))
    released(desk, request)
    assert voices_of(opened(desk, request, out)) == []


def test_the_voice_is_a_third_partys(desk: Desk, tmp_path: Path):
    """Unless somebody said whose it was: then it is kept as any other finding, and no consent is told."""
    request = asked(desk)
    call = spoken(desk, tmp_path, request)
    approved(desk, call, about(ReviewKind.KEEP, party=Party.REQUESTER, reason="声が同じ"))
    assert released(desk, request).calls[0].consented == ()
