from __future__ import annotations

import json
import shutil
import signal
import stat
from pathlib import Path

import pytest

from flows import outputs
from flows.files.keyed_digest import new_digest_key
from flows.folders.endings import EndedBySignal
from flows.folders.open_folder import OpenFolder
from pipeline.audio.recording import read_recording
from pipeline.errors import CallUnsafeError
from pipeline.types import MaskAction, Party
from tests.builders import item, plan, recording, transcript, utterance

WORDS = transcript(utterance("隣の佐藤さんです", 1.0))
PLAN = plan(
    item(1.3, 1.85, chars=(2, 4)),
    item(2.4, 2.6, item_id="m0001", chars=(7, 8), action=MaskAction.KEEP, party=Party.STAFF, ground=0),
)


@pytest.fixture
def products(tmp_path: Path) -> Path:
    """A folder with all the products of one call."""
    folder = tmp_path / "made"
    folder.mkdir()
    outputs.write_masked(folder, recording(), WORDS, PLAN)
    outputs.write_review(folder, WORDS, PLAN, new_digest_key())
    named = {name: outputs.file_sha256(folder / name) for name in outputs.PRODUCTS[:-1]}
    manifest = {"call_id": "c", "input": {"sha256": "0"}, "outputs": named, "plan": {}}
    outputs.write_json(folder / outputs.MANIFEST, manifest)
    return folder


def test_all_five_files_appear_under_the_calls_name(tmp_path: Path, products: Path):
    """Publishing leaves the contract's five files and nothing hidden."""
    out = tmp_path / "out"
    outputs.open_output(out)
    outputs.publish(products, out, "call")

    assert sorted(path.name for path in out.iterdir()) == [
        "call.manifest.json", "call.masked.json", "call.masked.txt", "call.masked.wav", "call.review.json",
    ]  # fmt: skip


def test_what_leaves_the_house_has_no_masked_word(products: Path):
    """The label stands in place of the name in both texts, and the audio keeps its shape."""
    text = (products / outputs.MASKED_TEXT).read_text(encoding="utf-8")
    document = (products / outputs.MASKED_JSON).read_text(encoding="utf-8")

    assert text == "[00:01] 話者: 隣の[氏名]さんです\n"
    assert "佐藤" not in document
    assert "[氏名]" in document
    assert read_recording(products / outputs.MASKED_WAV).samples.shape == recording().samples.shape


def test_the_review_file_holds_every_finding_and_is_its_owners(tmp_path: Path, products: Path):
    """Masked and kept findings with the contract's keys; mode 0600, also after publishing."""
    out = tmp_path / "out"
    outputs.open_output(out)
    outputs.publish(products, out, "call")
    path = out / "call.review.json"
    rows = json.loads(path.read_text(encoding="utf-8"))["findings"]

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [(row["text"], row["action"], row["party"]) for row in rows] == [
        ("佐藤", "mask", "third_party"),
        ("す", "keep", "staff"),
    ]
    assert rows[0].keys() >= {
        "start_seconds", "end_seconds", "channel", "start_char", "end_char", "text", "entity_type", "score",
        "recognizer", "party", "action", "reason", "needs_review",
    }  # fmt: skip
    assert (rows[0]["start_seconds"], rows[0]["end_seconds"], rows[0]["channel"]) == (1.3, 1.85, 0)


@pytest.mark.parametrize("failing", outputs.PRODUCTS)
def test_when_publishing_fails_half_way_nothing_is_left(tmp_path: Path, products: Path, failing):
    """Whichever file cannot be moved, the others do not stay either."""
    out = tmp_path / "out"
    outputs.open_output(out)
    # A folder in the way stops the renaming of a file, for root too.
    (out / f"call.{failing}" / "x").mkdir(parents=True)

    with pytest.raises(outputs.OutputFolderError):
        outputs.publish(products, out, "call")

    shutil.rmtree(out / f"call.{failing}", ignore_errors=True)
    assert list(out.iterdir()) == []


def test_a_missing_product_is_not_published(tmp_path: Path, products: Path):
    """Four of five are none."""
    (products / outputs.REVIEW).unlink()
    out = tmp_path / "out"
    outputs.open_output(out)

    with pytest.raises(outputs.OutputFolderError):
        outputs.publish(products, out, "call")

    assert list(out.iterdir()) == []


def test_an_error_takes_the_place_of_an_earlier_result(tmp_path: Path, products: Path):
    """After a failure only the reason is there, without products of a run before."""
    out = tmp_path / "out"
    outputs.open_output(out)
    outputs.publish(products, out, "call")
    outputs.publish(products, out, "other")
    outputs.withdraw(out, "call")
    outputs.write_error(out, "call", CallUnsafeError("1件"))

    assert sorted(path.name for path in out.glob("call.*")) == ["call.error.json"]
    assert len(list(out.glob("other.*"))) == 5
    assert json.loads((out / "call.error.json").read_text(encoding="utf-8")) == {
        "code": "call_unsafe",
        "message": "1件",
    }


def test_a_signal_while_files_are_removed_leaves_none(tmp_path: Path, products: Path, monkeypatch):
    """It comes when all of the call's files are gone: a manifest never stands alone."""
    out = tmp_path / "out"
    outputs.open_output(out)
    outputs.publish(products, out, "call")
    remove = OpenFolder.remove

    def told(number: int, _: object) -> None:
        raise EndedBySignal(number)

    def removed(folder: OpenFolder, name: str) -> None:
        signal.raise_signal(signal.SIGTERM)
        remove(folder, name)

    before = signal.signal(signal.SIGTERM, told)
    monkeypatch.setattr(OpenFolder, "remove", removed)
    try:
        with pytest.raises(EndedBySignal):
            outputs.withdraw(out, "call")
    finally:
        signal.signal(signal.SIGTERM, before)
    assert list(out.iterdir()) == []


@pytest.mark.parametrize("way", ["file", "below a file"])
def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path, way):
    """A file where the folder should be is one clear error."""
    (tmp_path / "out").write_text("", encoding="utf-8")

    with pytest.raises(outputs.OutputFolderError):
        outputs.open_output(tmp_path / "out" if way == "file" else tmp_path / "out" / "deep")


def test_the_staging_folder_is_elsewhere_closed_and_gone(tmp_path: Path, monkeypatch):
    """Unverified files never lie under DIR, whatever happens."""
    monkeypatch.setenv("KAIJI_WORK", str(tmp_path / "work"))

    def interrupted() -> None:
        with outputs.staging() as folder:
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            (folder / "masked.wav").write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list((tmp_path / "work").iterdir()) == []
