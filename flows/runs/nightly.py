"""The nightly flow: every waiting call is masked, or set aside with a reason.

The desk's claims, not Prefect, decide which worker has a call.  Two nights at the same time share the work,
a night after a finished one finds nothing to do, and a killed worker's call is taken over when its claim has
expired.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, cast
from uuid import UUID

from prefect import flow, get_run_logger
from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.deployments import run_deployment
from pydantic import Field

from flows.desk.breaches.clocks import open_clocks
from flows.desk.integrity.desk import Desk, open_desk
from flows.desk.kinds.errors import DeskError, ImpossibleStepError
from flows.desk.work.backlog import Backlog, Standing, backlog, standing
from flows.masking.mask_case_call import MachineError, PutBackError, SetAsideError, remove_left_over
from flows.masking.pace import Pace
from flows.runs.case_task import QUIET, harmless, mask_waiting_call, note_failure, recognition
from flows.runs.night_plot import Waiting, plot
from flows.runs.night_report import End, Fate, Tally, Tried, rows_of, summary
from flows.settings import Settings
from pipeline.errors import PipelineError
from pipeline.hearing.progress import followed

DEPLOYMENT = "nightly/nightly"

POLL_SECONDS = 5.0
"""Seconds between two checks of calls that other workers have."""

LEASE_GRACE_SECONDS = 30.0
"""Seconds beyond a lease that a run waits for the call of a killed worker."""

TELL_SECONDS = 60.0
"""Seconds between two lines that tell how far a long call is."""

HOUR = 3600.0

log = logging.getLogger("kaiji.night")
"""Log of counts only, which ``kaiji run nightly`` shows."""

Helpers = Annotated[int, Field(ge=0, le=64, json_schema_extra={"title": "同時に手伝う処理の数"})]
AtMost = Annotated[int, Field(ge=0, json_schema_extra={"title": "処理する通話の上限"})]
Hours = Annotated[float, Field(gt=0, le=24, json_schema_extra={"title": "新しい通話を始める時間の長さ"})]


@flow(name="nightly", **QUIET)
@harmless
def nightly(helpers: Helpers = 0, at_most: AtMost = 0, hours: Hours = 8.0) -> dict[str, int]:
    """夜間処理: 処理待ちの通話をすべて伏せ、確認待ちにします。

    処理できない通話は理由とともに「処理失敗」とし、残りを続けます。途中で止まっても、次の実行が続きから行います。

    Args:
        helpers: この実行と分担する実行をいくつ加えるか。0 なら1つだけで処理します。
            ワーカーの同時実行数と、同時実行制限 kaiji-recognition を超えた分は順番を待ちます。
        at_most: この実行が処理する通話の数の上限。0 なら上限はありません。
        hours: 開始からこの時間を過ぎたら、新しい通話を始めません。残りは次の実行が行います。

    Returns:
        処理した通話の件数など。
    """
    night = Night(at_most, time.monotonic() + hours * HOUR)
    call_helpers(helpers, hours)
    with open_desk(Settings()) as desk, night.shown():
        try:
            remove_left_over(desk)
            night.count(len(backlog(desk).ready))
            while (call_id := next_call(desk, night)) is not None:
                night.begin(call_id, backlog(desk))
                with followed(night.reached):
                    mask_next(call_id, night)
                left = len(backlog(desk).ready)
                night.count(left)
                night.show(left)
        finally:
            tell(desk, night)
    if night.stopped is not None:
        # The calls stay in the queue; the run fails, so that somebody repairs the machine.
        raise night.stopped
    return night.tally.counts()


@dataclass(slots=True)
class Night:
    """State of one run.

    Attributes:
        at_most: Number of calls to begin at most; 0 for no limit.
        until: Time of ``time.monotonic`` after which no call is begun.
        tried: Ids of the calls that this run has tried.
        tally: Their counts.
        stopped: Error code of the reason why this machine can mask no more calls.
        waiting: How many calls waited, from the beginning on.
        pace: How far it is.
    """

    at_most: int
    until: float
    tried: set[str] = field(default_factory=set)
    tally: Tally = field(default_factory=Tally)
    stopped: MachineError | None = None
    began: float = field(default_factory=time.monotonic)
    waiting: list[Waiting] = field(default_factory=list)
    pace: Pace = field(default_factory=Pace)
    _told_at: float = 0.0
    _progress: UUID | None = None
    _told: str = ""

    @property
    def over(self) -> bool:
        """Whether no further call is to be begun."""
        enough = 0 < self.at_most <= len(self.tried)
        return enough or self.stopped is not None or time.monotonic() >= self.until

    @property
    def seconds(self) -> float:
        """Time since the beginning of the run."""
        return time.monotonic() - self.began

    def begin(self, call_id: str, now: Backlog) -> None:
        """Note that a call is begun."""
        ahead = [now.lengths[each] for each in now.ready if each != call_id and each not in self.tried]
        self._told_at = self.seconds
        self.pace = self.pace.begun(max(1.0, now.lengths.get(call_id, 0.0)), tuple(ahead), self.seconds)

    def reached(self, share: float) -> None:
        """Note how far the present call is; a long one is told of in the log."""
        self.pace = self.pace.reached(share, self.seconds)
        if self.seconds - self._told_at >= TELL_SECONDS:
            self._told_at = self.seconds
            log.info("いまの通話は%.0f%% %s", 100 * self.pace.within, self.pace.left_text)

    def count(self, left: int) -> None:
        """Note how many calls wait now."""
        self.waiting.append(Waiting(self.seconds, left))

    @contextlib.contextmanager
    def shown(self) -> Iterator[None]:
        """Show a progress artifact in Prefect for as long as the night lasts."""
        made = create_progress_artifact(0.0, "nightly-progress", "夜間処理の進み具合")
        # Prefect's type also covers the asynchronous case.
        self._progress = cast(UUID, made)
        yield
        self.show(0)

    def show(self, left: int) -> None:
        """Update the progress artifact."""
        done = len(self.tried)
        text = f"{done} 件を処理、残り {left} 件(確認待ちへ {self.tally.masked} 件)"
        if left and self.pace.ended(self.seconds).left_text:
            text += f"、{self.pace.ended(self.seconds).left_text}"
        if text != self._told:
            log.info(text)
            self._told = text
        if self._progress is None:
            return
        share = 100.0 * done / (done + left) if done + left else 100.0
        with contextlib.suppress(Exception):
            # A server that is away for a moment must not end the night because of its progress bar.
            update_progress_artifact(self._progress, share, text)


def call_helpers(helpers: int, hours: float) -> None:
    """Start further runs of this deployment that share the queue."""
    for _ in range(helpers):
        run_deployment(DEPLOYMENT, parameters={"helpers": 0, "hours": hours}, timeout=0, as_subflow=False)


def next_call(desk: Desk, night: Night) -> str | None:
    """Return the longest unclaimed call, or ``None`` when the night is over.

    While other workers have calls, the run waits until the claim of a killed worker would have expired.
    """
    patience = time.monotonic() + desk.settings.lease_seconds + LEASE_GRACE_SECONDS
    while not night.over:
        now = backlog(desk)
        ready = [call_id for call_id in now.ready if call_id not in night.tried]
        if ready:
            return ready[0]
        if not now.busy or time.monotonic() > patience:
            return None
        time.sleep(POLL_SECONDS)
    return None


def mask_next(call_id: str, night: Night) -> None:
    """Mask one call; after any failure but the machine's own the night goes on."""
    night.tried.add(call_id)
    tally = night.tally
    tally.passed.discard(call_id)
    began = night.seconds

    def failed(fate: Fate, kind: str) -> None:
        tally.fail(Tried(call_id, fate, kind, night.seconds - began, began=began))
        note_failure(call_id, fate.value, kind)

    try:
        with recognition():
            counts = mask_waiting_call(call_id)
        tally.add(call_id, counts, night.seconds - began, began)
    except SetAsideError as error:
        failed(Fate.SET_ASIDE, error.kind)
    except TimeoutError:
        failed(Fate.SET_ASIDE, "timeout")
    except PutBackError as error:
        failed(Fate.PUT_BACK, error.kind)
    except MachineError as error:
        failed(Fate.PUT_BACK, error.kind)
        error.call_id = call_id
        night.stopped = error
    except ImpossibleStepError:
        # Another worker was quicker, or the request was withdrawn: this run has not tried the call.
        # If the other worker is killed, this run may take the call when the claim has expired.
        tally.passed.add(call_id)
        night.tried.discard(call_id)
    except PipelineError:
        # The call was taken over or withdrawn while this run masked it.
        tally.passed.add(call_id)


def tell(desk: Desk, night: Night) -> None:
    """Write the summary, the table of calls and the plot as artifacts, and a line in the run's log."""
    seconds = night.seconds
    stopped = "" if night.stopped is None else night.stopped.kind
    try:
        end = End(desk.clock(), standing(desk), backlog(desk).held, stopped, open_clocks(desk))
    except DeskError:
        end = End(desk.clock(), Standing({}, 0, ()), (), stopped)
    text = summary(night.tally, seconds / 60, end)
    create_markdown_artifact(text, key="nightly-summary", description="夜間処理のまとめ")
    create_table_artifact(rows_of(night.tally), key="nightly-calls", description="夜間処理の通話ごとの表")
    drawn = plot(night.tally, night.waiting, seconds)
    create_markdown_artifact(drawn, key="nightly-plot", description="夜間処理の図")
    counts = night.tally.counts()
    get_run_logger().info("masked %(masked)d, set aside %(set_aside)d, put back %(put_back)d", counts)
