"""``kaiji exchange``: recordings as other systems export them, and what other systems fetch."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.call import OperatorChannel
from flows.cli.session import Report, Who, opened, refuse_faults, table, told

__all__ = ["exchange"]

exchange = typer.Typer(no_args_is_help=True)

Profile = Annotated[
    str,
    typer.Option("--profile", help="kaiji exchange profiles の名前、または自社の .toml", show_default=False),
]


@exchange.command("profiles")
def profiles() -> None:
    """電話システムの書出しを読むプロファイルの一覧。"""
    from flows.intake.systems.profile import names_of_profiles, profile_of

    found = [(name, profile_of(name)) for name in names_of_profiles()]
    table(
        ("名前", "何の書出しか", "担当者のチャンネル"),
        ((name, each.title, each.operator_channel) for name, each in found),
    )


@exchange.command("import")
def import_(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="書き出した一覧、またはそのフォルダ")],
    profile: Profile,
    operator_channel: OperatorChannel = None,
    report: Report = None,
    who: Who = "",
) -> None:
    """電話システムの書出しを、そのまま録音の目録に取り込みます。誤りが1つでもあれば1件も取り込みません。

    録音は一覧と同じフォルダの下で探します。一覧にあるリンクは開かず、ほかの場所のファイルも読みません。
    録音の長さとチャンネルは、読んで確かめます。
    """
    from flows.intake.faults import IntakeError
    from flows.intake.systems.profile import profile_of

    with told():
        found = profile_of(profile)
    with opened(who) as session:
        from flows.intake.systems.import_export import import_export

        try:
            done = import_export(session.desk, session.actor, path, found, operator_channel)
        except IntakeError as error:
            refuse_faults(str(path), error.faults, report)
        typer.echo(f"{len(done.added.new)}件を取り込みました (登録済み {done.added.known}件)")
        if done.passed_over:
            typer.echo(f"  {done.passed_over}件: 録音のある通話ではないか、新しい記録があるもの")
