"""``kaiji``: the command.

Heavy libraries are imported by the commands that need them, so that ``kaiji --help`` is quick.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn, TypeVar

import typer

from flows.cli.desk import add_desk
from flows.files.endings import told_to_end
from flows.files.shown import shown
from flows.listener import UNHEARD_LINE
from flows.quiet import quiet_libraries
from flows.version import VERSION
from pipeline.errors import NO_ROOM, CaseFileError, PipelineError
from pipeline.types import CallCase, MaskPolicy

if TYPE_CHECKING:
    from flows.masking.mask_calls import Outcome
    from flows.settings import Settings

__all__ = ["app", "main"]

app = typer.Typer(
    help="開示: 録音された通話から第三者の個人情報を伏せた写しを作ります。",
    no_args_is_help=True,
    add_completion=False,
    # Rich would take longer to load than everything else that `--help` needs.
    rich_markup_mode=None,
    # A traceback with local variables would print the call.
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
run = typer.Typer(help="Prefect のフローで実行します。", no_args_is_help=True)
app.add_typer(run, name="run")

R = TypeVar("R", bound="Outcome")

HEADLINES = {
    "unreadable_audio": "音声を読めません",
    "case_file": "案件ファイルに誤りがあります",
    "model": "モデルを使えません",
    "recognizer_file": "検出器の設定ファイルに誤りがあります",
    "call_unsafe": "安全に伏せられませんでした",
    "internal": "プログラムの誤りで中止しました",
    "output_folder": "出力できません",
}

Calls = Annotated[
    list[Path], typer.Argument(metavar="CALL…", help="通話の音声 (wav, mp3, m4a, ogg, flac, gsm, amr)")
]
CasePath = Annotated[
    Path, typer.Option("--case", help="請求者の情報: CASE.json、<通話名>.case.json のフォルダ、または .jsonl")
]
OutFolder = Annotated[Path, typer.Option("--out", help="出力先のフォルダ")]
TranscriptPath = Annotated[
    Path | None,
    typer.Option("--transcript", help="音声認識の代わりに使う、時刻付きの単語の JSON (通話が1件のとき)"),
]
Model = Annotated[str | None, typer.Option("--model", help="音声認識モデルの名前かフォルダ [既定: base]")]
Fill = Annotated[Literal["tone", "silence"], typer.Option("--fill", help="伏せた所に入れる音")]
Pad = Annotated[
    float | None, typer.Option("--pad", min=0.0, max=5.0, help="前後に足す秒数 [既定: 前後とも0.02]")
]
NoListenAgain = Annotated[
    bool, typer.Option("--no-listen-again", help="伏せた音声をもう一度認識する確認を省く (記録に残ります)")
]
Recognizers = Annotated[
    Path | None,
    typer.Option("--recognizers", help="自社の検出器の YAML (Presidio の recognizer registry の形)"),
]


def _tell_version(asked: bool) -> None:
    if asked:
        typer.echo(f"kaiji {VERSION}")
        raise typer.Exit


@app.callback()
def _begin(
    version: Annotated[  # noqa: ARG001 (its callback has told it)
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="版を表示する")
    ] = False,
) -> None:
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    quiet_libraries()


@app.command()
def mask(
    calls: Calls,
    case: CasePath,
    out: OutFolder,
    transcript: TranscriptPath = None,
    model: Model = None,
    fill: Fill = "tone",
    pad: Pad = None,
    no_listen_again: NoListenAgain = False,
    recognizers: Recognizers = None,
) -> None:
    """通話を伏せた写しにします。

    終了コード: 0 すべて完了 / 2 引数か入力の誤り / 3 安全に伏せられない通話がある
    """
    from flows.masking.mask_calls import Order, mask_calls
    from flows.stages import Models

    with _told():
        settings = _settings(recognizers)
        order = Order(
            out=out,
            case=_cases(case),
            policy=_policy(fill, pad),
            transcript=lambda _: transcript,
            model=model or settings.model,
            listen_again=not no_listen_again,
        )
        read = [*_read_beside(calls, case), *filter(None, (transcript, settings.recognizers))]
        _refuse_impossible(calls, out, read, one_only=transcript is not None)
        outcomes = _reported(mask_calls(calls, order, Models(order.model, settings)), len(calls))
    _finish(outcomes)


@run.command("mask-call")
def run_mask_call(
    calls: Calls,
    case: CasePath,
    out: OutFolder,
    model: Model = None,
    fill: Fill = "tone",
    pad: Pad = None,
    recognizers: Recognizers = None,
) -> None:
    """通話を Prefect のフローで伏せた写しにします (サーバーは不要)。"""
    from flows.masking.mask_calls import Order
    from flows.prefect_api.secret import ApiSecretError
    from flows.prefect_api.temporary import PrefectStartError, prefect_for
    from flows.settings import hand_on

    with _told():
        settings = _settings(recognizers)
        read = [*_read_beside(calls, case), *filter(None, (settings.recognizers,))]
        _refuse_impossible(calls, out, read, one_only=False)
        order = Order(out=out, case=_cases(case), policy=_policy(fill, pad), model=model or settings.model)
        hand_on(settings)
        try:
            with (
                tempfile.TemporaryDirectory(prefix="kaiji-prefect-", ignore_cleanup_errors=True) as home,
                prefect_for(Path(home), settings),
            ):
                from flows.masking.mask_call import mask_calls_by_flow

                outcomes = _reported(mask_calls_by_flow(calls, order), len(calls))
                _say_where(out, outcomes)
        except (ApiSecretError, PrefectStartError) as error:
            _refuse(str(error))
    _finish(outcomes)


@app.command()
def evaluate(
    calls_dir: Annotated[
        Path, typer.Argument(metavar="CALLS_DIR", help="<通話名>.wav と .truth.json のフォルダ")
    ],
    out: OutFolder,
    json: Annotated[Path | None, typer.Option("--json", help="数値をこのファイルにも書く")] = None,
    exact_words: Annotated[
        bool, typer.Option("--exact-words", help="音声認識の代わりに台本の正確な言葉を使う")
    ] = False,
    model: Model = None,
    fill: Fill = "tone",
    pad: Pad = None,
    no_listen_again: NoListenAgain = False,
    recognizers: Recognizers = None,
) -> None:
    """正解付きの通話で、漏れと伏せすぎを測ります。

    自社の通話での測り方（選び方、正解の付け方、読み方）: flows/measuring/README.md
    """
    from flows.measuring.drawn import check_drawn
    from flows.measuring.evaluate_calls import Trial, evaluate_calls, report
    from flows.stages import Models

    with _told():
        settings = _settings(recognizers)
        trial = Trial(
            out=out,
            policy=_policy(fill, pad),
            exact_words=exact_words,
            model=model or settings.model,
            listen_again=not no_listen_again,
        )
        calls = sorted(path for path in calls_dir.glob("*.wav") if path.with_suffix(".truth.json").is_file())
        if not calls:
            _refuse("<通話名>.wav と <通話名>.truth.json の組がありません")
        if json is not None and not json.parent.is_dir():
            _refuse(f"{json}: フォルダがありません")
        truths = [call.with_suffix(".truth.json") for call in calls]
        read = [*_read_beside(calls, calls_dir), *truths, *filter(None, (settings.recognizers,))]
        drawn = check_drawn(out, [call.stem for call in calls], json)
        _refuse_impossible(calls, out, read, drawn, one_only=False)
        found = evaluate_calls(calls, trial, Models(trial.model, settings))
        results = _reported(found, len(calls), quiet=True)
        report(results, out, json)
    _finish([result for result in results if result.error is None or result.error.code != "call_unsafe"])


add_desk(app, run)


def main() -> None:
    """Run the command line; told to end, it tidies up first."""
    with told_to_end():
        app()


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """End the command with one line where what goes wrong is no single call's."""
    try:
        yield
    except PipelineError as error:
        _refuse(f"{HEADLINES[error.code]}: {error}" if error.code in HEADLINES else str(error))
    except OSError as error:
        if error.errno == errno.EPIPE:
            # Nobody reads on: typer's affair.
            raise
        # If it was the output itself that is full, what is left of it must not fail once more at the end.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if error.errno in NO_ROOM:
            _refuse("書込み先に空きがありません。空きを作ってから、もう一度実行してください")
        _refuse(f"読み書きができません({errno.errorcode.get(error.errno or 0, type(error).__name__)})")


def _read_beside(calls: Sequence[Path], case: Path) -> Iterator[Path]:
    """The files that are read for the calls: they themselves, and what tells of whom each is."""
    yield from calls
    yield case
    yield from (case / f"{call.stem}.case.json" for call in calls)


def _settings(recognizers: Path | None) -> Settings:
    """The settings of this command; a mistake in the company's file is told before any call is read."""
    from flows.settings import SettingError, Settings

    try:
        settings = Settings() if recognizers is None else Settings(recognizers=recognizers)
    except SettingError as error:
        _refuse(str(error))
    if settings.recognizers is not None:
        from models.company.recognizers import load_company
        from models.company.yaml_lines import RecognizerFileError

        try:
            load_company(settings.recognizers)
        except RecognizerFileError as error:
            _refuse(f"{settings.recognizers}: {HEADLINES[error.code]}: {error}")
    return settings


def _policy(fill: str, pad: float | None) -> MaskPolicy:
    default = MaskPolicy(fill=fill)
    return default if pad is None else replace(default, pad_before=pad, pad_after=pad)


def _cases(path: Path) -> Callable[[Path], CallCase]:
    """The case of each call; a case file that is no good is every call's error."""
    from flows.files.case_file import case_lookup

    try:
        return case_lookup(path)
    except CaseFileError as raised:
        error = raised

    def refuse(_: Path) -> CallCase:
        raise error

    return refuse


def _refuse_impossible(
    calls: Sequence[Path], out: Path, read: Iterable[Path], also: Iterable[Path] = (), *, one_only: bool
) -> None:
    """End with status 2 where the arguments contradict each other, or nothing can or may be written.

    Args:
        calls: The calls.
        out: Where their products go.
        read: All files that the command reads.
        also: Files that it writes beside the products.
        one_only: Whether there may be one call only.
    """
    from flows.files.clashes import clashes, repeats
    from flows.outputs import OutputFolderError, file_names, open_output

    if one_only and len(calls) > 1:
        _refuse("--transcript は通話が1件のときだけ使えます")
    stems = [path.stem for path in calls]
    twice = "拡張子を除いて同じ名前の通話が2件あり、出力が重なります"
    if repeats(stems, folded=False):
        _refuse(twice)
    written = [out / name for stem in stems for name in file_names(stem)]
    for path in clashes([*written, *also], read):
        _refuse(f"{path}: 入力のファイルと同じです。何も書いていません。別の出力先を指定してください")
    try:
        if repeats(stems, folded=open_output(out)):
            _refuse(twice)
    except OutputFolderError as error:
        _refuse(f"{out}: {error}")


def _refuse(line: str) -> NoReturn:
    typer.echo(f"kaiji: {shown(line)}", err=True)
    raise typer.Exit(2)


def _reported(outcomes: Iterator[R], total: int, *, quiet: bool = False) -> list[R]:
    """Go through the calls with a progress bar on a terminal; one line for each call.

    That the ears did not listen is told once: it is so of every call of a command.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    done: list[R] = []
    told = False
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        bar = progress.add_task("通話", total=total)
        for outcome in outcomes:
            progress.advance(bar)
            done.append(outcome)
            if outcome.listener is not None and not outcome.listener.heard and not told:
                typer.echo(f"kaiji: {UNHEARD_LINE}", err=True)
                told = True
            if outcome.error is not None:
                headline = HEADLINES.get(outcome.error.code, "失敗しました")
                typer.echo(f"kaiji: {shown(f'{outcome.audio}: {headline}: {outcome.error}')}", err=True)
            elif not quiet and outcome.plan is not None:
                review = sum(item.needs_review for item in outcome.plan.items)
                typer.echo(
                    f"{shown(outcome.audio.name)}: 伏せた箇所 {len(outcome.plan.masked)}、要確認 {review}"
                )
    return done


def _say_where(out: Path, outcomes: Sequence[Outcome]) -> None:
    masked = [outcome.audio.stem for outcome in outcomes if outcome.error is None]
    if not masked:
        return
    typer.echo(f"\n{len(masked)}件の通話を伏せました。")
    first = shown(out / masked[0])
    typer.echo(f"  聞く: {first}.masked.wav")
    typer.echo(f"  読む: {first}.masked.txt")
    typer.echo(f"  確認: {first}.review.json (担当者だけが読める元の言葉)")


def _finish(outcomes: Sequence[Outcome]) -> NoReturn:
    from flows.masking.mask_calls import exit_status

    raise typer.Exit(exit_status(outcomes))


if __name__ == "__main__":
    main()
