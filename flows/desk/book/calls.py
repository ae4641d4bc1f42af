"""Steps of a call: put back into the queue, withheld, taken out of its request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from flows.desk.book.event import CALL, Event, Given, Told, declare
from flows.desk.kinds.states import Step
from flows.desk.kinds.values import Call, NoteKind, Role

if TYPE_CHECKING:
    from flows.desk.book.subjects import OnCall

STATE = "{subject}: {made.state.label}"


@declare(*(CALL, "call.requeue", Role.INTAKE), at=Step.REQUEUE, said=STATE, button="もう一度処理待ちにする")
class CallRequeued(Event[Call]):
    """失敗した通話などを、もう一度処理待ちにします。"""

    def happen(self, on: OnCall) -> None:
        """Begin its attempts anew."""
        on.row.attempts = 0
        on.move(Step.REQUEUE)


@declare(CALL, "call.withhold", Role.INTAKE, at=Step.WITHHOLD, note=NoteKind.WITHHOLD, said=STATE)
class CallWithheld(Event[Call]):
    """通話1件を開示しないと決めます。理由と根拠は回答書に載ります。3号では理由に法令の名前を書きます。"""

    reason: Annotated[str, Given("理由(請求者が読みます)", asks="開示しない理由 (請求者が読みます)")]
    ground: Annotated[int, Given("根拠: 法33条2項の号", bounds=(1, 3))] = 1

    def happen(self, on: OnCall) -> Told:
        """Take it out of the work; the letter tells the reason (36条)."""
        on.move(Step.WITHHOLD)
        return Told(about=on.row.id, code=str(self.ground))


@declare(
    CALL,
    "call.withdraw",
    Role.INTAKE,
    at=Step.WITHDRAW,
    said=STATE,
    button="請求から外す",
    after="誤って加えたとき",
)
class CallWithdrawn(Event[Call]):
    """誤って加えた通話を請求から外します。"""

    def happen(self, on: OnCall) -> None:
        """Take it out of the request."""
        on.move(Step.WITHDRAW)
