"""Where models run."""

from __future__ import annotations

import ctranslate2
import pytest

from models.speech.whisper.processor import MOST_THREADS, Processor, choose_processor


@pytest.mark.parametrize(("cards", "device"), [(0, "cpu"), (1, "cuda")])
def test_a_card_is_taken_where_there_is_one(cards: int, device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And a device that is named is not asked about."""
    monkeypatch.setattr(ctranslate2, "get_cuda_device_count", lambda: cards)
    assert choose_processor().device == device
    assert choose_processor("cpu").device == "cpu"


def test_no_more_threads_than_pay() -> None:
    """Unless they are asked for."""
    assert 1 <= choose_processor("cpu").threads <= MOST_THREADS
    assert choose_processor("cpu", 9).threads == 9


@pytest.mark.parametrize(
    ("at", "options"),
    [
        (Processor("cpu", 3), {"compute_type": "int8", "cpu_threads": 1, "num_workers": 3}),
        (Processor("cuda", 3), {"compute_type": "float16", "cpu_threads": 3, "num_workers": 1}),
    ],
)
def test_windows_go_side_by_side_on_a_cpu(at: Processor, options: dict[str, object]) -> None:
    """A card takes one at a time, and all threads feed it."""
    assert at.of_whisper("auto") == {"device": at.device, **options}
    assert at.of_whisper("float32")["compute_type"] == "float32"
    assert at.at_once == options["num_workers"]
