"""Answers in person, by text only and by passages: package, letter, manifest, ledger, second disclosure."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import docx
import numpy as np
import pytest

from flows.desk.answers.differences import difference_to_earlier
from flows.desk.answers.releases import Answer
from flows.desk.answers.ways import approve_way, choose_way, chosen_way
from flows.desk.book.answers import Reopened
from flows.desk.book.door import do
from flows.desk.cases import calls, files, requests
from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import ConflictError, ImpossibleStepError
from flows.desk.kinds.values import Call, FileKind, Wanted
from flows.desk.kinds.ways import Manner, Passage, Way
from flows.desk.record.ledger import LedgerQuery, ledger
from flows.desk.work import plans
from flows.letter.content import REQUIRED
from flows.letter.errors import LetterError
from flows.masking.proofread import UNREAD
from flows.releasing import passages as cutting
from flows.releasing import release as releasing
from flows.releasing.fetch import fetch_folder
from flows.releasing.ledger_table import COLUMNS, cells
from pipeline.audio.recording import read_recording, to_samples
from pipeline.errors import CallUnsafeError
from pipeline.types import TimeSpan
from tests.desk_builders import ANALYST, OTHER
from tests.release_builders import APPROVER, SECRETS, approved, asked, released, words_of
from tests.sentinels import found_in

REASON = "録音にご家族の声が重なり、声を除けないため"


def settled(desk: Desk, request: str, manner: Manner) -> None:
    """A way that one person chose and another approved."""
    choose_way(desk, ANALYST, request, manner)
    approve_way(desk, OTHER, request)


def opened(desk: Desk, request: str, out: Path, turn: int | None = None) -> Path:
    """The package as the requester opens it."""
    return fetch_folder(desk, APPROVER, request, out, turn)


def names(folder: Path) -> set[str]:
    """Of the files that are not in every package."""
    return {path.name for path in folder.iterdir()} - {
        "回答書.docx",
        "開封手順.txt",
        "manifest.json",
        "SHA256SUMS",
    }


def letter_of(folder: Path) -> str:
    """Its text without blanks."""
    return re.sub(r"\s", "", words_of(folder / "回答書.docx"))


def told(desk: Desk, request: str) -> dict[str, str]:
    """The ledger's row."""
    (row,) = ledger(desk, APPROVER, LedgerQuery(number=requests.get(desk, request).number))
    return dict(zip(COLUMNS, cells(row), strict=True))


def copy_of(desk: Desk, call: Call, folder: Path) -> Path:
    """The approved masked audio."""
    found = [f for f in files.list_files(desk, call_id=call.call_id) if f.kind is FileKind.MASKED_AUDIO]
    path = folder / "approved.wav"
    path.write_bytes(desk.store.read(found[-1].store_key))
    return path


def mask_of(desk: Desk, call: Call) -> TimeSpan:
    """The one masked stretch of a call."""
    (item,) = plans.get_plan(desk, call.call_id).plan.masked
    return item.time


def test_text_only_gives_the_words_and_no_sound(desk: Desk, tmp_path: Path, out: Path):
    """Though audio was asked for: the letter says why, the manifest and the ledger which way it went."""
    request = asked(desk, wanted=Wanted.BOTH)
    approved(desk, tmp_path, request)
    settled(desk, request, Manner(Way.TEXT, wished=False, reason=REASON))
    answer = released(desk, request)
    folder = opened(desk, request, out)
    letter = letter_of(folder)

    assert names(folder) == {"通話1_文字起こし.txt", "通話1_文字起こし.docx"}
    assert json.loads((folder / "manifest.json").read_text("utf-8"))["way"] == "文字起こしだけ"
    assert "電磁的記録(文字起こしのファイル)の提供" in letter
    assert f"この方法で開示します(理由{REASON})" in letter
    assert "音声はお渡ししません" in letter
    assert "次の1か所を、[氏名]などの表示に置き換えました" in letter
    assert "声や話し方" not in letter
    assert "話の流れから、ご本人以外の方が分かることがあります" in letter
    assert (answer.kind, answer.manner.way) == (Answer.PARTIAL, Way.TEXT)
    assert told(desk, request)["開示のしかた"] == "第1回 文字起こしだけ"


def test_a_voice_that_may_not_go_out_is_withheld_with_its_ground(desk: Desk, approved_call: Call, out: Path):
    """一部不開示 even with nothing masked in the words, and the ground stands in the letter."""
    request = approved_call.request_id
    settled(desk, request, Manner(Way.TEXT, wished=False, ground=1, reason=REASON))
    released(desk, request)
    letter = letter_of(opened(desk, request, out))

    assert "音声は、開示しません。" in letter
    assert "法第33条第2項第1号" in letter
    assert REASON in letter
    assert "方法による開示は困難" not in letter


def test_passages_hold_the_copys_own_samples_and_only_their_words(
    desk: Desk, approved_call: Call, tmp_path: Path, out: Path
):
    """Two stretches of four seconds: each bit as it was approved, nothing of what lies between."""
    call, request = approved_call, approved_call.request_id
    mask = mask_of(desk, call)
    chosen = (Passage(call.call_id, 0.0, round(mask.start - 0.1, 3)), Passage(call.call_id, 3.2, 4.0))
    settled(desk, request, Manner(Way.PASSAGES, passages=chosen))
    whole = read_recording(copy_of(desk, call, tmp_path))
    answer = released(desk, request)
    folder = opened(desk, request, out)

    assert names(folder) == {
        *("通話1_箇所1_音声.wav", "通話1_箇所1_音声.mp3", "通話1_箇所2_音声.wav", "通話1_箇所2_音声.mp3"),
        *("通話1_箇所_文字起こし.txt", "通話1_箇所_文字起こし.docx"),
    }
    for at, each in enumerate(chosen, start=1):
        cut = read_recording(folder / f"通話1_箇所{at}_音声.wav")
        start, end = to_samples(TimeSpan(each.start, each.end), whole.rate, whole.length)
        assert np.array_equal(np.asarray(cut.samples), whole.samples[:, start:end])
    text = (folder / "通話1_箇所_文字起こし.txt").read_text("utf-8")
    assert text.startswith(f"{UNREAD}\n\n箇所1 00:00から")
    assert "箇所2 00:03から00:04まで" in text
    assert "[氏名]" not in text
    assert answer.kind is Answer.FULL
    assert answer.calls[0].masked == ()
    letter = letter_of(folder)
    assert "選んだ箇所の音声と文字起こしのファイル" in letter
    assert "次の箇所をお渡しします" in letter
    assert "通話の録音(1件)のうち、ご希望の箇所" in letter
    assert "開示しない部分" not in letter
    assert found_in(text.encode(), SECRETS) == []


def test_a_mask_within_a_passage_is_told_and_one_outside_is_not(desk: Desk, approved_call: Call, out: Path):
    """The company chose: the rest is withheld on a ground, and the answer is 一部不開示."""
    call, request = approved_call, approved_call.request_id
    mask = mask_of(desk, call)
    middle = (mask.start + mask.end) / 2
    passage = Passage(call.call_id, round(middle - 0.6, 3), round(middle, 3))
    manner = Manner(Way.PASSAGES, wished=False, ground=2, passages=(passage,), reason="社内の連絡を含むため")
    settled(desk, request, manner)
    answer = released(desk, request)
    folder = opened(desk, request, out)
    letter = letter_of(folder)

    assert "[氏名]" in (folder / "通話1_箇所_文字起こし.txt").read_text("utf-8")
    (told_range,) = answer.calls[0].masked
    assert (told_range.start, told_range.end) == (mask.start, passage.end)
    assert answer.kind is Answer.PARTIAL
    for each in (
        "お渡しする箇所のほかの部分は、開示しません",
        "第2項第2号",
        "第2項第1号",
        "社内の連絡を含むため",
    ):
        assert each in letter
    cell = told(desk, request)["開示のしかた"]
    assert cell.startswith("第1回 選んだ箇所だけ: 通話1 00:0")
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert manifest["way"] == "選んだ箇所だけ"
    assert manifest["passages"] == [{"call": 1, "start": passage.start, "end": passage.end}]


def test_a_note_above_the_copy_stands_above_its_passages():
    """What is said of the whole text holds for a part of it."""
    copy = {"note": "機械による文字起こし", "segments": []}
    told = cutting._words((Passage("c1", 0.0, 1.5),), copy)

    assert told == "機械による文字起こし\n\n箇所1 00:00から00:02まで\n"


@pytest.mark.parametrize(
    ("wanted", "ends"), [(Wanted.AUDIO, {".wav", ".mp3"}), (Wanted.TRANSCRIPT, {".txt", ".docx"})]
)
def test_passages_go_out_as_they_were_wished_for(desk: Desk, tmp_path: Path, wanted: Wanted, ends: set[str]):
    """Audio, or words."""
    request = asked(desk, wanted=wanted)
    call = approved(desk, tmp_path, request)
    settled(desk, request, Manner(Way.PASSAGES, passages=(Passage(call.call_id, 0, 1),)))

    assert {Path(file.name).suffix for file in released(desk, request).files if file.call} == ends


def test_a_cut_that_is_not_the_copy_does_not_go_out(desk: Desk, approved_call: Call, monkeypatch):
    """Whatever wrote other samples."""
    call, request = approved_call, approved_call.request_id
    settled(desk, request, Manner(Way.PASSAGES, passages=(Passage(call.call_id, 0, 1),)))
    write = cutting.write_wav
    monkeypatch.setattr(cutting, "write_wav", lambda path, samples, *how: write(path, samples ^ 1, *how))
    with pytest.raises(CallUnsafeError, match="一致しません"):
        released(desk, request)

    assert calls.get_call(desk, call.call_id).state.value == "approved"


def test_in_person_no_sound_and_no_word_leaves(desk: Desk, approved_call: Call, out: Path):
    """The package holds the letter; the desk remembers which copy may be played."""
    call, request = approved_call, approved_call.request_id
    settled(desk, request, Manner(Way.IN_PERSON))
    answer = released(desk, request)
    folder = opened(desk, request, out)
    letter = letter_of(folder)

    assert names(folder) == set()
    approval = plans.approvals(desk, call.call_id)[-1]
    assert answer.calls[0].played_digest == dict(approval.files)["masked_audio"]
    for each in ("当社の窓口で音声をお聞かせする方法", "ファイルは、お渡ししません", "声や話し方から"):
        assert each in letter
    assert "合言葉" not in letter
    assert "お取扱い" not in letter
    assert "請求のあった方法による開示は困難" not in letter
    (entry,) = (each for each in audit.entries(desk) if each.action == "request.release")
    assert entry.detail["way"] == "in_person"


def test_a_package_with_sound_is_no_answer_in_person(desk: Desk, approved_call: Call, monkeypatch):
    """The transaction that releases refuses what nothing should have made."""
    request = approved_call.request_id
    settled(desk, request, Manner(Way.IN_PERSON))
    monkeypatch.setattr(releasing.Material, "gives_audio", property(lambda _: True))
    with pytest.raises(ConflictError, match="合いません"):
        released(desk, request)


def test_the_letter_can_be_read_only_when_the_way_is_approved(desk: Desk, approved_call: Call):
    """A draft of what nobody agreed to is no draft."""
    request = approved_call.request_id
    choose_way(desk, ANALYST, request, Manner(Way.TEXT))
    with pytest.raises(ImpossibleStepError, match="まだ承認"):
        releasing.draft_letter(desk, request)


@pytest.mark.parametrize(
    ("manner", "missing"),
    [
        (Manner(Way.TEXT, wished=False, reason=REASON), "方法の理由"),
        (Manner(Way.PASSAGES, passages=(Passage("", 0, 1),)), "部分.開始"),
    ],
)
def test_a_companys_template_from_before_cannot_leave_out_what_the_way_needs(
    desk: Desk, approved_call: Call, tmp_path: Path, manner: Manner, missing: str
):
    """It is refused with the name of what it lacks; for an answer in files it still serves."""
    call, request = approved_call, approved_call.request_id
    document = docx.Document()
    for name in REQUIRED:
        if "." not in name:
            document.add_paragraph("{{" + name + "}}")
    for cell, name in zip(
        document.add_table(1, 4).rows[0].cells, ("開始", "終了", "種類", "根拠"), strict=True
    ):
        cell.text = "{{箇所." + name + "}}"
    document.save(str(tmp_path / "own.docx"))
    own = replace(desk, settings=desk.settings.model_copy(update={"letter_template": tmp_path / "own.docx"}))
    assert releasing.draft_letter(own, request)
    passages = tuple(replace(each, call_id=call.call_id) for each in manner.passages)
    settled(desk, request, replace(manner, passages=passages))
    with pytest.raises(LetterError, match=missing):
        releasing.draft_letter(own, request)


def test_a_second_disclosure_begins_with_what_was_asked_for(desk: Desk, approved_call: Call):
    """The way belongs to its answer; the next one tells what differs."""
    call, request = approved_call, approved_call.request_id
    passage = Passage(call.call_id, 0.0, 1.0)
    settled(desk, request, Manner(Way.PASSAGES, passages=(passage,)))
    first = released(desk, request)
    do(desk, APPROVER, Reopened(request, "全体の請求があったため"))
    assert chosen_way(desk, request) is None
    plans.approve(desk, OTHER, call.call_id, 2)
    second = released(desk, request)
    difference = difference_to_earlier(desk, request, second)

    assert (first.manner.way, second.manner) == (Way.PASSAGES, Manner())
    assert difference is not None
    assert difference.ways is not None
    assert [each.way for each in difference.ways] == [Way.PASSAGES, Way.FILES]
    assert difference.ways[0].passages == ((1, passage),)
    assert len(difference.calls[0].added) == 1
    assert told(desk, request)["開示のしかた"] == "第1回 選んだ箇所だけ: 通話1 00:00.0-00:01.0"
