"""Makes and removes a desk with the sample calls, for people who learn or show how the work goes.

It is a desk of its own, with its own key, database and store in a folder of the company's home: an audit
record that only grows could not forget a practice request, a folder can.  Its mark is a file; where it lies,
every page and every list says that nobody's request is shown.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flows.desk.book.door import do
from flows.desk.book.requests import Identified
from flows.desk.cases import calls, catalogue, lists, requests
from flows.desk.integrity.desk import Desk, open_desk
from flows.desk.kinds.errors import DeskError
from flows.desk.kinds.values import (
    Actor,
    CompanyList,
    IdentityMethod,
    NewRecording,
    NewRequest,
    Role,
    Scope,
    StaffList,
)
from flows.files.case_file import case_lookup
from flows.folders.held_folder import is_held
from flows.practice.mark import FOLDER, MARK, is_practice, practice_settings
from flows.settings import Settings
from pipeline.call_case import CallCase

SAMPLES = Path(__file__).parents[2] / "sample_audio"
"""The sample calls of the project; a wheel does not bring them."""

PRACTICE = "練習"
"""Stands in every request as its responsible desk and person."""

ELSEWHERE = ("database", "store", "witness", "recordings", "key", "key_file", "key_command")
"""Settings that would lead out of the practice desk's folder."""


class PracticeError(DeskError):
    """The practice desk cannot be made or removed; nothing was changed."""

    code = "practice"


@dataclass(frozen=True, slots=True)
class Made:
    """A practice desk.

    Attributes:
        home: Its folder.
        requests: Number of its requests, each with one sample call.
    """

    home: Path
    requests: int


def check_can_begin(settings: Settings, samples: Path) -> tuple[Path, ...]:
    """Return the sample calls that a practice desk would be made of.

    Raises:
        PracticeError: as for ``begin_practice``, but for a practice desk that is there already.
    """
    if is_practice(settings):
        msg = "ここはもう練習用の窓口です"
        raise PracticeError(msg)
    if any(getattr(settings, name) is not None for name in ELSEWHERE):
        msg = "データベース、保管場所、鍵をほかの場所に置く設定があると、練習用の窓口は作れません"
        raise PracticeError(msg)
    sounds = sorted(path for path in samples.glob("*.wav") if path.with_suffix(".case.json").is_file())
    if not sounds:
        msg = "見本の通話(<名前>.wav と <名前>.case.json)がありません。--samples でフォルダを指定してください"
        raise PracticeError(msg)
    return tuple(sounds)


def begin_practice(settings: Settings, actor: Actor, samples: Path) -> Made:
    """Make a practice desk: the samples' lists, and for each sample call an identified request.

    Args:
        settings: The settings of this machine.
        actor: The person who practises.
        samples: Folder of ``<name>.wav`` and ``<name>.case.json``.

    Raises:
        PracticeError: when there is one already, this desk is one itself, its parts would lie elsewhere, or
            the folder holds no sample call.
        CaseFileError: when the case of a sample call is malformed.
    """
    sounds = check_can_begin(settings, samples)
    case_of = case_lookup(samples)
    cases = {path: case_of(path) for path in sounds}
    ours = practice_settings(settings)
    home = ours.home
    try:
        home.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        msg = "練習用の窓口はもうあります。片付けるには kaiji practice end"
        raise PracticeError(msg) from None
    # First, so that whatever is made after it can be removed.
    (home / MARK).touch(mode=0o600)
    (home / "recordings").mkdir(mode=0o700)
    with open_desk(ours) as desk:
        _import_lists(desk, actor, tuple(cases.values()))
        for path, case in cases.items():
            _take_in(desk, actor, Path(shutil.copy2(path, home / "recordings")), case)
    return Made(home, len(cases))


def _import_lists(desk: Desk, actor: Actor, cases: tuple[CallCase, ...]) -> None:
    staff = dict.fromkeys(name for case in cases for name in case.staff)
    company = CompanyList(
        tuple(dict.fromkeys(name for case in cases for name in case.company_names)),
        tuple(dict.fromkeys(phone for case in cases for phone in case.company_phones)),
        tuple(dict.fromkeys(term for case in cases for term in case.confidential_terms)),
    )
    lists.import_staff(desk, actor, StaffList(tuple(staff)))
    lists.import_company(desk, actor, company)


def _take_in(desk: Desk, actor: Actor, sound: Path, case: CallCase) -> None:
    now = desk.clock()
    new = NewRequest(
        case.requester,
        now,
        PRACTICE,
        scope=Scope(topic=f"{PRACTICE}: 見本の通話です"),
        desk=PRACTICE,
        person=PRACTICE,
        reference=f"{PRACTICE}-{sound.stem}",
    )
    request = requests.receive(desk, actor, new)
    unchecked = f"{PRACTICE}のため、だれも確かめていません"
    # Whoever practises may be an administrator; on this desk they are a clerk, too.
    do(desk, Actor(actor.name, Role.INTAKE), Identified(request.number, IdentityMethod.OTHER, note=unchecked))
    operator = next((name.text for name in case.on_call), "")
    recording = NewRecording(
        f"{PRACTICE}-{sound.stem}", now - timedelta(days=1), str(sound), operator=operator
    )
    (recording_id,) = catalogue.add_recordings(desk, actor, [recording]).new
    calls.attach_call(desk, actor, request.number, recording_id)


def end_practice(settings: Settings) -> None:
    """Remove the practice desk: its key, database, files and logs, and nothing else.

    Args:
        settings: The settings of this machine.

    Raises:
        PracticeError: when there is none, or ``make serve`` runs on it.
    """
    home = settings.home / FOLDER
    if not (home / MARK).is_file():
        msg = "練習用の窓口はありません"
        raise PracticeError(msg)
    if is_held(home / "log"):
        msg = "練習用の窓口が動いています(make serve)。止めてから片付けてください"
        raise PracticeError(msg)
    # The mark goes last, so that a removal that was cut short can be run again.
    for path in home.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != MARK:
            path.unlink()
    shutil.rmtree(home)
