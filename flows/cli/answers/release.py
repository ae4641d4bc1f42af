"""``kaiji release`` and ``kaiji ledger``: make, fetch and deliver an answer; list all requests."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from flows.cli.answers.ways import add_ways
from flows.cli.session import REFUSED, Number, Session, Who, opened, refuse, table
from flows.cli.steps import add_steps

if TYPE_CHECKING:
    from flows.desk.answers.differences import Difference
    from flows.desk.answers.releases import Release, ReleasedRange
    from flows.loaded_models import Models
    from flows.rechecking.recheck import Recheck

MAKE = "make"
LETTER = Path("回答書.docx")


class _MakeByDefault(TyperGroup):
    """``kaiji release R-2026-0042`` is ``kaiji release make R-2026-0042``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Insert the command ``make`` when the arguments begin with a request's number."""
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            args = [MAKE, *args]
        return super().parse_args(ctx, args)


release = typer.Typer(cls=_MakeByDefault, no_args_is_help=True)

Turn = Annotated[
    int | None, typer.Option("--turn", min=1, help="第何回の開示か [既定: 最後]", show_default=False)
]
Out = Annotated[Path, typer.Option("--out", help="書き出すフォルダ (あるもの)")]
MaybeOut = Annotated[Path | None, typer.Option("--out", help="開示の後、このフォルダに取り出す")]
Package = Annotated[
    Literal["zip", "folder"] | None,
    typer.Option("--package", help="zip: 暗号化した ZIP / folder: CD-R などのフォルダ [既定: KAIJI_PACKAGE]"),
]


@release.command(MAKE)
def make(number: Number, package: Package = None, out: MaybeOut = None, who: Who = "") -> None:
    """承認された請求を開示します: 最終の計画から作り直し、確かめ、回答書とともに封をし、請求を閉じます。

    不開示・不存在・方法変更とした請求では、回答書だけを作ります。
    終了コード: 0 開示した / 2 引数や設定の誤り / 3 承認されていない、または安全に作れない
    """
    from flows.settings import Settings

    settings = Settings()
    if package is not None:
        settings = settings.model_copy(update={"package": package})
    if out is not None and not out.is_dir():
        refuse(f"{out}: フォルダがありません")
    with opened(who, "approver", settings) as session:
        from flows.releasing.release import release as make_release

        answer = make_release(session.desk, session.actor, number, _load_models)
        calls = sum(not call.withheld for call in answer.calls)
        typer.echo(f"{number}: {answer.kind.label}。通話 {calls}件、ファイル {len(answer.files)}件")
        _show_difference(session, number, answer)
        if answer.encrypted:
            typer.echo(f"合言葉: kaiji release password {number} (ファイルとは別の方法で伝えてください)")
        _place(session, number)
        if out is not None:
            _take_out(session, (number, answer.turn), out, folder=not answer.encrypted)
        else:
            typer.echo(f"取り出す: kaiji release fetch {number} --out フォルダ")
        typer.echo(f"渡したら: kaiji release deliver {number} --how 方法")


def _place(session: Session, number: str) -> None:
    if session.desk.settings.outbox is None:
        return
    from flows.exchange.outbox import place_released

    fault = place_released(session.desk, session.actor, number)
    if fault:
        typer.echo(f"kaiji: {fault} {number}", err=True)
    elif fault is not None:
        typer.echo("受渡し場所(KAIJI_OUTBOX)に置きました")


def _load_models(name: str) -> Models:
    from flows.masking.mask_case_call import load_models

    return load_models(name)


@release.command("letter")
def letter(
    number: Annotated[str, typer.Argument(metavar="[請求番号]", help="なければひな形を書き出す")] = "",
    out: Annotated[Path, typer.Option("--out", help="書き出す .docx。すでにあれば書きません")] = Path(
        "回答書.docx"
    ),
    who: Who = "",
) -> None:
    """回答書の案を書き出します (開示の前に読むため)。番号がなければ、直して使うひな形を書き出します。"""
    from flows.releasing.release import TEMPLATE

    if not number:
        write_new(out, TEMPLATE.read_bytes())
        typer.echo(f"ひな形を {out} に書きました。直した後、KAIJI_LETTER_TEMPLATE で指定してください")
        return
    with opened(who, "approver") as session:
        from flows.desk.cases.requests import get
        from flows.desk.integrity.chain import Subject
        from flows.releasing.release import draft_letter

        draft = draft_letter(session.desk, number)
        with session.desk.change(session.actor) as change:
            change.record("release.draft", Subject(get(session.desk, number).request_id))
        write_new(out, draft)
        typer.echo(f"回答書の案を {out} に書きました。まだ開示していません")


def write_new(path: Path, content: bytes) -> None:
    """Write a file that only this user may read; end the command when there is one already."""
    from flows.folders.open_folder import new_file

    try:
        made = new_file(path)
    except OSError as error:
        refuse(f"{path}: 書けません({type(error).__name__})")
    with made:
        made.write(content)


@release.command("fetch")
def fetch(
    number: Number,
    out: Out,
    folder: Annotated[
        bool, typer.Option("--folder", help="暗号化を解いたフォルダにする (CD-R など)")
    ] = False,
    turn: Turn = None,
    who: Who = "",
) -> None:
    """開示したファイルを取り出します。取り出したことを監査記録に残します。"""
    if not out.is_dir():
        refuse(f"{out}: フォルダがありません")
    with opened(who, "approver") as session:
        from flows.desk.answers.releases import answer_of, releases

        answer = answer_of(releases(session.desk, number), turn)
        _take_out(session, (number, answer.turn), out, folder=folder or not answer.encrypted)


def _take_out(session: Session, which: tuple[str, int], out: Path, *, folder: bool) -> None:
    from flows.releasing.fetch import fetch_folder, fetch_zip

    number, turn = which
    if folder:
        typer.echo(f"取り出しました: {fetch_folder(session.desk, session.actor, number, out, turn)}")
        return
    for path in fetch_zip(session.desk, session.actor, number, out, turn):
        typer.echo(f"取り出しました: {path}")


@release.command("password")
def password(number: Number, turn: Turn = None, who: Who = "") -> None:
    """開示ファイルの合言葉を示します。見たことを監査記録に残します。"""
    with opened(who, "approver") as session:
        from flows.desk.answers.releases import package_password

        typer.echo(package_password(session.desk, session.actor, number, turn))


@release.command("show")
def show(number: Number, who: Who = "") -> None:
    """開示の記録: いつ、何を開示したか、前の開示との違い。個人情報は含みません。"""
    with opened(who, "approver") as session:
        from flows.desk.answers.releases import releases

        answers = releases(session.desk, number)
        if not answers:
            refuse("まだ開示していません")
        for answer in answers:
            _show_answer(answer)
            _show_difference(session, number, answer)


def _show_answer(answer: Release) -> None:
    from flows.desk.kinds.values import JAPAN

    at = f"{answer.released_at.astimezone(JAPAN):%Y-%m-%d %H:%M}"
    typer.echo(f"第{answer.turn}回 {answer.kind.label} {at} {answer.package_sha256}")
    table(("ファイル", "バイト", "SHA-256"), ((file.name, file.bytes, file.sha256) for file in answer.files))


def _show_difference(session: Session, number: str, answer: Release) -> None:
    """Print how an answer differs from an earlier disclosure of the same recordings."""
    from flows.desk.answers.differences import difference_to_earlier

    difference = difference_to_earlier(session.desk, number, answer)
    if difference is not None:
        for line in _told(difference):
            typer.echo(line)


def _told(difference: Difference) -> list[str]:
    from flows.releasing.ledger_table import way_text

    lines = [f"前の開示({difference.earlier[0]} 第{difference.earlier[1]}回)との違い:"]
    for call in difference.calls:
        if call.appeared or call.gone:
            lines.append(
                f"  通話{call.number}: {'新たに開示' if call.appeared else '今回は開示していません'}"
            )
        lines += [f"  通話{call.number}: 新たに伏せた {_span(each)}" for each in call.added]
        lines += [f"  通話{call.number}: 伏せるのをやめた {_span(each)}" for each in call.removed]
        for what, found in (
            ("同意により開示した", call.consented),
            ("同意による開示をやめた", call.withdrawn),
        ):
            lines += [
                f"  通話{call.number}: {what} {start:.2f}–{end:.2f}秒 第三者の声" for start, end in found
            ]
    if difference.ways is not None:
        before, after = map(way_text, difference.ways)
        lines.append(f"  開示のしかた: {before} → {after}")
    lines += [f"  変わったファイル: {name}" for name in difference.files]
    return lines if len(lines) > 1 else [*lines, "  違いはありません"]


def _span(each: ReleasedRange) -> str:
    from flows.releasing.letter_content import kind_of

    return f"{each.start:.2f}–{each.end:.2f}秒 {kind_of(each)} {each.ground}号"


@release.command("recheck")
def recheck(
    as_json: Annotated[bool, typer.Option("--json", help="JSON で書く (IDと件数、秒だけ)")] = False,
    who: Who = "",
) -> None:
    """いまの版なら伏せる所のある開示を、番号とIDで示します。開示したものも決定も変えません。

    開示した通話ごとに、保存した文字起こしと録音、伏せた時の版の一覧から計画を作り直し、人の決定はそのままに、
    開示した計画と比べます。二度目の聞き取りだけは録音からやり直すので、通話の長さに応じて時間がかかります。
    終了コード: 0 ない / 2 引数や設定の誤り / 3 ある。もう確かめられない開示は、理由とともに示します
    """
    with opened(who, "approver") as session:
        from flows.rechecking.recheck import recheck as look_again

        found = look_again(session.desk, session.actor, _load_models, _tell_place)
        if as_json:
            from flows.rechecking.table import document

            typer.echo(json.dumps(document(found), ensure_ascii=False, indent=1))
        else:
            _show_recheck(found)
        if found.missed:
            told = "再度の開示は kaiji release again、漏えい等の記録は kaiji breach mark"
            refuse(f"いまの版なら伏せる所のある開示が{found.answers}件あります。{told}", REFUSED)


def _tell_place(place: int, calls: int) -> None:
    if sys.stderr.isatty():
        typer.echo(f"kaiji: {calls}件のうち{place}件目の通話を確かめています", err=True)


def _show_recheck(found: Recheck) -> None:
    from flows.rechecking.table import LEFT, MISSED, left_cells, missed_cells

    if found.missed:
        table(MISSED, map(missed_cells, found.missed))
    if found.left:
        typer.echo(f"もう確かめられない開示 {len(found.left)}件:")
        table(LEFT, map(left_cells, found.left))
    typer.echo(f"確かめた通話 {found.checked}件。伏せていて、いまの版なら残す箇所 {found.opened}件")


def ledger(
    path: Annotated[
        Path | None, typer.Option("--csv", help="CSV に書き出す (Excel で開けます)。すでにあれば書きません")
    ] = None,
    year: Annotated[int | None, typer.Option("--year", min=2000, max=2999, help="受付の年")] = None,
    who: Who = "",
) -> None:
    """開示台帳: 受付から交付まで。見たことを監査記録に残します。

    画面には個人情報を含まない欄だけを示します。すべての欄は --csv です。
    """
    with opened(who, "approver") as session:
        from flows.desk.record.ledger import LedgerQuery
        from flows.desk.record.ledger import ledger as read
        from flows.folders.open_folder import new_file
        from flows.releasing.ledger_table import SHORT, short_cells, write_csv

        if path is None:
            table(SHORT, map(short_cells, read(session.desk, session.actor, LedgerQuery(year))))
            return
        try:
            made = new_file(path)
        except OSError as error:
            refuse(f"{path}: 書けません({type(error).__name__})")
        with io.TextIOWrapper(made, encoding="utf-8-sig", newline="") as file:
            count = write_csv(read(session.desk, session.actor, LedgerQuery(year)), file)
        typer.echo(f"{count}件を書き出しました")


add_ways(release)
add_steps(release, "release")
