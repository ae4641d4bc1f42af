"""Shared by the desk's commands: opening the desk, the acting person, error messages, prompts, tables."""

from __future__ import annotations

import contextlib
import os
import pwd
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from flows.files.shown import shown
from pipeline.errors import PipelineError

if TYPE_CHECKING:
    from flows.desk.integrity.desk import Desk
    from flows.desk.kinds.values import Actor
    from flows.intake.faults import Fault
    from flows.settings import Settings

BAD_INPUT, REFUSED = 2, 3
"""Exit codes, as for ``kaiji mask``: the input is at fault; the state does not allow the step."""

REFUSALS = frozenset(
    {
        *("impossible_step", "not_identified", "recording_changed", "conflict", "duplicate", "claim_lost"),
        *("not_allowed", "call_unsafe", "rolled_back", "seal_broken"),
    }
)
"""Codes of the errors that mean: the state does not allow it, now or a second time."""

WAYS_OUT = {
    "not_found": "番号やIDは kaiji case list、kaiji call list、kaiji call search で分かります",
    "key_missing": "控えた鍵を置くか、KAIJI_KEY_FILE、KAIJI_KEY、KAIJI_KEY_COMMAND のどれかで渡してください",
    "wrong_key": "控えのうち、その番号の鍵を渡してください",
    "database_gone": "KAIJI_DATABASE (なければ KAIJI_HOME の desk.sqlite3) を確かめてください",
    "database_full": "空きを作ってから、もう一度実行してください",
    "storage_full": "空きを作ってから、もう一度実行してください",
    "storage_gone": "KAIJI_STORE (なければ KAIJI_HOME の store) を確かめてください",
    "schema": "kaiji を新しい版にしてください",
}
"""Advice by error code, for errors whose message does not give it."""

Who = Annotated[
    str,
    typer.Option(
        "--actor", envvar="KAIJI_ACTOR", help="操作する人 [既定: 端末の利用者名]", show_default=False
    ),
]
Number = Annotated[str, typer.Argument(metavar="請求番号", help="例 R-2026-0042")]
Reason = Annotated[str, typer.Option("--reason", help="理由 (なければ尋ねます)", show_default=False)]
Report = Annotated[Path | None, typer.Option("--report", help="誤りの一覧をこの CSV にも書く")]


@dataclass(frozen=True, slots=True)
class Session:
    """An opened desk and the person who acts."""

    desk: Desk
    actor: Actor


@contextlib.contextmanager
def opened(
    who: str, role: str = "intake", settings: Settings | None = None, *, unwitnessed: bool = False
) -> Iterator[Session]:
    """Open the desk for one command; an error ends the command with one line.

    Args:
        who: Name of the person; empty for the login name.
        role: The role in which they act.
        settings: The settings of this machine.
        unwitnessed: As for ``open_desk``.

    Yields:
        The desk and the person.

    Raises:
        typer.Exit: status 2 or 3.
    """
    from flows.desk.integrity.desk import open_desk
    from flows.desk.sealing.keys import key_file, load_keyring
    from flows.practice.mark import is_practice
    from flows.settings import Settings

    with told():
        ours = settings or Settings()
        fresh = load_keyring(ours) is None
        with open_desk(ours, unwitnessed=unwitnessed) as desk:
            if fresh:
                typer.echo(f"kaiji: 新しい窓口を作りました。鍵: {key_file(ours)}", err=True)
                typer.echo("kaiji: 鍵をなくすとデータは開けません。別の場所に控えてください", err=True)
            if is_practice(ours):
                typer.echo("kaiji: 練習用の窓口です。見本の通話だけで、だれの請求でもありません", err=True)
            yield Session(desk, acting(who, role))


def acting(who: str, role: str) -> Actor:
    """Return the acting person.

    Args:
        who: Name of the person; empty for the login name.
        role: The role in which they act.
    """
    from flows.desk.kinds.values import Actor, Role

    return Actor(who.strip() or _login(), Role(role))


@contextlib.contextmanager
def told() -> Iterator[None]:
    """End the command on one of our errors, with one line and the exit status of its kind."""
    try:
        yield
    except PipelineError as error:
        way_out = WAYS_OUT.get(error.code)
        line = f"{error}。{way_out}" if way_out else str(error)
        refuse(line, REFUSED if error.code in REFUSALS else BAD_INPUT)


def refuse(line: str, status: int = BAD_INPUT) -> NoReturn:
    """End the command with one line on stderr.

    Raises:
        typer.Exit: always.
    """
    typer.echo(f"kaiji: {shown(line)}", err=True)
    raise typer.Exit(status)


def refuse_faults(name: str, faults: Sequence[Fault], report: Path | None) -> NoReturn:
    """End the command with a headline on stderr and the list of a file's mistakes on stdout.

    Raises:
        typer.Exit: always, with status 2.
    """
    from flows.intake.faults import write_report

    for fault in faults:
        typer.echo(f"  {shown(fault.line)}")
    if report is not None:
        try:
            write_report(faults, report)
        except OSError as error:
            refuse(f"{report}: 書けません({type(error).__name__})")
    refuse(f"{name}: 誤りが{len(faults)}件あります。1件も取り込んでいません")


def asked(given: str, question: str) -> str:
    """Return a given text, or ask for it; the text is never empty.

    Raises:
        typer.Exit: when the input ends.
    """
    if given.strip():
        return given.strip()
    try:
        return str(typer.prompt(question, type=str)).strip()
    except typer.Abort:
        refuse("入力が途中で終わりました。何も変えていません")


def answers(questions: Sequence[str]) -> tuple[str, ...]:
    """Read answers to questions; the questions go to stderr, not into the output.

    Raises:
        typer.Exit: when the input ends.
    """
    try:
        return tuple(
            typer.prompt(question, default="", show_default=False, err=True).strip() for question in questions
        )
    except typer.Abort:
        refuse("入力が途中で終わりました")


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows as a table on a terminal, and separated by tabs otherwise."""
    cells = [["" if cell is None else shown(cell) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        for row in (headings, *cells):
            typer.echo("\t".join(row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    drawn = Table(*headings, box=None, pad_edge=False)
    for row in cells:
        drawn.add_row(*map(Text, row))
    console.print(drawn, markup=False)


def _login() -> str:
    """Return the login name of the process's user; environment variables are not trusted for it."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid{os.getuid()}"
