from __future__ import annotations

from pathlib import Path

import pytest

from flows.desk.book.door import do
from flows.desk.book.requests import Remarked
from flows.desk.cases import calls, catalogue, files, lists, requests
from flows.desk.cases.catalogue import RecordingQuery
from flows.desk.cases.requests import RequestQuery
from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk, open_desk
from flows.desk.kinds.errors import DuplicateError, WrongKeyError
from flows.desk.kinds.values import Role, StaffList
from flows.desk.people import accounts
from flows.desk.record.rotation import keys_in_use, rotate
from flows.desk.sealing.keys import add_key, keep_current_key
from flows.desk.work import plans
from pipeline.types import CaseName
from tests.desk_builders import CLERK, approve, catalogued, desk_settings, in_review, new_request
from tests.review_site import PASSWORD, quick_passwords


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A desk with something in every table that is sealed, and a new key in front of its own."""
    with open_desk(desk_settings(tmp_path)) as desk:
        call = in_review(desk, tmp_path)
        requests.receive(desk, CLERK, new_request(reference="受付-1", member_number="M-1"))
        do(desk, CLERK, Remarked("R-2026-0001", "電話あり"))
        lists.import_staff(desk, CLERK, StaffList((CaseName("山本", "ヤマモト"),)))
        approve(desk, call)
        catalogued(desk, tmp_path, "two", customer_id="C-2")
        add_key(tmp_path / "home" / "key", desk.keyring)
    return tmp_path / "home"


def open_again(home: Path) -> Desk:
    """Open the desk with the keys that are in the file now."""
    return open_desk(desk_settings(home.parent))


def check(desk: Desk) -> None:
    """Everything is there, readable, and found."""
    assert audit.verify(desk) == ()
    assert requests.get(desk, "R-2026-0002").content.member_number == "M-1"
    assert requests.notes(desk, "R-2026-0001")[0].text == "電話あり"
    assert len(requests.find(desk, RequestQuery(name="鈴木花子"))) == 2
    assert len(requests.find(desk, RequestQuery(member_number="m-1"))) == 1
    assert len(catalogue.search(desk, RecordingQuery(customer_id="C-2"))) == 1
    with pytest.raises(DuplicateError):
        requests.receive(desk, CLERK, new_request(reference="受付-1"))
    assert catalogue.add_recordings(desk, CLERK, [hit.content for hit in found(desk)]).new == ()
    for file in files.list_files(desk):
        assert desk.store.read(file.store_key).decode().endswith("鈴木花子")
    for call in calls.list_calls(desk):
        calls.check_unchanged(desk, call.call_id)
        assert plans.get_plan(desk, call.call_id).revision == 1


def found(desk: Desk) -> tuple[catalogue.FoundRecording, ...]:
    """All recordings."""
    return catalogue.search(desk, RecordingQuery())


def test_before_the_rotation_both_keys_are_in_use_in_turn(home):
    """With the new key in front everything is still found, and new rows are sealed with it."""
    with open_again(home) as desk:
        new, old = (key.key_id for key in desk.keyring.keys)
        assert set(keys_in_use(desk)) == {old}
        check(desk)
        requests.receive(desk, CLERK, new_request(reference="受付-2"))
        assert set(keys_in_use(desk)) == {new, old}


def test_after_the_rotation_the_old_key_is_not_needed(home):
    """Nothing is sealed with it any more; the file may drop it."""
    with open_again(home) as desk:
        done = rotate(desk, CLERK)
        assert done.files == 5
        assert set(keys_in_use(desk)) == {desk.keyring.current.key_id}
        assert audit.entries(desk)[-1].action == "key.rotate"
        assert rotate(desk, CLERK).rows == rotate(desk, CLERK).files == 0
        keep_current_key(home / "key", desk.keyring)

    with open_again(home) as desk:
        assert len(desk.keyring.keys) == 1
        check(desk)
        names = {file.store_key for file in files.list_files(desk)} | {"desk-marker"}
        assert {name for name, _ in desk.store.listing()} == names


@pytest.mark.parametrize("steps", [1, 4, 10, 11, 12, 13])
def test_a_rotation_that_was_killed_is_gone_on_with(home, steps, monkeypatch):
    """After any number of transactions; until its end the old key is needed, and that is told."""
    left = steps
    change = Desk.change

    def counted(desk, actor):
        nonlocal left
        left -= 1
        if left < 0:
            raise KeyboardInterrupt
        return change(desk, actor)

    with open_again(home) as desk, monkeypatch.context() as patch:
        patch.setattr(Desk, "change", counted)
        with pytest.raises(KeyboardInterrupt):
            rotate(desk, CLERK)
        both = desk.keyring

    keep_current_key(home / "key", both)
    with pytest.raises(WrongKeyError):
        open_again(home)
    (home / "key").write_text("".join(f"{key.line}\n" for key in both.keys))

    with open_again(home) as desk:
        check(desk)
        rotate(desk, CLERK)
        check(desk)
        assert set(keys_in_use(desk)) == {desk.keyring.current.key_id}


def test_people_sign_in_after_the_old_key_is_gone(tmp_path, monkeypatch):
    """A login is found by a mark of the key: the mark is made anew too."""
    quick_passwords(monkeypatch)
    home = tmp_path / "home"
    with open_desk(desk_settings(tmp_path)) as desk:
        accounts.add_account(desk, CLERK, "kubota", (Role.ANALYST,), PASSWORD)
        add_key(home / "key", desk.keyring)
    with open_again(home) as desk:
        rotate(desk, CLERK)
        new = desk.keyring.current.line
    (home / "key").write_text(new, encoding="utf-8")

    with open_again(home) as desk:
        found = accounts.check_password(desk, "kubota", PASSWORD)
        assert found is not None
        assert found.login == "kubota"
