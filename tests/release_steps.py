"""A desk about to release, and every step of it that somebody may take in the middle of that."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from flows.desk.answers import releases, visits, ways
from flows.desk.book.answers import Delivered, Objected, Placed, Reopened
from flows.desk.book.calls import CallRequeued, CallWithdrawn, CallWithheld
from flows.desk.book.door import do
from flows.desk.book.requests import (
    Called,
    Extended,
    FeePaid,
    Held,
    Paused,
    Remarked,
    Resumed,
    Withdrawn,
    Withheld,
)
from flows.desk.breaches import exposure, steps
from flows.desk.cases import (
    amendments,
    calls,
    catalogue,
    files,
    handed_over,
    lists,
    mask_again,
    requests,
    words,
)
from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk, open_desk
from flows.desk.kinds.breaches import BreachKind, DutyDecision, Paper, PaperItem, ReachedStage, Stage
from flows.desk.kinds.values import Answer, CompanyList, FileKind, NewRecording, Role, StaffList, Wanted
from flows.desk.kinds.ways import Manner, PlayedFrom, VisitSession, Way
from flows.desk.people import presence, sessions, trusted_sessions
from flows.desk.record import erasure, ledger, periods, rotation
from flows.desk.storage.store import StoredFile
from flows.desk.work import claims, corrections, plans, reviews
from flows.desk.work.claims import Claim, Failure
from flows.releasing.release import release
from flows.settings import Settings
from pipeline.errors import PipelineError
from pipeline.listed_word import ListedWord
from pipeline.types import CaseName, MaskAction
from tests.desk_builders import (
    ANALYST,
    CLERK,
    MANAGER,
    NOW,
    OTHER,
    SECOND,
    WORKER,
    identity,
    new_request,
    raw_database,
)
from tests.fakes import FakeModels
from tests.flow_builders import waiting_voice
from tests.release_builders import APPROVER, COMPANY, approved, asked, decided, reviewed, with_company

LISTED = words.Entry(ListedWord("弥生", "ヤヨイ", "PERSON", mask=True), "店の名")

Act = Callable[[Desk, "Scene"], object]


@dataclass(frozen=True)
class Scene:
    """A desk about to release, to be copied for each race.

    Attributes:
        home: Of the desk, closed.
        request: Two approved calls and a withheld one; or, of ``refused_scene``, all withheld.
        calls: Ids of its calls.
        recording: In the catalogue, attached to nothing.
        claim: On a call of another request.
    """

    home: Path
    request: str
    calls: tuple[str, str, str]
    recording: str
    claim: Claim

    def settings(self, folder: Path) -> Settings:
        """Of a copy of the desk in a folder."""
        return Settings(
            home=folder / "home", work=folder / "work", package="folder", database_wait_seconds=10
        )

    def copied(self, folder: Path) -> Settings:
        """A fresh copy of the desk."""
        shutil.copytree(self.home, folder / "home")
        return self.settings(folder)


def approved_scene(folder: Path) -> Scene:
    """A request that is to be answered in part."""
    settings = Settings(home=folder / "home", work=folder / "work", lease_seconds=10**6)
    with open_desk(settings) as desk:
        with_company(desk)
        request = asked(desk, wanted=Wanted.AUDIO, fee_yen=300)
        first, second = (approved(desk, folder, request, seconds=4.0) for _ in range(2))
        third = reviewed(desk, folder, request)
        do(desk, SECOND, CallWithheld(third.call_id, "社内の連絡のみのため", 2))
        spare = NewRecording("PBX-spare", NOW, catalogue.get_recording(desk, first.recording_id).content.uri)
        added = catalogue.add_recordings(desk, CLERK, [spare])
        claim = claims.claim_call(desk, WORKER, waiting_voice(desk, folder).call_id)
        assert claim is not None
    made = (first.call_id, second.call_id, third.call_id)
    return Scene(folder / "home", request, made, added.new[0], claim)


def refused_scene(folder: Path) -> Scene:
    """The same request, of which nothing is to be disclosed."""
    scene = approved_scene(folder)
    with open_desk(Settings(home=scene.home, work=folder / "work")) as desk:
        do(desk, SECOND, Withheld(scene.request, "業務に支障があるため"))
    return scene


# --- the steps -------------------------------------------------------------------------------


TOKEN = "a cookie"

LOST = steps.NewMark(BreachKind.LOST, "紛失した")

STOPS, LEAVES, EITHER, FORGES = "stops", "leaves", "either", "forges"
"""What becomes of a release when a step was done in it: nothing goes out; all does; as far as it had come;
nothing goes out, and it tells of the forgery."""


@dataclass(frozen=True)
class Step:
    """One thing that somebody may do while a release runs.

    Attributes:
        covers: ``module.function`` of ``flows.desk`` that it calls; none where it writes rows by hand.
        act: Does it.
        effect: ``STOPS``, ``LEAVES``, ``EITHER`` or ``FORGES``.
    """

    covers: tuple[str, ...]
    act: Act
    effect: str = STOPS


def _masked_file(desk: Desk, call_id: str, kind: FileKind) -> str:
    return next(f.file_id for f in reversed(files.list_files(desk, call_id=call_id)) if f.kind is kind)


def _approved_again(desk: Desk, scene: Scene) -> None:
    plans.reopen(desk, OTHER, scene.calls[0])
    plans.approve(desk, OTHER, scene.calls[0], calls.get_call(desk, scene.calls[0]).revision or 0)


def _decided_otherwise(desk: Desk, scene: Scene) -> None:
    plans.reopen(desk, OTHER, scene.calls[1])
    decided(desk, calls.get_call(desk, scene.calls[1]), action=MaskAction.KEEP, ground=0)


def _another_way(desk: Desk, scene: Scene) -> None:
    ways.choose_way(desk, ANALYST, scene.request, Manner(Way.TEXT))
    ways.approve_way(desk, APPROVER, scene.request)


def _released_and_opened_again(desk: Desk, scene: Scene) -> None:
    go_out(desk, scene)
    do(desk, APPROVER, Reopened(scene.request, "見直し"))
    for call_id in scene.calls[:2]:
        plans.approve(desk, OTHER, call_id, calls.get_call(desk, call_id).revision or 0)


def go_out(desk: Desk, scene: Scene) -> None:
    """The scene's request is released, as the fakes hear it."""
    release(desk, APPROVER, scene.request, lambda _: FakeModels())  # type: ignore[arg-type, return-value]


FORGED = ("identity_checks", "calls", "plans", "request_notes")
"""Tables that the steps by hand write; one of these steps only changes rows or takes them out."""


def put_right(scene: Scene, folder: Path) -> None:
    """Put the rows of a copy back that a step by hand has changed."""
    with contextlib.closing(sqlite3.connect(folder / "home" / "desk.sqlite3")) as database:
        database.execute("attach ? as scene", (str(scene.home / "desk.sqlite3"),))
        for table in FORGED:
            database.execute(f"insert or replace into {table} select * from scene.{table}")  # noqa: S608
        database.commit()


def _by_hand(statement: str) -> Step:
    """Somebody with the database and without the key."""

    def act(desk: Desk, scene: Scene) -> None:
        names = {"request": scene.request, "first": scene.calls[0], "other": scene.claim.request_id}
        with contextlib.closing(raw_database(desk)) as database:
            assert database.execute(statement, names).rowcount

    return Step((), act, FORGES)


STEPS: dict[str, Step] = {
    "withhold the request": Step(
        ("requests.Withheld",), lambda d, s: do(d, SECOND, Withheld(s.request, "支障"))
    ),
    "nothing is held": Step(
        ("requests.Withheld",), lambda d, s: do(d, SECOND, Withheld(s.request, "なし", Answer.NONE_HELD))
    ),
    "withdraw the request": Step(
        ("requests.Withdrawn",), lambda d, s: do(d, CLERK, Withdrawn(s.request, "取下げ"))
    ),
    "the fee is paid": Step(("requests.FeePaid",), lambda d, s: do(d, CLERK, FeePaid(s.request))),
    "the request is amended": Step(
        ("amendments.amend",),
        lambda d, s: amendments.amend(
            d,
            CLERK,
            s.request,
            amendments.NewAmendment(
                replace(requests.get(d, s.request).content, desk="別の部署"),
                "訂正",
                len(amendments.amendments(d, s.request)),
            ),
        ),
    ),
    "attach": Step(("calls.attach_call",), lambda d, s: calls.attach_call(d, CLERK, s.request, s.recording)),
    "withhold the first call": Step(
        ("calls.CallWithheld",), lambda d, s: do(d, SECOND, CallWithheld(s.calls[0], "支障", 2))
    ),
    "withhold the second call": Step(
        ("calls.CallWithheld",), lambda d, s: do(d, SECOND, CallWithheld(s.calls[1], "支障", 2))
    ),
    "withdraw the first call": Step(
        ("calls.CallWithdrawn",), lambda d, s: do(d, CLERK, CallWithdrawn(s.calls[0]))
    ),
    "withdraw the second call": Step(
        ("calls.CallWithdrawn",), lambda d, s: do(d, CLERK, CallWithdrawn(s.calls[1]))
    ),
    "withdraw the withheld call": Step(
        ("calls.CallWithdrawn",), lambda d, s: do(d, CLERK, CallWithdrawn(s.calls[2]))
    ),
    "disclose the withheld call after all": Step(
        ("calls.CallRequeued",), lambda d, s: do(d, SECOND, CallRequeued(s.calls[2]))
    ),
    "back into review": Step(("plans.reopen",), lambda d, s: plans.reopen(d, OTHER, s.calls[1])),
    "back, and approved as it was": Step(("plans.reopen", "plans.approve"), _approved_again),
    "back, and decided otherwise": Step(
        ("plans.reopen", "plans.revise", "plans.decide", "plans.approve", "reviews.record"),
        _decided_otherwise,
    ),
    "a second release": Step(("releases.release",), go_out),
    "a release, and opened again": Step(("releases.release", "answers.Reopened"), _released_and_opened_again),
    "an approved file is erased": Step(
        ("files.erase_file",),
        lambda d, s: files.erase_file(d, CLERK, _masked_file(d, s.calls[1], FileKind.MASKED_AUDIO)),
    ),
    "another way of disclosure is chosen": Step(
        ("ways.choose_way",),
        lambda d, s: ways.choose_way(d, ANALYST, s.request, Manner(Way.IN_PERSON)),
    ),
    "another way is chosen and approved": Step(("ways.choose_way", "ways.approve_way"), _another_way),
    "another witness counts from now on": Step(("audit.accept",), lambda d, _: audit.accept(d, APPROVER)),
    "a transcript is erased": Step(
        ("files.erase_file",),
        lambda d, s: files.erase_file(d, CLERK, _masked_file(d, s.calls[1], FileKind.TRANSCRIPT)),
        EITHER,
    ),
    "what people wrote into a text is emptied": Step(
        ("corrections.forget_words",),
        lambda d, s: corrections.forget_words(d, CLERK, s.calls[1]),
        EITHER,
    ),
    "the identity check is taken away": _by_hand("delete from identity_checks where request_id = :request"),
    "a call is moved to another request": _by_hand("update calls set request_id = :other where id = :first"),
    "a plan's hash is written over": _by_hand("update plans set plan_sha256 = 'x' || plan_sha256"),
    "a note is taken away": _by_hand(
        "delete from request_notes where request_id = :request and kind = 'withhold'"
    ),
}
"""What changes something that an answer rests on."""


def _tried(act: Callable[[], object]) -> None:
    """Done, or refused."""
    with contextlib.suppress(PipelineError):
        act()


HARMLESS: dict[str, Act] = {
    "requests.receive": lambda d, _: requests.receive(d, CLERK, new_request()),
    "requests.receive_all": lambda d, _: requests.receive_all(d, CLERK, [new_request()]),
    "requests.Identified": lambda d, s: do(d, SECOND, identity(s.request)),
    "requests.Called": lambda d, s: do(d, CLERK, Called(s.request, "期限を尋ねた")),
    "requests.Remarked": lambda d, s: do(d, CLERK, Remarked(s.request, "電話あり")),
    "requests.Paused": lambda d, s: do(d, CLERK, Paused(s.request, "書類待ち")),
    "requests.Resumed": lambda d, s: do(d, CLERK, Resumed(s.request)),
    "requests.Extended": lambda d, s: do(d, CLERK, Extended(s.request, date(2099, 1, 1), "多数")),
    "answers.Delivered": lambda d, s: do(d, APPROVER, Delivered(s.request, "窓口")),
    "answers.Placed": lambda d, s: do(d, APPROVER, Placed(s.request)),
    "answers.Objected": lambda d, s: do(d, APPROVER, Objected(s.request, "申出")),
    "files.add_file": lambda d, s: files.add_file(
        d, CLERK, s.request, files.NewFile(FileKind.REVIEW, d.store.put(b"letter"))
    ),
    "files.drop_unnamed": lambda d, _: files.drop_unnamed(
        d, [files.NewFile(FileKind.REVIEW, d.store.put(b"x"))]
    ),
    "files.open_clear": lambda d, s: _opened(d, s, files.open_clear),
    "files.open_stream": lambda d, s: _opened(d, s, files.open_stream),
    "requests.Held": lambda d, s: do(d, MANAGER, Held(s.request)),
    "files.sweep_orphans": lambda d, _: files.sweep_orphans(d),
    "periods.erase_due": lambda d, _: periods.erase_due(d, CLERK, periods.find_due(d)),
    "erasure.erase_request": lambda d, s: erasure.erase_request(d, CLERK, s.request),
    "ledger.ledger": lambda d, _: ledger.ledger(d, APPROVER),
    "lists.import_company": lambda d, _: lists.import_company(
        d, CLERK, CompanyList(COMPANY.names, ("0120-555-555",))
    ),
    "words.list_for_company": lambda d, _: words.list_for_company(d, APPROVER, LISTED),
    "words.list_for_request": lambda d, s: words.list_for_request(d, ANALYST, s.request, LISTED),
    "mask_again.follow_list": lambda d, s: mask_again.follow_list(d, ANALYST, s.request, s.calls[0]),
    "lists.import_staff": lambda d, _: lists.import_staff(d, CLERK, StaffList((CaseName("山本"),))),
    "presence.open_call": lambda d, s: presence.open_call(d, _session(d), ANALYST.name, s.calls[0]),
    "presence.add_heard": lambda d, s: presence.add_heard(d, ANALYST, s.calls[0], (1, 0), ((0.0, 1.0),)),
    "presence.close_call": lambda d, s: presence.close_call(d, _session(d), s.calls[0]),
    "releases.package_password": lambda d, s: releases.package_password(d, APPROVER, s.request),
    "catalogue.add_recordings": lambda d, _: catalogue.add_recordings(
        d, CLERK, [NewRecording("PBX-new", NOW, "/x/y.wav")]
    ),
    "calls.check_unchanged": lambda d, s: calls.check_unchanged(d, s.calls[0]),
    "calls.open_recording": lambda d, s: _opened_recording(d, s.calls[0]),
    "calls.open_found": lambda d, s: _opened_found(d, s.request, s.recording),
    "claims.extend_claim": lambda d, s: claims.extend_claim(d, WORKER, s.claim),
    "claims.fail_call": lambda d, s: claims.fail_call(d, WORKER, s.claim, Failure("x", "x"), retry=True),
    "claims.claim_call": lambda d, _: claims.claim_call(d, WORKER),
    "claims.finish_processing": lambda d, s: claims.finish_processing(
        d,
        WORKER,
        s.claim,
        claims.Processed(plans.get_plan(d, s.calls[0]).plan, calls.case_of(d, s.calls[0]).lists, ()),
    ),
    "claims.release_claim": lambda d, s: claims.release_claim(d, WORKER, s.claim),
    "plans.decide": lambda d, s: plans.decide(
        d, ANALYST, s.calls[0], (plans.Decision(1, "m", "keep", 0, NOW),)
    ),
    "plans.revise": lambda d, s: plans.revise(d, ANALYST, s.calls[0], plans.get_plan(d, s.calls[0]).plan, ()),
    "plans.approve": lambda d, s: plans.approve(d, OTHER, s.calls[2], 1),
    "reviews.record": lambda d, s: reviews.record(
        d, ANALYST, reviews.load_review(d, s.calls[0]), lambda _: ()
    ),
    "trusted_sessions.begin_trusted": lambda d, _: trusted_sessions.begin_trusted(
        d, "kubota", (Role.ANALYST,), trusted_sessions.new_cookie(d, "kubota")
    ),
    "handed_over.put_into_store": lambda d, _: d.store.delete(_sealed(d).key),
    "handed_over.receive": lambda d, _: handed_over.receive(
        d, CLERK, new_request(), [handed_over.Original(_sealed(d))]
    ),
    "handed_over.hand_over": lambda d, s: handed_over.hand_over(
        d, CLERK, s.request, [handed_over.Original(_sealed(d))]
    ),
    "sessions.begin_session": lambda d, _: sessions.begin_session(d, None, "kubota", (Role.ANALYST,), TOKEN),
    "sessions.find_session": lambda d, _: _session(d),
    "visits.begin_visit": lambda d, s: visits.begin_visit(d, APPROVER, s.request, "本人", _session(d)),
    "visits.grant_play": lambda d, s: visits.grant_play(
        d, APPROVER, VisitSession(s.request, _session(d)), PlayedFrom(s.calls[0], 0.0)
    ),
    "visits.record_played": lambda d, s: visits.record_played(
        d, APPROVER, VisitSession(s.request, _session(d)), s.calls[0], ((0.0, 1.0),)
    ),
    "visits.end_visit": lambda d, s: visits.end_visit(d, APPROVER, s.request),
    "steps.mark_breach": lambda d, s: steps.mark_breach(d, APPROVER, s.request, LOST),
    "steps.state_fact": lambda d, _: steps.state_fact(
        d, APPROVER, "B-2026-0001", PaperItem(Paper.REPORT, 4), "x"
    ),
    "steps.decide_duty": lambda d, _: steps.decide_duty(
        d, APPROVER, "B-2026-0001", DutyDecision((1,), True), "x"
    ),
    "steps.record_done": lambda d, _: steps.record_done(
        d, APPROVER, "B-2026-0001", ReachedStage(Stage.NOTICE, None), "x"
    ),
    "exposure.exposures": lambda d, _: exposure.exposures(d, APPROVER, "B-2026-0001"),
    "rotation.rotate": lambda d, _: rotation.rotate(d, CLERK),
}
"""What changes nothing that an answer rests on, or is refused while the request is approved or withheld."""

NOT_OF_A_REQUEST = {
    *("accounts.add_account", "accounts.disable_account", "accounts.set_password"),
    *("accounts.change_own_password", "accounts.note_wrong_password"),
    "first_account.add_first_account",
    *("sessions.begin_attempt", "sessions.forget_attempt", "sessions.note_failure"),
    *("sessions.sign_in", "sessions.sign_out"),
}
"""Who may sign in: whoever pressed the button was allowed to at that moment, and is on record."""


def _session(desk: Desk) -> str:
    sessions.begin_session(desk, None, "kubota", (Role.ANALYST,), TOKEN)
    found = sessions.find_session(desk, TOKEN)
    assert found is not None
    return found.session_id


def _sealed(desk: Desk) -> StoredFile:
    with desk.store.private_folder() as folder:
        (folder / "dropped").write_bytes(b"what was dropped")
        return handed_over.put_into_store(desk, folder / "dropped")


def _opened(desk: Desk, scene: Scene, way: Callable[..., Any]) -> None:
    with way(desk, CLERK, _masked_file(desk, scene.calls[0], FileKind.MASKED_AUDIO)):
        pass


def _opened_recording(desk: Desk, call_id: str) -> None:
    with calls.open_recording(desk, call_id):
        pass


def _opened_found(desk: Desk, request: str, recording_id: str) -> None:
    with calls.open_found(desk, request, recording_id):
        pass


def _everything_harmless(desk: Desk, scene: Scene) -> None:
    for act in HARMLESS.values():
        _tried(lambda act=act: act(desk, scene))


REFUSED_TOO = (
    *("withhold the request", "nothing is held", "withdraw the request", "the fee is paid"),
    "the request is amended",
    *("withdraw the first call", "disclose the withheld call after all", "a second release"),
    *("a release, and opened again", "the identity check is taken away", "a note is taken away"),
    "everything that an answer does not rest on",
)
"""Steps that are tried as well where nothing is disclosed: plans are no part of that answer."""

STEPS["everything that an answer does not rest on"] = Step(tuple(HARMLESS), _everything_harmless, LEAVES)
