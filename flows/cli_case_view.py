"""How ``kaiji case`` shows requests: a line without personal data, and the whole on record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

import typer

from flows.cli_session import Session, refuse
from flows.desk import calls, requests
from flows.desk.audit import entries
from flows.desk.chain import Subject
from flows.desk.states import State
from flows.desk.values import JAPAN, NewRequest, Request
from pipeline.types import CaseName

__all__ = ["show_request", "state_of", "summary"]

CLOSED = frozenset({State.RELEASED, State.WITHDRAWN})


def state_of(name: str) -> State:
    """A state by its code word or its Japanese name; ends the command when there is none."""
    names = {
        name: state for state in State for name in (state.value, state.label, state.label.partition("(")[0])
    }
    if name not in names:
        refuse(f"状態は {'、'.join(f'{state.value}({state.label})' for state in State)} のどれかです")
    return names[name]


def summary(request: Request, today: date) -> tuple[object, ...]:
    """One line of a list: number, state, calls, due date, days left."""
    left = (request.due_on - today).days
    told = "停止中" if request.paused_on is not None else f"{left}日" if left >= 0 else f"{-left}日超過"
    days = "" if request.state in CLOSED else told
    return request.number, request.state.label, len(request.calls), request.due_on, days


def show_request(session: Session, number: str) -> None:
    """Show a request with its personal data, after that is on record."""
    request = requests.get(session.desk, number)
    with session.desk.change(session.actor) as change:
        change.record("request.show", Subject(request.request_id))
    today = session.desk.clock().astimezone(JAPAN).date()
    _, state, _, due_on, days = summary(request, today)
    typer.echo(f"{request.number}  {state}  期限 {due_on} {days}")
    for label, text in _content(request.content):
        if text:
            typer.echo(f"  {label}: {text}")
    for note in requests.notes(session.desk, number):
        typer.echo(f"  {_when(note.at)} {note.kind.value} 期限 {note.due_on} {note.by}: {note.text}")
    for call in calls.list_calls(session.desk, request=number):
        reason = f" {call.failure_reason}" if call.failure_reason else ""
        typer.echo(f"  通話 {call.call_id}: {call.state.label}{reason}")
    for entry in entries(session.desk, request_id=request.request_id):
        if entry.action == "request.identify":
            typer.echo(f"  本人確認: {entry.detail['method']} {entry.at[:16]}Z {entry.actor.name}")


def _when(moment: object) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _content(new: NewRequest) -> Iterator[tuple[str, str]]:
    yield "受付", f"{new.received_at.astimezone(JAPAN):%Y-%m-%d %H:%M} {new.channel} {new.reference}".rstrip()
    yield "請求者", _names(new.requester.names)
    yield "電話番号", "、".join(new.requester.phones)
    yield "住所", _names(new.requester.addresses)
    yield "会員番号", new.member_number
    if new.agent is not None:
        yield "代理人", f"{_names((new.agent.name,))} {new.agent.authority} {new.agent.proof}".rstrip()
    scope = new.scope
    if scope.first or scope.last:
        yield "対象の期間", f"{scope.first or ''} から {scope.last or ''}".strip()
    yield "請求の内容", scope.topic
    yield "通話の番号", "、".join(scope.numbers)
    yield "開示の形", f"{new.wanted.value} / {new.delivery.value}"
    yield "手数料", f"{new.fee_yen}円 {'済' if new.fee_paid else '未'}" if new.fee_yen else ""
    yield "担当", f"{new.desk} {new.person}".strip()


def _names(names: Iterable[CaseName]) -> str:
    return "、".join(f"{name.text}({name.kana})" if name.kana else name.text for name in names)
