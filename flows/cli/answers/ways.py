"""``kaiji release way`` and ``visits``: how an answer is given, and what was played in person.

A visit itself is begun, played and ended on the page: a terminal plays nothing.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.session import Number, Reason, Who, asked, opened, refuse

if TYPE_CHECKING:
    from flows.desk.integrity.desk import Desk
    from flows.desk.kinds.ways import Passage


class _Way(enum.StrEnum):
    """The names that the command takes."""

    FILES = "ファイル"
    IN_PERSON = "対面"
    TEXT = "文字"
    PASSAGES = "箇所"


Passages = Annotated[
    list[str] | None,
    typer.Option(
        "--passage", help="箇所のとき、何度でも: 「通話の番号 開始-終了」。例 --passage '1 00:10-00:25'"
    ),
]


def add_ways(release: typer.Typer) -> None:
    """Add the commands to the group ``kaiji release``."""
    release.command("way")(way)
    release.command("way-approve")(approve)
    release.command("visits")(visits)


def way(  # noqa: PLR0913, PLR0917 (the options of the command)
    number: Number,
    chosen: Annotated[_Way, typer.Option("--way", help="開示のしかた")],
    passage: Passages = None,
    wished: Annotated[
        bool, typer.Option("--wished/--not-wished", help="請求者の希望か、会社の判断か (理由が要ります)")
    ] = True,
    ground: Annotated[
        int, typer.Option("--ground", min=0, max=3, help="会社の判断で残りを開示しない根拠: 法33条2項の号")
    ] = 0,
    reason: Reason = "",
    who: Who = "",
) -> None:
    """開示のしかたを決めます: 対面で聞かせる、文字だけ、箇所だけ。別の承認者が way-approve で承認します。"""
    with opened(who, "approver") as session:
        from flows.desk.answers.ways import choose_way
        from flows.desk.kinds.ways import Manner, Way

        why = reason.strip() if wished or chosen is _Way.FILES else asked(reason, "理由 (請求者が読みます)")
        passages = _read(session.desk, number, passage or [])
        made = choose_way(
            session.desk, session.actor, number, Manner(Way[chosen.name], wished, ground, passages, why)
        )
        told = "" if made.settled else f"。別の人の承認が要ります: kaiji release way-approve {number}"
        typer.echo(f"{number}: {made.manner.way.label}{told}")


def approve(number: Number, who: Who = "") -> None:
    """決められた開示のしかたを承認します。決めた人は承認できません。"""
    with opened(who, "approver") as session:
        from flows.desk.answers.ways import approve_way, chosen_way
        from flows.desk.kinds.passage_text import format_passage

        seen = chosen_way(session.desk, number)
        if seen is None or seen.settled:
            refuse(f"{number}: 承認を待つ開示のしかたはありません", 3)
        order = _calls(session.desk, number)
        for each in seen.manner.passages:
            typer.echo(f"  通話{format_passage(order.index(each.call_id) + 1, each)}")
        approve_way(session.desk, session.actor, number, seen.note_id)
        typer.echo(f"{number}: 「{seen.manner.way.label}」を承認しました")


def visits(number: Number, who: Who = "") -> None:
    """対面の聴取の記録: いつからいつまで、何を何時に再生したか。再生はページで行います。"""
    with opened(who, "approver") as session:
        from flows.desk.answers.visits import visits as read
        from flows.desk.cases.requests import get
        from flows.desk.integrity.chain import Subject
        from flows.desk.kinds.passage_text import format_passage
        from flows.desk.kinds.values import JAPAN

        found = read(session.desk, number)
        with session.desk.change(session.actor) as change:
            change.record("visit.show", Subject(get(session.desk, number).request_id))
        if not found:
            refuse(f"{number}: 対面の聴取の記録はありません")
        order = _calls(session.desk, number)
        for visit in found:
            end = "" if visit.ended_at is None else f"{visit.ended_at.astimezone(JAPAN):%H:%M}"
            begun = f"{visit.began_at.astimezone(JAPAN):%Y-%m-%d %H:%M}"
            typer.echo(f"{begun}から{end or '(終了の記録なし)'} 立会い {visit.present} 再生 {visit.by}")
            for at, each in visit.played:
                told = format_passage(order.index(each.call_id) + 1, each)
                typer.echo(f"  {at.astimezone(JAPAN):%H:%M:%S} 通話{told}")


def _read(desk: Desk, number: str, texts: list[str]) -> tuple[Passage, ...]:
    from flows.desk.kinds.passage_text import read_passage

    order = _calls(desk, number)
    return tuple(read_passage(text, order) for text in texts)


def _calls(desk: Desk, number: str) -> list[str]:
    """Return the ids of the request's calls in the order of their numbers."""
    from flows.desk.cases.calls import list_calls
    from flows.desk.cases.requests import get
    from flows.desk.kinds.states import State

    states = {call.call_id: call.state for call in list_calls(desk, request=number)}
    return [each for each in get(desk, number).calls if states[each] is not State.WITHDRAWN]
