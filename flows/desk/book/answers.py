"""Steps of a released answer: its delivery, an objection to it, and its request opened once more."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from flows.desk.book.event import ANSWER, REQUEST, Event, Given, Told, declare
from flows.desk.kinds.errors import ImpossibleStepError
from flows.desk.kinds.states import State, Step
from flows.desk.kinds.values import NoteKind, Request, Role

if TYPE_CHECKING:
    from flows.desk.book.subjects import OnRequest

READERS = (Role.APPROVER, Role.ADMIN)


@declare(
    *(ANSWER, "release.deliver", *READERS),
    note=NoteKind.DELIVER,
    said="{subject}: 交付を記録しました",
    button="交付を記録",
)
class Delivered(Event[Request]):
    """請求者に渡したこと (交付) を記録します。"""

    how: Annotated[str, Given("渡した方法", hint="書留 123-45-67890")]
    at: Annotated[datetime | None, Given("日時(空なら今)", asks="渡した日時", short=True)] = None
    turn: Annotated[int | None, Given("", asks="第何回の開示か [既定: 最後]", bounds=(1, 999))] = None

    def happen(self, on: OnRequest) -> Told:
        """Note it to the answer, at the time of the delivery."""
        from flows.desk.answers.releases import answer_of

        answer = answer_of(on.answers, self.turn)
        if self.at is not None and not answer.released_at <= self.at <= on.change.now:
            on.refuse("交付の日時が、開示の前か、未来です")
        entry = on.change.file(on.row.id, None, answer.package_sha256)
        return Told({"turn": answer.turn}, about=answer.release_id, entry=entry, at=self.at)


@declare(ANSWER, "release.place", Role.APPROVER, Role.SYSTEM, note=NoteKind.PLACED, offered=False)
class Placed(Event[Request]):
    """An answer's package was put where another system fetches it, which is no delivery yet."""

    turn: Annotated[int | None, Given("", bounds=(1, 999))] = None

    def happen(self, on: OnRequest) -> Told:
        """Note it to the answer."""
        from flows.desk.answers.releases import answer_of

        answer = answer_of(on.answers, self.turn)
        entry = on.change.file(on.row.id, None, answer.package_sha256)
        return Told({"turn": answer.turn}, about=answer.release_id, entry=entry)


@declare(
    *(ANSWER, "request.again", *READERS),
    verb="again",
    at=Step.AGAIN,
    note=NoteKind.AGAIN,
    said="{made.number}: {made.state.label}。確認と承認の後、もう一度 kaiji release で開示します",
    button="再度の開示のために開く",
)
class Reopened(Event[Request]):
    """開示済みの請求を、再度の開示のために開きます。先の開示の記録とファイルはそのまま残ります。"""

    reason: Annotated[str, Given("再度開示する理由")]

    def happen(self, on: OnRequest) -> Told:
        """Take its released calls back into review with their released plans."""
        from flows.desk.cases.requests import follow_calls

        on.move(Step.AGAIN)
        on.move_calls({State.RELEASED}, Step.AGAIN)
        follow_calls(on.change, on.row.id)
        return Told({"answers": len(on.answers)})


@declare(
    *(REQUEST, "request.object", Role.INTAKE, *READERS),
    verb="objection",
    note=NoteKind.OBJECT,
    button="申出を記録",
    pages={
        "/requests/{number}/objection": (Role.INTAKE,),
        "/ledger/{number}/objection": READERS,
    },
)
class Objected(Event[Request]):
    """回答への不服の申出や、その対応を記録します。開示台帳に載ります。"""

    text: Annotated[str, Given("不服の申出・対応", asks="申出の内容や対応")]

    def happen(self, on: OnRequest) -> Told:
        """Note it to the last answer."""
        if not on.answers:
            on.refuse("まだ回答していません。申出は請求の覚え書きに残してください", ImpossibleStepError)
        last = on.answers[-1]
        return Told({"turn": last.turn}, about=last.release_id)
