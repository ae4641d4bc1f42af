"""Steps that a new desk needs before its first answer, in order, and their progress."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, exists, select

from flows.desk.cases.lists import current_lists
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.states import State
from flows.desk.kinds.values import Role
from flows.desk.people.accounts import list_accounts
from flows.desk.storage.tables import CallRow, PlanRow, RecordingRow, ReleaseRow, RequestRow


class FirstStep(enum.StrEnum):
    """The steps from an empty desk to its first answer, in order."""

    PEOPLE = "people"
    LISTS = "lists"
    REQUEST = "request"
    IDENTITY = "identity"
    RECORDINGS = "recordings"
    CALLS = "calls"
    NIGHT = "night"
    RELEASE = "release"

    @property
    def label(self) -> str:
        """Description of the step, in Japanese."""
        return _TEXTS[self][0]

    @property
    def page(self) -> str:
        """Page of the step."""
        return _PAGES[self]

    @property
    def command(self) -> str:
        """Command of the step."""
        return _TEXTS[self][1]


_TEXTS = {
    FirstStep.PEOPLE: (
        "確認する人(analyst)と承認する人(approver)を加える",
        "kaiji account add 利用者名 --role analyst",
    ),
    FirstStep.LISTS: ("担当者と会社の一覧を取り込む", "kaiji lists import company.yaml"),
    FirstStep.REQUEST: ("請求を受け付ける", "kaiji case add"),
    FirstStep.IDENTITY: ("本人確認を記録する", "kaiji case identify 請求番号 --method 運転免許証"),
    FirstStep.RECORDINGS: ("録音を目録に取り込む", "kaiji recordings scan フォルダ --pattern 名前の形"),
    FirstStep.CALLS: ("請求に通話を加える", "kaiji call attach 請求番号 --found"),
    FirstStep.NIGHT: ("伏せて確認待ちにする(make serve なら毎晩1時)", "kaiji run nightly"),
    FirstStep.RELEASE: ("確認の画面で確認し、承認して開示する", "kaiji release 請求番号"),
}


_PAGES = {
    FirstStep.PEOPLE: "/accounts",
    FirstStep.LISTS: "/lists",
    FirstStep.REQUEST: "/intake",
    FirstStep.IDENTITY: "/requests",
    FirstStep.RECORDINGS: "/imports",
    FirstStep.CALLS: "/requests",
    FirstStep.NIGHT: "/requests",
    FirstStep.RELEASE: "/calls",
}


@dataclass(frozen=True, slots=True)
class Progress:
    """One step.

    Attributes:
        done: Whether it was done at least once.
        following: Whether it is the first that was not.
    """

    step: FirstStep
    done: bool
    following: bool = False


def first_steps(desk: Desk) -> tuple[Progress, ...]:
    """Return the steps in order.

    Args:
        desk: The desk.
    """
    roles = {role for account in list_accounts(desk) if not account.disabled for role in account.roles}
    versions = current_lists(desk).versions
    asked = {
        FirstStep.REQUEST: exists(select(RequestRow.id)),
        FirstStep.IDENTITY: exists(select(RequestRow.id).where(_past_identity())),
        FirstStep.RECORDINGS: exists(select(RecordingRow.id)),
        FirstStep.CALLS: exists(select(CallRow.id)),
        FirstStep.NIGHT: exists(select(PlanRow.id)),
        FirstStep.RELEASE: exists(select(ReleaseRow.id)),
    }
    with desk.read() as session:
        done = {step: bool(session.scalar(select(condition))) for step, condition in asked.items()}
    done[FirstStep.PEOPLE] = {Role.ANALYST, Role.APPROVER} <= roles
    done[FirstStep.LISTS] = bool(versions.staff and versions.company)
    return tuple(Progress(step, done[step]) for step in FirstStep)


def first_steps_left(desk: Desk) -> tuple[Progress, ...]:
    """Return the steps, with a mark on the next one; empty once there was an answer."""
    steps = first_steps(desk)
    if steps[-1].done:
        return ()
    following = next(one.step for one in steps if not one.done)
    return tuple(replace(one, following=one.step is following) for one in steps)


def _past_identity() -> ColumnElement[bool]:
    return RequestRow.state.not_in((State.RECEIVED, State.WITHDRAWN, State.WITHHELD))
