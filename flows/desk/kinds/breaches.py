"""Breaches (個人情報保護法26条): their kinds, duties to report, and items of a report; frozen values.

The law's lists keep its own order: 施行規則7条 states when a report is due, 8条 the items that it must have,
10条 those for the notice to a person.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final


class BreachKind(enum.StrEnum):
    """Kind of a breach."""

    WRONG_RECIPIENT = "wrong_recipient"
    LEFT_AUDIBLE = "left_audible"
    LOST = "lost"
    TAKEN = "taken"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The Japanese name of the kind."""
        return KINDS[self]


KINDS = {
    BreachKind.WRONG_RECIPIENT: "別の人に渡した(誤送付・誤交付)",
    BreachKind.LEFT_AUDIBLE: "伏せるべき所が残っていた(伏せ漏れ)",
    BreachKind.LOST: "なくした(紛失)",
    BreachKind.TAKEN: "盗まれた・持ち出された・不正に開かれた",
    BreachKind.OTHER: "その他",
}


class Stage(enum.StrEnum):
    """Duties after a breach: two reports to the commission, and the notice to the person."""

    FIRST = "first"
    FINAL = "final"
    NOTICE = "notice"

    @property
    def label(self) -> str:
        """The Japanese name of the stage."""
        return STAGES[self]


STAGES = {Stage.FIRST: "速報", Stage.FINAL: "確報", Stage.NOTICE: "本人への通知"}


class Paper(enum.StrEnum):
    """Paper of a text: no text for the commission goes to a person."""

    REPORT = "report"
    NOTICE = "notice"

    @property
    def label(self) -> str:
        """The Japanese name of the paper."""
        return PAPERS[self]


PAPERS = {Paper.REPORT: "委員会への報告", Paper.NOTICE: "本人への通知"}

GROUNDS: Final[Mapping[int, str]] = {
    1: "要配慮個人情報が含まれる",
    2: "不正に利用されて財産的被害が生じるおそれがある",
    3: "不正の目的をもって行われたおそれがある",
    4: "本人の数が1,000人を超える",
}
"""Grounds for a report, by their item in 施行規則7条; a merely possible breach counts too."""

EXEMPT: Final = (
    "高度な暗号化その他の必要な措置を講じた個人データは除く(7条1号のかっこ書き。各号に共通)",
    "第三者に閲覧されないうちに全てを回収したときは、漏えいに当たらない(ガイドライン通則編 3-5-1)",
    "委託を受けて扱う個人データは、委託元への通知で代えられる(26条1項ただし書、施行規則9条)",
)
"""Exemptions that an officer has to consider."""

HARM_MEANT: Final = 3
"""The item of 施行規則7条 with which the final report has 60 days (8条2項)."""

ITEMS: Final[Mapping[int, str]] = {
    1: "概要",
    2: "漏えい等が発生し、又は発生したおそれがある個人データの項目",
    3: "漏えい等が発生し、又は発生したおそれがある個人データに係る本人の数",
    4: "原因",
    5: "二次被害又はそのおそれの有無及びその内容",
    6: "本人への対応の実施状況",
    7: "公表の実施状況",
    8: "再発防止のための措置",
    9: "その他参考となる事項",
}
"""Items of a report, by their number in 施行規則8条1項."""

ITEMS_OF_NOTICE: Final = (1, 2, 4, 5, 9)
"""Items of 施行規則8条1項 for the notice to a person (10条)."""


@dataclass(frozen=True, slots=True)
class PaperItem:
    """An item of a paper, by its number in 施行規則8条1項."""

    paper: Paper
    item: int


@dataclass(frozen=True, slots=True)
class DutyDecision:
    """The items of 施行規則7条 that hold, and whether a report is made."""

    grounds: tuple[int, ...]
    reports: bool


@dataclass(frozen=True, slots=True)
class ReachedStage:
    """A stage that was reached, and when; ``None`` for now."""

    stage: Stage
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark on an answer by which data got out.

    Attributes:
        request_id: Id of its request.
        request: Public number of its request.
        release_id: Id of the answer.
        turn: Number of the answer.
        known_at: When the company came to know of the breach.
        text: Description of what happened.
    """

    request_id: str
    request: str
    release_id: str
    turn: int
    kind: BreachKind
    known_at: datetime
    text: str = field(repr=False)
    by: str = field(repr=False)
    at: datetime


@dataclass(frozen=True, slots=True)
class Fact:
    """A text for one item of a paper; a later one replaces an earlier one."""

    paper: Paper
    item: int
    text: str = field(repr=False)
    by: str = field(repr=False)
    at: datetime


@dataclass(frozen=True, slots=True)
class Duty:
    """A decision whether a breach is to be reported.

    Attributes:
        grounds: Items of 施行規則7条 that hold.
        reports: Whether a report is made; without a ground it is voluntary.
    """

    grounds: tuple[int, ...]
    reports: bool
    reason: str = field(repr=False)
    by: str = field(repr=False)
    at: datetime


@dataclass(frozen=True, slots=True)
class Done:
    """A report that was made, or a notice that was given, with a description."""

    stage: Stage
    done_at: datetime
    how: str = field(repr=False)
    by: str = field(repr=False)
    at: datetime


@dataclass(frozen=True, slots=True)
class Breach:
    """A breach with all its entries; each part oldest first.

    Attributes:
        number: Public number, such as ``B-2026-0001``.
        marks: Marks on the answers by which data got out; at least one.
    """

    number: str
    marks: tuple[Mark, ...]
    facts: tuple[Fact, ...] = ()
    duties: tuple[Duty, ...] = ()
    done: tuple[Done, ...] = ()

    @property
    def known_at(self) -> datetime:
        """When the company first knew of it: both clocks begin then."""
        return min(mark.known_at for mark in self.marks)

    @property
    def duty(self) -> Duty | None:
        """The decision in force; ``None`` while there is none."""
        return self.duties[-1] if self.duties else None

    @property
    def harm_meant(self) -> bool:
        """Whether the decision says that harm may have been intended."""
        return self.duty is not None and HARM_MEANT in self.duty.grounds

    def fact(self, paper: Paper, item: int) -> Fact | None:
        """Return the text in force for an item of a paper."""
        found = [each for each in self.facts if (each.paper, each.item) == (paper, item)]
        return found[-1] if found else None

    def is_done(self, stage: Stage) -> bool:
        """Return whether a stage was reached; a final report is a first one too."""
        counts = {stage, Stage.FINAL} if stage is Stage.FIRST else {stage}
        return any(each.stage in counts for each in self.done)

    @property
    def open(self) -> bool:
        """Whether anything is left to decide or to do."""
        duty = self.duty
        if duty is None:
            return True
        return duty.reports and not (self.is_done(Stage.FINAL) and self.is_done(Stage.NOTICE))

    @property
    def state_label(self) -> str:
        """State of the breach, in Japanese."""
        if self.duty is None:
            return "報告の要否を判断していません"
        if not self.duty.reports:
            return "報告しないと判断"
        left = [stage.label for stage in Stage if not self.is_done(stage)]
        return f"残り {'、'.join(left)}" if left else "報告と通知を終えた"


def days_left_text(days: int) -> str:
    """Return how many days are left, or by how many a date has passed."""
    return f"あと{days}日" if days >= 0 else f"{-days}日超過"
