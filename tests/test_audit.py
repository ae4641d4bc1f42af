"""The audit of what is locked, by the real pip-audit against a database of our own."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.audit import findings
from tests.serving import ROOT, free_port

ADVISORY = {
    "id": "GHSA-test",
    "aliases": ["CVE-2026-1"],
    "summary": "bad",
    "affected": [
        {
            "package": {"name": "jinja2", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "9.9"}]}],
        }
    ],
}


class Database(BaseHTTPRequestHandler):
    """Knows of one package what the test says."""

    def do_POST(self) -> None:
        """Answer a query as OSV does; 500 from the second on where the test wants the line to break."""
        self.server.asked += 1
        if self.server.breaks and self.server.asked > 1:
            self.send_error(500)
            return
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        known = self.server.known and asked["package"]["name"] == "jinja2"
        answer = json.dumps({"vulns": [ADVISORY]} if known else {}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def database() -> Iterator[ThreadingHTTPServer]:
    """A database on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Database)
    server.known, server.breaks, server.asked = False, False, 0
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


def audit(tmp_path: Path, port: int) -> subprocess.CompletedProcess[str]:
    """The audit of two packages."""
    lock = tmp_path / "requirements.lock"
    rows = [f"{name}==1.0 --hash=sha256:{'0' * 64}" for name in ("jinja2", "markupsafe")]
    lock.write_text("\n".join(rows) + "\n", encoding="utf-8")
    command = ["-m", "tests.audit", "--lock", str(lock), "--database", f"http://127.0.0.1:{port}/v1/query"]
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )


def test_nothing_known_is_said(tmp_path: Path, database: ThreadingHTTPServer):
    """Status 0, and how many were looked up."""
    done = audit(tmp_path, database.server_port)

    assert (done.returncode, done.stdout) == (0, "kaiji: 依存関係の監査: 2 個のうち、知られた脆弱性 0 件\n")
    assert database.asked == 3


def test_a_finding_fails(tmp_path: Path, database: ThreadingHTTPServer):
    """It is named, with the version that mends it."""
    database.known = True
    done = audit(tmp_path, database.server_port)

    assert done.returncode == 1
    assert "jinja2 1.0: " in done.stdout
    assert "9.9" in done.stdout


def test_a_database_out_of_reach_is_said(tmp_path: Path):
    """In one line, and lint goes on."""
    done = audit(tmp_path, free_port())

    assert done.returncode == 0
    assert done.stdout.count("\n") == 1
    assert "していません" in done.stdout


def test_an_audit_that_breaks_off_is_no_good_audit(tmp_path: Path, database: ThreadingHTTPServer):
    """What was not looked up may be bad."""
    database.breaks = True
    done = audit(tmp_path, database.server_port)

    assert done.returncode == 1
    assert "失敗" in done.stderr


@pytest.mark.parametrize(
    "report",
    ["", "{}", '{"dependencies": []}', '{"dependencies": [{"name": "a", "skip_reason": "not found"}]}'],
)
def test_a_report_without_every_package_is_none(report: str):
    """Nothing looked up is not nothing found."""
    with pytest.raises((ValueError, KeyError)):
        findings(report)
