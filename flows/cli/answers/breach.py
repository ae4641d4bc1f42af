"""``kaiji breach``: mark an answer that got out, decide whether to report, draft report and notice."""

from __future__ import annotations

import enum
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.answers.release import write_new
from flows.cli.session import Number, Reason, Who, asked, opened, refuse, table

if TYPE_CHECKING:
    from flows.breach.paper import Written
    from flows.desk.integrity.desk import Desk
    from flows.desk.kinds.breaches import Breach

breach = typer.Typer(no_args_is_help=True)


class _Kind(enum.StrEnum):
    """The names that the command takes, by the names of ``BreachKind``."""

    WRONG_RECIPIENT = "誤送付"
    LEFT_AUDIBLE = "伏せ漏れ"
    LOST = "紛失"
    TAKEN = "盗難"
    OTHER = "その他"


class _Stage(enum.StrEnum):
    """The names of ``Stage``."""

    FIRST = "速報"
    FINAL = "確報"
    NOTICE = "通知"


class _To(enum.StrEnum):
    """The names of ``Addressee``."""

    REQUESTER = "請求者"
    OTHER = "第三者"


BreachNumber = Annotated[str, typer.Argument(metavar="番号", help="例 B-2026-0001")]
Text = Annotated[str, typer.Option("--text", help="内容 (なければ尋ねます)", show_default=False)]
At = Annotated[str, typer.Option("--at", help="日時 [既定: いま]", show_default=False)]


@breach.command("mark")
def mark(  # noqa: PLR0913, PLR0917 (the options of the command)
    number: Number,
    kind: Annotated[_Kind, typer.Option("--kind", help="何が起きたか")],
    known: Annotated[
        str, typer.Option("--known", help="会社が知った日時 [既定: いま]", show_default=False)
    ] = "",
    turn: Annotated[
        int | None, typer.Option("--turn", min=1, help="第何回の開示か [既定: 最後]", show_default=False)
    ] = None,
    joins: Annotated[
        str, typer.Option("--joins", help="同じ件の番号 (例 B-2026-0001)", show_default=False)
    ] = "",
    text: Text = "",
    who: Who = "",
) -> None:
    """開示したものが漏れたこと (そのおそれ) を記録し、請求とファイルを保全します。報告の期限が始まります。"""
    with opened(who, "approver") as session:
        from flows.desk.breaches.steps import NewMark, mark_breach
        from flows.desk.kinds.breaches import BreachKind

        told = asked(text, "何が起きたか")
        new = NewMark(BreachKind[kind.name], told, turn, _moment(known, "--known"), joins)
        made = mark_breach(session.desk, session.actor, number, new)
        typer.echo(f"{made.number}: 記録し、{number} を保全しました")
        _tell_clocks(session.desk, made)
        typer.echo(f"次は、報告の要否の判断です: kaiji breach decide {made.number}")


@breach.command("list")
def list_(who: Who = "") -> None:
    """漏えい等の一覧と、報告の期限を示します。個人情報は含みません。"""
    with opened(who, "approver") as session:
        from flows.desk.breaches.steps import breaches

        table(
            ("番号", "請求", "状態", "期限"),
            (
                (
                    each.number,
                    "、".join(m.request for m in each.marks),
                    each.state_label,
                    _due(session.desk, each),
                )
                for each in breaches(session.desk)
            ),
        )


@breach.command("show")
def show(number: BreachNumber, who: Who = "") -> None:
    """何が出て、だれが聞き、受け取り、開いたかを、台帳と監査記録から示します。見たことは監査記録に残ります。"""
    with opened(who, "approver") as session:
        from flows.breach.told import heard_rows, moment_of, what_went_out
        from flows.desk.breaches.exposure import exposures
        from flows.desk.kinds.breaches import EXEMPT, GROUNDS, ITEMS

        found, went_out = exposures(session.desk, session.actor, number)
        typer.echo(f"{number}  {found.state_label}  知った日時 {moment_of(found.known_at)}")
        _tell_clocks(session.desk, found)
        for each in went_out:
            typer.echo(f"{each.mark.kind.label}: {each.mark.text}")
            for line in what_went_out(each):
                typer.echo(f"  {line}")
            for row in heard_rows(each):
                typer.echo(f"  {'  '.join(row)}")
        if found.duty is not None:
            told = "報告する" if found.duty.reports else "報告しない"
            grounds = "、".join(f"{ground}号" for ground in found.duty.grounds) or "当たる号はない"
            typer.echo(f"判断: {told}(施行規則7条 {grounds}) {found.duty.by}: {found.duty.reason}")
        else:
            typer.echo("報告が要るのは(施行規則7条):")
            for ground, name in GROUNDS.items():
                typer.echo(f"  {ground}号 {name}")
            for name in EXEMPT:
                typer.echo(f"  {name}")
        typer.echo("報告に要る項目(施行規則8条1項): " + "、".join(ITEMS.values()))


@breach.command("decide")
def decide(
    number: BreachNumber,
    ground: Annotated[
        list[int] | None,
        typer.Option("--ground", min=1, max=4, help="当たる施行規則7条の号 (何度でも。なければ --no-report)"),
    ] = None,
    report: Annotated[bool, typer.Option("--report/--no-report", help="委員会に報告するか")] = True,
    reason: Reason = "",
    who: Who = "",
) -> None:
    """報告の要否を、理由とともに判断します。前の判断も記録に残ります。

    施行規則7条 1号 要配慮個人情報 / 2号 財産的被害のおそれ / 3号 不正の目的のおそれ / 4号 1,000人を超える
    """
    with opened(who, "approver") as session:
        from flows.desk.breaches.steps import decide_duty
        from flows.desk.kinds.breaches import DutyDecision

        told = asked(reason, "判断の理由")
        made = decide_duty(
            session.desk, session.actor, number, DutyDecision(tuple(ground or ()), report), told
        )
        typer.echo(f"{number}: {made.state_label}")
        _tell_clocks(session.desk, made)


@breach.command("write")
def write(
    number: BreachNumber,
    item: Annotated[int, typer.Option("--item", min=1, max=9, help="施行規則8条1項の号")],
    notice: Annotated[
        bool, typer.Option("--notice", help="本人への通知の文 (なければ、委員会への報告の文)")
    ] = False,
    text: Text = "",
    who: Who = "",
) -> None:
    """報告か通知の、一つの項目の文を書きます。後の文が前の文に替わり、前の文も記録に残ります。

    1 概要 2 項目 3 本人の数 4 原因 5 二次被害 6 本人への対応 7 公表 8 再発防止 9 その他 (通知は 1 2 4 5 9)
    """
    with opened(who, "approver") as session:
        from flows.desk.breaches.steps import state_fact
        from flows.desk.kinds.breaches import ITEMS, Paper, PaperItem

        paper = Paper.NOTICE if notice else Paper.REPORT
        state_fact(session.desk, session.actor, number, PaperItem(paper, item), asked(text, ITEMS[item]))
        typer.echo(f"{number}: {paper.label}の「{ITEMS[item]}」を書きました")


@breach.command("draft")
def draft(  # noqa: PLR0913, PLR0917 (the options of the command)
    number: BreachNumber,
    stage: Annotated[_Stage, typer.Option("--stage", help="どの書面か")],
    out: Annotated[Path, typer.Option("--out", help="書き出す .docx。すでにあれば書きません")],
    to: Annotated[
        _To | None, typer.Option("--to", help="通知の相手 [既定: 種類による]", show_default=False)
    ] = None,
    request: Annotated[
        str, typer.Option("--request", help="通知の相手の請求番号 [既定: 最初の請求]", show_default=False)
    ] = "",
    who: Who = "",
) -> None:
    """委員会への報告 (速報・確報) か本人への通知の案を、台帳から作ります。足りない所には印が付きます。"""
    with opened(who, "approver") as session:
        from flows.breach.drafts import draft_notice, draft_report
        from flows.breach.notice import Addressee
        from flows.breach.paper_docx import paper_docx
        from flows.desk.kinds.breaches import Stage

        paper: Written
        if stage is _Stage.NOTICE:
            whom = None if to is None else Addressee[to.name]
            paper = draft_notice(session.desk, session.actor, number, request=request, to=whom)
        else:
            paper = draft_report(session.desk, session.actor, number, Stage[stage.name])
        write_new(out, paper_docx(paper))
        _tell_gaps(out, paper)


@breach.command("done")
def done(
    number: BreachNumber,
    stage: Annotated[_Stage, typer.Option("--stage", help="何を行ったか")],
    at: At = "",
    how: Annotated[
        str, typer.Option("--how", help="方法や受付番号 (なければ尋ねます)", show_default=False)
    ] = "",
    who: Who = "",
) -> None:
    """報告した、通知したことを記録します。確報をすれば、速報もしたことになります。"""
    with opened(who, "approver") as session:
        from flows.desk.breaches.steps import record_done
        from flows.desk.kinds.breaches import ReachedStage, Stage

        told = asked(how, "方法や受付番号")
        which = ReachedStage(Stage[stage.name], _moment(at, "--at"))
        made = record_done(session.desk, session.actor, number, which, told)
        typer.echo(f"{number}: {made.state_label}")


def _tell_gaps(out: Path, paper: Written) -> None:
    from flows.breach.paper import gaps

    typer.echo(f"{out} に書きました。要記入の所: {len(gaps(paper))}")


def _tell_clocks(desk: Desk, found: Breach) -> None:
    told = _due(desk, found)
    if told:
        typer.echo(f"期限: {told}")


def _due(desk: Desk, found: Breach) -> str:
    """Return the reports that are still to be made, with their days."""
    from flows.desk.breaches.clocks import clocks_of
    from flows.desk.kinds.breaches import days_left_text
    from flows.desk.kinds.values import JAPAN

    today = desk.clock().astimezone(JAPAN).date()
    clocks = clocks_of(desk.settings, found, today)
    return "、".join(
        f"{each.stage.label} {each.due_on} ({days_left_text(each.days_left)})" for each in clocks
    )


def _moment(text: str, option: str) -> datetime | None:
    if not text:
        return None
    from flows.intake.fields import moment_of

    moment = moment_of(text)
    if moment is None:
        refuse(f"{option}: 日時の形ではありません(例: 2026-11-20 10:15)")
    return moment
