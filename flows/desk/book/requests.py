"""Steps of a request: identity, clock, notes, fee, objection, legal hold, and its end without disclosure."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

from flows.desk.book.event import REQUEST, Event, Given, Told, declare
from flows.desk.kinds.errors import OutOfBoundsError
from flows.desk.kinds.states import State, Step
from flows.desk.kinds.values import Answer, IdentityCheck, IdentityMethod, NoteKind, Request, Role

if TYPE_CHECKING:
    from flows.desk.book.subjects import OnRequest


@declare(REQUEST, "request.identify", Role.INTAKE, at=Step.IDENTIFY, button="本人確認を記録")
class Identified(Event[Request]):
    """本人確認を記録します。証明書の写しや番号は記録しません。

    会社が2人の確認を求めるときは、もう1人が記録するまで本人確認済になりません。
    """

    method: Annotated[IdentityMethod, Given("方法", asks="確認の方法", short=True)]
    at: Annotated[datetime | None, Given("日時(空なら今)", asks="確認した日時", short=True)] = None
    note: Annotated[
        str, Given("照合した点", asks="照合した点など (書類の番号は書かない)", hint="氏名と住所を照合")
    ] = ""

    def happen(self, on: OnRequest) -> Told:
        """Record the check; the last of those that the company requires moves the request."""
        from flows.desk.cases.identity import checkers_of, write_check

        before = checkers_of(on.change, on.row.id)
        if on.change.actor.name in before:
            on.refuse("本人確認は別の担当者が記録してください")
        at = self.at or on.change.now
        if at > on.change.now:
            on.refuse("未来の日時です", OutOfBoundsError)
        write_check(on.change, on.row.id, IdentityCheck(self.method, at, self.note))
        complete = len(before) + 1 >= (2 if on.settings.identity_two_people else 1)
        if complete:
            on.move(Step.IDENTIFY)
        return Told({"method": self.method.value, "complete": int(complete)})

    def said(self, made: Request) -> str:
        """Tell what comes next."""
        if made.state is State.RECEIVED:
            return f"{made.number}: 記録しました。もう1人の確認が要ります"
        return f"{made.number}: 本人確認を記録しました。次は通話です: kaiji call search --case {made.number}"


@declare(
    REQUEST,
    "request.pause",
    Role.INTAKE,
    at=Step.CLOCK,
    note=NoteKind.PAUSE,
    said="{subject}: 期限の進みを止めました",
    button="期限を止める",
)
class Paused(Event[Request]):
    """期限の進みを止めます (書類の補正を待つ間など)。"""

    reason: Annotated[str, Given("止める理由", hint="書類の補正待ち")]

    def happen(self, on: OnRequest) -> None:
        """Stop the clock."""
        if on.row.paused_on is not None:
            on.refuse("期限はすでに停止しています")
        on.row.paused_on = on.today


@declare(
    REQUEST,
    "request.resume",
    Role.INTAKE,
    at=Step.CLOCK,
    note=NoteKind.RESUME,
    said="{subject}: 期限 {made.due_on}",
    button="期限を再び進める",
)
class Resumed(Event[Request]):
    """止めた期限を再び進めます。止まっていた日数だけ期限が延びます。"""

    def happen(self, on: OnRequest) -> None:
        """Start the clock again."""
        if on.row.paused_on is None:
            on.refuse("期限は停止していません")
        on.row.due_on += on.today - on.row.paused_on
        on.row.paused_on = None


@declare(
    REQUEST,
    "request.extend",
    Role.INTAKE,
    at=Step.CLOCK,
    note=NoteKind.EXTEND,
    said="{subject}: 期限 {made.due_on}",
    button="期限を延ばす",
)
class Extended(Event[Request]):
    """期限を延ばします。請求者に伝えた理由を記録します。"""

    due: Annotated[date, Given("新しい期限", asks="期限", hint="2026-12-25", short=True)]
    reason: Annotated[str, Given("請求者に伝えた理由")]

    def happen(self, on: OnRequest) -> None:
        """Set a later due date."""
        if self.due <= on.row.due_on:
            on.refuse("新しい期限がいまの期限より後ではありません")
        on.row.due_on = self.due


@declare(REQUEST, "request.remark", Role.INTAKE, verb="note", note=NoteKind.REMARK, button="書き加える")
class Remarked(Event[Request]):
    """請求に記録を書き加えます (電話のやり取りなど)。書き加えたものは消せません。"""

    text: Annotated[str, Given("記録(電話のやり取りなど)", asks="記録")]


@declare(REQUEST, "request.call", Role.INTAKE, note=NoteKind.REMARK, button="電話を記録")
class Called(Event[Request]):
    """請求者から電話があったことを、用件とともに記録します。"""

    text: Annotated[str, Given("請求者からの電話の用件", asks="用件")]


@declare(
    REQUEST,
    "request.fee",
    Role.INTAKE,
    verb="paid",
    said="{subject}: 手数料の支払を記録しました",
    button="支払を記録",
)
class FeePaid(Event[Request]):
    """手数料が支払われたことを記録します (法38条)。"""

    def happen(self, on: OnRequest) -> Told:
        """Mark the fee as paid."""
        on.row.fee_paid = True
        return Told({"paid": 1})


@declare(
    REQUEST,
    "request.withhold",
    Role.INTAKE,
    at=Step.WITHHOLD,
    note=NoteKind.WITHHOLD,
    said="{subject}: {made.state_label}",
    button="何も開示しないと決める",
    after="回答書は承認者が出します。出すまでは直せます。",
)
class Withheld(Event[Request]):
    """何も開示しない決定を記録します。理由は回答書に載ります (法33条3項、36条)。

    回答書は kaiji release で作ります。その前なら、種類や理由を直せます。
    """

    reason: Annotated[str, Given("理由(請求者が回答書で読みます)", asks="理由 (請求者が読みます)")]
    answer: Annotated[Answer, Given("回答", short=True, among=tuple(Answer)[2:])] = Answer.WITHHELD

    def happen(self, on: OnRequest) -> Told:
        """End the request; of two decisions, the later one counts."""
        on.end(Step.WITHHOLD)
        return Told({"answer": self.answer.value}, code=self.answer.value)


@declare(
    REQUEST,
    "request.withdraw",
    Role.INTAKE,
    at=Step.WITHDRAW,
    note=NoteKind.REMARK,
    said="{subject}: {made.state_label}",
    button="取下げを記録",
)
class Withdrawn(Event[Request]):
    """請求の取下げを記録します。以後、その通話は処理されません。"""

    reason: Annotated[str, Given("取下げの経緯")]

    def happen(self, on: OnRequest) -> Told:
        """End the request and its calls."""
        on.end(Step.WITHDRAW)
        return Told()


@declare(*(REQUEST, "request.hold", Role.ADMIN), verb="hold")
class Held(Event[Request]):
    """請求を保全します (訴訟など): 保存期間を過ぎても、そのファイルと個人情報を消しません。"""

    off: Annotated[bool, Given("保全を解く")] = False

    def happen(self, on: OnRequest) -> Told:
        """Set or end the hold of the request and of its files."""
        from flows.desk.cases.files import hold_within

        files = hold_within(on.change, on.row, hold=not self.off)
        return Told({"files": files}, word="request.unhold" if self.off else "")

    def said(self, made: Request) -> str:
        """Tell which of the two was done."""
        return f"{made.number}: 保全を{'始めました' if made.legal_hold else '解きました'}"
