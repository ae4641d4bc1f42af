"""The mean of adapters."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.speech.whisper.adapter import Adapter, read_adapter
from models.training.adapter.adapter_file import made_for, write_adapter
from models.training.adapter.average_adapters import average, main


def adapter(value: float, rank: int = 2) -> Adapter:
    """Of a matrix of each side, every value of it the same."""
    factors = np.full((3, rank), value, np.float32), np.full((rank, 4), -value, np.float32)
    return Adapter({"decoder/w": factors, "encoder/w": factors})


def written(folder: Path, value: float, sha256: str = "a" * 64) -> Path:
    """The file of one."""
    path = folder / f"{value:g}.npz"
    write_adapter(path, adapter(value), sha256)
    return path


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    """And knows the model that it was made for."""
    rows = np.random.default_rng(1).normal(size=(5, 8)).astype(np.float32)
    rows[2] = 0
    path = tmp_path / "one.npz"
    write_adapter(path, Adapter({"w": (rows, rows.T.copy())}), "b" * 64)
    up, down = read_adapter(path.read_bytes()).changes["w"]
    assert np.abs(up - rows).max() <= np.abs(rows).max() / 254 + 1e-6
    assert np.abs(down - rows.T).max() <= np.abs(rows).max() / 254 + 1e-6
    assert made_for(path.read_bytes()) == "b" * 64


def test_the_mean_is_weighed(tmp_path: Path) -> None:
    """By the share of each."""
    out = tmp_path / "mean.npz"
    main([f"{written(tmp_path, 1.0)}:0.25", f"{written(tmp_path, 3.0)}:0.75", "--out", str(out)])
    up, down = read_adapter(out.read_bytes()).changes["decoder/w"]
    assert up == pytest.approx(np.full((3, 2), 2.5), rel=1e-3)
    assert down == pytest.approx(np.full((2, 4), -2.5), rel=1e-3)


def test_the_encoder_may_be_that_of_one(tmp_path: Path) -> None:
    """Byte for byte, so that what listens to it hears the same; the decoder is the mean."""
    out, one = tmp_path / "mean.npz", written(tmp_path, 1.0)
    main([f"{one}:0.5", f"{written(tmp_path, 3.0)}:0.5", "--keep-encoder", "--out", str(out)])
    assert read_adapter(out.read_bytes()).changes["decoder/w"][0] == pytest.approx(
        np.full((3, 2), 2.0), rel=1e-3
    )
    with np.load(one) as before, np.load(out) as after:
        assert all(np.array_equal(before[name], after[name]) for name in before.files if "encoder/" in name)


@pytest.mark.parametrize(("share", "sha256"), [("0.9", "a" * 64), ("0.5", "b" * 64)])
def test_what_does_not_belong_together_is_refused(tmp_path: Path, share: str, sha256: str) -> None:
    """Shares that are no mean, and adapters of several models."""
    paths = f"{written(tmp_path, 1.0)}:0.5", f"{written(tmp_path, 3.0, sha256)}:{share}"
    with pytest.raises(SystemExit):
        main([*paths, "--out", str(tmp_path / "mean.npz")])
    assert not (tmp_path / "mean.npz").exists()


def test_other_ranks_have_no_mean() -> None:
    """Nor other matrices."""
    with pytest.raises(ValueError, match="ranks"):
        average([adapter(1.0), adapter(1.0, rank=3)], [0.5, 0.5])
