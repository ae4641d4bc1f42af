"""``python -m tests.audit``: the locked packages against a database of known vulnerabilities.

Three ends: nothing is known of them (status 0), something is (1, each named), or the database cannot be
reached from this machine (0, and one line says so).  pip-audit does the looking up.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

LOCK = Path(__file__).parents[1] / "requirements.lock"

OSV = "https://api.osv.dev/v1/query"
"""The Open Source Vulnerabilities database, which holds PyPI's own advisories too."""

REACH_SECONDS = 5
"""For the first question; a machine without it must not wait."""

AUDIT_SECONDS = 600
"""A question for each package, on a slow line."""


def reachable(database: str) -> bool:
    """Whether a database answers as one, asked for a package that it surely knows."""
    asked = {"package": {"name": "pip", "ecosystem": "PyPI"}, "version": "1.0"}
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(database, json.dumps(asked).encode(), headers)  # noqa: S310 (our own URL)
    try:
        with urllib.request.urlopen(request, timeout=REACH_SECONDS) as answer:  # noqa: S310 (likewise)
            return isinstance(json.load(answer), dict)
    except (OSError, ValueError):
        return False


def findings(report: str) -> tuple[int, list[str]]:
    """How many packages were looked up, and what is known of them, a line each.

    Args:
        report: Of pip-audit, as JSON.

    Raises:
        ValueError: when it is none, or some package was not looked up.
    """
    packages = json.loads(report)["dependencies"]
    if not packages:
        raise ValueError("no package")
    lines = []
    for package in packages:
        if "skip_reason" in package:
            raise ValueError(package["name"])
        for found in package["vulns"]:
            mended = "、".join(found["fix_versions"]) or "なし"
            lines.append(f"{package['name']} {package['version']}: {found['id']} (直した版: {mended})")
    return len(packages), lines


def main() -> int:
    """Look up what is locked.

    Returns:
        The exit status.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lock", type=Path, default=LOCK)
    parser.add_argument("--database", default=OSV)
    given = parser.parse_args()
    if not reachable(given.database):
        print("kaiji: 依存関係の監査: していません(脆弱性のデータベースにここから届きません)")
        return 0
    # Not by way of the index: what is locked is complete, and each package has its hash.
    how = [
        "--disable-pip",
        "--require-hashes",
        "--progress-spinner",
        "off",
        "--format",
        "json",
        "--desc",
        "off",
    ]
    where = ["--vulnerability-service", "osv", "--osv-url", given.database, "--requirement", str(given.lock)]
    done = subprocess.run(
        [sys.executable, "-m", "pip_audit", *how, *where],
        capture_output=True,
        text=True,
        timeout=AUDIT_SECONDS,
        check=False,
    )
    try:
        count, lines = findings(done.stdout)
    except (ValueError, KeyError, TypeError):
        print(f"kaiji: 依存関係の監査: 途中で失敗しました\n{done.stderr[-2000:]}", file=sys.stderr)
        return 1
    for line in lines:
        print(f"kaiji: 依存関係の監査: {line}")
    print(f"kaiji: 依存関係の監査: {count} 個のうち、知られた脆弱性 {len(lines)} 件")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
