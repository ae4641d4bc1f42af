from __future__ import annotations

import os
import stat
from pathlib import Path

import numpy as np
import pytest

from flows import workspace as ws
from flows.files.case_file import parse_case
from pipeline.errors import PipelineError
from pipeline.reasons import Reason, Why
from pipeline.types import CharSpan, EntitySpan, Finding, Leak, Party, TimeSpan
from tests.builders import CASE, item, plan, recording, transcript, utterance

ENTITY = EntitySpan(
    "PERSON",
    CharSpan(0, 2),
    0.5,
    "Test",
    (Why(Reason.COMPANY_RULE, "why"),),
    needs_review=True,
    hint=Party.STAFF,
)

VALUES = [
    (ws.JOB, ws.Job("c1", Path("a.wav"), Path("out"), parse_case(CASE, "case"), transcript=Path("w.json"))),
    (ws.TRANSCRIPT, transcript(utterance("はい", 1.0, 1, "cu"), utterance("佐藤です", 2.0))),
    (ws.ENTITIES, (ENTITY,)),
    (
        ws.FINDINGS,
        (
            Finding(
                ENTITY, Party.UNKNOWN, Reason.OWNER_UNKNOWN, True, TimeSpan(0.1, 0.30000000000000004), (0, 1)
            ),
        ),
    ),
    (ws.PLAN, plan(item(1.0, 2.0), item(3.0, 4.5, item_id="m0001"))),
    (ws.LEAKS, (Leak("TEXT", None, TimeSpan(0.0, 1.0)),)),
]


@pytest.mark.parametrize(("slot", "value"), VALUES, ids=[slot.name for slot, _ in VALUES])
def test_a_value_comes_back_equal(tmp_path: Path, slot, value):
    """What one process puts into a folder another gets out, equal to the last digit."""
    ws.FolderWorkspace(tmp_path / "c1").put(slot, value)

    assert ws.FolderWorkspace(tmp_path / "c1").get(slot) == value


def test_a_recording_comes_back_equal(tmp_path: Path):
    """Samples too, bit for bit."""
    put = recording(1.0, channels=2)
    ws.FolderWorkspace(tmp_path / "c1").put(ws.RECORDING, put)
    got = ws.FolderWorkspace(tmp_path / "c1").get(ws.RECORDING)

    assert (got.rate, got.law, got.sha256) == (put.rate, put.law, put.sha256)
    assert np.asarray(got.samples).dtype == np.int16
    np.testing.assert_array_equal(np.asarray(got.samples), put.samples)


def test_a_long_recording_comes_back_equal(tmp_path: Path, monkeypatch):
    """Also one that is laid down in several pieces, and one that lay in a file before."""
    monkeypatch.setattr(ws, "SAMPLES_PER_WRITE", 999)
    put = recording(1.0, channels=2)
    first, second = ws.FolderWorkspace(tmp_path / "c1"), ws.FolderWorkspace(tmp_path / "c2")
    first.put(ws.RECORDING, put)
    second.put(ws.RECORDING, first.get(ws.RECORDING))
    np.testing.assert_array_equal(np.asarray(second.get(ws.RECORDING).samples), put.samples)


@pytest.mark.parametrize("kind", ["memory", "folder"])
def test_an_unset_value_is_an_error(tmp_path: Path, kind):
    """A stage that runs before its turn is told so."""
    empty = ws.MemoryWorkspace(tmp_path) if kind == "memory" else ws.FolderWorkspace(tmp_path / "c1")

    with pytest.raises(PipelineError, match="plan"):
        empty.get(ws.PLAN)


def test_only_the_owner_may_read_a_run_and_it_is_gone_afterwards(tmp_path: Path):
    """Folders of a run and of its calls are closed to everybody else."""
    with ws.open_run(tmp_path / "work") as folder:
        call = folder / "0001"
        ws.FolderWorkspace(call)
        for path in (tmp_path / "work", folder, call, call / "products"):
            assert stat.S_IMODE(path.stat().st_mode) == 0o700

    assert list((tmp_path / "work").iterdir()) == []


def test_a_work_folder_of_somebody_else_is_refused(tmp_path: Path, monkeypatch):
    """In a shared place anyone could have laid the folder there first."""
    monkeypatch.setattr(os, "getuid", lambda: 12345)

    with pytest.raises(PipelineError), ws.open_run(tmp_path):
        pass


def test_a_work_folder_that_cannot_be_made_is_one_error(tmp_path: Path):
    """A file in the way is an error of ours."""
    (tmp_path / "work").write_text("", encoding="utf-8")

    with pytest.raises(PipelineError), ws.open_run(tmp_path / "work"):
        pass


def test_a_job_shows_no_file_name():
    """File names of calls hold names and numbers, so a job's repr has none."""
    job = ws.Job("c1", Path("鈴木花子_09012345678.wav"), Path("out"), parse_case(CASE, "case"))

    for secret in ("鈴木", "0901234", "山本", "特別値引き枠"):
        assert secret not in repr(job)
