from __future__ import annotations

import dataclasses
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli.main import app
from flows.desk.cases import catalogue
from flows.desk.cases.catalogue import RecordingQuery
from flows.desk.integrity.desk import Desk
from flows.intake.faults import IntakeError
from flows.intake.systems import import_export as importing
from flows.intake.systems.import_export import Imported, import_export
from flows.intake.systems.profile import names_of_profiles, profile_of
from flows.intake.tabular import FileError
from tests.builders import voice_file
from tests.desk_builders import CLERK
from tests.exported_calls import (
    CONNECT,
    GENESYS,
    GONE,
    HEADINGS,
    IDS,
    NICE,
    NICE_ROWS,
    NUMBERS,
    SYSTEMS,
    System,
    changed,
    contact_record,
    write,
    write_rows,
)

pytestmark = pytest.mark.usefixtures("no_network")


def imported(desk: Desk, system: System, place: Path) -> Imported:
    """What an import of an export brought."""
    return import_export(desk, CLERK, place, profile_of(system.profile), system.channel)


def test_every_system_has_its_profile():
    """And every profile is tested."""
    assert names_of_profiles() == tuple(sorted(each.profile for each in SYSTEMS))


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda each: each.profile)
def test_an_export_is_imported_as_it_is(desk: Desk, tmp_path: Path, system: System):
    """Ids, time, both numbers, the operator and their channel, the length as heard; found by the number."""
    added = imported(desk, system, system.export(tmp_path))
    found = catalogue.search(desk, RecordingQuery(number=NUMBERS[0], operator=system.agent))

    assert sorted(each.content.source_id for each in found) == sorted(system.ids)
    assert {each.recording_id for each in found} == set(added.added.new)
    for each in found:
        content = each.content
        assert content.started_at == datetime(2026, 10, 10, 1, 15, tzinfo=UTC)
        assert content.duration == 2.0
        assert content.operator_channel == (1 if system.channel is None else system.channel)
        assert set(content.numbers) <= set(NUMBERS)
        assert Path(content.uri).is_file()


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda each: each.profile)
def test_an_export_imported_twice_changes_nothing(desk: Desk, tmp_path: Path, system: System):
    """Overlapping exports are usual."""
    place = system.export(tmp_path)
    first, second = imported(desk, system, place), imported(desk, system, place)

    assert len(first.added.new) == second.added.known == len(system.ids)
    assert second.added.new == ()


@pytest.mark.parametrize("system", [GENESYS, NICE], ids=lambda each: each.profile)
def test_whose_channel_is_whose_is_not_guessed(desk: Desk, tmp_path: Path, system: System):
    """Where the maker does not say it, the import has to be told, once."""
    unsaid = dataclasses.replace(system, channel=None)
    with pytest.raises(IntakeError) as raised:
        imported(desk, unsaid, system.export(tmp_path))

    assert [each.line for each in raised.value.faults] == [
        "どちらのチャンネルが担当者か、この一覧では分かりません(--operator-channel 0 か 1)"
    ]
    assert catalogue.search(desk, RecordingQuery()) == ()


def test_chats_and_calls_without_recording_are_passed_over(desk: Desk, tmp_path: Path):
    """They are counted, and stop nothing."""
    place = CONNECT.export(tmp_path)
    chat = contact_record("c-chat") | {"Channel": "CHAT"}
    missed = contact_record("c-missed") | {"Recording": None, "Recordings": None}
    deleted = contact_record("c-deleted")
    deleted["Recording"]["Status"] = "DELETED"
    with place.open("a", encoding="utf-8") as file:
        file.write(write(tmp_path / "more", [chat, missed, deleted]).read_text(encoding="utf-8"))
    done = imported(desk, CONNECT, place)

    assert (len(done.added.new), done.passed_over) == (2, 3)


def test_of_a_record_delivered_several_times_the_newest_counts(desk: Desk, tmp_path: Path):
    """The maker promises it at least once, not once."""
    place = CONNECT.export(tmp_path)
    records = [contact_record(each) for each in (*IDS, IDS[1], IDS[1])]
    records[2] |= {"LastUpdateTimestamp": "2026-10-11T00:00:00Z", "Agent": {"Username": "later"}}
    write(place, records)
    imported(desk, CONNECT, place)

    found = catalogue.search(desk, RecordingQuery())
    assert sorted(each.content.operator for each in found) == ["hasegawa", "later"]


def test_a_withheld_number_is_none(desk: Desk, tmp_path: Path):
    """Nothing is looked for by it."""
    place = CONNECT.export(tmp_path)
    changed(place, {"CustomerEndpoint.Address": "anonymous", "SystemEndpoint": None})
    imported(desk, CONNECT, place)

    assert sorted(len(each.content.numbers) for each in catalogue.search(desk, RecordingQuery())) == [0, 2]


def test_a_bucket_is_found_at_whatever_level_it_was_copied(desk: Desk, tmp_path: Path):
    """With the name of the bucket, or from any folder of it on."""
    (tmp_path / "a").mkdir()
    place = CONNECT.export(tmp_path / "a")
    for path in list((tmp_path / "a").rglob("*.wav")):
        (tmp_path / "2026" / "10" / "10").mkdir(parents=True, exist_ok=True)
        path.rename(tmp_path / "2026" / "10" / "10" / path.name)
    shutil.move(place, tmp_path / "list")

    assert len(imported(desk, CONNECT, tmp_path / "list").added.new) == 2


def test_a_place_told_from_here_is_a_place_everywhere(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The catalogue has whole paths: the night runs in another folder."""
    GENESYS.export(tmp_path)
    monkeypatch.chdir(tmp_path)
    imported(desk, GENESYS, Path("org"))

    assert all(Path(each.content.uri).is_absolute() for each in catalogue.search(desk, RecordingQuery()))


def test_a_known_recording_is_not_read_again(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Exports overlap, and a year of recordings takes a day to decode."""
    place = GENESYS.export(tmp_path)
    imported(desk, GENESYS, place)
    monkeypatch.setattr(importing, "examine", lambda *_: pytest.fail("it was read again"))

    assert imported(desk, GENESYS, place).added.known == 2


def test_a_mistake_in_one_of_many_lists_is_found_by_the_order_of_their_names(desk: Desk, tmp_path: Path):
    """A list's name may be somebody's, so it is not told."""
    place = GENESYS.export(tmp_path)
    changed(place, {"startTime": "yesterday"})
    with pytest.raises(IntakeError) as raised:
        imported(desk, GENESYS, place)

    assert [each.line for each in raised.value.faults] == [
        "2個目の一覧 startTime: 日時の形ではありません(その1件目)"
    ]


def test_columns_in_small_letters_and_shift_jis(desk: Desk, tmp_path: Path):
    """As some reports and a Japanese Excel write them."""
    place = NICE.export(tmp_path)
    write_rows(place, [[each.lower() for each in HEADINGS], *NICE_ROWS], "cp932")

    assert len(imported(desk, NICE, place).added.new) == 3


def test_a_companys_own_profile(desk: Desk, tmp_path: Path):
    """Other columns and another zone are a table of ten lines, not a program."""
    voice_file(tmp_path / "A-17.wav", 1.0)
    (tmp_path / "own.toml").write_text(
        'title = "自社のPBX"\nsources = ["社内資料"]\nformat = "csv"\nzone = "UTC"\nsound = "named"\n'
        'time_format = "%Y%m%d %H:%M"\noperator_channel = 0\n[fields]\ncall_id = ["番号"]\n'
        'started_at = ["日", "時"]\ncustomer_id = ["会員"]\nlocation = ["録音"]\n',
        encoding="utf-8",
    )
    rows = [("番号", "日", "時", "会員", "録音"), ("17", "20261010", "01:15", "M-77", "A-17.wav")]
    place = write_rows(tmp_path / "list.csv", rows)
    import_export(desk, CLERK, place, profile_of(str(tmp_path / "own.toml")))
    (found,) = catalogue.search(desk, RecordingQuery(customer_id="M-77"))

    assert found.content.started_at == datetime(2026, 10, 10, 1, 15, tzinfo=UTC)


def test_a_known_call_with_other_content_is_told(desk: Desk, tmp_path: Path):
    """Somebody has to look; nothing else of the export comes in either."""
    place = GENESYS.export(tmp_path)
    imported(desk, GENESYS, place)
    changed(place, {"startTime": "2026-10-10T02:15:00Z"})
    with pytest.raises(IntakeError, match="1件も取り込んでいません") as raised:
        imported(desk, GENESYS, place)

    assert "同じ通話IDで内容の違う録音が登録されています" in raised.value.faults[0].line


def test_nothing_to_import_is_told(desk: Desk, tmp_path: Path):
    """An empty folder, and records that are all of another kind."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileError, match="一覧"):
        imported(desk, GENESYS, tmp_path / "empty")
    place = GENESYS.export(tmp_path)
    for path in place.rglob("*_metadata.json"):
        path.write_text('{"mediaType": "Chat"}')
    with pytest.raises(FileError, match="1件もありません"):
        imported(desk, GENESYS, place)


def test_the_command(tmp_path: Path):
    """Told in lines: what came in, what was passed over, every mistake."""
    runner = CliRunner(env={"KAIJI_HOME": str(tmp_path / "home"), "KAIJI_WORK": str(tmp_path / "work")})
    (tmp_path / "calls").mkdir()
    place = CONNECT.export(tmp_path / "calls")
    line = ["exchange", "import", str(place), "--profile", "amazon-connect"]
    good = runner.invoke(app, line)
    changed(place, {"InitiationTimestamp": GONE})
    bad, unknown = runner.invoke(app, line), runner.invoke(app, [*line[:-1], "avaya"])

    assert good.exit_code == 0, good.output
    assert "2件を取り込みました (登録済み 0件)" in good.output
    assert (bad.exit_code, unknown.exit_code) == (2, 2)
    assert "2件目 InitiationTimestamp: ありません" in bad.output
    assert "プロファイルは amazon-connect、genesys-cloud、nice-cxone のどれか" in unknown.output
