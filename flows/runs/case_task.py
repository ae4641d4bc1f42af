"""What the deployments share: the task that masks one call, its limits, and what a failure sets off.

Prefect keeps parameters, names, states, messages and artifacts in clear.  So it is given ids and
gets counts back, and what is raised into it says what went wrong, never what was said.
"""

from __future__ import annotations

import contextlib
import functools
import json
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.concurrency.sync import concurrency
from prefect.tasks import exponential_backoff

from flows.desk.integrity.desk import open_desk
from flows.desk.kinds.errors import DeskError
from flows.desk.kinds.values import Actor, Role
from flows.masking.mask_calls import sanitised
from flows.masking.mask_case_call import MachineError, PutBackError, is_of_the_machine, mask_case_call
from flows.quiet import quiet_libraries
from flows.settings import Settings
from pipeline.errors import PipelineError

if TYPE_CHECKING:
    from prefect import Flow
    from prefect.client.schemas.objects import FlowRun, State

__all__ = ["INTAKE", "RECOGNITION", "WORKER", "harmless", "mask_waiting_call", "recognition", "tell_failure"]

P = ParamSpec("P")
R = TypeVar("R")

WORKER = Actor("worker", Role.SYSTEM)
INTAKE = Actor("on-demand", Role.SYSTEM)

RECOGNITION = "kaiji-recognition"
"""Prefect's global concurrency limit for speech recognition, over all workers."""

RETRIES = 2
"""With the first try as many as ``KAIJI_ATTEMPTS``, the desk's own count, which comes first."""

FIRST_RETRY_SECONDS = 10
"""Seconds before the second try; twice as many before the third."""

CALL_SECONDS = 4 * 3600
"""Four hours of audio take about one hour on one core; what takes longer hangs."""

log = logging.getLogger("kaiji.flows")


def harmless(body: Callable[P, R]) -> Callable[P, R]:
    """A body whose errors and log lines hold no personal data, whatever raises and whoever writes them.

    Args:
        body: The flow as it is written; name, signature and docstring stay.
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
        # Outside of the except clause, so that the original does not hang on it as its context.
        raise error

    return run


def _may_pass(_task: object, _run: object, state: State[Any]) -> bool:
    """Only what may go well another time is tried again."""
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
        call_id: Of the call.

    Returns:
        Counts, as ``flows.masking.mask_case_call.mask_case_call``.

    Raises:
        PipelineError: of ours, without personal data.
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
    """Wait for one of the slots for speech recognition, and hold it.

    Without a limit of that name in Prefect there is nothing to wait for.  A killed process's
    slot is free again when its lease has run out.
    """
    with concurrency(RECOGNITION, occupy=1, lease_duration=120, raise_on_lease_renewal_failure=False):
        yield


def _kind(state: State[Any]) -> str:
    """A word for what went wrong: ours, or else the exception's, or how Prefect calls such an end."""
    # What a run raised comes bare, or in the record that Prefect would store of it.
    raised = getattr(state.data, "result", state.data)
    code = getattr(raised, "code", "")
    if isinstance(code, str) and code:
        return code
    if isinstance(raised, BaseException):
        return type(raised).__name__
    return state.type.value.lower()


def tell_failure(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:  # noqa: ARG001
    """What a failed or crashed run sets off: a line in the log, and one in ``home/log/failures.jsonl``.

    A company's monitoring follows the file; Prefect's own automations can send messages.

    Args:
        flow: Not used: Prefect hands it to every hook.
        flow_run: The run.
        state: How it ended.
    """
    line = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "run": str(flow_run.id),
        "deployment": str(flow_run.deployment_id),
        "state": state.name,
        "kind": _kind(state),
    }
    log.error("run %s ended as %s", flow_run.id, state.name)
    folder = Settings().home / "log"
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (folder / "failures.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
