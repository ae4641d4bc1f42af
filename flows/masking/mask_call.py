"""The Prefect flow that masks one call: a task for each stage.

Prefect stores parameters, task names, results and the text of exceptions in clear.  It therefore receives two
random ids and gets counts back; values go through the run's folder, and an exception that reaches Prefect
states the kind and place of the failure, never words of the call.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from pathlib import Path

from prefect import Task, flow, task
from prefect.cache_policies import NO_CACHE

from flows.loaded_models import Models
from flows.masking.mask_calls import Order, Outcome, attempt, outcome_of, sanitised
from flows.settings import Settings
from flows.stages import STAGES, Stage, recipe
from flows.workspace import JOB, LISTENER, FolderWorkspace, Workspace, open_run


@flow(name="mask-call", persist_result=False, validate_parameters=False, log_prints=False)
def mask_call(run_id: str, call_id: str) -> dict[str, int]:
    """Mask one call, stage by stage.

    Args:
        run_id: Name of the run's folder.
        call_id: Name of the call's folder in it.

    Returns:
        The last count of each stage, and under ``heard`` 1 if the ears listened, else 0.
    """
    counts: dict[str, int] = {}

    def do(stage: Stage) -> int:
        counts[stage.__name__] = TASKS[stage](run_id, call_id)
        return counts[stage.__name__]

    recipe(do)
    workspace = FolderWorkspace(Settings().work / run_id / call_id)
    return counts | {"heard": int(workspace.get(LISTENER).heard)}


def _as_task(stage: Stage) -> Task[[str, str], int]:
    def run(run_id: str, call_id: str) -> int:
        workspace = FolderWorkspace(Settings().work / run_id / call_id)
        models = _models(workspace.get(JOB).model)
        try:
            return stage(workspace, models)
        except Exception as raised:  # noqa: BLE001 (made harmless here, raised again below)
            error = sanitised(raised)
        # Raised outside the except clause, so that the original exception is not attached as its context.
        raise error

    run.__doc__ = stage.__doc__
    return task(name=stage.__name__, persist_result=False, cache_policy=NO_CACHE, log_prints=False)(run)


TASKS = {stage: _as_task(stage) for stage in STAGES}


@functools.cache
def _models(name: str) -> Models:
    """Load the models once in each process."""
    return Models(name, Settings())


def mask_calls_by_flow(calls: Sequence[Path], order: Order) -> Iterator[Outcome]:
    """Mask calls one after another, each by a run of the flow.

    Args:
        calls: Audio files with different stems.
        order: Options for each call.

    Yields:
        One outcome for each call, in the given order.  The run's folder is gone afterwards.
    """
    with open_run(Settings().work) as folder:
        for number, audio in enumerate(calls, start=1):
            made: list[Workspace] = []
            place = folder / f"{number:04d}"
            error = attempt(audio, order.out, functools.partial(_run, audio, order, place, made))
            yield outcome_of(audio, error, made)


def _run(audio: Path, order: Order, place: Path, made: list[Workspace]) -> None:
    workspace = FolderWorkspace(place)
    made.append(workspace)
    workspace.put(JOB, order.job(audio))
    mask_call(place.parent.name, workspace.name)
