"""Adds all commands of the desk to ``kaiji``."""

from __future__ import annotations

import typer

from flows.cli.call import call, lists, recordings
from flows.cli.care import audit, key, nightly, retention
from flows.cli.case import case
from flows.cli.release import ledger, release
from flows.cli.review import account, review
from flows.cli.ways import add_ways

__all__ = ["add_desk"]


def add_desk(app: typer.Typer, run: typer.Typer) -> None:
    """Add the commands of the desk.

    Args:
        app: The application ``kaiji``.
        run: The group ``kaiji run``.
    """
    app.add_typer(case, name="case")
    app.add_typer(call, name="call")
    app.add_typer(recordings, name="recordings")
    app.add_typer(lists, name="lists")
    app.add_typer(audit, name="audit")
    app.command("retention")(retention)
    app.add_typer(key, name="key")
    app.add_typer(account, name="account")
    app.add_typer(review, name="review")
    add_ways(release)
    app.add_typer(release, name="release")
    app.command("ledger")(ledger)
    run.command("nightly")(nightly)
