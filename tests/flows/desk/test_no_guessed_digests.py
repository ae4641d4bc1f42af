"""Nobody with the disk and without the key finds a person's data by guessing it and hashing the guess."""

from __future__ import annotations

import hashlib
import io
import itertools
import json
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from flows.desk.book.door import do
from flows.desk.book.requests import Withdrawn
from flows.desk.cases import files, lists, requests
from flows.desk.integrity import audit
from flows.desk.integrity.chain import AuditFault, Fault
from flows.desk.integrity.desk import Desk, open_desk
from flows.desk.integrity.digests import digest_key
from flows.desk.integrity.schema import _key_reference
from flows.desk.integrity.terms import find_unique
from flows.desk.kinds.errors import WrongKeyError
from flows.desk.kinds.values import CompanyList, FileKind, StaffList
from flows.desk.record.erasure import erase_request
from flows.desk.record.rotation import rotate
from flows.desk.sealing.keys import add_key, keep_current_key, key_file, load_keyring
from flows.desk.sealing.sealed import sealed_json
from flows.desk.storage.tables import AuditRow, CallRow, PlanRow, RequestRow, Table
from flows.files.keyed_digest import Digested
from flows.intake.drop_folder import take_folder
from flows.masking import mask_case_call as worker
from pipeline.types import CaseName
from tests.desk_builders import CLERK, desk_settings, identified, new_request
from tests.flow_builders import InTurn
from tests.guessed import found_digests, shapes
from tests.homes import unpack_home
from tests.review_site import quick_passwords
from tests.upgrade.make_home import make

PEOPLE = {
    "requester": "鈴木花子",
    "reading": "スズキハナコ",
    "telephone": "09012345678",
    "telephone as written": "090-1234-5678",
    "address": "香川県丸亀市土器町3-21",
    "third party": "長谷川",
    "staff": "山本",
    "login": "kubota",
    "actor": CLERK.name,
    "confidential term": "特別値引き枠",
    "own number of the request": "受付-77",
}
DROPPED = json.dumps(
    {"received_at": "2026-11-20", "channel": "郵送", "requester": {"names": [{"text": "鈴木花子"}]}}
)


@dataclass(frozen=True)
class Made:
    """A desk where everything was done once.

    Attributes:
        log: What was logged meanwhile, at DEBUG.
    """

    desk: Desk
    home: Path
    log: str


class _Log(logging.StreamHandler):
    def __init__(self) -> None:
        self.text = io.StringIO()
        super().__init__(self.text)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """Requests in every state, released, heard in person, delivered; lists; a request that was dropped."""
    folder, handler, root = tmp_path_factory.mktemp("desk"), _Log(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    with pytest.MonkeyPatch.context() as patch, open_desk(desk_settings(folder)) as desk:
        patch.setattr(worker, "load_models", InTurn())
        quick_passwords(patch)
        make(desk, folder)
        lists.import_staff(desk, CLERK, StaffList((CaseName("山本", "ヤマモト"),)))
        lists.import_company(desk, CLERK, CompanyList((), (), (CaseName("特別値引き枠"),)))
        inbox = folder / "drop"
        inbox.mkdir()
        (inbox / "one.json").write_text(DROPPED, encoding="utf-8")
        take_folder(desk, CLERK, inbox, settled=0.0)
        root.removeHandler(handler)
        root.setLevel(level)
        yield Made(desk, desk.settings.home, handler.text.getvalue())


def clear_values(desk: Desk) -> dict[str, bytes | str]:
    """Everything in the desk that can be guessed, as it is in clear."""
    found: dict[str, bytes | str] = {**PEOPLE, "dropped document": DROPPED}
    recordings = set()
    with desk.read() as session:
        recordings |= set(session.scalars(select(CallRow.sha256)))
        for mapper in Table.registry.mappers:
            # The digest key is random, and the desk's own value is its id.
            if "sealed" in mapper.columns and mapper.class_.__tablename__ not in {"digest_key", "desk"}:
                for row in session.scalars(select(mapper.class_)):
                    whole = sealed_json(row, desk.keyring)
                    found[f"{mapper.class_.__tablename__} {row.row_id}"] = whole
                    for name, value in json.loads(whole).items():
                        for text in {str(each) for each in _texts(value) if len(str(each)) > 1}:
                            found[f"{mapper.class_.__tablename__} {row.row_id} {name} {len(found)}"] = text
        for entry in session.scalars(select(AuditRow)):
            found[f"content of entry {entry.seq}"] = _content(entry, desk)
    for file in files.list_files(desk):
        raw = desk.store.read(file.store_key)
        if hashlib.sha256(raw).hexdigest() not in recordings:
            found[f"{file.kind} {file.file_id}"] = raw
    return found


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from itertools.chain.from_iterable(map(_texts, value.values()))
    elif isinstance(value, list):
        yield from itertools.chain.from_iterable(map(_texts, value))


def _content(row: AuditRow, desk: Desk) -> bytes:
    """What an entry's hash is over: all of it in clear beside it but the person and the counts."""
    private = json.loads(sealed_json(row, desk.keyring))
    who = private["actor"]
    content = [
        *(row.id, row.previous, row.at, who["name"], who["role"], row.action),
        *(row.request_id, row.call_id, row.file_sha256, private["detail"]),
    ]
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def on_disk(home: Path) -> Iterator[bytes]:
    """Every file but what is sealed in the store, every file's name, and every row."""
    for path in sorted(home.rglob("*")):
        yield str(path.relative_to(home)).encode()
        if path.is_file() and "store" not in path.relative_to(home).parts:
            yield path.read_bytes()
    with closing(sqlite3.connect(f"file:{home / 'desk.sqlite3'}?mode=ro", uri=True)) as database:
        yield "\n".join(database.iterdump()).encode()


def test_the_search_finds_what_it_looks_for():
    """In each of its shapes, of a text in another spelling too."""
    assert found_digests([hashlib.sha256(b"090-1234-5678").hexdigest().encode()], PEOPLE) == [
        "telephone as written"
    ]
    for shape in shapes("ヤマモト".encode()):
        assert found_digests([b"x" + shape + b"y"], {"staff": "ﾔﾏﾓﾄ"}) == ["staff"]


def test_the_values_hold_what_is_in_a_desk(made: Made):
    """Words, people and documents of every kind: the search is not for nothing."""
    values = clear_values(made.desk)
    kinds = {name.partition(" ")[0] for name in values}

    assert kinds >= {FileKind.ORIGINAL, FileKind.TRANSCRIPT, FileKind.LETTER, FileKind.MASKED_TEXT}
    assert kinds >= {"requests", "plans", "decisions", "approvals", "audit", "content", "recordings"}


def test_nothing_on_the_disk_is_a_digest_of_what_can_be_guessed(made: Made):
    """No column, no name of a file, no mark, no id, no log beside the database."""
    assert found_digests(on_disk(made.home), clear_values(made.desk)) == []


def test_no_log_line_and_no_export_is(made: Made):
    """The audit log as it is given to a regulator, who gets the actors' names and no one else's."""
    exported = io.StringIO()
    assert audit.export_csv(made.desk, exported)

    assert found_digests([exported.getvalue().encode(), made.log.encode()], clear_values(made.desk)) == []


def test_the_transcript_of_a_plan_is_not_in_its_row(made: Made):
    """Its digest lies in the sealed plan only; the column compares, and tells nothing."""
    with made.desk.read() as session:
        rows = session.scalars(select(PlanRow)).all()
        sealed = {json.loads(sealed_json(row, made.desk.keyring))["transcript_sha256"] for row in rows}

    assert rows
    assert not sealed & {row.transcript_sha256 for row in rows}


def test_the_same_document_is_known_again_by_a_keyed_reference(made: Made):
    """The drop folder's key for what it has taken: the same for the same file, in this desk only."""
    found = [each.content.reference for each in requests.list_requests(made.desk)]
    (reference,) = [each for each in found if each.startswith("inbox:")]

    assert reference != f"inbox:{hashlib.sha256(DROPPED.encode()).hexdigest()}"
    (made.home.parent / "drop" / "again.json").write_text(DROPPED, encoding="utf-8")
    taken = take_folder(made.desk, CLERK, made.home.parent / "drop", settled=0.0)
    assert (taken.requests, taken.failed) == ((), 1)


@pytest.mark.parametrize("version", ["0.5.0", "0.12.0", "0.22.0"])
def test_an_upgrade_leaves_no_digest_of_before(version: str, tmp_path: Path):
    """Of a desk of an earlier version, in any row and in SQLite's log; its record is whole."""
    unpack_home(version, tmp_path)
    before = list(on_disk(tmp_path / "home"))
    with open_desk(desk_settings(tmp_path)) as desk:
        values = clear_values(desk)
        assert found_digests(before, values)
        assert found_digests(on_disk(tmp_path / "home"), values) == []
        assert audit.verify(desk) == ()


def test_an_upgrade_does_not_make_a_forged_log_whole(tmp_path: Path):
    """What was changed, or is missing, before the upgrade is told after it, and nothing else is blamed."""
    unpack_home("0.22.0", tmp_path)
    with closing(sqlite3.connect(tmp_path / "home" / "desk.sqlite3", isolation_level=None)) as database:
        database.execute("UPDATE audit SET action='request.forged' WHERE seq=4")
        database.execute("DELETE FROM audit WHERE seq=7")
    with open_desk(desk_settings(tmp_path)) as desk:
        assert set(audit.verify(desk)) >= {AuditFault(Fault.CHANGED, 4), AuditFault(Fault.MISSING, 7)}
        assert {fault.seq for fault in audit.verify(desk)} <= {4, 7, 8}


def test_a_request_that_was_dropped_before_an_upgrade_is_still_known(tmp_path: Path):
    """Its reference was the hash of its document: it is keyed, and the same file is found by it."""
    sha256 = hashlib.sha256(DROPPED.encode()).hexdigest()
    with open_desk(desk_settings(tmp_path)) as desk:
        request = requests.receive(desk, CLERK, new_request(reference=f"inbox:{sha256}"))
        with desk.database.write() as session:
            _key_reference(session, desk.keyring, session.get_one(RequestRow, request.request_id))
            session.flush()
            now, before = (
                find_unique(session, desk.keyring, "reference", each)
                for each in (
                    f"inbox:{digest_key(session, desk.keyring).of(Digested.DOCUMENT, sha256)}",
                    f"inbox:{sha256}",
                )
            )
    assert (now, before) == (request.request_id, None)


def test_a_desk_without_its_digest_key_changes_nothing(tmp_path: Path):
    """It is sealed, so nobody puts another in its place; where it is gone, the log is not whole."""
    with open_desk(desk_settings(tmp_path)) as desk:
        identified(desk)
        with closing(sqlite3.connect(desk.settings.home / "desk.sqlite3", isolation_level=None)) as database:
            database.execute("DELETE FROM digest_key")
        assert {fault.kind for fault in audit.verify(desk)} == {Fault.CHANGED, Fault.ROWS}


def test_a_remnant_of_what_was_erased_opens_with_no_key_after_a_rotation(tmp_path: Path):
    """What a server of databases keeps of an erased row is sealed with the key that was destroyed."""
    with open_desk(desk_settings(tmp_path)) as desk:
        request = do(desk, CLERK, Withdrawn(identified(desk).number, "取下げ"))
        with desk.read() as session:
            remnant = session.get_one(RequestRow, request.request_id).sealed
        erase_request(desk, CLERK, request.number)
        assert "鈴木花子".encode() in desk.keyring.open(remnant, f"requests:{request.request_id}")
        path = key_file(desk.settings)
        add_key(path, desk.keyring)
        with open_desk(desk.settings) as changed:
            rotate(changed, CLERK)
            keep_current_key(path, changed.keyring)
        ring = load_keyring(desk.settings)
    assert ring is not None
    with pytest.raises(WrongKeyError):
        ring.open(remnant, f"requests:{request.request_id}")
