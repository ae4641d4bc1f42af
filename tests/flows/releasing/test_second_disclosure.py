from __future__ import annotations

from pathlib import Path

import pytest

from flows.desk.answers import releases
from flows.desk.answers.differences import difference_to_earlier
from flows.desk.book.answers import Reopened
from flows.desk.book.door import do
from flows.desk.book.requests import Withheld
from flows.desk.cases import calls, catalogue, files, requests
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import ImpossibleStepError, NotAllowedError
from flows.desk.kinds.states import State
from flows.desk.kinds.values import Call, FileKind, NoteKind
from flows.desk.work import plans
from flows.releasing.fetch import fetch_folder
from pipeline.types import MaskAction, TimeSpan
from tests.desk_builders import CLERK, OTHER, SECOND, WORKER
from tests.release_builders import (
    APPROVER,
    approve_reviewed,
    approved,
    asked,
    decided,
    released,
    reviewed,
    words_of,
)


def test_a_released_case_opened_again_is_released_again_and_both_are_kept(
    desk: Desk, approved_call: Call, out: Path
):
    """What was masked at first is kept now: told with its times, and both packages stay as they were."""
    call, request = approved_call, approved_call.request_id
    first = released(desk, request)
    assert do(desk, APPROVER, Reopened(request, "異議を受けて見直したため")).state is State.IN_REVIEW
    decided(desk, call, action=MaskAction.KEEP, ground=0)
    second = released(desk, request)
    difference = difference_to_earlier(desk, request, second)
    number = requests.get(desk, request).number

    assert (first.turn, second.turn) == (1, 2)
    assert releases.releases(desk, request) == (first, second)
    assert difference is not None
    assert (difference.earlier, difference.later) == ((number, 1), (number, 2))
    (changed,) = difference.calls
    assert (changed.number, changed.added, changed.removed) == (1, (), first.calls[0].masked)
    assert "通話1_音声.mp3" in difference.files
    assert difference_to_earlier(desk, request, first) is None
    assert releases.package_password(desk, APPROVER, request, 1) != releases.package_password(
        desk, APPROVER, request, 2
    )
    one, two = (fetch_folder(desk, APPROVER, request, out, turn) for turn in (1, 2))
    assert (one.name, two.name) == (number, f"{number}-2")
    assert "[氏名]" in (one / "通話1_文字起こし.txt").read_text(encoding="utf-8")
    assert "[氏名]" not in (two / "通話1_文字起こし.txt").read_text(encoding="utf-8")
    assert "先にお渡しした回答書" in words_of(two / "回答書.docx")
    assert "先にお渡しした回答書" not in words_of(one / "回答書.docx")
    packages = [file for file in files.list_files(desk, request=request) if file.kind is FileKind.PACKAGE]
    assert len(packages) == 2
    assert [note.text for note in requests.notes(desk, request) if note.kind is NoteKind.AGAIN] == [
        "異議を受けて見直したため"
    ]


def test_opened_again_and_nothing_changed(desk: Desk, released_call: Call):
    """The same revision approved once more: no difference."""
    call, request = released_call, released_call.request_id
    do(desk, APPROVER, Reopened(request, "再発行"))
    plans.approve(desk, OTHER, call.call_id, 2)
    difference = difference_to_earlier(desk, request, released(desk, request))

    assert difference is not None
    assert (difference.calls, difference.files) == ((), ())


def test_a_new_request_for_the_same_recording_is_compared_with_the_first(desk: Desk, tmp_path: Path):
    """Other edges: one range less and one more, whatever number the call has now."""
    first = asked(desk)
    call = approved(desk, tmp_path, first)
    released(desk, first)
    second = asked(desk)
    reviewed(desk, tmp_path, second)
    again = calls.attach_call(desk, CLERK, second, call.recording_id)
    from flows.masking.mask_case_call import mask_case_call

    mask_case_call(desk, WORKER, again.call_id)
    for each in calls.list_calls(desk, request=second):
        if each.call_id == again.call_id:
            decided(desk, each, time=TimeSpan(1.0, 3.0))
        else:
            approve_reviewed(desk, each)
    answer = released(desk, second)
    difference = difference_to_earlier(desk, second, answer)

    assert difference is not None
    assert difference.earlier == (requests.get(desk, first).number, 1)
    by_number = {each.number: each for each in difference.calls}
    assert by_number[1].appeared
    assert [(each.start, each.end) for each in by_number[2].added] == [(1.0, 3.0)]
    assert len(by_number[2].removed) == 1
    assert "通話2_音声.wav" in difference.files
    assert "通話1_音声.wav" in difference.files
    assert len(releases.releases(desk, first)) == 1
    assert catalogue.get_recording(desk, call.recording_id)


def test_a_request_for_other_recordings_is_compared_with_nothing(desk: Desk, tmp_path: Path):
    """Two people, two calls."""
    first, second = asked(desk), asked(desk)
    approved(desk, tmp_path, first)
    approved(desk, tmp_path, second)
    released(desk, first)

    assert difference_to_earlier(desk, second, released(desk, second)) is None


def test_only_a_released_case_is_opened_again_and_only_by_the_responsible(desk: Desk, approved_call: Call):
    """A step of its own, in the record."""
    from flows.desk.integrity import audit

    request = approved_call.request_id
    with pytest.raises(ImpossibleStepError):
        do(desk, APPROVER, Reopened(request, "早すぎる"))
    released(desk, request)
    with pytest.raises(NotAllowedError):
        do(desk, CLERK, Reopened(request, "役割が違う"))
    do(desk, APPROVER, Reopened(request, "見直し"))

    entry = audit.entries(desk)[-1]
    assert (entry.action, entry.actor.name) == ("request.again", APPROVER.name)


def test_an_answer_without_calls_can_be_given_anew(desk: Desk):
    """不存在 at first; then the recording was found after all."""
    request = asked(desk)
    do(desk, SECOND, Withheld(request, "保有していない", releases.Answer.NONE_HELD))
    released(desk, request)
    after = do(desk, APPROVER, Reopened(request, "録音が見つかったため"))

    assert after.state is State.IDENTIFIED
