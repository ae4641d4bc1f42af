"""Commands of the desk's steps, derived from their declarations."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any

import typer

from flows.cli.session import Session, Who, asked, opened, refuse
from flows.desk.book.event import Field
from flows.desk.book.steps import STEPS, Step


def add_steps(group: typer.Typer, name: str) -> None:
    """Add the commands of the steps of a group, by its name."""
    for step in STEPS.values():
        if step.declared.kind.group == name and step.declared.offered:
            group.command(step.declared.verb)(_command(step))


def _command(step: Step) -> Callable[..., None]:
    declared = step.declared

    def run(*, subject: str, who: str, **given: Any) -> None:
        with opened(who, declared.by[0].value) as session:
            from flows.desk.book.door import do

            read = {each.name: _read(session, each, given[each.name]) for each in declared.fields}
            event = step(subject, **read)
            typer.echo(event.said(do(session.desk, session.actor, event)))

    subject = typer.Argument(metavar=declared.kind.metavar, help=declared.kind.help)
    run.__doc__ = step.__doc__
    # What typer reads the arguments and options from.
    parameters = {"subject": _parameter("subject", Annotated[str, subject])}
    parameters |= {each.name: _parameter(each.name, *_option(each)) for each in declared.fields}
    parameters["who"] = _parameter("who", Who, "")
    run.__signature__ = inspect.Signature(list(parameters.values()))  # type: ignore[attr-defined]
    run.__annotations__ = {name: each.annotation for name, each in parameters.items()}
    return run


def _parameter(name: str, annotation: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    # Also those with a default come before those without: the terminal names them.
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _option(each: Field) -> tuple[Any, ...]:
    """Return the annotation, and the default, of the option that gives a field."""
    name, given = f"--{each.name.replace('_', '-')}", each.given
    said = given.asks or given.label
    if each.type is date:
        argument = typer.Argument(metavar=said, formats=["%Y-%m-%d"], help=f"例 {given.hint}")
        return (Annotated[datetime, argument],)
    if each.type is bool:
        return Annotated[bool, typer.Option(name, help=said)], each.default
    if given.bounds:
        least, most = given.bounds
        shown = each.default is not None
        option = typer.Option(name, min=least, max=most, help=said, show_default=shown)
        return Annotated[each.type, option], each.default
    if each.choices:
        labels = "、".join(choice.label for choice in each.choices)
        usual = "なければ尋ねます" if each.required else f"既定 {each.default.label}"
        return Annotated[str, typer.Option(name, help=f"{said}: {labels} ({usual})", show_default=False)], ""
    usual = " [既定: いま]" if each.is_time else " (なければ尋ねます)" * each.required
    return Annotated[str, typer.Option(name, help=f"{said}{usual}", show_default=False)], ""


def _read(session: Session, each: Field, given: Any) -> Any:
    """Return the value of a field; what is missing is asked for."""
    if isinstance(given, datetime):
        return given.date()
    if not isinstance(given, str):
        return given
    if each.required:
        given = asked(given, each.given.asks or each.given.label)
    if not given and not each.required:
        return each.default
    if each.choices:
        return _choice(each, given)
    if each.type is str:
        return given
    from flows.intake.fields import past_moment

    moment = past_moment(given, session.desk.clock())
    if moment is None:
        refuse(f"--{each.name}: 日時の形ではないか、未来の日時です(例: 2026-11-20 10:15)")
    return moment


def _choice(each: Field, given: str) -> Any:
    named = {name: choice for choice in each.choices for name in (choice.value, choice.label)}
    if given not in named:
        labels = "、".join(choice.label for choice in each.choices)
        refuse(f"{each.given.asks or each.given.label}は {labels} のどれかです")
    return named[given]
