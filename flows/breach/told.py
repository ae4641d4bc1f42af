"""What went out and who heard or opened it, in Japanese: for the papers, the page and the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby

from flows.desk.answers.differences import way_of
from flows.desk.breaches.exposure import Exposure, Opened
from flows.desk.kinds.passage_text import format_passage
from flows.desk.kinds.values import JAPAN, FileKind
from flows.desk.kinds.ways import Passage, Visit, Way
from flows.releasing.ledger_table import way_text
from flows.releasing.letter_content import KINDS, OTHER_KIND

HEADINGS = ("いつ", "どうした", "だれ・方法", "何を")
"""Headings of ``heard_rows``."""

OPENED = {
    "file.open": "取り出した・開いた",
    "call.listen": "元の音を聴いた",
    "call.view": "確認の画面で読んだ",
    "release.unpack": "暗号化を解いて取り出した",
    "release.password": "見た",
}

WITHOUT_FILE = {"call.listen": "録音", "call.view": "文字起こし"}
"""What was heard or read where no file was taken; else it was the password."""

SEEN = "合言葉"


def moment_of(at: datetime) -> str:
    """Return a time as the desk writes it."""
    return f"{at.astimezone(JAPAN):%Y-%m-%d %H:%M}"


def day_of(at: datetime) -> str:
    """Return a day as a letter writes it."""
    day = at.astimezone(JAPAN)
    return f"{day.year}年{day.month}月{day.day}日"


def what_went_out(found: Exposure) -> Iterator[str]:
    """Yield what an answer disclosed: when, in which way, how much, and how it was protected."""
    answer, mark = found.answer, found.mark
    yield f"請求 {mark.request} 第{mark.turn}回の回答({answer.kind.label}、{moment_of(answer.released_at)})"
    yield f"開示のしかた　{way_text(way_of(answer))}"
    calls = [call for call in answer.calls if not call.withheld]
    masked = sum(len(call.masked) for call in calls)
    yield f"通話 {len(calls)}件(伏せた所 {masked}か所)、ファイル {len(answer.files)}件"
    if answer.files:
        told = "暗号化(AES-256)。合言葉は別に伝えるもの" if answer.encrypted else "暗号化していない"
        yield f"ファイルの保護　{told}"
    for other in found.others:
        when = moment_of(other.released_at)
        yield f"同じ請求のほかの回答　第{other.turn}回({other.kind.label}、{when})"


def data_items(found: Exposure) -> tuple[str, ...]:
    """Return the kinds of personal data in an answer, without any of it."""
    answer = found.answer
    calls = [call for call in answer.calls if not call.withheld]
    names = {file.name.rpartition(".")[2] for file in answer.files if file.call}
    kinds = ["回答書(請求者の氏名、登録があれば住所)"] if answer.files else []
    if calls and (answer.manner.way is Way.IN_PERSON or names & {"wav", "mp3"}):
        kinds.append("通話の音声(話した人の声と話の内容)")
    if calls and names & {"txt", "docx"}:
        kinds.append("通話の文字起こし")
    spoken = [KINDS.get(kind, OTHER_KIND) for kind in found.kept]
    return (*kinds, *(f"通話の中の{each}(残した所)" for each in dict.fromkeys(spoken)))


def heard_rows(found: Exposure) -> tuple[tuple[str, ...], ...]:
    """Return who heard, was given or opened what went out, a row each for ``HEADINGS``, in order of time."""
    answer = found.answer
    rows: list[tuple[datetime, tuple[str, str, str]]] = []
    if answer.delivered_how:
        rows.append((answer.released_at, ("交付", answer.delivered_how, f"第{answer.turn}回の回答")))
    rows += [(note.at, ("交付", note.text, f"第{answer.turn}回の回答")) for note in found.deliveries]
    rows += [row for visit in found.visits for row in _visit(visit, found)]
    rows += [(each.at, _opened(each)) for each in found.opened]
    in_order = sorted(rows, key=lambda row: row[0])
    return tuple(_run([at for at, _ in run], told) for told, run in groupby(in_order, key=lambda row: row[1]))


def _run(times: Sequence[datetime], told: tuple[str, str, str]) -> tuple[str, ...]:
    """Return one row for what happened several times without anything else between."""
    many = f" から {moment_of(times[-1])} まで {len(times)}回" if len(times) > 1 else ""
    return (f"{moment_of(times[0])}{many}", *told)


def _visit(visit: Visit, found: Exposure) -> Iterator[tuple[datetime, tuple[str, str, str]]]:
    who = f"立会い {visit.present}、再生 {visit.by}"
    if not visit.played:
        yield visit.began_at, ("対面の聴取", who, "何も再生していない")
    for at, passage in visit.played:
        yield at, ("対面の聴取", who, f"通話{format_passage(_number(found, passage), passage)}")


def _number(found: Exposure, passage: Passage) -> int:
    calls = found.answer.calls
    return next((call.number for call in calls if call.call_id == passage.call_id), 0)


def _opened(each: Opened) -> tuple[str, str, str]:
    kind = WITHOUT_FILE.get(each.what, SEEN) if each.kind is None else each.kind.label
    if each.kind is FileKind.PACKAGE:
        kind = "開示したファイル"
    what = f"通話{each.call}の{kind}" if each.call else kind
    return OPENED[each.what], each.by, what
