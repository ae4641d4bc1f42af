"""Shared by the deployments: the task that masks one call, its limits, and the hook for failures.

Prefect stores parameters, names, states, messages and artifacts in clear.  It therefore receives ids and
gets counts back, and an exception that reaches it states the failure, never words of the call.
"""

from __future__ import annotations

import contextlib
import functools
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ParamSpec, TypedDict, TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.concurrency.sync import concurrency
from prefect.runtime import deployment as this_deployment
from prefect.runtime import flow_run as this_run
from prefect.tasks import exponential_backoff

from flows.desk.integrity.desk import open_desk
from flows.desk.kinds.errors import DeskError
from flows.desk.kinds.values import Actor, Role
from flows.masking.mask_calls import sanitised
from flows.masking.mask_case_call import (
    GaveUpError,
    MachineError,
    PutBackError,
    is_of_the_machine,
    mask_case_call,
)
from flows.quiet import quiet_libraries
from flows.settings import Settings
from pipeline.errors import PipelineError

if TYPE_CHECKING:
    from prefect import Flow
    from prefect.client.schemas.objects import FlowRun, State
    from prefect.flows import FlowStateHook

P = ParamSpec("P")
R = TypeVar("R")

WORKER = Actor("worker", Role.SYSTEM)
INTAKE = Actor("on-demand", Role.SYSTEM)

RECOGNITION = "kaiji-recognition"
"""Prefect's global concurrency limit for speech recognition, over all workers."""

RETRIES = 2
"""Retries after the first attempt; the desk's own limit ``KAIJI_ATTEMPTS`` takes precedence."""

FIRST_RETRY_SECONDS = 10
"""Seconds before the second attempt; twice as many before the third."""

CALL_SECONDS = 4 * 3600
"""Time limit of one call: four hours of audio take about one hour on one core."""

log = logging.getLogger("kaiji.flows")


def harmless(body: Callable[P, R]) -> Callable[P, R]:
    """Wrap a flow so that its errors and log lines contain no personal data.

    Args:
        body: The function of the flow; its name, signature and docstring are kept.
    """

    @functools.wraps(body)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        quiet_libraries()
        try:
            return body(*args, **kwargs)
        except PipelineError as ours:
            error = ours
        except Exception as raised:  # noqa: BLE001 (made harmless here, raised again below)
            error = sanitised(raised)
        # Raised outside the except clause, so that the original exception is not attached as its context.
        raise error

    return run


def _may_pass(_task: object, _run: object, state: State[Any]) -> bool:
    """Return whether another attempt may succeed."""
    error = state.data
    return isinstance(error, PutBackError) or (isinstance(error, MachineError) and error.passes)


@task(
    name="mask-waiting-call",
    task_run_name="{call_id}",
    retries=RETRIES,
    retry_delay_seconds=exponential_backoff(FIRST_RETRY_SECONDS),
    retry_jitter_factor=0.3,
    retry_condition_fn=_may_pass,
    timeout_seconds=CALL_SECONDS,
    persist_result=False,
    cache_policy=NO_CACHE,
    log_prints=False,
)
@harmless
def mask_waiting_call(call_id: str) -> dict[str, int]:
    """Mask one call of the queue.

    Args:
        call_id: The call's id.

    Returns:
        Counts, as ``flows.masking.mask_case_call.mask_case_call``.

    Raises:
        PipelineError: one of our errors, without personal data.
    """
    try:
        with open_desk(Settings()) as desk:
            return dict(mask_case_call(desk, WORKER, call_id))
    except DeskError as error:
        if not is_of_the_machine(error):
            raise
        machine = MachineError(error)
    raise machine


@contextlib.contextmanager
def recognition() -> Iterator[None]:
    """Wait for a slot for speech recognition, and hold it for as long as the context lasts.

    Without a limit of that name in Prefect there is no waiting.  The slot of a killed process is free again
    when its lease has expired.
    """
    with concurrency(RECOGNITION, occupy=1, lease_duration=120, raise_on_lease_renewal_failure=False):
        yield


def _raised(state: State[Any]) -> object:
    """Return the failure of a run, without the record in which Prefect would store it."""
    return getattr(state.data, "result", state.data)


def _kind(state: State[Any]) -> str:
    """Return the kind of a failure: our error code, else the exception's type, else Prefect's state name."""
    raised = _raised(state)
    kind = getattr(raised, "kind", "")
    if isinstance(raised, GaveUpError) and kind:
        return kind
    code = getattr(raised, "code", "")
    if isinstance(code, str) and code:
        return code
    if isinstance(raised, BaseException):
        return type(raised).__name__
    return state.type.value.lower()


def tell_failure(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:  # noqa: ARG001
    """Write a line to the log and to ``home/log/failures.jsonl`` for a failed or crashed run.

    A company's monitoring can follow the file; Prefect's own automations can send messages.

    Args:
        flow: Not used; Prefect passes it to every hook.
        flow_run: The run.
        state: The state in which it ended.
    """
    raised = _raised(state)
    log.error("run %s ended as %s", flow_run.id, state.name)
    _write_line(
        {
            "run": str(flow_run.id),
            "deployment": str(flow_run.deployment_id),
            "state": state.name or "",
            "kind": _kind(state),
            "call": raised.call_id if isinstance(raised, GaveUpError) else "",
        }
    )


class _Quiet(TypedDict):
    persist_result: bool
    validate_parameters: bool
    log_prints: bool
    on_failure: list[FlowStateHook[..., Any]]
    on_crashed: list[FlowStateHook[..., Any]]


QUIET: _Quiet = {
    "persist_result": False,
    # Prefect's own check would repeat the given values; a flow checks its ids itself.
    "validate_parameters": False,
    "log_prints": False,
    "on_failure": [tell_failure],
    "on_crashed": [tell_failure],
}
"""Declaration of every flow of a deployment except its name: no data of a call reaches Prefect."""


def note_failure(call_id: str, fate: str, kind: str) -> None:
    """Write a line to ``home/log/failures.jsonl`` for a call that a run could not mask.

    Args:
        call_id: The call's id.
        fate: Outcome of the call (``flows.runs.night_report.Fate``).
        kind: Error code of the failure.
    """
    run, deployment = str(this_run.id or ""), str(this_deployment.id or "")
    _write_line({"run": run, "deployment": deployment, "state": fate, "kind": kind, "call": call_id})


def _write_line(told: Mapping[str, str]) -> None:
    line = {"at": datetime.now(UTC).isoformat(timespec="seconds"), **told}
    folder = Settings().home / "log"
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (folder / "failures.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
