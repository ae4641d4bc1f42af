"""The ledger as a Japanese table, for the terminal, for spreadsheets and for the page."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TextIO

from flows.desk.answers.differences import GivenWay, way_of
from flows.desk.kinds.breaches import Breach
from flows.desk.kinds.csv_cells import plain_cell
from flows.desk.kinds.passage_text import format_passage
from flows.desk.kinds.request_words import AUTHORITIES, CHANNELS
from flows.desk.kinds.states import State
from flows.desk.kinds.values import JAPAN, Delivery, Note, Wanted
from flows.desk.kinds.ways import Passage, Visit, Way
from flows.desk.record.ledger import LedgerAnswer, LedgerCall, LedgerRow

COLUMNS = (
    *("請求番号", "状態", "受付日時", "受付方法", "期限", "請求者", "代理人", "代理権", "本人確認"),
    *(
        "請求の対象",
        "通話",
        "決定",
        "通話ごとの決定と根拠",
        "不開示の理由",
        "開示の形",
        "開示のしかた",
        "手数料",
    ),
    *("確認した人", "承認した人", "開示日時", "開示した人", "開示したファイル", "パッケージのSHA-256"),
    *("交付", "対面の聴取", "不服の申出", "漏えい等", "個人情報の消去"),
)

SHORT = ("請求番号", "状態", "受付", "期限", "決定", "開示", "交付", "申出")
"""Columns without personal data."""

WANTED = {Wanted.AUDIO: "音声", Wanted.TRANSCRIPT: "文字", Wanted.BOTH: "音声と文字"}
DELIVERY = {Delivery.ELECTRONIC: "電磁的記録", Delivery.PAPER: "書面", Delivery.OTHER: "その他"}


def cells(row: LedgerRow) -> tuple[str, ...]:
    """Return one request's cells for ``COLUMNS``; several values of one kind are on separate lines."""
    request, content = row.request, row.request.content
    agent = content.agent
    checks = (f"{each.method.label} {_time(each.checked_at)} {each.by}" for each in row.checks)
    fee = f"{content.fee_yen}円 {'受領済み' if content.fee_paid else '未受領'}" if content.fee_yen else "なし"
    return (
        *(request.number, request.state_label, _time(content.received_at)),
        *(_word(CHANNELS, content.channel), request.due_on.isoformat()),
        "、".join(name.text for name in content.requester.names),
        "" if agent is None else agent.name.text,
        "" if agent is None else _word(AUTHORITIES, agent.authority),
        _lines(checks),
        _scope(row),
        str(sum(call.number > 0 for call in row.calls)),
        _lines(_decisions(row)),
        _lines(_of_call(call, row) for call in row.calls if call.number),
        _lines(f"{_about(row, note)}{note.text}" for note in row.withheld),
        f"{WANTED[content.wanted]}、{DELIVERY[content.delivery]}",
        _lines(_ways(row)),
        fee,
        _lines(_people(row.calls, approved=False)),
        _lines(_people(row.calls, approved=True)),
        _lines(_time(each.release.released_at) for each in row.answers),
        _lines(each.release.released_by for each in row.answers),
        _lines(_files(row.answers)),
        _lines(each.release.package_sha256 for each in row.answers),
        _lines(_deliveries(row.answers)),
        _lines(line for visit in row.visits for line in _visit(visit, row)),
        _lines(f"{_time(note.at)} {note.by}: {note.text}" for note in row.objections),
        _lines(line for each in row.breaches for line in _breach(each, row)),
        "" if row.erased_at is None else _time(row.erased_at),
    )


def short_cells(row: LedgerRow) -> tuple[str, ...]:
    """Return one request's cells for ``SHORT``."""
    request = row.request
    last = row.answers[-1] if row.answers else None
    return (
        request.number,
        request.state_label,
        request.content.received_at.astimezone(JAPAN).date().isoformat(),
        request.due_on.isoformat(),
        "" if last is None else last.release.kind.label,
        "" if last is None else last.release.released_at.astimezone(JAPAN).date().isoformat(),
        "済" if last is not None and last.deliveries else "",
        str(len(row.objections) or ""),
    )


def write_csv(rows: Iterable[LedgerRow], target: TextIO) -> int:
    """Write the ledger as CSV for a spreadsheet.

    Args:
        rows: The rows that ``ledger`` returned.
        target: Text stream, opened with ``newline=""``, and as ``utf-8-sig`` for Excel.

    Returns:
        Number of requests.
    """
    writer = csv.writer(target)
    writer.writerow(COLUMNS)
    count = 0
    for row in rows:
        writer.writerow([plain_cell(cell) for cell in cells(row)])
        count += 1
    return count


def _time(at: datetime) -> str:
    return f"{at.astimezone(JAPAN):%Y-%m-%d %H:%M}"


def _lines(parts: Iterable[str]) -> str:
    return "\n".join(part for part in parts if part)


def _ways(row: LedgerRow) -> Iterable[str]:
    """Yield the ways of the answers where they differ from the request, and the way of the next one."""
    for each in row.answers:
        if each.release.manner.way is not Way.FILES:
            yield f"第{each.release.turn}回 {way_text(way_of(each.release))}"
    way = row.way
    if way is not None and way.manner.way is not Way.FILES:
        told = f"承認 {way.approved_by}" if way.settled else "承認前"
        passages = ((_number(row, each), each) for each in way.manner.passages)
        given = GivenWay(way.manner.way, tuple(passages))
        yield f"次の回答 {way_text(given)} (決定 {way.by}、{told})"


def way_text(given: GivenWay) -> str:
    """Write how an answer discloses its calls, with the times of its passages."""
    parts = "、".join(f"通話{format_passage(number, each)}" for number, each in given.passages)
    return f"{given.way.label}: {parts}" if parts else given.way.label


def _visit(visit: Visit, row: LedgerRow) -> Iterable[str]:
    """Yield a visit: its times, the people present, and the played stretches with their times."""
    end = "" if visit.ended_at is None else f"{visit.ended_at.astimezone(JAPAN):%H:%M}"
    yield f"{_time(visit.began_at)}から{end or '(終了の記録なし)'} 立会い {visit.present}、再生 {visit.by}"
    for at, each in visit.played:
        yield f"　{at.astimezone(JAPAN):%H:%M:%S} 通話{format_passage(_number(row, each), each)}"


def _breach(breach: Breach, row: LedgerRow) -> Iterable[str]:
    """Yield a breach: its answer, kind and decision, and the reports with their times."""
    yield f"{breach.number} {breach.state_label}"
    for mark in breach.marks:
        if mark.request_id == row.request.request_id:
            yield f"　{_time(mark.known_at)}に知った 第{mark.turn}回 {mark.kind.label} {mark.by}: {mark.text}"
    for duty in breach.duties:
        grounds = "、".join(f"施行規則7条{ground}号" for ground in duty.grounds) or "7条の号に当たらない"
        told = "報告する" if duty.reports else "報告しない"
        yield f"　{_time(duty.at)} {told}({grounds}) {duty.by}: {duty.reason}"
    for done in breach.done:
        yield f"　{_time(done.done_at)} {done.stage.label} {done.by}: {done.how}"


def _number(row: LedgerRow, passage: Passage) -> int:
    return next((call.number for call in row.calls if call.call_id == passage.call_id), 0)


def _word(labels: Mapping[str, str], code: str) -> str:
    """Return the Japanese label of a code word; the company's own words are returned unchanged."""
    return next((label for label, known in labels.items() if known == code), code)


def _scope(row: LedgerRow) -> str:
    scope = row.request.content.scope
    period = f"{scope.first or ''}から{scope.last or ''}まで" if scope.first or scope.last else ""
    return " ".join(part for part in (period, scope.topic) if part)


def _decisions(row: LedgerRow) -> list[str]:
    if row.answers:
        return [each.release.kind.label for each in row.answers]
    return [row.request.answer.label] if row.request.answer is not None else []


def _of_call(call: LedgerCall, row: LedgerRow) -> str:
    if call.decision is None:
        whole = call.state is State.WITHHELD and row.request.answer is not None
        return f"通話{call.number}: {row.request.state_label if whole else call.state.label}"
    grounds = "、".join(f"33条2項{ground}号" for ground in call.grounds)
    masked = f" {call.masked}か所" if call.masked else ""
    voices = "、".join(f"{what}{count}か所" for what, count in call.voices)
    told = f" 第三者の声: {voices}" if voices else ""
    return f"通話{call.number}: {call.decision.label}{masked}{f' ({grounds})' if grounds else ''}{told}"


def _about(row: LedgerRow, note: Note) -> str:
    number = next((call.number for call in row.calls if call.call_id == note.about), 0)
    return f"通話{number}: " if number else ""


def _people(calls: Iterable[LedgerCall], *, approved: bool) -> list[str]:
    found = (name for call in calls for name in (call.approvers if approved else call.reviewers))
    return list(dict.fromkeys(found))


def _files(answers: tuple[LedgerAnswer, ...]) -> Iterable[str]:
    for each in answers:
        for file in each.release.files:
            yield f"{file.name} {file.sha256}"


def _deliveries(answers: tuple[LedgerAnswer, ...]) -> Iterable[str]:
    for each in answers:
        if each.release.delivered_how:
            yield f"第{each.release.turn}回 {each.release.delivered_how}"
        for note in each.deliveries:
            yield f"第{each.release.turn}回 {_time(note.at)} {note.text}"
