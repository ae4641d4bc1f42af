"""What a neighbour process, a page of another site and a careless person send to Prefect's server."""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.serving import Serving

NAME = "一色鷹丸"
"""Typed where an id belongs; it must stand nowhere afterwards."""

KEY = "hitoiro_takamaru"
"""Likewise, as a key, in letters that keys have."""

SOCKETS = (
    "events/in",
    "events/out",
    "logs/out",
    "task_runs/subscriptions/scheduled",
    "work_pools/kaiji/workers/connect",
)

REFUSED = 403
"""Of a WebSocket too: the server answers so before the handshake."""

CLOSED = 1008


@dataclass(frozen=True)
class Doors:
    """What came of the attacks on a running server.

    Attributes:
        status: Of each answer, by the name of the attack.
        said: What the refusals of a malformed form said, all together.
        template: What the server holds as the pool's.
        secret: The server's, as its own clients give it.
        mode: Of the file that holds it.
        arguments: Of all processes while it ran.
    """

    status: Mapping[str, int]
    said: str
    template: Mapping[str, Any]
    secret: str = field(repr=False)
    mode: int
    arguments: bytes = field(repr=False)


def try_doors(serving: Serving) -> Doors:
    """Try all of them; a server without a secret is asked without one."""
    file = serving.secret_file
    secret = file.read_text(encoding="ascii").strip() if file.is_file() else ""
    attacks = dict(_by_neighbours(serving.port, secret)) | dict(_by_sockets(serving.port, secret))
    forms = dict(_by_forms(serving, secret))
    return Doors(
        attacks | {name: status for name, (status, _) in forms.items()},
        "\n".join(said for _, said in forms.values()),
        serving.ask("work_pools/kaiji")["base_job_template"],
        secret,
        file.stat().st_mode & 0o777 if file.is_file() else -1,
        b"\n".join(_read(path) for path in Path("/proc").glob("[0-9]*/cmdline")),
    )


def basic(secret: str) -> str:
    """The header's value."""
    return f"Basic {base64.b64encode(secret.encode()).decode()}"


def send(port: int, headers: list[tuple[str, str]], path: str = "/api/flows/filter", body: str = "{}"):
    """A POST with exactly these headers; status and text of the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.putrequest("POST", path, skip_host=True)
    raw = body.encode()
    for name, value in (*headers, ("Content-Type", "application/json"), ("Content-Length", str(len(raw)))):
        connection.putheader(name, value)
    connection.endheaders(raw)
    answer = connection.getresponse()
    try:
        text = answer.read().decode()
    except ConnectionResetError:
        # Refused before it was read to its end: the status has come, the rest may be lost.
        text = ""
    connection.close()
    return answer.status, text


def _by_neighbours(port: int, secret: str) -> Iterator[tuple[str, int]]:
    """Requests that a local user, or a page in the company's browser, sends."""
    host, known = ("Host", f"127.0.0.1:{port}"), ("Authorization", basic(secret))
    yield "our own", send(port, [host, known])[0]
    yield "our own page", send(port, [host, known, ("Origin", f"http://127.0.0.1:{port}")])[0]
    yield "no secret", send(port, [host])[0]
    yield "wrong secret", send(port, [host, ("Authorization", basic("kaiji:guess"))])[0]
    for name in ("evil.example", f"127.0.0.1.evil.example:{port}", f"localhost.evil.example:{port}", ""):
        yield f"host {name}", send(port, [("Host", name), known])[0]
    yield "two hosts", send(port, [host, ("Host", "evil.example"), known])[0]
    for origin in (
        "http://evil.example",
        "null",
        "http://127.0.0.1:1",
        f"http://localhost:{port}",
        "file://",
    ):
        yield f"origin {origin}", send(port, [host, known, ("Origin", origin)])[0]
    for site in ("cross-site", "same-site"):
        yield f"fetch {site}", send(port, [host, known, ("Sec-Fetch-Site", site)])[0]


def _by_sockets(port: int, secret: str) -> Iterator[tuple[str, int]]:
    for path in SOCKETS:
        yield f"socket {path}", socket(port, path, secret)
        yield f"socket {path} without secret", socket(port, path, "")
        yield f"socket {path} from a page", socket(port, path, secret, origin="http://evil.example")
        yield f"socket {path} by another host", socket(port, path, secret, host="evil.example")


def socket(port: int, path: str, secret: str, origin: str | None = None, host: str = "") -> int:
    """Open a WebSocket as Prefect's clients do: 0 when it opened, else the status that refused it."""
    from websockets.exceptions import ConnectionClosed, InvalidStatus
    from websockets.sync.client import connect
    from websockets.typing import Origin, Subprotocol

    headers = {"Host": host} if host else {}
    try:
        with connect(
            f"ws://127.0.0.1:{port}/api/{path}",
            origin=None if origin is None else Origin(origin),
            subprotocols=[Subprotocol("prefect")],
            additional_headers=headers,
        ) as opened:
            opened.send(json.dumps({"type": "auth", "token": secret}))
            return 0 if json.loads(opened.recv(60))["type"] == "auth_success" else -1
    except InvalidStatus as refused:
        return refused.response.status_code
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd is not None else -1


def _by_forms(serving: Serving, secret: str) -> Iterator[tuple[str, tuple[int, str]]]:
    """What a person types into Prefect's form, and what a run would choose of its process."""
    found = serving.ask("deployments/name/mask-call/on-demand")
    at = f"/api/deployments/{found['id']}"
    run = f"{at}/create_flow_run"
    typed = {"call_id": NAME}
    bodies: dict[str, tuple[str, object]] = {
        "form name": (run, {"parameters": typed}),
        "form name in a list": (run, {"parameters": {"call_id": [NAME]}}),
        "form name as key": (run, {"parameters": {NAME: "1"}}),
        "form name as key of ours": (run, {"parameters": {KEY: "1"}}),
        "form name in place of all": (run, {"parameters": NAME}),
        "form name beside": (run, {NAME: NAME}),
        "form key beside": (run, {KEY: 1}),
        "form name as json": (run, {"parameters": {"call_id": {"__prefect_kind": "json", "value": NAME}}}),
        "form name as template": (
            run,
            {"parameters": {"call_id": {"__prefect_kind": "jinja", "template": "{{ " + NAME}}},
        ),
        "form unchecked": (run, {"parameters": typed, "enforce_parameter_schema": False}),
        "form unchecked in bulk": (f"{run}/bulk", [{"parameters": typed, "enforce_parameter_schema": False}]),
        "form bulk": (f"{run}/bulk", [{"parameters": typed}]),
        "form schedule": (f"{at}/schedules", [{"schedule": {"interval": 86400}, "parameters": typed}]),
        "form look": (
            "/api/ui/schemas/validate",
            {"schema": found["parameter_openapi_schema"], "values": typed | {NAME: 1}},
        ),
        "form filter": ("/api/flow_runs/filter", {"sort": NAME}),
        "run command": (run, {"job_variables": {"command": "false"}}),
        "run env": (run, {"job_variables": {"env": {"KAIJI_HOME": "/"}}}),
        "run env by dots": (run, {"job_variables": {"env.KAIJI_HOME": "/"}}),
        "run folder": (run, {"job_variables": {"working_dir": "/"}}),
        "run name": (run, {"job_variables": {"name": "x"}}),
    }
    headers = [("Host", f"127.0.0.1:{serving.port}")]
    headers += [("Authorization", basic(secret))] if secret else []
    for name, (path, body) in bodies.items():
        yield name, send(serving.port, headers, path, json.dumps(body))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
