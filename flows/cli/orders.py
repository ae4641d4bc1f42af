"""What the commands that mask calls share: options, refusals, a line for each call."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn, TypeVar

import typer

from flows.cli.session import refuse
from flows.files.shown import shown
from flows.listener import UNHEARD_LINE
from pipeline.errors import NO_ROOM, CaseFileError, PipelineError
from pipeline.types import CallCase, MaskPolicy

if TYPE_CHECKING:
    from flows.masking.mask_calls import Outcome
    from flows.masking.pace import Pace
    from flows.settings import Settings

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


@contextlib.contextmanager
def told_with_headline() -> Iterator[None]:
    """End the command with one line where what goes wrong is no single call's."""
    try:
        yield
    except PipelineError as error:
        refuse(f"{HEADLINES[error.code]}: {error}" if error.code in HEADLINES else str(error))
    except OSError as error:
        if error.errno == errno.EPIPE:
            # Nobody reads on: typer's affair.
            raise
        # If it was the output itself that is full, what is left of it must not fail once more at the end.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if error.errno in NO_ROOM:
            refuse("書込み先に空きがありません。空きを作ってから、もう一度実行してください")
        refuse(f"読み書きができません({errno.errorcode.get(error.errno or 0, type(error).__name__)})")


def read_beside(calls: Sequence[Path], case: Path) -> Iterator[Path]:
    """The files that are read for the calls: they themselves, and what tells of whom each is."""
    yield from calls
    yield case
    yield from (case / f"{call.stem}.case.json" for call in calls)


def settings_of(recognizers: Path | None) -> Settings:
    """The settings of this command; a mistake in the company's file is told before any call is read."""
    from flows.settings import SettingError, Settings

    try:
        settings = Settings() if recognizers is None else Settings(recognizers=recognizers)
    except SettingError as error:
        refuse(str(error))
    if settings.recognizers is not None:
        from models.company.recognizers import load_company
        from models.company.yaml_lines import RecognizerFileError

        try:
            load_company(settings.recognizers)
        except RecognizerFileError as error:
            refuse(f"{settings.recognizers}: {HEADLINES[error.code]}: {error}")
    return settings


def policy_of(fill: str, pad: float | None) -> MaskPolicy:
    """The mask policy that the options ask for."""
    default = MaskPolicy(fill=fill)
    return default if pad is None else replace(default, pad_before=pad, pad_after=pad)


def cases_of(path: Path) -> Callable[[Path], CallCase]:
    """The case of each call; a case file that is no good is every call's error."""
    from flows.files.case_file import case_lookup

    try:
        return case_lookup(path)
    except CaseFileError as raised:
        error = raised

    def refuse(_: Path) -> CallCase:
        raise error

    return refuse


def refuse_impossible(
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
        refuse("--transcript は通話が1件のときだけ使えます")
    stems = [path.stem for path in calls]
    twice = "拡張子を除いて同じ名前の通話が2件あり、出力が重なります"
    if repeats(stems, folded=False):
        refuse(twice)
    written = [out / name for stem in stems for name in file_names(stem)]
    for path in clashes([*written, *also], read):
        refuse(f"{path}: 入力のファイルと同じです。何も書いていません。別の出力先を指定してください")
    try:
        if repeats(stems, folded=open_output(out)):
            refuse(twice)
    except OutputFolderError as error:
        refuse(f"{out}: {error}")


def reported(outcomes: Iterator[R], calls: Sequence[Path], *, quiet: bool = False) -> list[R]:
    """Go through the calls with a progress bar on a terminal; one line for each call.

    That the ears did not listen is told once: it is so of every call of a command.

    Args:
        outcomes: One for each call, in their order.
        calls: The calls' files.
        quiet: Whether there is no line for a call that is masked.

    Returns:
        The outcomes.
    """
    done: list[R] = []
    told = False
    with _progress([_size(call) for call in calls]) as ended:
        for outcome in outcomes:
            ended()
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


def _size(call: Path) -> float:
    """Length of a call in bytes, or as good as none where it cannot be read."""
    try:
        return max(1.0, float(call.stat().st_size))
    except OSError:
        return 1.0


@contextlib.contextmanager
def _progress(sizes: Sequence[float]) -> Iterator[Callable[[], None]]:
    """A bar on a terminal, nothing elsewhere; what comes is called once for each call that is done."""
    if not sys.stderr.isatty() or not sizes:
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    from flows.masking.pace import Pace
    from pipeline.hearing.progress import followed

    began, left = time.monotonic(), list(sizes)
    pace = Pace().begun(left.pop(0), tuple(left), 0.0)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task(told_pace(pace), total=1.0)

        def show(now: Pace) -> None:
            nonlocal pace
            pace = now
            progress.update(bar, completed=pace.share, description=told_pace(pace))

        def ended() -> None:
            seconds = time.monotonic() - began
            show(pace.begun(left.pop(0), tuple(left), seconds) if left else pace.ended(seconds))

        with followed(lambda share: show(pace.reached(share, time.monotonic() - began))):
            yield ended


def told_pace(pace: Pace) -> str:
    """What stands before the bar: calls done and to come, and the time that is left."""
    return f"通話 {pace.done}/{pace.total} 件済み {pace.left_text}".rstrip()


def finish(outcomes: Sequence[Outcome]) -> NoReturn:
    """End the command with the status of its calls.

    Raises:
        typer.Exit: always.
    """
    from flows.masking.mask_calls import exit_status

    raise typer.Exit(exit_status(outcomes))
