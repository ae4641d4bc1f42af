"""``kaiji audit``, ``retention``, ``key``, ``practice`` and ``run nightly``: keeping the desk in order."""

from __future__ import annotations

import io
import logging
import shlex
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.session import BAD_INPUT, REFUSED, Session, Who, acting, opened, refuse, table, told

if TYPE_CHECKING:
    from flows.desk.record.periods import Due
    from flows.desk.sealing.keys import Keyring
    from flows.settings import Settings

audit = typer.Typer(no_args_is_help=True)
key = typer.Typer(no_args_is_help=True)
practice = typer.Typer(no_args_is_help=True)

NIGHT = {
    "masked": "確認待ちになった通話",
    "set_aside": "処理できなかった通話",
    "put_back": "次回に回した通話",
    "passed": "ほかの処理が行った通話",
    "seconds": "音声の秒数",
    "to_review": "要確認の箇所",
}
"""Labels of the counts that a night returns (``flows.runs.night_report``)."""


@audit.command("verify")
def verify(who: Who = "") -> None:
    """監査記録と台帳に、書換え、欠落、入替え、古いものへの差替えがないかを確かめます。終了コード 3: あり。"""
    with opened(who, "admin", unwitnessed=True) as session:
        from flows.desk.integrity import audit as record
        from flows.desk.integrity.chain import FAULT_LABELS

        faults = record.verify(session.desk)
        for fault in faults:
            place = fault.folder or (f"{fault.seq}番" if fault.seq else "記録全体")
            typer.echo(f"{place}: {FAULT_LABELS[fault.kind]}")
        if faults:
            refuse(f"監査記録に異常が{len(faults)}件あります", REFUSED)
        typer.echo(f"異常はありません ({len(record.entries(session.desk))}件)")


@audit.command("accept")
def accept(yes: Annotated[bool, typer.Option("--yes", help="尋ねずに認める")] = False, who: Who = "") -> None:
    """バックアップから戻した古いデータベースや、変えた KAIJI_WITNESS を認めます。認めたことは記録に残ります。

    データベースの中身そのものに異常があれば認めません。
    """
    with opened(who, "admin", unwitnessed=True) as session:
        from flows.desk.integrity import audit as record

        if not yes and not _confirmed("いまのデータベースを正しいものと認めますか。失われた操作は戻りません"):
            refuse("認めていません", REFUSED)
        record.accept(session.desk, session.actor)
    typer.echo("認めました")


@audit.command("export")
def export(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="書き出す CSV。すでにあれば書きません")],
    who: Who = "",
) -> None:
    """監査記録を CSV に書き出します。書き出したことも記録に残ります。"""
    with opened(who, "admin") as session:
        from flows.desk.integrity import audit as record
        from flows.desk.integrity.chain import Subject
        from flows.folders.open_folder import new_file

        try:
            made = new_file(path)
        except OSError as error:
            refuse(f"{path}: 書けません({type(error).__name__})")
        with io.TextIOWrapper(made, encoding="utf-8-sig", newline="") as file:
            with session.desk.change(session.actor) as change:
                change.record("audit.export", Subject())
            count = record.export_csv(session.desk, file)
        typer.echo(f"{count}件を書き出しました")


def retention(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="数えるだけで、消さない")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="尋ねずに消す")] = False,
    who: Who = "",
) -> None:
    """保存期間を過ぎたファイルと台帳の個人情報を消し、監査記録に残します。保全中のものは消しません。"""
    with opened(who, "admin") as session:
        from flows.desk.record.periods import find_due, label_of

        due = find_due(session.desk)
        rows = [(label_of(kind), count) for kind, count in due.counts().items()]
        table(("種類", "件数"), (*rows, ("合計", due.count)))
        if dry_run:
            return
        if due.count and not yes and not _confirmed(f"{due.count}件を消しますか。元には戻せません"):
            refuse("消していません", REFUSED)
        _erase(session, due)


def _confirmed(question: str) -> bool:
    try:
        return typer.confirm(question, default=False)
    except typer.Abort:
        return False


def _erase(session: Session, due: Due) -> None:
    from flows.desk.cases.files import sweep_orphans
    from flows.desk.record.periods import erase_due
    from flows.intake.drop_stay import clear_stays

    if due.count:
        typer.echo(f"{erase_due(session.desk, session.actor, due).count}件を消しました")
    stays = clear_stays(session.desk, session.actor)
    if stays:
        typer.echo(f"受付フォルダで期間を過ぎたもの {stays}件を除きました")
    orphans = sweep_orphans(session.desk)
    if orphans:
        typer.echo(f"処理の途中で残ったファイル {orphans}件を除きました")


@key.command("new")
def new(
    show: Annotated[
        bool, typer.Option("--print", help="鍵を作って表示だけする (鍵の保管庫に入れるとき)")
    ] = False,
) -> None:
    """最初の鍵と窓口を作ります。鍵やデータがすでにあれば何もしません。"""
    from flows.desk.sealing.keys import key_file, load_keyring, new_key

    if show:
        typer.echo(new_key().line)
        return
    from flows.desk.integrity.desk import open_desk
    from flows.settings import Settings

    with told():
        settings = Settings()
        if load_keyring(settings) is not None:
            refuse("鍵はすでにあります。替えるには kaiji key rotate", REFUSED)
        with open_desk(settings) as desk:
            typer.echo(f"鍵 {desk.keyring.current.key_id} を作りました: {key_file(settings)}")
    typer.echo("鍵をなくすとデータは開けません。別の場所に控えてください。")


@key.command("rotate")
def rotate(who: Who = "") -> None:
    """新しい鍵を作り、すべてのデータをその鍵で封じ直します。途中で止まっても、もう一度で続きます。

    KAIJI_KEY や KAIJI_KEY_COMMAND の鍵では、新しい鍵を先頭に加えてから実行してください。
    make serve を止めてから実行してください。動いている窓口は前の鍵しか知りません。
    """
    from flows.desk.record.rotation import keys_in_use
    from flows.desk.record.rotation import rotate as seal_anew

    with opened(who, "admin") as session:
        settings = session.desk.settings
        _check_stopped(settings)
        current = session.desk.keyring.current.key_id
        unfinished = set(keys_in_use(session.desk)) != {current}
        if not unfinished:
            _add_key(settings, session.desk.keyring)
    with opened(who, "admin", settings) as session:
        done = seal_anew(session.desk, session.actor)
        keyring = session.desk.keyring
        typer.echo(f"鍵 {keyring.current.key_id} で封じ直しました: 行 {done.rows}、ファイル {done.files}")
        old = [one.key_id for one in keyring.keys[1:]]
        if old:
            typer.echo(f"前の鍵 {', '.join(old)} は、古いバックアップを開くときだけ要ります。")
            typer.echo("別に控えてから kaiji key prune で鍵ファイルから除けます。")


def _check_stopped(settings: Settings) -> None:
    from flows.folders.held_folder import is_held

    if is_held(settings.home / "log"):
        # It has read the keys when it began, and would fail at each row that is sealed anew.
        refuse("make serve が動いています。止めてから鍵を替えてください。何も変えていません", REFUSED)


def _add_key(settings: Settings, keyring: Keyring) -> None:
    from flows.desk.sealing.keys import add_key, key_file

    if settings.key is not None or settings.key_command is not None:
        refuse(
            "先に新しい鍵 (kaiji key new --print) を KAIJI_KEY か KAIJI_KEY_COMMAND の先頭に加えてください",
            BAD_INPUT,
        )
    add_key(key_file(settings), keyring)


@key.command("prune")
def prune(who: Who = "") -> None:
    """使われていない前の鍵を鍵ファイルから除きます。除いた鍵では古いバックアップを開けません。"""
    with opened(who, "admin") as session:
        from flows.desk.integrity.chain import Subject
        from flows.desk.record.rotation import keys_in_use
        from flows.desk.sealing.keys import keep_current_key, key_file

        desk = session.desk
        if desk.settings.key is not None or desk.settings.key_command is not None:
            refuse("鍵ファイルを使っていません。KAIJI_KEY か KAIJI_KEY_COMMAND から前の鍵を除いてください")
        current = desk.keyring.current.key_id
        if set(keys_in_use(desk)) != {current}:
            refuse("前の鍵で封じたものがあります。先に kaiji key rotate", REFUSED)
        old = [one.key_id for one in desk.keyring.keys[1:]]
        if not old:
            refuse("前の鍵はありません", REFUSED)
        keep_current_key(key_file(desk.settings), desk.keyring)
        with desk.change(session.actor) as change:
            change.record("key.prune", Subject(), {"keys": len(old), "key": current})
        typer.echo(f"前の鍵 {', '.join(old)} を除きました")


@key.command("check")
def check(who: Who = "") -> None:
    """鍵が合うか、どの鍵で何件が封じられているかを示します。鍵そのものは示しません。"""
    with opened(who, "admin") as session:
        from flows.desk.record.rotation import keys_in_use

        in_use = keys_in_use(session.desk)
        given = [one.key_id for one in session.desk.keyring.keys]
        rows = [
            (key_id, "いまの鍵" if place == 0 else "前の鍵", in_use.get(key_id, 0))
            for place, key_id in enumerate(given)
        ]
        missing = sorted(set(in_use) - set(given))
        table(("鍵", "", "件数"), (*rows, *((key_id, "ありません", in_use[key_id]) for key_id in missing)))
        if missing:
            refuse(f"鍵 {', '.join(missing)} がありません。この鍵のデータは開けません")


@practice.command("begin")
def begin(
    samples: Annotated[
        Path | None, typer.Option("--samples", help="見本の通話のフォルダ", show_default=False)
    ] = None,
    who: Who = "",
) -> None:
    """見本の通話で練習する窓口を KAIJI_HOME の中に作ります。本当の窓口とは鍵もデータベースも別です。"""
    from flows.practice.practice_desk import SAMPLES, begin_practice
    from flows.settings import Settings

    with told():
        made = begin_practice(Settings(), acting(who, "intake"), samples or SAMPLES)
    home, people = shlex.quote(str(made.home)), "kaiji account add 利用者名 --role analyst --role approver"
    typer.echo(f"練習用の窓口を作りました: 見本の請求 {made.requests}件 (通話の追加まで済んでいます)")
    typer.echo(f"  使う:     KAIJI_HOME={home} を付けて、ほかの命令や make serve を実行してください")
    typer.echo(f"  次は:     KAIJI_HOME={home} {people}")
    typer.echo(f"            KAIJI_HOME={home} kaiji run nightly")
    typer.echo("  片付ける: kaiji practice end (鍵もデータも、跡を残さず消します)")


@practice.command("end")
def end() -> None:
    """練習用の窓口を、鍵、データベース、ファイル、記録ごと消します。本当の窓口には触れません。"""
    from flows.practice.practice_desk import end_practice
    from flows.settings import Settings

    with told():
        end_practice(Settings())
    typer.echo("練習用の窓口を片付けました")


def nightly() -> None:
    """夜間処理をいま行います: 処理待ちの通話をすべて伏せ、確認待ちにします (サーバーは不要)。"""
    from flows.prefect_api.temporary import prefect_for
    from flows.settings import hand_on

    with opened("", "system") as session:
        # A missing or wrong key is reported before Prefect is started.
        from flows.desk.work.backlog import backlog
        from flows.desk.work.holding import claim_text

        settings = session.desk.settings
        now = backlog(session.desk)
        if not now.ready and not now.busy:
            typer.echo("処理待ちの通話はありません。加えるには kaiji call attach")
            return
        for held in now.held:
            why = claim_text(held.until, session.desk.clock())
            typer.echo(f"kaiji: {held.call_id}: {why}", err=True)
        typer.echo(f"kaiji: 処理待ち {len(now.ready)} 件。Prefect の準備に1分ほどかかります", err=True)
    hand_on(settings)
    with (
        told(),
        tempfile.TemporaryDirectory(prefix="kaiji-prefect-", ignore_cleanup_errors=True) as home,
        prefect_for(Path(home), settings),
    ):
        from flows.runs.nightly import nightly as run_night

        _show_night()
        counts = run_night()
        table(("結果", "件数"), ((label, counts[key]) for key, label in NIGHT.items()))
    if counts["masked"]:
        typer.echo("確認待ちの通話: kaiji call list --state 確認待ち")
    if counts["set_aside"]:
        typer.echo("処理できなかった通話と理由: kaiji call list --state 処理失敗")


def _show_night() -> None:
    """Print the progress of a night on stderr, a line for each call."""
    log = logging.getLogger("kaiji.night")
    log.setLevel(logging.INFO)
    log.propagate = False
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("kaiji: %(message)s"))
    log.handlers[:] = [handler]
