"""``kaiji``: the command.

What it can do stands in a table (``flows.cli.commands``); a command imports what it needs when it is chosen.
"""

from __future__ import annotations

import gc
import logging
from typing import Annotated

import typer

from flows.cli.commands import LOOK, Table
from flows.folders.endings import raised_signals
from flows.quiet import quiet_libraries, without_plugins
from flows.version import VERSION

app = typer.Typer(
    cls=Table,
    help="開示: 録音された通話から第三者の個人情報を伏せた写しを作ります。",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    **LOOK,
)


FEW_LOOKS = 500_000
"""Objects made between two looks of Python's for garbage; by default it looks after every 700.

A short command makes 170 000 at most, nearly all by importing, and one look at so many takes 30 ms."""


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


def main() -> None:
    """Run the command line; told to end, it tidies up first."""
    # All that is imported stays to the end.  Looking through it for cycles while it grows, two hundred times,
    # and once more before the process goes would be a quarter of a short command's time.
    gc.set_threshold(FEW_LOOKS)
    without_plugins()
    try:
        with raised_signals():
            app()
    finally:
        gc.freeze()


if __name__ == "__main__":
    main()
