from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from flows.desk.answers import releases
from flows.desk.answers.releases import Answer
from flows.desk.book.calls import CallRequeued, CallWithdrawn, CallWithheld
from flows.desk.book.door import do
from flows.desk.book.requests import Extended, Held, Identified, Paused, Withdrawn, Withheld
from flows.desk.cases import calls, files, requests
from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import (
    ConflictError,
    DeskError,
    ImpossibleStepError,
    SealBrokenError,
    StorageFullError,
)
from flows.desk.kinds.states import State
from flows.desk.kinds.values import JAPAN, Agent, Call, FileKind, Wanted
from flows.desk.work import plans
from flows.files.keyed_digest import Digested
from flows.letter.errors import LetterError
from flows.releasing import release as releasing
from flows.releasing.fetch import fetch_folder
from flows.workspace import LEAKS
from pipeline.errors import CallUnsafeError
from pipeline.masking.text import as_text
from pipeline.types import CaseName, Leak, MaskAction, TimeSpan
from tests.desk_builders import CHECK, CLERK, MANAGER, OTHER, SECOND, raw_database
from tests.fakes import FakeModels
from tests.release_builders import APPROVER, SECRETS, approved, asked, decided, released, reviewed, words_of
from tests.sentinels import everything_under, found_in


def left_behind(desk: Desk) -> list[Path]:
    """Clear files that a release left."""
    return [path for path in desk.settings.work.rglob("*") if path.is_file()]


def unnamed(desk: Desk) -> set[str]:
    """Stored files that no row names."""
    named = {file.store_key for file in files.list_files(desk)}
    return {name for name, _ in desk.store.listing()} - named - {"desk-marker"}


def kinds(desk: Desk, request: str) -> list[FileKind]:
    """Of the request's own files."""
    return sorted(file.kind for file in files.list_files(desk, request=request) if file.call_id is None)


def test_what_was_approved_goes_out(desk: Desk, tmp_path: Path):
    """Two calls: the very bytes that were approved, and nothing of it is left in clear."""
    request = asked(desk)
    made = [approved(desk, tmp_path, request), approved(desk, tmp_path, request, channels=2)]
    hashes = [dict(plans.approvals(desk, call.call_id)[-1].files) for call in made]
    answer = released(desk, request)

    assert (answer.kind, answer.turn, answer.password, answer.released_by) == (
        Answer.PARTIAL,
        1,
        "",
        APPROVER.name,
    )
    by_name = {file.name: desk.digest(Digested.FILE, file.sha256) for file in answer.files}
    for number, approval in enumerate(hashes, start=1):
        assert by_name[f"通話{number}_音声.wav"] == approval["masked_audio"]
        assert by_name[f"通話{number}_文字起こし.txt"] == approval["masked_text"]
    assert kinds(desk, request) == [FileKind.LETTER, FileKind.MANIFEST, FileKind.PACKAGE]
    assert {calls.get_call(desk, call.call_id).state for call in made} == {State.RELEASED}
    assert requests.get(desk, request).state is State.RELEASED
    assert audit.entries(desk)[-1].subject.file_digest == desk.digest(Digested.FILE, answer.package_sha256)
    assert audit.verify(desk) == ()
    assert left_behind(desk) == []
    assert unnamed(desk) == set()


def test_the_desk_remembers_times_kinds_and_grounds(desk: Desk, approved_call: Call):
    """What the ledger and a second disclosure need; nothing that was said."""
    call, request = approved_call, approved_call.request_id
    item = plans.get_plan(desk, call.call_id).plan.masked[0]
    (remembered,) = released(desk, request).calls

    assert (remembered.call_id, remembered.revision, remembered.withheld) == (call.call_id, 2, False)
    assert remembered.masked == (releases.ReleasedRange(item.time.start, item.time.end, "PERSON", 1),)
    assert found_in(repr(remembered).encode(), SECRETS) == []


@pytest.mark.parametrize(
    ("wanted", "ends"),
    [(Wanted.AUDIO, {".wav", ".mp3"}), (Wanted.TRANSCRIPT, {".txt", ".docx"})],
)
def test_only_what_was_wished_for_goes_out(desk: Desk, tmp_path: Path, wanted: Wanted, ends: set[str]):
    """Audio, or words."""
    request = asked(desk, wanted=wanted)
    approved(desk, tmp_path, request)
    answer = released(desk, request)

    assert {Path(file.name).suffix for file in answer.files if file.call} == ends


def test_a_call_with_nothing_masked_is_disclosed_whole(desk: Desk, tmp_path: Path, out: Path):
    """開示, no ranges, no reasons."""
    request = asked(desk)
    call = reviewed(desk, tmp_path, request)
    decided(desk, call, action=MaskAction.KEEP, ground=0)
    answer = released(desk, request)
    letter = words_of(fetch_folder(desk, APPROVER, request, out) / "回答書.docx")

    assert answer.kind is Answer.FULL
    assert "全部を開示します" in letter
    assert "開示しない部分" not in letter
    assert "理由" not in letter


@pytest.mark.parametrize(
    "state", ["received", "identified", "requested", "in_review", "half", "withdrawn", "released"]
)
def test_what_is_not_approved_stays(desk: Desk, tmp_path: Path, state: str):
    """Nothing is made, nothing recorded, whatever is missing."""
    request = asked(desk)
    if state == "received":
        request = requests.receive(desk, CLERK, requests.get(desk, request).content).request_id
    if state in {"in_review", "half"}:
        reviewed(desk, tmp_path, request)
    if state in {"half", "released"}:
        approved(desk, tmp_path, request)
    if state == "released":
        released(desk, request)
    if state == "withdrawn":
        do(desk, CLERK, Withdrawn(request, "取下げ"))
    before = (kinds(desk, request), releases.releases(desk, request), len(audit.entries(desk)))

    with pytest.raises(ImpossibleStepError):
        released(desk, request)
    assert (kinds(desk, request), releases.releases(desk, request), len(audit.entries(desk))) == before


def test_another_rendering_than_the_approved_one_is_refused(desk: Desk, approved_call: Call, monkeypatch):
    """Such as by a newer program that draws the same plan otherwise."""
    request = approved_call.request_id
    monkeypatch.setattr("pipeline.masking.text.as_text", lambda masked: as_text(masked) + "\n")
    with pytest.raises(ImpossibleStepError, match="一致しません"):
        released(desk, request)

    assert requests.get(desk, request).state is State.APPROVED
    assert unnamed(desk) == set()


def test_a_changed_file_or_plan_is_refused(desk: Desk, approved_call: Call):
    """A row of the database that tells of other bytes than those that were approved."""
    call, request = approved_call, approved_call.request_id
    database = raw_database(desk)
    for change, undo in (
        ("update files set sha256 = 'x' || sha256 where kind = 'masked_audio'", "substr(sha256, 2)"),
        ("update plans set plan_sha256 = 'x' || plan_sha256", "substr(plan_sha256, 2)"),
    ):
        database.execute(change)
        with pytest.raises(SealBrokenError):
            released(desk, request)
        table, column = change.split()[1], change.split()[3]
        database.execute(f"update {table} set {column} = {undo} where {column} like 'x%'")  # noqa: S608
    assert calls.get_call(desk, call.call_id).state is State.APPROVED

    assert released(desk, request).kind is Answer.PARTIAL


def test_a_leak_in_the_last_rendering_stops_the_release(desk: Desk, approved_call: Call, monkeypatch):
    """The second listening hears what was masked."""
    request = approved_call.request_id
    leaks = (Leak("PERHAPS", None, TimeSpan(0.0, 1.0)), Leak("HEARD_AGAIN", None, TimeSpan(0.0, 1.0)))
    monkeypatch.setattr("flows.stages.verify", lambda call, _: call.put(LEAKS, leaks) or 2)
    with pytest.raises(CallUnsafeError):
        released(desk, request)

    assert requests.get(desk, request).state is State.APPROVED
    assert unnamed(desk) == set()
    assert left_behind(desk) == []


def test_a_doubtful_likeness_stops_no_release(desk: Desk, approved_call: Call, monkeypatch):
    """It was shown to the analyst while the call was masked."""
    request = approved_call.request_id
    leaks = (Leak("PERHAPS", None, TimeSpan(0.0, 1.0)),)
    monkeypatch.setattr("flows.stages.verify", lambda call, _: call.put(LEAKS, leaks) or 1)

    released(desk, request)

    assert requests.get(desk, request).state is State.RELEASED


def test_a_mask_without_a_ground_does_not_go_out(desk: Desk, tmp_path: Path):
    """The letter has to name it (36条)."""
    request = asked(desk)
    call = reviewed(desk, tmp_path, request)
    decided(desk, call, ground=0)

    with pytest.raises(ImpossibleStepError, match="根拠"):
        released(desk, request)


def test_a_plan_that_changes_during_the_release_is_not_released(desk: Desk, approved_call: Call, monkeypatch):
    """Taken back into review, changed and approved again while the files were made."""
    call, request = approved_call, approved_call.request_id
    write = releasing.write_sums

    def meanwhile(*args):
        plans.reopen(desk, OTHER, call.call_id)
        decided(desk, call)
        return write(*args)

    monkeypatch.setattr(releasing, "write_sums", meanwhile)
    with pytest.raises(ConflictError):
        released(desk, request)
    monkeypatch.undo()

    assert releases.releases(desk, request) == ()
    assert unnamed(desk) == set()
    assert requests.get(desk, request).state is State.APPROVED


@pytest.mark.parametrize(
    "step",
    [
        "flows.masking.final_copy.render",
        "pipeline.audio.mp3.write_mp3",
        "flows.releasing.release.transcript_docx",
        "flows.releasing.release.write_sums",
        "flows.releasing.release.pack",
    ],
)
def test_a_release_that_breaks_off_leaves_nothing_and_can_be_run_again(
    desk: Desk, approved_call: Call, monkeypatch, step: str
):
    """Stopped anywhere before its one change: no file, no row, no clear text."""
    request = approved_call.request_id

    def stopped(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(step, stopped)
        with pytest.raises(KeyboardInterrupt):
            released(desk, request)
    assert releases.releases(desk, request) == ()
    assert kinds(desk, request) == []
    assert unnamed(desk) == set()
    assert left_behind(desk) == []

    assert released(desk, request).turn == 1


def test_what_went_out_is_kept_as_long_as_packages_are(desk: Desk, approved_call: Call):
    """Package, letter and manifest; held where the request is."""
    request = approved_call.request_id
    do(desk, MANAGER, Held(request))
    released(desk, request)
    own = [file for file in files.list_files(desk, request=request) if file.call_id is None]

    assert len(own) == 3
    for file in own:
        assert file.legal_hold
        assert file.delete_after == file.made_at.astimezone(JAPAN).date() + timedelta(
            days=desk.settings.retain_package_days
        )


@pytest.mark.parametrize("room", [0, 1, 2])
def test_a_full_store_leaves_nothing(desk: Desk, approved_call: Call, monkeypatch, room: int):
    """Full after so many files."""
    request = approved_call.request_id
    put, made = type(desk.store).put, []

    def fills(store, source, key=None):
        if len(made) == room:
            raise StorageFullError("保管場所に空きがありません")
        made.append(put(store, source, key))
        return made[-1]

    monkeypatch.setattr(type(desk.store), "put", fills)
    with pytest.raises(StorageFullError):
        released(desk, request)

    assert unnamed(desk) == set()
    assert requests.get(desk, request).state is State.APPROVED


FROZEN = {
    "attach": lambda desk, call: calls.attach_call(desk, CLERK, call.request_id, call.recording_id),
    "identify": lambda desk, call: do(
        desk,
        SECOND,
        Identified(
            call.request_id,
            CHECK.method,
            CHECK.checked_at,
        ),
    ),
    "requeue": lambda desk, call: do(desk, SECOND, CallRequeued(call.call_id)),
    "withhold call": lambda desk, call: do(desk, SECOND, CallWithheld(call.call_id, "理由")),
    "withdraw call": lambda desk, call: do(desk, SECOND, CallWithdrawn(call.call_id)),
    "decide": lambda desk, call: plans.decide(
        desk, OTHER, call.call_id, (plans.Decision(2, "m0000", "keep", 0, CHECK.checked_at),)
    ),
    "revise": decided,
    "approve": lambda desk, call: plans.approve(desk, OTHER, call.call_id, 2),
    "reopen": lambda desk, call: plans.reopen(desk, OTHER, call.call_id),
    "withhold": lambda desk, call: do(desk, SECOND, Withheld(call.request_id, "理由")),
    "withdraw": lambda desk, call: do(desk, SECOND, Withdrawn(call.request_id, "理由")),
    "pause": lambda desk, call: do(desk, SECOND, Paused(call.request_id, "理由")),
    "extend": lambda desk, call: do(desk, SECOND, Extended(call.request_id, date(2099, 1, 1), "理由")),
    "release": lambda desk, call: released(desk, call.request_id),
}


@pytest.mark.parametrize("step", FROZEN)
def test_a_released_case_is_frozen(desk: Desk, half_released_call: Call, step: str):
    """Every step is refused and nothing is changed; of the withheld call too."""
    withheld = next(c for c in calls.list_calls(desk, [State.WITHHELD]))
    for call in (half_released_call, withheld):
        before = (requests.get(desk, call.request_id), calls.list_calls(desk), files.list_files(desk))
        with pytest.raises(DeskError):
            FROZEN[step](desk, call)
        assert (requests.get(desk, call.request_id), calls.list_calls(desk), files.list_files(desk)) == before


def test_a_released_call_is_not_looked_for_in_the_ruins_of_its_drafts(desk: Desk, half_released_call: Call):
    """Drafts may be erased when their time is over: what went out stays whole."""
    for file in files.list_files(desk, call_id=half_released_call.call_id):
        files.erase_file(desk, CLERK, file.file_id)

    assert releases.releases(desk, half_released_call.request_id)[0].file_ids
    assert kinds(desk, half_released_call.request_id) == [
        FileKind.LETTER,
        FileKind.MANIFEST,
        FileKind.PACKAGE,
    ]


def test_a_letter_without_a_sender_stops_the_release_before_anything_is_rendered(
    desk: Desk, approved_call: Call, monkeypatch
):
    """Told at once, with what to set."""
    from flows.desk.cases import lists
    from flows.desk.kinds.values import CompanyList

    request = approved_call.request_id
    lists.import_company(desk, CLERK, CompanyList(()))
    monkeypatch.setattr("flows.masking.final_copy.render", None)
    with pytest.raises(LetterError, match="KAIJI_COMPANY_NAME"):
        released(desk, request)

    assert requests.get(desk, request).state is State.APPROVED


def test_a_letter_can_be_read_before_it_goes_out(desk: Desk, tmp_path: Path):
    """The draft changes nothing."""
    request = asked(desk, agent=Agent(CaseName("鈴木太郎"), "power_of_attorney"))
    approved(desk, tmp_path, request)
    before = len(audit.entries(desk))
    (tmp_path / "draft.docx").write_bytes(releasing.draft_letter(desk, request))

    assert "代理人　鈴木太郎" in words_of(tmp_path / "draft.docx")
    assert len(audit.entries(desk)) == before
    assert requests.get(desk, request).state is State.APPROVED


def test_no_name_lies_in_clear_afterwards(desk: Desk, released_call: Call):
    """Neither of the call nor of the requester, nor the password, in the desk's whole home."""
    request = released_call.request_id
    password = releases.package_password(desk, APPROVER, request)
    secrets = (*SECRETS, "鈴木花子", "スズキハナコ", "09012345678", "土器町", "青空通信", password)

    searched = 0
    for path, raw in everything_under(desk.settings.home):
        searched += 1
        assert found_in(raw, secrets) == [], path.name
        assert found_in(str(path).encode(), secrets) == []
    assert searched > 10


def test_the_stored_manifest_tells_nobodys_data(desk: Desk, approved_call: Call):
    """Numbers, hashes and times."""
    request = approved_call.request_id
    answer = released(desk, request)
    (file,) = (
        file
        for file in files.list_files(desk, request=request)
        if file.kind is FileKind.MANIFEST and not file.call_id
    )
    manifest = json.loads(desk.store.read(file.store_key))

    assert (manifest["request"], manifest["answer"], manifest["kind"]) == ("R-2026-0001", 1, "一部不開示")
    assert {each["name"]: each["sha256"] for each in manifest["files"]} == {
        file.name: file.sha256 for file in answer.files if file.name not in {"manifest.json", "SHA256SUMS"}
    }
    assert found_in(json.dumps(manifest).encode(), (*SECRETS, "鈴木")) == []


def test_models_are_asked_for_by_the_setting(desk: Desk, approved_call: Call):
    """The second listening is done with the model that the settings name."""
    request = approved_call.request_id
    asked_for = []
    other = replace(desk, settings=desk.settings.model_copy(update={"model": "large-v3"}))
    releasing.release(other, APPROVER, request, lambda name: asked_for.append(name) or FakeModels())

    assert asked_for == ["large-v3"]
