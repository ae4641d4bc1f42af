"""``kaiji exchange``: what other systems export, and what they fetch."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.answers.release import Turn
from flows.cli.call import OperatorChannel
from flows.cli.session import Number, Report, Who, opened, refuse_faults, table, told

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
        ("名前", "何の書出しか", "担当者のチャンネル", "要るもの"),
        ((name, each.title, each.operator_channel, each.needs) for name, each in found),
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

    プロファイルごとに要るもの: kaiji exchange profiles。Genesys Cloud の一覧では
    担当者のチャンネルが分からないので、2チャンネルの録音には --operator-channel が要ります。
    """
    from flows.intake.faults import IntakeError
    from flows.intake.systems.profile import profile_of

    with told():
        found = profile_of(profile)
    typer.echo(f"kaiji: 要るもの: {found.needs}", err=True)
    with opened(who) as session:
        from flows.intake.systems.import_export import import_export

        try:
            done = import_export(session.desk, session.actor, path, found, operator_channel)
        except IntakeError as error:
            refuse_faults(str(path), error.faults, report)
        typer.echo(f"{len(done.added.new)}件を取り込みました (登録済み {done.added.known}件)")
        if done.passed_over:
            typer.echo(f"  {done.passed_over}件: 録音のある通話ではないか、新しい記録があるもの")


@exchange.command("vcon-in")
def vcon_in(
    number: Number,
    path: Annotated[Path, typer.Argument(metavar="FILE", help="vCon の JSON")],
    operator_channel: OperatorChannel = None,
    report: Report = None,
    who: Who = "",
) -> None:
    """請求に、vCon の中の録音を加えます。本人確認の後だけにできます。リンクの録音は取りに行きません。

    録音は封をして保管場所に置きます。vCon のファイルは消しません。

    要るもの: type が recording の dialog の body に、録音が base64url で入っていること (wav、mp3、mp4、ogg)。
    start は時差つきの日時。2チャンネルで parties の role から担当者が分からなければ --operator-channel。
    """
    with opened(who) as session:
        from flows.intake.faults import IntakeError
        from flows.intake.systems.take_vcon import take_vcon

        try:
            made = take_vcon(session.desk, session.actor, number, path, operator_channel)
        except IntakeError as error:
            refuse_faults(str(path), error.faults, report)
        for call_id in made:
            typer.echo(f"通話 {call_id} として加えました")
        typer.echo("夜間処理で伏せられます。すぐに処理するには: kaiji run nightly")


@exchange.command("vcon-out")
def vcon_out(
    number: Number,
    out: Annotated[Path, typer.Option("--out", help="書き出すフォルダ (なければ作ります)")],
    turn: Turn = None,
    who: Who = "",
) -> None:
    """開示した通話の、伏せた vCon を書き出します: 渡した音声と文字だけで、元の録音には何もつながりません。

    暗号化されていません。取り出したことを監査記録に残します。
    """
    with opened(who, "approver") as session:
        from flows.exchange.redacted_vcon import write_vcons

        for path in write_vcons(session.desk, session.actor, number, out, turn):
            typer.echo(f"書き出しました: {path}")


@exchange.command("place")
def place(number: Number, turn: Turn = None, who: Who = "") -> None:
    """開示したファイルを受渡し場所 (KAIJI_OUTBOX) に置きます。開示の時に置けなかったもの、もう一度要るもの。

    置くのは暗号化した ZIP と開封手順だけです。同じ名前のファイルを書き換えることはありません。
    """
    with opened(who, "approver") as session:
        from flows.exchange.outbox import place_package

        typer.echo(f"受渡し場所に置きました: {place_package(session.desk, session.actor, number, turn)}.zip")
