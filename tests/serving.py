"""``make serve`` as a process, and its API as a company's other programs would use it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.attacks import basic

ROOT = Path(__file__).parents[1]

ENDED = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}

BUSY = 503

START_SECONDS = 400
"""Three processes that import Prefect, on a busy machine."""

QUICKLY = {"PREFECT_WORKER_QUERY_SECONDS": "1"}
"""How often a worker asks for runs: a test waits for each."""


def free_port() -> int:
    """A port that nobody has at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Serving:
    """A running ``make serve``.

    Attributes:
        home: Its ``KAIJI_HOME``.
        more: Further variables of its surroundings.
        options: Of the command.
        by_make: Started as a user does, by ``make serve``; else by what that calls.
    """

    home: Path
    more: Mapping[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    by_make: bool = False
    port: int = field(default_factory=free_port)
    review_port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        clean = {
            name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "KAIJI_"))
        }
        ports = ("--port", str(self.port), "--review-port", str(self.review_port))
        options = (*ports, *self.options)
        direct = [sys.executable, "-m", "flows.runs.serve", *options]
        command = ["make", "serve", f"SERVE={' '.join(options)}"] if self.by_make else direct
        self.output = self.home.with_name(f"{self.home.name}-output.txt")
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=clean | QUICKLY | {"KAIJI_HOME": str(self.home)} | self.more,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def await_ready(self) -> None:
        """Wait until it says that it works."""
        until = time.monotonic() + START_SECONDS
        while "動いています" not in self.printed:
            assert self.process.poll() is None, self.printed
            assert time.monotonic() < until, self.printed
            time.sleep(0.5)

    @property
    def printed(self) -> str:
        """What it printed so far."""
        return self.output.read_text(encoding="utf-8")

    @property
    def secret_file(self) -> Path:
        """Where it says the secret of Prefect's API lies."""
        return self.home / "prefect-api-secret"

    def stop(self) -> int:
        """Ctrl-C, which reaches make and what it started alike; the exit status."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGINT)
        try:
            return self.process.wait(120)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    def metrics(self, word: str) -> str:
        """What the page tells Prometheus, as soon as it answers."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.review_port}/metrics", headers={"Authorization": f"Bearer {word}"}
        )
        until = time.monotonic() + START_SECONDS
        while True:
            with (
                contextlib.suppress(urllib.error.URLError, ConnectionError),
                urllib.request.urlopen(request, timeout=60) as answer,  # noqa: S310 (our own page)
            ):
                return answer.read().decode()
            assert time.monotonic() < until, self.printed
            time.sleep(0.5)

    def ask(self, path: str, body: object = None) -> object:
        """Prefect's API: POST where there is a body, else GET."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"} | self._secret(),
        )
        for patience in (1, 2, 4, 8, 0):
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 (our own server)
                    return json.load(answer)
            except urllib.error.HTTPError as refused:
                # Its SQLite is busy; Prefect's own clients ask again too.
                if refused.code != BUSY or not patience:
                    raise
            time.sleep(patience)
        raise AssertionError

    def _secret(self) -> dict[str, str]:
        if not self.secret_file.is_file():
            return {}
        return {"Authorization": basic(self.secret_file.read_text(encoding="ascii").strip())}

    def worker(self, name: str, folder: Path) -> subprocess.Popen[bytes]:
        """A worker on another machine, for one run at a time: its own folders, the same settings."""
        from flows.prefect_api.secret import read_secret, secret_variables
        from flows.settings import Settings, server_environment

        folder.mkdir()
        settings = Settings(home=self.home, work=folder / "work")
        secret = secret_variables(read_secret(self.home))
        surroundings = server_environment(settings, self.port, secret) | dict(self.more)
        command = ["prefect", "worker", "start", "--pool", "kaiji", "--type", "process", "--limit", "1"]
        with (folder / "worker.log").open("wb") as output:
            return subprocess.Popen(
                [sys.executable, "-m", *command, "--name", name],
                cwd=folder,
                env=surroundings | {"KAIJI_WORK": str(folder / "work")},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill_machine(self, folder: Path) -> None:
        """Kill -9 all processes of a machine at once: the worker, and its run in a session of its own."""
        here = f"KAIJI_WORK={folder / 'work'}".encode()
        for path in Path("/proc").glob("[0-9]*/environ"):
            with contextlib.suppress(OSError):
                if here in path.read_bytes().split(b"\0"):
                    os.kill(int(path.parent.name), signal.SIGKILL)

    def deployments(self) -> set[str]:
        """``flow/deployment`` of all."""
        flows = {one["id"]: one["name"] for one in self.ask("flows/filter", {})}
        found = self.ask("deployments/filter", {})
        return {f"{flows[one['flow_id']]}/{one['name']}" for one in found}

    def described(self) -> dict[str, tuple[str, frozenset[str], str]]:
        """Version, tags and description of each deployment, by its name."""
        found = self.ask("deployments/filter", {})
        return {one["name"]: (one["version"], frozenset(one["tags"]), one["description"]) for one in found}

    def begin(self, deployment: str, **parameters: object) -> str:
        """Start a run of a deployment; its id."""
        found = self.ask(f"deployments/name/{deployment}")
        run = self.ask(f"deployments/{found['id']}/create_flow_run", {"parameters": parameters})
        return str(run["id"])

    def refusal(self, deployment: str, **parameters: object) -> int:
        """Status of the answer to a run that must not be taken; 0 when it was."""
        try:
            self.begin(deployment, **parameters)
        except urllib.error.HTTPError as refused:
            return refused.code
        return 0

    def await_end(self, run_id: str, seconds: float = 600) -> dict[str, object]:
        """Wait until a run has ended; its state."""
        until = time.monotonic() + seconds
        while True:
            state = self.ask(f"flow_runs/{run_id}")["state"]
            if state["type"] in ENDED:
                return state
            assert self.process.poll() is None, self.printed
            assert time.monotonic() < until, state["type"]
            time.sleep(0.3)

    def run_states(self) -> list[str]:
        """The states of all runs."""
        return [run["state_type"] for run in self.ask("flow_runs/filter", {})]

    def artifact(self, key: str) -> str:
        """The newest artifact of a key."""
        return str(self.ask(f"artifacts/{key}/latest")["data"])
