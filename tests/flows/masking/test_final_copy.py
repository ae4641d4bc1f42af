from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from flows import stages
from flows.desk.cases import files
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import ConflictError, ImpossibleStepError, StorageFullError
from flows.desk.kinds.states import State
from flows.desk.kinds.values import Call, FileKind
from flows.desk.work import plans
from flows.desk.work.reviews import load_review, record
from flows.masking import final_copy
from flows.masking import mask_case_call as worker
from flows.masking.final_copy import make_final
from flows.masking.mask_case_call import mask_case_call
from pipeline.correcting.wording import Correction, Piece
from pipeline.errors import CallUnsafeError, ReviewRuleError
from pipeline.reviewing.decisions import ReviewDecision, ReviewKind
from pipeline.types import CharSpan, Leak, MaskAction, MaskPlan, TimeSpan
from tests.desk_builders import ANALYST, NOW, OTHER, WORKER
from tests.flow_builders import InTurn, desk_of_flows, waiting_voice
from tests.release_builders import approve_reviewed


@pytest.fixture
def desk(tmp_path: Path, monkeypatch) -> Iterator[Desk]:
    """A desk whose worker hears and finds what the fakes give."""
    monkeypatch.setattr(worker, "load_models", InTurn())
    with desk_of_flows(tmp_path, monkeypatch) as opened:
        yield opened


@pytest.fixture
def reviewed(desk: Desk, tmp_path: Path) -> Call:
    """A call in review."""
    call = waiting_voice(desk, tmp_path)
    mask_case_call(desk, WORKER, call.call_id)
    return call


def hashes(desk: Desk, call: Call, revision: int) -> dict[FileKind, str]:
    """Of a revision's masked files."""
    found = files.list_files(desk, call_id=call.call_id, revision=revision)
    return {file.kind: file.digest for file in found if file.kind in files.MASKED_KINDS}


def kept(plan: MaskPlan) -> MaskPlan:
    """The plan with every mask taken back."""
    items = tuple(replace(item, action=MaskAction.KEEP, ground=0) for item in plan.items)
    return replace(plan, revision=plan.revision + 1, items=items)


def test_the_same_plan_gives_the_same_bytes(desk: Desk, reviewed: Call):
    """The worker's own files, and those of a revision with the same plan."""
    plan = plans.get_plan(desk, reviewed.call_id).plan
    after = make_final(desk, OTHER, reviewed.call_id, plan)

    assert (after.revision, after.state) == (2, State.IN_REVIEW)
    assert hashes(desk, reviewed, 2) == hashes(desk, reviewed, 1)
    assert len(hashes(desk, reviewed, 2)) == 3


def test_another_plan_gives_other_files_and_both_stay(desk: Desk, reviewed: Call):
    """A kept stretch is in the clear again."""
    plan = plans.get_plan(desk, reviewed.call_id).plan
    make_final(desk, OTHER, reviewed.call_id, kept(plan))
    text = next(
        file
        for file in files.list_files(desk, call_id=reviewed.call_id, revision=2)
        if file.kind is FileKind.MASKED_TEXT
    )

    assert "長谷川" in desk.store.read(text.store_key).decode()
    assert set(hashes(desk, reviewed, 2).values()).isdisjoint(hashes(desk, reviewed, 1).values())
    assert plans.get_plan(desk, reviewed.call_id).plan == kept(plan)


def text_of(desk: Desk, call: Call, revision: int) -> str:
    """The masked text of a revision."""
    found = files.list_files(desk, call_id=call.call_id, revision=revision)
    text = next(file for file in found if file.kind is FileKind.MASKED_TEXT)
    return desk.store.read(text.store_key).decode()


def told(desk: Desk, call: Call, kind: ReviewKind, correction: Correction | None = None) -> None:
    """A decision about the text."""
    made = ReviewDecision(0, kind, (), "", NOW, correction=correction)
    record(desk, ANALYST, load_review(desk, call.call_id), lambda number: (replace(made, number=number),))


def test_the_copy_reads_as_people_corrected_it_and_says_who_looked(desk: Desk, reviewed: Call):
    """Until somebody has read it through, it is a machine's; what is masked stays so, whatever is written."""
    plan = plans.get_plan(desk, reviewed.call_id).plan
    assert text_of(desk, reviewed, 1).splitlines()[0] == "機械による文字起こし（未校正）"
    pieces = (Piece(CharSpan(0, 1), "となり"), Piece(CharSpan(2, 5), "丹羽"))
    told(desk, reviewed, ReviewKind.WORDS, Correction(CharSpan(0, 5), pieces))
    make_final(desk, OTHER, reviewed.call_id, plan)
    told(desk, reviewed, ReviewKind.READ)
    make_final(desk, OTHER, reviewed.call_id, plan)

    unread, read = (text_of(desk, reviewed, revision).splitlines() for revision in (2, 3))
    assert unread == ["機械による文字起こし（未校正）", "[00:01] 話者: となりの[氏名]さんです"]
    assert read[1:] == unread[1:]
    assert re.fullmatch(r"文字起こし（20\d\d年\d+月\d+日 校正済み）", read[0])


@pytest.mark.parametrize("elsewhere", ["丹羽です", "長谷川です"])
def test_a_masked_name_that_is_written_elsewhere_stops_the_copy(desk: Desk, reviewed: Call, elsewhere: str):
    """Neither as it was corrected nor as it was recognised: what is verified is what is read."""
    plan = plans.get_plan(desk, reviewed.call_id).plan
    pieces = (Piece(CharSpan(2, 5), "丹羽"), Piece(CharSpan(7, 9), elsewhere))
    told(desk, reviewed, ReviewKind.WORDS, Correction(CharSpan(2, 9), pieces))

    with pytest.raises(ReviewRuleError, match="伏せない所にもあります"):
        make_final(desk, OTHER, reviewed.call_id, plan)


def test_the_same_words_elsewhere_are_a_person_s_to_decide(desk: Desk, reviewed: Call, monkeypatch):
    """It is said where, by time and item, and what to do; nothing was made."""
    leak = Leak("TEXT", "m0000", TimeSpan(62.4, 63.4))
    monkeypatch.setattr(stages, "verify_written", lambda *_: (leak,))
    plan = plans.get_plan(desk, reviewed.call_id).plan
    with pytest.raises(ReviewRuleError, match=r"1:02.*似た音を探す") as told:
        final_copy.make_final(desk, OTHER, reviewed.call_id, replace(plan, revision=2))

    assert told.value.items == ("m0000",)
    assert plans.get_plan(desk, reviewed.call_id).revision == 1


def test_a_copy_that_leaks_is_not_made(desk: Desk, reviewed: Call, monkeypatch):
    """The mask is applied to nothing: the finished file is looked at, not the intention."""
    plan = plans.get_plan(desk, reviewed.call_id).plan
    monkeypatch.setattr("pipeline.masking.audio.masked_pieces", lambda samples, *_: iter((samples,)))
    before = set(desk.store.listing())
    with pytest.raises(CallUnsafeError, match="AUDIO_UNCHANGED"):
        make_final(desk, OTHER, reviewed.call_id, plan)

    assert plans.get_plan(desk, reviewed.call_id).revision == 1
    assert {name for name, _ in desk.store.listing()} == {name for name, _ in before}


@pytest.mark.parametrize(
    "change",
    [{"audio_sha256": "0" * 64}, {"transcript_sha256": "0" * 64}, {"call_id": "c0000000000000000"}],
)
def test_a_plan_of_something_else_is_refused(desk: Desk, reviewed: Call, change):
    """Another recording, other words, another call."""
    plan = replace(plans.get_plan(desk, reviewed.call_id).plan, **change)

    with pytest.raises(ConflictError):
        make_final(desk, OTHER, reviewed.call_id, plan)
    assert plans.get_plan(desk, reviewed.call_id).revision == 1


def test_an_approved_call_is_not_made_anew(desk: Desk, reviewed: Call):
    """It is taken back into review first."""
    plan = plans.get_plan(desk, reviewed.call_id).plan
    approve_reviewed(desk, reviewed)
    with pytest.raises(ImpossibleStepError):
        make_final(desk, OTHER, reviewed.call_id, plan)
    plans.reopen(desk, OTHER, reviewed.call_id)

    assert make_final(desk, OTHER, reviewed.call_id, plan).revision == 3


def test_a_full_store_leaves_nothing(desk: Desk, reviewed: Call, monkeypatch):
    """Full after the second file: the first two are removed again."""
    put, made = type(desk.store).put, []

    def fills(store, source, key=None):
        if key is not None:
            # The desk's head, in its place.
            return put(store, source, key)
        if len(made) == 2:
            raise StorageFullError("保管場所に空きがありません")
        made.append(put(store, source, key))
        return made[-1]

    monkeypatch.setattr(type(desk.store), "put", fills)
    plan = plans.get_plan(desk, reviewed.call_id).plan
    with pytest.raises(StorageFullError):
        make_final(desk, OTHER, reviewed.call_id, plan)

    assert not [new for new in made if desk.store.exists(new.key)]
    assert not [path for path in desk.settings.work.rglob("*") if path.is_file()]


def test_nothing_in_clear_is_left(desk: Desk, reviewed: Call):
    """Neither in the work folder nor at home."""
    make_final(desk, OTHER, reviewed.call_id, kept(plans.get_plan(desk, reviewed.call_id).plan))

    assert not [path for path in desk.settings.work.rglob("*") if path.is_file()]
    raw = b"".join(path.read_bytes() for path in desk.settings.home.rglob("*") if path.is_file())
    assert "長谷川".encode() not in raw
    assert final_copy.MASKED_FILES.keys() == set(files.MASKED_KINDS)
