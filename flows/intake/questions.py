"""Ask for a request at the terminal, question by question, and check each answer at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import typer
from pydantic import TypeAdapter, ValidationError

from flows.desk.kinds.request_words import AUTHORITIES, CHANNELS, DELIVERY, WANTED
from flows.desk.kinds.values import JAPAN, NewRequest
from flows.files.case_fields import Text
from flows.intake.faults import IntakeError
from flows.intake.fields import SEPARATORS, Day, Free, Moment, Phones, Reading, Yen, YesNo, reasons_of
from flows.intake.request_document import Authority, Channel, Way, Wish, parse_request
from flows.intake.tabular import Record

SEVERAL = "、複数は ; で区切る"


def ask_request(now: datetime) -> NewRequest:
    """Ask for a request.

    Args:
        now: The present time, with zone.

    Returns:
        The checked request.

    Raises:
        typer.Abort: when the input ends, or the person does not confirm.
    """
    while True:
        typer.echo("請求の内容を順に入力してください。空のまま Enter で飛ばせる項目があります。")
        document = _reception(now) | {"requester": _requester()} | _rest()
        try:
            new = parse_request(Record(0, document), now, numbered=False)
        except IntakeError as error:
            # Two answers that are valid by themselves contradict each other.
            for fault in error.faults:
                typer.echo(f"  {fault.reason}")
            continue
        if not typer.confirm("この内容で受け付けますか", default=True):
            raise typer.Abort
        return new


def _reception(now: datetime) -> dict[str, Any]:
    here = f"{now.astimezone(JAPAN):%Y-%m-%d %H:%M}"
    return {
        "reference": _ask("受付番号(自社の番号、なければ空)", Free, ""),
        "received_at": _ask("受付日時", Moment, here),
        "channel": _ask(f"受付方法({'、'.join(CHANNELS)})", Channel),
    }


def _requester() -> dict[str, Any]:
    return {
        "names": _named("請求者(本人)の氏名", f"旧姓など{SEVERAL}"),
        "phones": _ask(f"電話番号(なければ空{SEVERAL})", Phones, ""),
        "addresses": _named("住所", f"なければ空{SEVERAL}", needed=False),
    }


def _rest() -> dict[str, Any]:
    document: dict[str, Any] = {"member_number": _ask("会員番号(なければ空)", Free, "")}
    agent = _ask("代理人の氏名(本人の請求なら空)", Free, "")
    if agent:
        document["agent"] = {
            "name": {"text": agent, "kana": _ask("代理人のフリガナ", Reading, "")},
            "authority": _ask(f"代理権({'、'.join(AUTHORITIES)})", Authority),
            "proof": _ask("代理権を確かめた書類(番号は書かない)", Free, ""),
        }
    document["scope"] = {
        **{key: day for key, day in (("first", _day("対象の初日")), ("last", _day("対象の末日"))) if day},
        "topic": _ask("請求の内容", Free, ""),
        "numbers": _ask(f"通話の番号(分かれば{SEVERAL})", Phones, ""),
    }
    document["wanted"] = _ask(f"開示の形({'、'.join(WANTED)})", Wish, "両方")
    document["delivery"] = _ask(f"受取方法({'、'.join(DELIVERY)})", Way, "電子")
    document["fee_yen"] = _ask("手数料(円)", Yen, "0")
    if document["fee_yen"] != "0":
        document["fee_paid"] = _ask("手数料の支払(済、未)", YesNo, "未")
    return document | {"desk": _ask("担当部署", Free, ""), "person": _ask("担当者", Free, "")}


def _day(question: str) -> str:
    return _ask(f"{question}(例 2026-10-01、限らなければ空)", Day, "", empty=True)


def _named(question: str, hint: str, *, needed: bool = True) -> list[dict[str, str]]:
    """Ask for names or addresses with their readings."""
    texts = _parts(_ask(f"{question}({hint})", Text if needed else Free, None if needed else ""))
    named: list[dict[str, str]] = []
    for text in texts:
        which = f" ({len(named) + 1}つ目)" if len(texts) > 1 else ""
        named.append({"text": text, "kana": _ask(f"{question}のフリガナ{which}", Reading, "")})
    return named


def _parts(answer: str) -> list[str]:
    return [part.strip() for part in SEPARATORS.split(answer) if part.strip()]


def _ask(question: str, kind: Any, default: str | None = None, *, empty: bool = False) -> str:
    """Ask until the answer is valid."""
    check = _checker(kind)
    while True:
        answer = str(typer.prompt(question, default=default, show_default=bool(default))).strip()
        if empty and not answer:
            return ""
        reason = check(answer)
        if not reason:
            return answer
        typer.echo(f"  {reason}")


def _checker(kind: Any) -> Callable[[str], str]:
    adapter: TypeAdapter[Any] = TypeAdapter(kind)

    def check(answer: str) -> str:
        try:
            adapter.validate_python(answer)
        except ValidationError as error:
            return next(reason for _, reason in reasons_of(error))
        return ""

    return check
