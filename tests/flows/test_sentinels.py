"""No personal data in clear anywhere on the disk: not Prefect's, not ours, not in a log.

Names stand in the case, the lists, the catalogue, the files' own names, in what is said, and in the
messages of provoked exceptions; after real runs everything that was written is searched for them.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from flows.desk.cases import calls
from flows.desk.cases.files import list_files, open_stream
from flows.desk.integrity.desk import Desk, open_desk
from flows.desk.kinds.states import State
from flows.desk.kinds.values import FileKind
from flows.settings import Settings
from tests.attacks import NAME
from tests.conftest import SECRETS
from tests.desk_builders import CLERK
from tests.flow_builders import InTurn, waiting_voice
from tests.flows.conftest import ServedNight
from tests.sentinels import events_in, everything_under, found_in, images_in

MORE = ("PBX-丹羽", "PBX-一色鷹丸", "一色鷹丸", "受付窪田")


@pytest.fixture(scope="module")
def recognised(served_night: ServedNight) -> tuple[str, ...]:
    """What the recogniser made of the call's data: garbled names are personal data too."""
    with open_desk(Settings(home=served_night.home, work=served_night.home / "work")) as desk:
        (file,) = (
            file
            for file in list_files(desk, call_id=served_night.good.call_id)
            if file.kind is FileKind.REVIEW
        )
        with open_stream(desk, CLERK, file.file_id) as stream:
            findings = json.loads(stream.read())["findings"]
    return tuple(row["text"] for row in findings if len(row["text"]) > 3 and not row["text"].isdigit())


def test_the_search_finds_what_it_looks_for(tmp_path: Path):
    """In files of any kind, escaped or not, and in a database's rows."""
    import sqlite3

    (tmp_path / "a.txt").write_text("x 長谷川 y", encoding="utf-8")
    (tmp_path / "b.json").write_text(json.dumps({"a": json.dumps("長谷川")}), encoding="ascii")
    with sqlite3.connect(tmp_path / "c.db") as database:
        database.execute("create table t (a)")
        database.execute("insert into t values ('長谷川')")
    image = base64.b64encode("<svg>長谷川</svg>".encode()).decode()
    (tmp_path / "d.md").write_text(f"![x](data:image/svg+xml;base64,{image})", encoding="ascii")

    hits = [path.name for path, raw in everything_under(tmp_path) if found_in(raw, ("長谷川",))]
    assert set(hits) == {"a.txt", "b.json", "c.db", "d.md"}


def test_nothing_of_a_served_night_lies_in_clear(served_night: ServedNight, recognised: tuple[str, ...]):
    """Databases, logs at their most talkative, Prefect's storage, the store: all of ``KAIJI_HOME``."""
    assert recognised
    searched = 0
    for path, raw in everything_under(served_night.home):
        searched += 1
        assert found_in(raw, SECRETS + MORE + recognised) == [], path.name
    assert searched > 10


def test_the_search_saw_the_runs(served_night: ServedNight):
    """What was searched is what the runs were written to."""
    raw = b"".join(
        raw for path, raw in everything_under(served_night.home / "prefect") if "prefect.db" in path.name
    )

    assert served_night.good.call_id.encode() in raw
    assert b"mask-waiting-call" in raw
    assert b"nightly-summary" in raw
    assert b"nightly-plot" in raw
    assert any("処理待ちの通話".encode() in image for image in images_in(raw))


def test_prefects_events_hold_nothing(served_night: ServedNight, recognised: tuple[str, ...]):
    """Payload, resource and related resources of every event of real runs, a form's refusals among them."""
    events = events_in(served_night.home / "prefect" / "prefect.db")
    runs = [event for event in events if event.name.startswith("prefect.flow-run.")]

    assert {"prefect.flow-run.Running", "prefect.flow-run.Completed"} <= {event.name for event in runs}
    assert {"prefect.task-run.Completed"} <= {event.name for event in events}
    assert all(event.resources for event in runs)
    for event in events:
        assert found_in(event.everything.encode(), SECRETS + MORE + (NAME,) + recognised) == [], event.name


def test_the_metrics_hold_nothing(served_night: ServedNight, recognised: tuple[str, ...]):
    """As the running page tells them, of a desk whose people, files and words are secrets: no id either."""
    calls_and_requests = [
        each
        for call in (served_night.good, served_night.bad)
        for each in (call.call_id, call.request_id, call.recording_id)
    ]

    assert 'kaiji_failed_calls{kind="unreadable_audio"} 1' in served_night.metrics
    assert (
        found_in(
            served_night.metrics.encode(), (*SECRETS, *MORE, *recognised, *calls_and_requests, "R-2026-")
        )
        == []
    )


def test_the_logs_were_searched(served_night: ServedNight):
    """Those of server, worker and page, and the list of failures, which tells kind and id."""
    logs = {path.name: path.read_bytes() for path in (served_night.home / "log").iterdir() if path.is_file()}

    assert {"server.log", "worker-1.log", "review.log", "failures.jsonl"} <= set(logs)
    assert served_night.bad.call_id.encode() in logs["failures.jsonl"]
    assert b"started: kaiji" in logs["review.log"]
    assert b"Traceback" not in logs["server.log"] + logs["review.log"]


def test_the_terminal_shows_nothing(served_night: ServedNight):
    """Nor does the command's own output."""
    assert found_in(served_night.printed.encode(), SECRETS + MORE) == []


@pytest.mark.usefixtures("prefect_server")
def test_provoked_exceptions_are_told_without_their_words(
    flow_desk: Desk, tmp_path: Path, monkeypatch, caplog
):
    """A library quotes the call in its message: the desk, Prefect's database and the log have its kind."""
    from prefect.settings import get_current_settings

    from flows.masking import mask_case_call
    from flows.runs.nightly import nightly

    secrets = ("長谷川隆", "09098765432", "丸亀市土器町")
    trouble = [
        KeyError("長谷川隆"),
        ValueError("09098765432"),
        OSError(5, "丸亀市土器町"),
        MemoryError("長谷川隆"),
    ]
    monkeypatch.setattr(mask_case_call, "load_models", InTurn(*trouble))
    for _ in range(3):
        waiting_voice(flow_desk, tmp_path)
    with caplog.at_level("DEBUG"):
        nightly()
    failed = calls.list_calls(flow_desk, (State.FAILED,))

    assert len(failed) == 2
    assert found_in("".join(call.failure_reason or "" for call in failed).encode(), secrets) == []
    assert found_in(caplog.text.encode(), secrets) == []
    url = get_current_settings().server.database.connection_url.get_secret_value()
    database = Path(url.partition("///")[2])
    searched = {path.name for path, raw in everything_under(database.parent) if not found_in(raw, secrets)}
    assert database.name in searched
    everything = list(everything_under(database.parent)) + list(everything_under(flow_desk.settings.home))
    for path, raw in everything:
        assert found_in(raw, secrets) == [], path.name
