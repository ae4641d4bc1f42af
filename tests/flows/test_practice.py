"""A desk to practise on: marked wherever it is seen, apart from the company's own, gone without a trace."""

from __future__ import annotations

import fcntl
import json
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli.main import app
from flows.desk.cases import calls, requests
from flows.desk.cases.lists import current_lists
from flows.desk.cases.numbers import BREACH_NUMBER, is_request_number, next_breach_number
from flows.desk.integrity import audit
from flows.desk.integrity.desk import open_desk
from flows.desk.kinds.states import State
from flows.files.case_file import case_lookup
from flows.practice.mark import MARK, is_practice
from flows.practice.practice_desk import PRACTICE, PracticeError, begin_practice, end_practice
from flows.review.app import create_app
from flows.settings import Settings
from tests.desk_builders import CLERK, desk_settings, new_request
from tests.review_site import add_people, new_person, quick_passwords, signed_in
from tests.sentinels import everything_under

SAMPLES = Path(__file__).parents[2] / "sample_audio"
FEW = ("accident-witness", "landlord-leak")


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    """Two of the sample calls, and one that nobody's case belongs to."""
    folder = tmp_path / "samples"
    folder.mkdir()
    for name in FEW:
        for ending in (".wav", ".case.json"):
            shutil.copy2(SAMPLES / f"{name}{ending}", folder)
    shutil.copy2(SAMPLES / f"{FEW[0]}.wav", folder / "nobody.wav")
    return folder


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Of a company's desk with one request."""
    ours = desk_settings(tmp_path)
    with open_desk(ours) as desk:
        requests.receive(desk, CLERK, new_request())
    return ours


def practising(settings: Settings) -> Settings:
    """The settings of the practice desk beside it."""
    home = settings.home / "practice"
    return settings.model_copy(update={"home": home, "work": home / "work"})


def everything(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, with its bytes."""
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_each_sample_call_waits_under_a_request_of_its_own(settings: Settings, samples: Path):
    """Its requester, the samples' lists, and in every request that it is practice."""
    made = begin_practice(settings, CLERK, samples)
    case_of = case_lookup(samples)
    with open_desk(practising(settings)) as desk:
        found = requests.list_requests(desk)
        names = {one.content.requester.names[0] for one in found}
        assert {one.state for one in calls.list_calls(desk)} == {State.REQUESTED}
        assert current_lists(desk).versions.staff == current_lists(desk).versions.company == 1
        assert audit.verify(desk) == ()

    assert made.requests == len(found) == len(FEW)
    assert names == {case_of(samples / f"{name}.wav").requester.names[0] for name in FEW}
    assert {(one.content.desk, one.content.channel) for one in found} == {(PRACTICE, PRACTICE)}
    assert all(one.content.reference.startswith(f"{PRACTICE}-") for one in found)


def test_the_companys_desk_does_not_see_it_and_keeps_no_trace(settings: Settings, samples: Path):
    """Not a byte of the company's own files changes, and afterwards all is as it was."""
    before = everything(settings.home)
    begin_practice(settings, CLERK, samples)
    during = everything(settings.home)
    assert {path: raw for path, raw in during.items() if "/practice/" not in path} == before
    assert not is_practice(settings)
    end_practice(settings)

    assert everything(settings.home) == before
    assert not (settings.home / "practice").exists()


def test_it_is_marked_on_every_page_and_every_list(settings: Settings, samples: Path, monkeypatch):
    """On the sign-in page too; the company's own desk carries no mark."""
    begin_practice(settings, CLERK, samples)
    quick_passwords(monkeypatch)
    for ours, marked in ((settings, False), (practising(settings), True)):
        with open_desk(ours) as desk:
            add_people(desk)
            page = create_app(ours, desk)
            somebody, nobody = signed_in(page, "kobayakawa"), new_person(page)
            for person, path in ((nobody, "/sign-in"), (somebody, "/calls"), (somebody, "/ledger")):
                text = person.get(path).text
                brand = text.partition('class="brand"')[2].partition("</a>")[0]
                assert (f">{PRACTICE}</span>" in brand, ">kaiji</span>" in brand) == (marked, not marked)
        done = CliRunner(env={"KAIJI_HOME": str(ours.home)}).invoke(app, ["case", "list"])
        assert done.exit_code == 0
        assert ("練習用の窓口です" in done.stderr) == marked
        assert "練習用" not in done.stdout


@pytest.mark.parametrize("name", ["database", "store", "witness", "recordings", "key_command"])
def test_nothing_of_it_may_lie_elsewhere(settings: Settings, samples: Path, name: str):
    """A machine whose settings lead out of the home might mix it with the company's own."""
    with pytest.raises(PracticeError):
        begin_practice(settings.model_copy(update={name: "elsewhere"}), CLERK, samples)

    assert not (settings.home / "practice").exists()


def test_there_is_one_at_a_time_and_none_inside_it(settings: Settings, samples: Path):
    """A second one is refused, as is one within a practice desk."""
    begin_practice(settings, CLERK, samples)
    before = everything(settings.home)
    for ours in (settings, practising(settings)):
        with pytest.raises(PracticeError):
            begin_practice(ours, CLERK, samples)

    assert everything(settings.home) == before


def test_samples_that_are_none_make_nothing(settings: Settings, tmp_path: Path):
    """An empty folder is told, and no half of a desk is left."""
    with pytest.raises(PracticeError, match="--samples"):
        begin_practice(settings, CLERK, tmp_path / "nothing")

    assert not (settings.home / "practice").exists()


def test_only_what_is_marked_is_removed(settings: Settings, samples: Path):
    """A folder of that name without the mark is somebody's; so is one that a server works on."""
    (settings.home / "practice").mkdir()
    (settings.home / "practice" / "notes.txt").write_text("ours", encoding="utf-8")
    with pytest.raises(PracticeError):
        end_practice(settings)
    assert (settings.home / "practice" / "notes.txt").exists()
    shutil.rmtree(settings.home / "practice")

    begin_practice(settings, CLERK, samples)
    (settings.home / "practice" / "log").mkdir()
    with (settings.home / "practice" / "log" / ".lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(PracticeError, match="make serve"):
            end_practice(settings)
        assert (settings.home / "practice" / "key").exists()
    end_practice(settings)
    assert not (settings.home / "practice").exists()


def test_a_removal_that_was_cut_short_goes_on(settings: Settings, samples: Path, monkeypatch):
    """The mark goes last."""
    begin_practice(settings, CLERK, samples)
    with monkeypatch.context() as patch:
        patch.setattr("shutil.rmtree", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            end_practice(settings)
    assert (settings.home / "practice" / MARK).exists()
    end_practice(settings)

    assert not (settings.home / "practice").exists()


def test_the_commands_make_and_remove_it(settings: Settings, samples: Path):
    """They say how it is used; what it holds of people is sealed like a real desk's."""
    kaiji = CliRunner(env={"KAIJI_HOME": str(settings.home)})
    begun = kaiji.invoke(app, ["practice", "begin", "--samples", str(samples)])
    assert begun.exit_code == 0, begun.output
    assert f"KAIJI_HOME={settings.home / 'practice'}" in begun.stdout
    case = json.loads((samples / f"{FEW[0]}.case.json").read_text(encoding="utf-8"))
    name = case["requester"]["names"][0]["text"].encode()
    assert all(name not in raw for _, raw in everything_under(settings.home / "practice"))
    assert kaiji.invoke(app, ["practice", "end"]).exit_code == 0
    again = kaiji.invoke(app, ["practice", "end"])

    assert (again.exit_code, again.stderr) == (2, "kaiji: 練習用の窓口はありません\n")


def test_practice_numbers_look_like_nobodys(settings: Settings, samples: Path):
    """Of requests and of breaches; a desk whose numbers were given before is looked through as ever."""
    begin_practice(settings, CLERK, samples)
    with open_desk(practising(settings)) as desk:
        found = requests.list_requests(desk)
        assert [re.sub(r"\d", "0", one.number) for one in found] == ["練習-0000-0000"] * len(FEW)
        assert requests.get(desk, found[0].number).request_id == found[0].request_id
        with desk.change(CLERK) as change:
            breach = next_breach_number(change.session, desk.settings, 2026)
        assert breach == "練習B-2026-0001"
        assert re.fullmatch(BREACH_NUMBER, breach)
    with open_desk(settings) as desk:
        assert all(
            is_request_number(one.number) and one.number[0] == "R" for one in requests.list_requests(desk)
        )
