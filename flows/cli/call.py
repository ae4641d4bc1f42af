"""``kaiji call``, ``kaiji recordings`` and ``kaiji lists``: what is masked, and by which lists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.session import (
    Number,
    Report,
    Session,
    Who,
    answers,
    opened,
    refuse,
    refuse_faults,
    table,
    told,
)
from flows.cli.steps import add_steps

if TYPE_CHECKING:
    from flows.desk.cases.catalogue import DaySpan
    from flows.desk.kinds.values import Call, FoundRecording
    from flows.intake.tabular import Layout

call = typer.Typer(no_args_is_help=True)
recordings = typer.Typer(no_args_is_help=True)
lists = typer.Typer(no_args_is_help=True)

NOTHING_FOUND = (
    "会員番号、電話番号、期間の合う録音は目録にありません。目録に取り込むには kaiji recordings scan か import"
)

CallId = Annotated[str, typer.Argument(metavar="通話ID", help="kaiji call list で分かります")]
OperatorChannel = Annotated[
    int | None,
    typer.Option(
        "--operator-channel",
        min=0,
        max=1,
        show_default=False,
        help="2チャンネルの録音で担当者が話すチャンネル: 0 (左) か 1 (右)",
    ),
]
First = Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="この日から")]
Last = Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="この日まで")]


@call.command("search")
def search(
    case: Annotated[
        str, typer.Option("--case", help="この請求の会員番号、電話番号、期間で探す", show_default=False)
    ] = "",
    first: First = None,
    last: Last = None,
    who: Who = "",
) -> None:
    """録音を目録から探します。--case がなければ、探す値を尋ねます (引数には書けません)。

    示すのは録音のID、開始日時、長さだけです。
    """
    with opened(who) as session:
        from flows.desk.cases.catalogue import DaySpan

        days = DaySpan(first.date() if first else None, last.date() if last else None)
        found = _of_case(session, case, days) if case else _asked(session, days)
        table(("録音", "開始", "長さ", "請求に追加済"), found)
        if not found:
            typer.echo(NOTHING_FOUND, err=True)


def _asked(session: Session, days: DaySpan) -> list[tuple[object, ...]]:
    from flows.desk.cases.catalogue import RecordingQuery
    from flows.desk.cases.catalogue import search as find
    from flows.desk.integrity.chain import Subject

    questions = ("顧客番号(空は問わない)", "電話番号(空は問わない)", "担当者(空は問わない)")
    customer, number, operator = answers(questions)
    query = RecordingQuery(
        customer_id=customer, number=number, operator=operator, first=days.first, last=days.last
    )
    found = find(session.desk, query)
    with session.desk.change(session.actor) as change:
        change.record("recordings.search", Subject(), {"found": len(found)})
    return [_line(one, frozenset()) for one in found]


def _of_case(session: Session, number: str, days: DaySpan) -> list[tuple[object, ...]]:
    from flows.desk.cases import calls, requests
    from flows.desk.cases.catalogue import search_for
    from flows.desk.integrity.chain import Subject

    request = requests.get(session.desk, number)
    found = search_for(session.desk, request, days)
    with session.desk.change(session.actor) as change:
        change.record("recordings.search", Subject(request.request_id), {"found": len(found)})
    attached = frozenset(one.recording_id for one in calls.list_calls(session.desk, request=number))
    return [_line(one, attached) for one in found]


def _line(found: FoundRecording, attached: frozenset[str]) -> tuple[object, ...]:
    from flows.desk.kinds.values import JAPAN

    started = f"{found.content.started_at.astimezone(JAPAN):%Y-%m-%d %H:%M}"
    seconds = found.content.duration
    length = "" if seconds is None else f"{int(seconds) // 60}:{int(seconds) % 60:02}"
    return found.recording_id, started, length, "済" if found.recording_id in attached else ""


@call.command("attach")
def attach(
    number: Number,
    recording: Annotated[
        list[str] | None, typer.Argument(metavar="[録音ID]…", help="kaiji call search で分かります")
    ] = None,
    found: Annotated[
        bool, typer.Option("--found", help="kaiji call search --case で見つかるものをすべて加える")
    ] = False,
    inbox: Annotated[
        list[str] | None, typer.Option("--inbox", help="受信箱のファイルのID (kaiji recordings inbox)")
    ] = None,
    who: Who = "",
) -> None:
    """録音を請求に加えます。本人確認の後だけにできます。加えた時のハッシュを記録します。"""
    if sum(map(bool, (recording, found, inbox))) != 1:
        refuse("録音ID、--found、--inbox のどれか1つを指定してください")
    with opened(who) as session:
        from flows.desk.cases import calls, requests

        request = requests.get(session.desk, number)
        wanted = list(recording or ())
        for file_id in inbox or ():
            from flows.runs.inbox import take_from_inbox

            call_id = take_from_inbox(session.desk, session.actor, file_id, number)
            typer.echo(f"{file_id} を通話 {call_id} として加えました")
        if found:
            from flows.desk.cases.catalogue import search_for

            there = {one.recording_id for one in calls.list_calls(session.desk, request=number)}
            known = search_for(session.desk, request)
            wanted = [one.recording_id for one in known if one.recording_id not in there]
            if not wanted:
                refuse(f"加える録音がありません。{NOTHING_FOUND}")
        for recording_id in wanted:
            done = calls.attach_call(session.desk, session.actor, number, recording_id)
            typer.echo(f"{recording_id} を通話 {done.call_id} として加えました")
        typer.echo("夜間処理で伏せられます。すぐに処理するには: kaiji run nightly")


@call.command("list")
def list_(
    number: Annotated[str, typer.Argument(metavar="[請求番号]", help="なければすべて")] = "",
    state: Annotated[list[str] | None, typer.Option("--state", help="この状態のものだけ")] = None,
    who: Who = "",
) -> None:
    """通話の一覧。個人情報は含みません。"""
    with opened(who) as session:
        from flows.cli.case_view import state_of
        from flows.desk.cases import calls, requests

        states = [state_of(name) for name in state or ()]
        numbers = {one.request_id: one.number for one in requests.list_requests(session.desk)}
        found = calls.list_calls(session.desk, states, number or None)
        now = session.desk.clock()
        table(("通話", "請求", "状態", "版", "理由"), _lines(found, numbers, now))


def _lines(found: Iterable[Call], numbers: dict[str, str], now: datetime) -> Iterable[tuple[object, ...]]:
    from flows.desk.work.holding import claim_text

    for one in found:
        why = claim_text(one.lease_until, now) if one.lease_until is not None else one.failure_reason
        yield one.call_id, numbers[one.request_id], one.state.label, one.revision, why


@call.command("check")
def check(call_id: CallId, who: Who = "") -> None:
    """録音が、請求に加えた時のままかを確かめます。終了コード 3: 変わっている。"""
    with opened(who) as session:
        from flows.desk.cases import calls

        calls.check_unchanged(session.desk, call_id)
        typer.echo(f"{call_id}: 加えた時のままです")


@recordings.command("import")
def import_(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="CSV か JSON")],
    column: Annotated[
        list[str] | None, typer.Option("--column", help="自社の見出し。例 --column started_at=録音開始日時")
    ] = None,
    others: Annotated[
        bool, typer.Option("--ignore-other-columns", help="知らない見出しの列を読み飛ばす")
    ] = False,
    report: Report = None,
    who: Who = "",
) -> None:
    """録音の一覧を目録に取り込みます。誤りが1つでもあれば1件も取り込みません。

    列: call_id(通話ID) started_at(開始日時) file(ファイル) duration(長さ) numbers(電話番号)
    customer_id(顧客番号) operator(担当者) operator_channel(担当者のチャンネル: 0か1)
    """
    with opened(who) as session:
        from flows.intake.faults import IntakeError
        from flows.intake.recordings import import_recordings

        try:
            done = import_recordings(session.desk, session.actor, path, _layout(column or (), others=others))
        except IntakeError as error:
            refuse_faults(str(path), error.faults, report)
        typer.echo(f"{len(done.new)}件を取り込みました (登録済み {done.known}件)")


def _layout(columns: Iterable[str], *, others: bool) -> Layout:
    from flows.intake.recordings import LAYOUT

    known = {column.key for column in LAYOUT.columns}
    headings = {}
    for one in columns:
        key, _, heading = one.partition("=")
        if key not in known or not heading:
            refuse(f"--column は {'、'.join(sorted(known))} のどれかと、= の後の見出しです")
        headings[heading] = key
    return replace(LAYOUT, headings=headings, others_allowed=others)


@recordings.command("scan")
def scan(
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="フォルダか、s3:// などの URL")],
    pattern: Annotated[
        str,
        typer.Option(
            "--pattern",
            help="ファイル名の形。例 '{start:%Y%m%d-%H%M%S}_{customer}_{operator}_{number}.wav'。"
            "欄: start id customer operator number _ (読み飛ばし)",
        ),
    ],
    probe: Annotated[bool, typer.Option(help="新しい録音を読んで長さを測る")] = True,
    operator_channel: OperatorChannel = None,
    who: Who = "",
) -> None:
    """フォルダの録音を、ファイル名から目録に取り込みます。繰り返しても二重にはなりません。"""
    from flows.intake.file_pattern import compile_pattern

    with told():
        names = replace(compile_pattern(pattern), operator_channel=operator_channel or 0)
    with opened(who) as session:
        from flows.intake.recordings import scan_recordings

        done = scan_recordings(session.desk, session.actor, folder, names, probe=probe)
        typer.echo(f"{done.new}件を取り込みました (登録済み {done.known}件)")
        for count, what in (
            (done.unmatched, "名前の形が違います"),
            (done.unreadable, "音声として読めず、長さが分かりません"),
            (done.changed, "登録済みのものと内容が違い、そのままにしました"),
            (done.young, "書込み中かもしれないため、次に回します"),
        ):
            if count:
                typer.echo(f"  {count}件: {what}")


@recordings.command("inbox")
def inbox(who: Who = "") -> None:
    """受信箱 (KAIJI_HOME の inbox フォルダ) に置いた録音のIDを示します。ファイル名を含みます。"""
    with opened(who) as session:
        from flows.runs.inbox import inbox_folder, list_inbox

        found = list_inbox(session.desk)
        if not found:
            refuse(f"録音がありません。ここに置いてください: {inbox_folder(session.desk)}")
        table(("ファイルのID", "ファイル"), ((one.file_id, one.path.name) for one in found))


@lists.command("import")
def import_lists(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="YAML、JSON、CSV")],
    may_empty: Annotated[
        bool, typer.Option("--may-empty", help="いまある種類の語がすべてなくなってもよい")
    ] = False,
    report: Report = None,
    who: Who = "",
) -> None:
    """担当者と会社の一覧を取り込み、新しい版にします。一覧は全体が置き換わります。

    キーは CASE.json と同じ staff、company、confidential_terms、policy です。
    policy を書かなければ、いまの方針のままです。CSV の列: 種類(担当者、社名、電話番号、機密、商品) 表記 読み
    """
    with opened(who, "admin") as session:
        from flows.intake.faults import IntakeError
        from flows.intake.lists import import_lists as take

        try:
            versions = take(session.desk, session.actor, path, may_empty=may_empty)
        except IntakeError as error:
            refuse_faults(str(path), error.faults, report)
        for label, version in (("担当者の一覧", versions.staff), ("会社の一覧", versions.company)):
            if version:
                typer.echo(f"{label}: 第{version}版")


@lists.command("show")
def show_lists(who: Who = "") -> None:
    """いまの一覧の版と件数、方針を示します。中身は示しません。"""
    with opened(who, "admin") as session:
        from flows.desk.cases.lists import current_lists

        now = current_lists(session.desk)
        company = now.company
        table(
            ("一覧", "版", "件数"),
            (
                ("担当者", now.versions.staff, len(now.staff.names)),
                ("社名", now.versions.company, len(company.names)),
                ("会社の電話番号", now.versions.company, len(company.phones)),
                ("機密の語", now.versions.company, len(company.confidential_terms)),
                ("商品", now.versions.company, len(company.products)),
                ("いつも伏せる・残す語", now.versions.company, len(company.words)),
            ),
        )
        if not now.versions.staff or not now.versions.company:
            typer.echo("取り込んでいない一覧があります。担当者や自社の名前も、不明な名前として伏せられます")
            typer.echo("取り込むには: kaiji lists import FILE")
        policy = "、".join(f"{party.value}: {action.value}" for party, action in company.actions)
        policy += "".join(f"、{kind}: {action.value}" for kind, action in company.kinds)
        typer.echo(f"方針: {policy}")


add_steps(call, "call")
