"""The work pool's templates: how a run's process or container is started; the run itself chooses nothing.

Prefect's own templates take the command, the environment, the image and the folder from the caller of a run.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pipeline.errors import PipelineError

JOB_TEMPLATE: dict[str, Any] = {
    # Prefect refuses an empty configuration.
    "job_configuration": {"stream_output": True},
    "variables": {"type": "object", "properties": {}, "additionalProperties": False},
}
"""Template for a worker that starts processes."""

CONTAINER_FILE = Path(__file__).with_name("container_template.json")
"""Template for a worker that starts containers (Prefect's type ``docker``); a company fills in a copy."""

MERGED = "env"
"""Part that Prefect extends, rather than replaces, by the caller's values: it must not be there at all."""


class TemplateError(PipelineError):
    """A template cannot be read, or lets a run choose how it is started."""

    code = "job_template"


def read_template(file: Path) -> dict[str, Any]:
    """Read the template of a work pool.

    Args:
        file: A JSON file with ``job_configuration`` and ``variables``.

    Raises:
        TemplateError: when it is no template, or a run could choose any part of it.
    """
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        configuration, variables = found["job_configuration"], found["variables"]
        chosen = variables.get("properties") or variables.get("additionalProperties") is not False
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        msg = f"{file.name}: 作業プールのひな形ではありません(job_configuration と variables のある JSON)"
        raise TemplateError(msg) from None
    if chosen or MERGED in configuration or "{{" in json.dumps(configuration):
        told = "実行する側が命令や環境を選べるひな形は使えません(variables は空、env と {{ }} はなし)"
        msg = f"{file.name}: {told}"
        raise TemplateError(msg)
    return {"job_configuration": configuration, "variables": variables}
