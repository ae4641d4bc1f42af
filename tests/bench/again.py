"""Runs a command of ``kaiji`` twice in one process, and writes down what the second time took.

    python -m tests.bench.again FILE FIRST SECOND

``FIRST`` and ``SECOND`` are JSON objects with ``arguments``, ``environment``, ``given`` and ``status``, each
for a copy of the desk of its own; ``FILE`` gets the wall and CPU seconds of the second.
"""

from __future__ import annotations

import io
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flows.cli.main import main


def run_twice(both: Sequence[dict[str, Any]]) -> tuple[float, float]:
    """Run a command for each copy of the desk; return the wall and CPU seconds of the last.

    Raises:
        RuntimeError: when it ends otherwise than it should.
    """
    took = (0.0, 0.0)
    for one in both:
        sys.argv = ["kaiji", *one["arguments"]]
        os.environ |= one["environment"]
        sys.stdin = io.TextIOWrapper(io.BytesIO(one["given"].encode()))
        began, worked = time.perf_counter(), time.process_time()
        try:
            main()
            status: object = 0
        except SystemExit as ended:
            status = ended.code or 0
        took = (time.perf_counter() - began, time.process_time() - worked)
        if status != one["status"]:
            msg = f"ended with {status}"
            raise RuntimeError(msg)
    return took


if __name__ == "__main__":
    file, *told = sys.argv[1:]
    Path(file).write_text(json.dumps(run_twice([json.loads(one) for one in told])), encoding="utf-8")
