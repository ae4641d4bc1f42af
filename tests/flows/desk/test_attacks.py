"""The database under attack: by somebody who writes it as they like, has older copies, and not the key."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from flows.desk.book.calls import CallWithheld
from flows.desk.book.door import do
from flows.desk.book.requests import FeePaid, Held, Remarked, Withdrawn, Withheld
from flows.desk.cases import calls, files, lists, requests
from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk, open_desk
from flows.desk.kinds.errors import DatabaseBusyError, DeskError
from flows.desk.kinds.states import State
from flows.desk.kinds.values import CompanyList, Role
from flows.desk.people import accounts, sessions
from flows.desk.record.erasure import erase_request
from flows.desk.sealing.sealed import put_sealed, take_sealed
from flows.desk.storage.tables import ApprovalRow, IdentityRow
from flows.desk.work import claims, plans
from flows.desk.work.claims import Failure
from pipeline.reviewing.decisions import ReviewKind
from pipeline.types import CaseName
from tests.desk_builders import (
    CLERK,
    MANAGER,
    OTHER,
    SECOND,
    answered,
    approve,
    attached,
    completed,
    decided,
    desk_settings,
    identified,
    in_review,
    new_request,
    raw_database,
)
from tests.review_builders import stretch
from tests.review_site import PASSWORD, quick_passwords

NAMES = (CaseName("若葉電送", "ワカバデンソウ"),)

OTHER_PASSWORD = "battery staple correct horse"


@pytest.fixture(autouse=True)
def quick(monkeypatch) -> None:
    """Passwords that are checked fast."""
    quick_passwords(monkeypatch)


def sql(desk: Desk, statement: str, *values: object) -> None:
    """What somebody does who has the database."""
    with closing(raw_database(desk)) as database:
        assert database.execute(statement, values).rowcount


def rows(desk: Desk, table: str, which: str = "1") -> list[tuple[object, ...]]:
    """Rows as they stand now."""
    with closing(raw_database(desk)) as database:
        return database.execute(f"SELECT * FROM {table} WHERE {which}").fetchall()  # noqa: S608


def put_back(desk: Desk, table: str, older: list[tuple[object, ...]]) -> None:
    """Put rows back as they were."""
    with closing(raw_database(desk)) as database:
        for row in older:
            marks = ",".join("?" * len(row))
            database.execute(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", row)  # noqa: S608


@contextmanager
def refused() -> Iterator[None]:
    """Not done: what the desk says is that something is not what it wrote."""
    with pytest.raises(DeskError) as raised:
        yield
    assert raised.value.code in {"seal_broken", "rolled_back"}, raised.value


# ---- number 7: roles, passwords, states, links --------------------------------------------


def test_nobody_makes_themselves_approver(desk):
    """Neither in the account that signs in nor in the session that is open."""
    account = accounts.add_account(desk, CLERK, "kubota", (Role.ANALYST,), PASSWORD)
    token = sessions.sign_in(desk, account)
    sql(desk, "UPDATE accounts SET roles='analyst,approver,admin'")

    with refused():
        accounts.check_password(desk, "kubota", PASSWORD)
    with refused():
        sessions.find_session(desk, token)


def test_no_old_password_is_put_back(desk):
    """The whole row as it was, rightly sealed in its time."""
    accounts.add_account(desk, CLERK, "kubota", (Role.ANALYST,), PASSWORD)
    older = rows(desk, "accounts")
    accounts.set_password(desk, CLERK, "kubota", OTHER_PASSWORD)
    put_back(desk, "accounts", older)

    with refused():
        accounts.check_password(desk, "kubota", PASSWORD)


def test_a_disabled_account_stays_disabled(desk):
    """Whether the row is put back or only its mark is taken off."""
    accounts.add_account(desk, CLERK, "kubota", (Role.ANALYST,), PASSWORD)
    accounts.disable_account(desk, CLERK, "kubota")
    sql(desk, "UPDATE accounts SET disabled_at=NULL")

    with refused():
        accounts.check_password(desk, "kubota", PASSWORD)


def test_a_login_does_not_lead_to_anothers_account(desk):
    """The mark that a login is found by is moved: one's own name would open another's account."""
    accounts.add_account(desk, CLERK, "saiki", (Role.ADMIN,), PASSWORD)
    accounts.add_account(desk, CLERK, "kubota", (Role.ANALYST,), OTHER_PASSWORD)
    sql(
        desk,
        "UPDATE unique_terms SET subject_id=(SELECT id FROM accounts WHERE roles='admin')"
        " WHERE subject_id=(SELECT id FROM accounts WHERE roles='analyst')",
    )

    with refused():
        accounts.check_password(desk, "kubota", PASSWORD)


def test_a_session_that_ended_is_not_put_back(desk):
    """Its cookie is still in somebody's browser."""
    account = accounts.add_account(desk, CLERK, "kubota", (Role.ANALYST,), PASSWORD)
    token = sessions.sign_in(desk, account)
    found = sessions.find_session(desk, token)
    older = rows(desk, "sessions")
    sessions.sign_out(desk, found, CLERK)
    put_back(desk, "sessions", older)

    with refused():
        sessions.find_session(desk, token)


def test_a_session_is_not_handed_to_another_account(desk):
    """Whose it is is part of it."""
    low = accounts.add_account(desk, CLERK, "kubota", (Role.ANALYST,), PASSWORD)
    accounts.add_account(desk, CLERK, "saiki", (Role.ADMIN,), PASSWORD)
    token = sessions.sign_in(desk, low)
    sql(desk, "UPDATE sessions SET account_id=(SELECT id FROM accounts WHERE roles='admin')")

    with refused():
        sessions.find_session(desk, token)


def test_guesses_are_not_forgotten(desk):
    """Who may guess no more does not get the count back to nothing."""
    tried = [("login", "kubota"), ("address", "10.0.0.1")]
    for _ in range(6):
        sessions.begin_attempt(desk, tried)
    sql(desk, "DELETE FROM sign_in_attempts")

    with refused():
        sessions.begin_attempt(desk, tried)


def test_a_withdrawn_request_stays_withdrawn(desk):
    """As it stood before, request and all."""
    number = identified(desk).number
    older = rows(desk, "requests")
    do(desk, CLERK, Withdrawn(number, "取下げ"))
    put_back(desk, "requests", older)

    with refused():
        requests.get(desk, number)
    with refused():
        do(desk, CLERK, Withheld(number, "理由"))


def test_the_identity_check_is_not_skipped(desk, tmp_path):
    """By writing that it was done."""
    number = requests.receive(desk, CLERK, new_request()).number
    sql(desk, "UPDATE requests SET state='identified'")

    with refused():
        attached(desk, tmp_path, request=number)


def test_anothers_identity_check_is_not_taken(desk, tmp_path):
    """Moved to a request whose person nobody has checked."""
    identified(desk)
    other = requests.receive(desk, CLERK, new_request())
    sql(desk, "UPDATE identity_checks SET request_id=?", other.request_id)
    sql(desk, "UPDATE requests SET state='identified' WHERE id=?", other.request_id)

    with refused():
        attached(desk, tmp_path, request=other.number)


def test_an_approved_call_does_not_go_out_to_another_person(desk, tmp_path):
    """Moved with its approval to another's request."""
    call = in_review(desk, tmp_path)
    approve(desk, call)
    other = identified(desk)
    sql(desk, "UPDATE calls SET request_id=?", other.request_id)
    sql(desk, "UPDATE files SET request_id=?", other.request_id)
    sql(desk, "UPDATE requests SET state='approved' WHERE id=?", other.request_id)

    with refused():
        plans.approved_plan(desk, call.call_id)
    with refused():
        answered(desk, other.number)


def test_an_approval_is_of_its_request(desk, tmp_path):
    """Even where all is rightly sealed: what was approved must be the answer to this request."""
    call = in_review(desk, tmp_path)
    approve(desk, call)
    with desk.change(CLERK) as change:
        row = change.session.query(ApprovalRow).one()
        whole = take_sealed(row, plans.APPROVAL, change.keyring)
        assert whole.request_id == call.request_id
        other = replace(whole, request_id="q-another")
        put_sealed(row, other, plans.APPROVAL, change.keyring)

    with pytest.raises(DeskError, match="この請求"):
        plans.approved_plan(desk, call.call_id)


def test_a_call_is_not_approved_by_writing_so(desk, tmp_path):
    """Nor released: there is no approval, and the row is not the desk's."""
    call = in_review(desk, tmp_path)
    sql(desk, "UPDATE calls SET state='approved'")
    sql(desk, "UPDATE requests SET state='approved'")

    with refused():
        answered(desk, call.request_id)


def test_a_withheld_call_stays_withheld(desk, tmp_path):
    """Call, request and all put back to what they were when the call was approved."""
    call = in_review(desk, tmp_path)
    approve(desk, call)
    older = {table: rows(desk, table) for table in ("requests", "calls")}
    do(desk, CLERK, CallWithheld(call.call_id, "理由"))
    for table, found in older.items():
        put_back(desk, table, found)
    sql(desk, "DELETE FROM request_notes")

    with refused():
        plans.approved_plan(desk, call.call_id)
    with refused():
        answered(desk, call.request_id)


def test_an_older_revision_is_not_the_newest_again(desk, tmp_path):
    """The newer plan taken out: what it masks more would be heard."""
    call = in_review(desk, tmp_path)
    plans.revise(desk, OTHER, call.call_id, replace(plan_of(desk, call.call_id), revision=1), ())
    sql(desk, "DELETE FROM plans WHERE revision=2")
    sql(desk, "UPDATE calls SET revision=1")

    with refused():
        plans.get_plan(desk, call.call_id)
    with refused():
        plans.approve(desk, OTHER, call.call_id, 1)


def plan_of(desk: Desk, call_id: str):
    """The newest plan."""
    return plans.get_plan(desk, call_id).plan


def test_a_decision_does_not_vanish(desk, tmp_path):
    """One that is not in the masked copy yet: without it the call could be approved as it is."""
    call = in_review(desk, tmp_path)
    decided(desk, call, ReviewKind.ADD, stretch=stretch(1.0, 2.0))
    completed(desk, call)
    sql(desk, "DELETE FROM decisions WHERE action='add'")

    with refused():
        plans.approve(desk, OTHER, call.call_id, 1)


def test_a_company_list_is_not_the_one_before_again(desk):
    """What the company keeps secret since would be disclosed."""
    lists.import_company(desk, CLERK, CompanyList(names=NAMES))
    lists.import_company(desk, CLERK, CompanyList(names=NAMES, confidential_terms=NAMES))
    sql(desk, "DELETE FROM policy_lists WHERE version=2")

    with refused():
        lists.current_lists(desk)


def test_no_list_at_all_is_not_believed_either(desk):
    """All versions taken out."""
    lists.import_company(desk, CLERK, CompanyList(names=NAMES))
    sql(desk, "DELETE FROM policy_lists")

    with refused():
        lists.current_lists(desk)


def test_a_number_is_not_given_twice(desk):
    """The counter put back."""
    requests.receive(desk, CLERK, new_request())
    sql(desk, "DELETE FROM counters")

    with refused():
        requests.receive(desk, CLERK, new_request())


def test_a_worker_does_not_get_a_call_that_is_not_to_be_masked(desk, tmp_path):
    """A failed call put into the queue by hand."""
    call = attached(desk, tmp_path)
    claim = claims.claim_call(desk, CLERK)
    claims.fail_call(desk, CLERK, claim, Failure("x", "理由"))
    sql(desk, "UPDATE calls SET state='requested', recording_id=recording_id")

    with refused():
        claims.claim_call(desk, CLERK, call.call_id)


def test_files_of_an_open_request_are_not_due(desk, tmp_path, clock):
    """By writing that it is closed: its originals would be erased."""
    in_review(desk, tmp_path)
    clock.pass_(days=400)
    sql(desk, "UPDATE requests SET state='withdrawn'")

    with refused():
        files.due_files(desk, clock.now.date())


def test_a_legal_hold_is_not_lifted(desk, tmp_path):
    """Nor does a file lose it."""
    call = in_review(desk, tmp_path)
    do(desk, MANAGER, Held(call.request_id))
    sql(desk, "UPDATE files SET legal_hold=0")
    file = rows(desk, "files")[0][0]

    with refused():
        files.erase_file(desk, CLERK, str(file))


def test_nothing_goes_out_without_an_identity_check(desk, tmp_path):
    """Even where all the rest is right: the check itself has to be there and on record."""
    call = in_review(desk, tmp_path)
    approve(desk, call)
    with desk.change(CLERK) as change:
        change.session.delete(change.session.query(IdentityRow).one())

    with pytest.raises(DeskError, match="本人確認"):
        answered(desk, call.request_id)
    assert calls.get_call(desk, call.call_id).state is State.APPROVED


def test_nothing_goes_out_over_a_broken_record(desk, tmp_path):
    """An entry of long ago was changed."""
    call = in_review(desk, tmp_path)
    approve(desk, call)
    sql(desk, "UPDATE audit SET action='x' WHERE seq=2")

    with refused():
        answered(desk, call.request_id)


def test_an_answer_that_discloses_nothing_needs_no_identity_check(desk):
    """Often that is the very reason for it."""
    number = requests.receive(desk, CLERK, new_request()).number
    do(desk, CLERK, Withheld(number, "本人と確認できないため"))
    answered(desk, number)

    assert requests.get(desk, number).state is State.RELEASED


# ---- number 6: an older database, a record cut short ---------------------------------------


def everything(desk: Desk) -> Path:
    """A copy of the whole database."""
    path = desk.settings.home / "copy"
    with closing(sqlite3.connect(path)) as copy, closing(raw_database(desk)) as database:
        database.backup(copy)
    return path


def write_everything(desk: Desk, older: Path) -> None:
    """Put a whole copy back, into the very file."""
    with closing(sqlite3.connect(older)) as copy, closing(raw_database(desk)) as database:
        copy.backup(database)


def tail_cut(desk: Desk, keep: int, head: list[tuple[object, ...]]) -> None:
    """The record's tail and its head as they were after so many entries."""
    sql(desk, "DELETE FROM audit WHERE seq>?", keep)
    put_back(desk, "audit_head", head)


def test_a_cut_tail_with_its_own_head_is_noticed(desk):
    """By the running desk, by the check of the record, and by whoever opens it next."""
    identified(desk)
    head = rows(desk, "audit_head")
    keep = len(audit.entries(desk))
    identified(desk)
    tail_cut(desk, keep, head)

    assert audit.verify(desk)
    with refused():
        identified(desk)
    with refused():
        open_desk(desk.settings).close()


def test_an_older_copy_of_the_database_is_noticed(desk, tmp_path):
    """Whole, and rightly sealed in its time."""
    in_review(desk, tmp_path)
    older = everything(desk)
    do(desk, CLERK, Withdrawn("R-2026-0001", "取下げ"))
    write_everything(desk, older)

    assert audit.verify(desk)
    with refused():
        do(desk, CLERK, Remarked("R-2026-0001", "x"))
    with refused():
        open_desk(desk.settings).close()


def test_one_change_back_is_noticed_too(desk):
    """The very last one."""
    number = identified(desk).number
    older = everything(desk)
    do(desk, CLERK, FeePaid(number))
    write_everything(desk, older)

    with refused():
        open_desk(desk.settings).close()


def test_the_sweep_does_not_delete_what_an_older_database_does_not_name(desk, tmp_path):
    """Files of calls that were masked since."""
    in_review(desk, tmp_path)
    older = everything(desk)
    in_review(desk, tmp_path, "two")
    stored = {name for name, _ in desk.store.listing()}
    write_everything(desk, older)
    eager = replace(desk, settings=desk.settings.model_copy(update={"orphan_seconds": 0}))

    with refused():
        files.sweep_orphans(eager)
    assert {name for name, _ in desk.store.listing()} == stored


def test_the_sweep_does_not_delete_what_a_row_named(desk, tmp_path):
    """Rows taken out of the table: their files would be nobody's."""
    in_review(desk, tmp_path)
    stored = {name for name, _ in desk.store.listing()}
    sql(desk, "DELETE FROM files WHERE kind='raw'")
    eager = replace(desk, settings=desk.settings.model_copy(update={"orphan_seconds": 0}))

    with refused():
        files.sweep_orphans(eager)
    assert {name for name, _ in desk.store.listing()} == stored


def test_a_running_desk_notices_an_older_database_when_it_reads(desk):
    """It knows what it has seen."""
    number = identified(desk).number
    older = everything(desk)
    do(desk, CLERK, Withdrawn(number, "取下げ"))
    write_everything(desk, older)

    with refused():
        requests.get(desk, number)


def test_the_version_set_back_does_not_get_rows_sealed_anew(desk):
    """A forged row, and a database that says it is of before rows were sealed."""
    number = identified(desk).number
    sql(desk, "UPDATE requests SET state='approved'")
    sql(desk, "UPDATE desk SET schema_version=2")
    with closing(raw_database(desk)) as database:
        for table in ("seals", "seal_pages"):
            database.execute(f"DROP TABLE IF EXISTS {table}")
    desk.close()

    with refused(), open_desk(desk.settings) as again:
        requests.get(again, number)


# ---- number 14: what is erased, and clocks that go back ------------------------------------


def on_disk(desk: Desk) -> bytes:
    """Every byte of the database's files."""
    return b"".join(path.read_bytes() for path in sorted(desk.settings.home.glob("desk.sqlite3*")))


def test_what_is_erased_is_nowhere_on_the_disk(desk, tmp_path):
    """Not in the write-ahead log either, while the desk stays open."""
    call = in_review(desk, tmp_path)
    do(desk, SECOND, Remarked(call.request_id, "鈴木花子さんから電話"))
    do(desk, CLERK, Withdrawn(call.request_id, "取下げ"))
    for file in files.list_files(desk):
        files.erase_file(desk, CLERK, file.file_id)
    own = ("requests", "request_notes", "identity_checks", "plans", "recordings")
    gone = [row[-1] for table in own for row in rows(desk, table)]
    assert all(value in on_disk(desk) for value in gone)

    assert erase_request(desk, CLERK, call.request_id)

    assert not [value for value in gone if value in on_disk(desk)]


def test_an_erasure_whose_log_is_held_says_so_and_can_be_repeated(desk, tmp_path):
    """Somebody reads for long: the erasure is not told as done until its traces are gone."""
    number = identified(desk).number
    do(desk, CLERK, Withdrawn(number, "取下げ"))
    gone = rows(desk, "requests")[0][-1]
    with closing(raw_database(desk)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM requests").fetchone()
        impatient = desk_settings(tmp_path, database_wait_seconds=0.5)
        with open_desk(impatient) as other, pytest.raises(DatabaseBusyError):
            erase_request(other, CLERK, number)
        reader.execute("COMMIT")

    erase_request(desk, CLERK, number)

    assert gone not in on_disk(desk)


@pytest.fixture
def signed_in(desk: Desk) -> Callable[[], object]:
    """Whether somebody who has signed in still is."""
    account = accounts.add_account(desk, CLERK, "kubota", (Role.ANALYST,), PASSWORD)
    token = sessions.sign_in(desk, account)
    return lambda: sessions.find_session(desk, token)


@pytest.mark.parametrize("minutes", [61, 24 * 60])
def test_a_session_that_was_seen_to_be_over_does_not_come_back(clock, signed_in, minutes):
    """Its clock is set back after it was found to be over."""
    clock.pass_(minutes=minutes)
    assert signed_in() is None
    clock.pass_(minutes=-minutes)

    assert signed_in() is None


@pytest.mark.parametrize("back", [2, 61, 24 * 60])
def test_a_session_that_is_over_does_not_come_back_unseen(desk, clock, signed_in, back):
    """Nobody looked while it was over; the desk went on, and then the clock is set back."""
    clock.pass_(minutes=61)
    identified(desk)
    clock.pass_(minutes=-back)

    assert signed_in() is None


def test_a_clock_far_ahead_does_not_shut_people_out_for_good(desk, clock, signed_in):
    """It is put right again: who signs in then is signed in, for as long as anybody."""
    clock.pass_(days=4000)
    identified(desk)
    clock.pass_(days=-4000)
    assert signed_in() is None
    account = accounts.check_password(desk, "kubota", PASSWORD)
    token = sessions.sign_in(desk, account)

    clock.pass_(minutes=50)
    assert sessions.find_session(desk, token)
    clock.pass_(minutes=61)
    assert sessions.find_session(desk, token) is None


def test_an_older_database_of_a_killed_desk(tmp_path: Path):
    """Killed after a change was committed and before it was told outside: nothing is locked out."""
    settings = desk_settings(tmp_path)
    with open_desk(settings) as desk:
        number = identified(desk).number
        before = desk.store.read("desk-marker")
        do(desk, CLERK, FeePaid(number))
        desk.store.put(before, "desk-marker")

    with open_desk(settings) as again:
        assert requests.get(again, number).content.fee_paid
        older = everything(again)
        do(again, CLERK, FeePaid(number))
        write_everything(again, older)
    with refused():
        open_desk(settings).close()
