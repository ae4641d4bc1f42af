"""The templates of the work pool: of Prefect's own form; a run chooses nothing of process or container."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import jsonschema
import prefect
import pytest

from flows.runs.server.job_templates import CONTAINER_FILE, JOB_TEMPLATE, TemplateError, read_template


def written(folder: Path, **changes: Any) -> Path:
    """A copy of the container's template with other parts."""
    file = folder / "template.json"
    file.write_text(json.dumps(json.loads(CONTAINER_FILE.read_text("utf-8")) | changes), encoding="utf-8")
    return file


def dockers_own() -> dict[str, Any]:
    """The template that Prefect itself brings for its Docker worker."""
    folder = Path(prefect.__file__).parent / "server" / "api" / "collections_data" / "views"
    workers = json.loads((folder / "aggregate-worker-metadata.json").read_text("utf-8"))
    return workers["prefect-docker"]["docker"]["default_base_job_configuration"]


def test_the_containers_template_is_of_prefects_own_form():
    """Every part is one that Prefect's Docker worker knows, and has a value that its schema allows."""
    own, ours = dockers_own(), read_template(CONTAINER_FILE)["job_configuration"]

    assert set(ours) <= set(own["job_configuration"])
    for name, value in ours.items():
        jsonschema.validate(value, own["variables"]["properties"][name] | {"definitions": {}})
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate("sometimes", own["variables"]["properties"]["image_pull_policy"])


@pytest.mark.parametrize("template", [JOB_TEMPLATE, read_template(CONTAINER_FILE)], ids=["process", "docker"])
def test_a_run_chooses_nothing(template: dict[str, Any]):
    """Whatever whoever starts a run gives along, as Prefect puts it together."""
    from prefect.workers.base import BaseJobConfiguration

    class Configuration(BaseJobConfiguration):
        image: str = ""
        volumes: list[str] = []  # noqa: RUF012 (a field of pydantic)
        privileged: bool = False

    given = {"image": "evil", "volumes": ["/:/host"], "privileged": True, "command": "sh", "env": {"A": "b"}}
    made = asyncio.run(Configuration.from_template_and_values(template, given))
    fixed = template["job_configuration"]

    assert (made.image, made.volumes) == (fixed.get("image", ""), fixed.get("volumes", []))
    assert (made.privileged, made.command) == (False, None)
    assert made.env == {}


def test_prefect_would_add_to_an_environment(tmp_path: Path):
    """Why a template may not have one; when Prefect stops that, this fails."""
    from prefect.workers.base import BaseJobConfiguration

    template = {**JOB_TEMPLATE, "job_configuration": {"env": {"KAIJI_HOME": "/home"}}}
    made = asyncio.run(BaseJobConfiguration.from_template_and_values(template, {"env": {"LD_PRELOAD": "x"}}))

    assert made.env == {"KAIJI_HOME": "/home", "LD_PRELOAD": "x"}
    with pytest.raises(TemplateError):
        read_template(written(tmp_path, job_configuration={"env": {"KAIJI_HOME": "/home"}}))


@pytest.mark.parametrize(
    "changes",
    [
        {"variables": {"type": "object", "properties": {"image": {"type": "string"}}}},
        {"variables": {"type": "object", "properties": {}}},
        {"variables": {"type": "object", "properties": {}, "additionalProperties": True}},
        {"job_configuration": {"image": "{{ image }}"}},
        {"job_configuration": {"env": {"A": "{{ env }}"}}},
        {"variables": None},
    ],
)
def test_a_template_that_lets_a_run_choose_is_refused(tmp_path: Path, changes: dict[str, Any]):
    """Also one that is none."""
    with pytest.raises(TemplateError):
        read_template(written(tmp_path, **changes))


def test_a_file_that_is_no_template_is_refused(tmp_path: Path):
    """No JSON, another JSON, none at all; its name is told and nothing of it."""
    file = tmp_path / "template.json"
    for text in ("secret {", "[]", '"secret"', "{}"):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(TemplateError) as raised:
            read_template(file)
        assert "secret" not in str(raised.value)
    with pytest.raises(TemplateError):
        read_template(tmp_path / "none.json")


@pytest.mark.usefixtures("prefect_server")
def test_prefects_server_takes_it(tmp_path: Path):
    """A pool of containers is made and set again; one of processes is not turned into one."""
    from prefect.client.orchestration import get_client

    from flows.runs.deployments import POOL, prepare_server

    with get_client(sync_client=True) as client:
        prepare_server(client, 1, CONTAINER_FILE)
        pool = client.read_work_pool(POOL)
        assert (pool.type, pool.base_job_template) == ("docker", read_template(CONTAINER_FILE))
        prepare_server(client, 1)
        assert client.read_work_pool(POOL).base_job_template == pool.base_job_template
        changed = json.loads(CONTAINER_FILE.read_text("utf-8"))["job_configuration"] | {"mem_limit": "4g"}
        prepare_server(client, 1, written(tmp_path, job_configuration=changed))
        assert client.read_work_pool(POOL).base_job_template["job_configuration"]["mem_limit"] == "4g"
        client.delete_work_pool(POOL)
        prepare_server(client, 1)
        assert client.read_work_pool(POOL).type == "process"
        with pytest.raises(TemplateError, match="process"):
            prepare_server(client, 1, CONTAINER_FILE)
        client.delete_work_pool(POOL)
