"""Prints requests for ``kaiji case``: a line without personal data, or everything, which is audited."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

import typer

from flows.cli.session import Session, refuse
from flows.desk.kinds.request_words import AUTHORITIES, CHANNELS, DELIVERY, WANTED, label_of_note
from flows.desk.kinds.states import CLOSED, State
from flows.desk.kinds.values import JAPAN, IdentityCheck, IdentityMethod, NewRequest, Request
from pipeline.call_case import CaseName

METHODS = {method.label: method for method in IdentityMethod}


def state_of(name: str) -> State:
    """Return a state by its code word or Japanese name; end the command when it is unknown."""
    names = {
        name: state for state in State for name in (state.value, state.label, state.label.partition("(")[0])
    }
    if name not in names:
        refuse(f"状態は {'、'.join(f'{state.value}({state.label})' for state in State)} のどれかです")
    return names[name]


def method_of(name: str) -> IdentityMethod:
    """Return a method of identity check by its code word or Japanese name; end the command if unknown."""
    names = {**{method.value: method for method in IdentityMethod}, **METHODS}
    if name not in names:
        refuse(f"確認の方法は {'、'.join(METHODS)} のどれかです")
    return names[name]


def summary(request: Request, today: date) -> tuple[object, ...]:
    """Return one row of a list: number, state, calls, due date, days left."""
    left = (request.due_on - today).days
    told = "停止中" if request.paused_on is not None else f"{left}日" if left >= 0 else f"{-left}日超過"
    days = "" if request.state in CLOSED else told
    return request.number, request.state_label, len(request.calls), request.due_on, days


def show_request(session: Session, number: str) -> None:
    """Print a request with its personal data, after recording that in the audit log."""
    from flows.desk.cases import calls, requests
    from flows.desk.cases.identity import identity_checks
    from flows.desk.integrity.chain import Subject

    request = requests.get(session.desk, number)
    with session.desk.change(session.actor) as change:
        change.record("request.show", Subject(request.request_id))
    today = session.desk.clock().astimezone(JAPAN).date()
    _, state, _, due_on, days = summary(request, today)
    held = "  保全中" if request.legal_hold else ""
    typer.echo(f"{request.number}  {state}  期限 {due_on} {days}{held}")
    for label, text in _content(request.content):
        if text:
            typer.echo(f"  {label}: {text}")
    for note in requests.notes(session.desk, number):
        noted = f"{note.at.astimezone(JAPAN):%Y-%m-%d %H:%M}"
        typer.echo(f"  {noted} {label_of_note(note)} 期限 {note.due_on} {note.by}: {note.text}")
    for call in calls.list_calls(session.desk, request=number):
        reason = f" {call.failure_reason}" if call.failure_reason else ""
        whole = call.state is State.WITHHELD and request.answer is not None
        typer.echo(f"  通話 {call.call_id}: {request.state_label if whole else call.state.label}{reason}")
    for recorded in identity_checks(session.desk, number):
        check = recorded.check
        at = f"{check.checked_at.astimezone(JAPAN):%Y-%m-%d %H:%M}"
        typer.echo(f"  本人確認: {_word(METHODS, check.method)} {at} {recorded.by} {check.note}".rstrip())


def amend_request(session: Session, number: str, new: NewRequest, told: tuple[str, str]) -> None:
    """Amend a request, and print what it means for its calls.

    Args:
        session: The desk and the person.
        number: Public number of the request.
        new: The whole request as it should read.
        told: The reason, and the method of a new identity check; empty for none.
    """
    from flows.desk.cases import requests
    from flows.desk.cases.amendments import NewAmendment, amend, amendments

    reason, method = told
    check = IdentityCheck(method_of(method), session.desk.clock()) if method else None
    seen = len(amendments(session.desk, number))
    before = requests.get(session.desk, number)
    after = amend(session.desk, session.actor, number, NewAmendment(new, reason, seen, check))
    typer.echo(f"{number}: 訂正しました。期限 {after.due_on}")
    if after.state is not before.state:
        typer.echo(f"通話は新しい内容で伏せ直します: {after.state.label}")


def _word(labels: Mapping[str, str], code: str) -> str:
    """Return the Japanese label of a code word; the company's own words are returned unchanged."""
    return next((label for label, known in labels.items() if known == code), code)


def _content(new: NewRequest) -> Iterator[tuple[str, str]]:
    received = f"{new.received_at.astimezone(JAPAN):%Y-%m-%d %H:%M}"
    yield "受付", f"{received} {_word(CHANNELS, new.channel)} {new.reference}".rstrip()
    yield "請求者", _names(new.requester.names)
    yield "電話番号", "、".join(new.requester.phones)
    yield "住所", _names(new.requester.addresses)
    yield "会員番号", new.member_number
    if new.agent is not None:
        agent = new.agent
        told = (_names((agent.name,)), _word(AUTHORITIES, agent.authority), agent.proof)
        yield "代理人", " ".join(told).rstrip()
    scope = new.scope
    if scope.first or scope.last:
        yield "対象の期間", f"{scope.first or ''} から {scope.last or ''}".strip()
    yield "請求の内容", scope.topic
    yield "通話の番号", "、".join(scope.numbers)
    yield "開示の形", f"{_word(WANTED, new.wanted)}、{_word(DELIVERY, new.delivery)}"
    yield "手数料", f"{new.fee_yen}円 {'済' if new.fee_paid else '未'}" if new.fee_yen else ""
    yield "担当", f"{new.desk} {new.person}".strip()


def _names(names: Iterable[CaseName]) -> str:
    return "、".join(f"{name.text}({name.kana})" if name.kana else name.text for name in names)


def tell_breaches(session: Session) -> None:
    """Tell on stderr which reports of breaches are still to be made."""
    from flows.desk.breaches.clocks import open_clocks
    from flows.desk.kinds.breaches import days_left_text

    for clock in open_clocks(session.desk):
        told = f"{clock.stage.label} {clock.due_on} ({days_left_text(clock.days_left)})"
        typer.echo(f"kaiji: 漏えい等の報告の期限 {clock.breach} {told}", err=True)


def tell_first_steps(session: Session) -> None:
    """Tell on stderr what an empty desk needs, in order."""
    from flows.desk.work.first_steps import first_steps

    typer.echo("kaiji: 請求はまだありません。次の順に進めます", err=True)
    for number, one in enumerate(first_steps(session.desk), start=1):
        way = "済" if one.done else one.step.command
        typer.echo(f"  {number}. {one.step.label}: {way}", err=True)
    typer.echo("  見本の通話で試すには: kaiji practice begin", err=True)
