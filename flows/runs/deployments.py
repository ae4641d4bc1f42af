"""``python -m flows.runs.deployments``: registers kaiji's flows at a Prefect server.

It registers the work pool, the limit of speech recognition, the rule for runs whose process was killed, and
the deployments of ``prefect.yaml``.  Registering twice changes nothing.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import DeploymentUpdate, WorkPoolCreate, WorkPoolUpdate
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.exceptions import ObjectNotFound

from flows.runs.case_task import RECOGNITION
from flows.runs.server.job_templates import JOB_TEMPLATE, TemplateError, read_template
from flows.settings import surroundings
from flows.version import VERSION

POOL = "kaiji"

PROCESS, CONTAINER = "process", "docker"
"""Prefect's types of work pools: workers that start processes, or containers."""

FILE = Path(__file__).with_name("prefect.yaml")

VERSION_VARIABLE = "KAIJI_VERSION"
"""Variable that ``prefect.yaml`` takes the version of the deployments from."""

SILENT_RUNS = "kaiji-silent-runs"

HEARTBEAT_TIMEOUT = timedelta(seconds=300)
"""Ten heartbeats of the 30 s that ``make serve`` sets: a busy machine may miss some."""


def prepare_server(client: SyncPrefectClient, recognitions: int, containers: Path | None = None) -> None:
    """Create the limit and the rule where they are missing, and set the work pool's template.

    Args:
        client: Client of the server.
        recognitions: Calls that are recognised at a time; an existing limit is the administrator's and
            is kept.
        containers: Template of a pool with workers that start containers; without one they start processes,
            and an existing pool of containers keeps its template.

    Raises:
        TemplateError: when the template lets a run choose, or the pool is of the other type.
    """
    kind = PROCESS if containers is None else CONTAINER
    template = JOB_TEMPLATE if containers is None else read_template(containers)
    try:
        pool = client.read_work_pool(POOL)
    except ObjectNotFound:
        client.create_work_pool(WorkPoolCreate(name=POOL, type=kind, base_job_template=template))
    else:
        if pool.type == kind:
            # The pool is from an earlier version, or was changed.
            client.update_work_pool(POOL, WorkPoolUpdate(base_job_template=template))
        elif containers is not None:
            msg = f"作業プール {POOL} は {pool.type} です。先に Prefect の画面で消してください"
            raise TemplateError(msg)
    try:
        client.read_global_concurrency_limit_by_name(RECOGNITION)
    except ObjectNotFound:
        client.upsert_global_concurrency_limit_by_name(RECOGNITION, recognitions)
    if not client.read_automations_by_name(SILENT_RUNS):
        client.create_automation(silent_runs())


def silent_runs() -> AutomationCore:
    """Return the rule that marks runs without a heartbeat as crashed; Prefect itself does not."""
    return AutomationCore(
        name=SILENT_RUNS,
        description="動いているはずの実行から5分間合図がなければ、止まったものとして扱います。",
        trigger=EventTrigger(
            match={"prefect.resource.id": ["prefect.flow-run.*"]},
            for_each={"prefect.resource.id"},
            after={"prefect.flow-run.heartbeat"},
            # Any later event counts as a sign of life: the next heartbeat, or the run's end.
            expect={
                "prefect.flow-run.heartbeat",
                "prefect.flow-run.Completed",
                "prefect.flow-run.Failed",
                "prefect.flow-run.Cancelled",
                "prefect.flow-run.Crashed",
            },
            posture=Posture.Proactive,
            threshold=1,
            within=HEARTBEAT_TIMEOUT,
        ),
        actions=[ChangeFlowRunState(state=StateType.CRASHED, message="合図が途絶えました")],
    )


def deploy(
    recognitions: Annotated[int, typer.Option(min=1, help="同時に音声認識する通話の数(初回だけ)")] = 1,
    containers: Annotated[
        Path | None, typer.Option(help="コンテナで実行する作業プールのひな形(JSON)", show_default=False)
    ] = None,
) -> None:
    """Prefect のサーバーに、作業プールと4つのデプロイを登録します(PREFECT_API_URL のサーバー)。"""
    with get_client(sync_client=True) as client:
        try:
            prepare_server(client, recognitions, containers)
        except TemplateError as error:
            typer.echo(f"kaiji: {error}", err=True)
            raise typer.Exit(2) from None
    command = [
        sys.executable,
        "-m",
        "prefect",
        "--no-prompt",
        "deploy",
        "--all",
        "--prefect-file",
        str(FILE),
    ]
    with surroundings({VERSION_VARIABLE: VERSION}):
        done = subprocess.run(command, check=False, stdin=subprocess.DEVNULL, cwd=FILE.parent)  # noqa: S603
    if done.returncode == 0:
        with get_client(sync_client=True) as client:
            close_forms(client)
    raise typer.Exit(done.returncode)


def close_forms(client: SyncPrefectClient) -> None:
    """Make the deployments refuse parameters that their flows do not have.

    Prefect's schemas allow unknown parameters: a person's name typed as a parameter's name would be stored,
    and repeated by the run that fails because of it.

    Args:
        client: Client of the server.
    """
    for deployment in client.read_deployments():
        if deployment.work_pool_name == POOL:
            closed = {**(deployment.parameter_openapi_schema or {}), "additionalProperties": False}
            client.update_deployment(deployment.id, DeploymentUpdate(parameter_openapi_schema=closed))


if __name__ == "__main__":
    typer.run(deploy)
