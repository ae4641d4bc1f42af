"""The files for Prefect that an administrator brings to a server: it takes them, and they open nothing."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

import pytest
import yaml

from flows.runs import deployments
from flows.runs.deployments import (
    DOCKER,
    JOB_TEMPLATE,
    PROCESS,
    PoolError,
    container_template,
    prepare_server,
)

pytestmark = pytest.mark.usefixtures("prefect_server")

AUTOMATIONS = Path(deployments.__file__).with_name("automations.yaml")
NOBODY = "00000000-0000-0000-0000-000000000000"

DOCUMENTED = {
    *("name", "command", "env", "labels", "image", "image_pull_policy", "networks", "network_mode"),
    *("auto_remove", "volumes", "stream_output", "mem_limit", "memswap_limit", "privileged"),
    *("container_create_kwargs", "registry_credentials"),
}
"""What the Docker worker's configuration has, as its documentation lists it (``prefect_docker.worker``)."""


def test_a_run_in_a_container_chooses_nothing():
    """Neither image nor command nor folder, whatever it brings; and the template has no secret."""
    from prefect.workers.base import BaseJobConfiguration

    template = container_template()
    brought = {"image": "evil", "command": "sh", "env": {"KAIJI_HOME": "/"}, "volumes": ["/:/host"]}
    made = asyncio.run(BaseJobConfiguration.from_template_and_values(template, brought))

    assert made.command == template["job_configuration"]["command"]
    assert made.env == {}
    assert template["variables"] == JOB_TEMPLATE["variables"]
    assert set(template["job_configuration"]) <= DOCUMENTED
    assert template["job_configuration"]["privileged"] is False
    assert "{{" not in json.dumps(template)
    assert not re.search(r"key|secret|password|://", json.dumps(template), re.IGNORECASE)


def test_a_server_takes_the_container_pool_and_keeps_its_type():
    """Prefect's own schema accepts the template; a pool of processes is not turned into one of containers."""
    from prefect.client.orchestration import get_client

    pool = (DOCKER, container_template())
    with get_client(sync_client=True) as client:
        prepare_server(client, 1, pool)
        prepare_server(client, 1, pool)
        made = client.read_work_pool(deployments.POOL)
        with pytest.raises(PoolError, match="docker の形です"):
            prepare_server(client, 1)
        client.delete_work_pool(deployments.POOL)
        prepare_server(client, 1)
        with pytest.raises(PoolError, match="process の形です"):
            prepare_server(client, 1, pool)
        client.delete_work_pool(deployments.POOL)

    assert made.type == DOCKER != PROCESS
    assert made.base_job_template == container_template()


def test_a_server_takes_the_automations():
    """As the file says they are made, with a block of the company's in place of nobody's."""
    from prefect.blocks.notifications import CustomWebhookNotificationBlock
    from prefect.client.orchestration import get_client
    from prefect.events.schemas.automations import AutomationCore

    block = CustomWebhookNotificationBlock(name="kaiji", url="https://example.invalid")
    block_id = block.save("kaiji", overwrite=True)
    text = AUTOMATIONS.read_text(encoding="utf-8")
    told = yaml.safe_load(text.replace(NOBODY, str(block_id)))["automations"]
    with get_client(sync_client=True) as client:
        for each in told:
            client.create_automation(AutomationCore.model_validate(each))
        found = [client.read_automations_by_name(each["name"]) for each in told]

    assert [len(each) for each in found] == [1, 1]
    assert {str(action.block_document_id) for (each,) in found for action in each.actions} == {str(block_id)}
    assert text.count(NOBODY) == len(told)


def test_what_is_told_of_a_night_holds_ids_and_states_only():
    """The texts leave for another service: no name of a run, no message, no parameter."""
    told = yaml.safe_load(AUTOMATIONS.read_text(encoding="utf-8"))["automations"]
    bodies = [action["body"] + action["subject"] for each in told for action in each["actions"]]

    assert {name for body in bodies for name in re.findall(r"{{(.*?)}}", body)} == {
        " flow_run.id ",
        " flow_run.state.type ",
    }
    assert {each["trigger"]["match_related"]["prefect.resource.name"] for each in told} == {"nightly"}
