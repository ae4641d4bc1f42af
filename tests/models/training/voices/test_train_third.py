"""What speaks for a third person is learned from made-up calls, and the same again."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from models.training.voices.train_third import main
from models.voices.third import ALONE
from pipeline.speaking.third import EVIDENCE

SCRIPT = "# id: {id}\n" + "op: はい、承知しました。\ncu: {{rq.sei}}です。荷物が届かないんですが。\n" * 10


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten voices, each of which always points nearly its own way, and two scripts."""
    folder = tmp_path_factory.mktemp("third")
    rng = np.random.default_rng(3)
    ways = np.repeat(np.eye(10, 12, dtype=np.float32), 24, axis=0)
    ways += rng.normal(scale=0.15, size=ways.shape).astype(np.float32)
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    np.savez(
        folder / "sittings.npz", voices=[f"v{n}" for n in range(10)], calls=["a"] * 10,
        sittings=np.repeat(np.arange(10), 24), lines=np.tile([0, 1], 120),
        seconds=np.tile(np.repeat(np.linspace(0.4, 3.0, 12), 2), 10), directions=ways,
    )  # fmt: skip
    for name in ("a", "b"):
        (folder / f"{name}.script.txt").write_text(SCRIPT.format(id=name), encoding="utf-8")
    return folder


def learned(folder: Path, seed: int) -> str:
    """What the step writes."""
    scripts = [str(path) for path in sorted(folder.glob("*.script.txt"))]
    out = folder / "third.json"
    calls = ["--calls", "5", "--seed", str(seed)]
    assert main([str(folder / "sittings.npz"), "--scripts", *scripts, *calls, "--out", str(out)]) == 0
    return out.read_text(encoding="utf-8")


def test_voices_that_are_unlike_speak_for_one(made: Path) -> None:
    """Every kind of evidence is weighed, in the order that the product holds the file to."""
    first = learned(made, 1)
    weights = json.loads(first)
    assert tuple(weights) == (*EVIDENCE, ALONE)
    assert weights["alike"] < 0
    assert learned(made, 1) == first, "chance decides the same again"
