"""``kaiji case``: requests taken in, identified, listed, shown, ended."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.session import (
    Number,
    Reason,
    Report,
    Session,
    Who,
    answers,
    asked,
    opened,
    refuse,
    refuse_faults,
    table,
)
from flows.cli.steps import add_steps

if TYPE_CHECKING:
    from flows.desk.kinds.values import NewRequest, Request
    from flows.intake.drop_folder import Taken

case = typer.Typer(no_args_is_help=True)
"""The labels that ``flows.cli.case_view`` accepts; importing it for the help text would be too slow."""

STDIN = Path("-")

HEADINGS = ("番号", "状態", "通話", "期限", "残り")
"""Column headings of a list of requests."""


@case.command("add")
def add(
    json: Annotated[
        Path | None, typer.Option("--json", help="請求の JSON ファイル。標準入力から読むには -")
    ] = None,
    who: Who = "",
) -> None:
    """請求を1件受け付けます。

    --json がなければ順に尋ねます。氏名や電話番号は引数には書けません(ほかの利用者に見え、履歴に残るため)。
    """
    with opened(who) as session:
        new = _asked(session) if json is None else _of_json(session, json)
        from flows.desk.cases import requests

        request = requests.receive(session.desk, session.actor, new)
        typer.echo(f"{request.number} を受け付けました。期限 {request.due_on}")
        typer.echo(f"次は本人確認です: kaiji case identify {request.number}")


def _asked(session: Session) -> NewRequest:
    from flows.intake.questions import ask_request

    try:
        return ask_request(session.desk.clock())
    except typer.Abort:
        refuse("入力が途中で終わりました。何も登録していません")


def _of_json(session: Session, path: Path) -> NewRequest:
    from flows.intake.csv_json import read_request
    from flows.intake.faults import IntakeError

    try:
        if path != STDIN:
            return read_request(session.desk, path)
        with session.desk.store.private_folder() as folder:
            copy = folder / "request.json"
            copy.write_bytes(typer.get_binary_stream("stdin").read())
            return read_request(session.desk, copy)
    except IntakeError as error:
        refuse_faults(str(path), error.faults, None)


@case.command("import")
def import_(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="CSV、JSON、または受付フォルダ")],
    report: Report = None,
    watch: Annotated[
        int, typer.Option("--watch", min=0, help="受付フォルダをこの秒数ごとに見続ける (0 は1回だけ)")
    ] = 0,
    who: Who = "",
) -> None:
    """請求をまとめて受け付けます。誤りが1つでもあれば、そのファイルからは1件も受け付けません。

    CSV の列 (Excel の Shift_JIS も可): 受付番号、受付日時、受付方法、氏名 は必須。ほかに フリガナ、電話番号、
    住所、住所フリガナ、会員番号、代理人氏名、代理人フリガナ、代理権、代理権の確認、対象の初日、対象の末日、
    請求の内容、通話の番号、開示の形、受取方法、手数料、手数料の支払、担当部署、担当者。
    1つの欄に複数の値を書くときは ; で区切ります。

    受付フォルダは、請求の JSON と、その recordings に書いた録音ファイルを置く所です。
    受け付けたものは封をして窓口の保管場所に入れ、フォルダからは消します(done/ には番号だけの控え)。
    誤りのあるものは理由とともに failed/ へ移し、KAIJI_RETAIN_FAILED_DAYS を過ぎると消します。
    手元に残したい原本は、別の場所に置いてください。
    """
    with opened(who) as session:
        if path.is_dir():
            _watch(session, path, watch)
            return
        from flows.intake.csv_json import import_requests
        from flows.intake.faults import IntakeError

        try:
            found = import_requests(session.desk, session.actor, path)
        except IntakeError as error:
            refuse_faults(str(path), error.faults, report)
        _tell_received(found)


def _tell_received(found: tuple[Request, ...]) -> None:
    for request in found:
        typer.echo(f"{request.number}\t期限 {request.due_on}")
    typer.echo(f"{len(found)}件を受け付けました")


def _watch(session: Session, folder: Path, seconds: int) -> None:
    from flows.intake.drop_folder import Taken, take_folder

    failed = 0
    try:
        while True:
            taken = take_folder(session.desk, session.actor, folder)
            if taken != Taken() or not seconds:
                _tell_taken(taken, folder)
            failed += taken.failed
            if not seconds:
                break
            time.sleep(seconds)
    except KeyboardInterrupt:
        typer.echo("終わります", err=True)
    if failed:
        refuse(f"{failed}件を {folder / 'failed'} に分けました")


def _tell_taken(taken: Taken, folder: Path) -> None:
    _tell_received(taken.requests)
    if taken.waiting:
        typer.echo(f"{taken.waiting}件は書込み中か録音待ちのため、次に回します")
    if taken.unnamed:
        typer.echo(f"どの請求にも書かれていない録音が{taken.unnamed}件あります(そのまま残しています)")
    if taken.failed:
        typer.echo(f"{taken.failed}件に誤りがあります。理由: {folder / 'failed'} の .error.json")


@case.command("list")
def list_(
    state: Annotated[
        list[str] | None, typer.Option("--state", help="この状態のものだけ (例 received、本人確認済)")
    ] = None,
    who: Who = "",
) -> None:
    """請求の一覧を、期限の近い順に示します。個人情報は含みません。"""
    with opened(who) as session:
        from flows.cli.case_view import state_of, summary, tell_breaches, tell_first_steps
        from flows.desk.cases import requests
        from flows.desk.kinds.values import JAPAN

        found = requests.list_requests(session.desk, [state_of(name) for name in state or ()])
        today = session.desk.clock().astimezone(JAPAN).date()
        table(HEADINGS, (summary(one, today) for one in found))
        tell_breaches(session)
        if not found and not state:
            tell_first_steps(session)


@case.command("find")
def find(who: Who = "") -> None:
    """請求を、氏名、電話番号、会員番号で探します。探す値は尋ねます (引数には書けません)。

    示すのは番号と状態だけです。探したことは監査記録に残ります。
    """
    with opened(who) as session:
        from flows.cli.case_view import summary
        from flows.desk.cases import requests
        from flows.desk.cases.requests import RequestQuery
        from flows.desk.integrity.chain import Subject
        from flows.desk.kinds.values import JAPAN

        questions = ("氏名かフリガナ(空は問わない)", "電話番号(空は問わない)", "会員番号(空は問わない)")
        name, number, member = answers(questions)
        if not name + number + member:
            refuse("氏名、電話番号、会員番号のどれか1つは入力してください")
        query = RequestQuery(name=name, number=number, member_number=member)
        found = requests.find(session.desk, query)
        with session.desk.change(session.actor) as change:
            change.record("requests.search", Subject(), {"found": len(found)})
        today = session.desk.clock().astimezone(JAPAN).date()
        table(HEADINGS, (summary(one, today) for one in found))


@case.command("show")
def show(number: Number, who: Who = "") -> None:
    """請求の内容を示します。個人情報を含むため、誰が見たかを監査記録に残します。"""
    with opened(who) as session:
        from flows.cli.case_view import show_request

        show_request(session, number)


@case.command("amend")
def amend(
    number: Number,
    json: Annotated[Path, typer.Option("--json", help="訂正後の請求の全体。標準入力から読むには -")],
    reason: Reason = "",
    method: Annotated[str, typer.Option("--method", help="本人確認のし直し: 方法")] = "",
    who: Who = "",
) -> None:
    """受け付けた内容を、回答の前に訂正します。元の内容も、理由とともに封をして残します。"""
    with opened(who) as session:
        from flows.cli.case_view import amend_request

        new, why = _of_json(session, json), asked(reason, "訂正の理由")
        amend_request(session, number, new, (why, method))


add_steps(case, "case")
