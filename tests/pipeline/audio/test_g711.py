from __future__ import annotations

import numpy as np
import pytest
import soundfile

from pipeline.audio.g711 import codes_of, decoded, quantise

EVERY = np.arange(-32768, 32768).astype(np.int16)


@pytest.mark.parametrize(("law", "subtype"), [("mulaw", "ULAW"), ("alaw", "ALAW")])
def test_tables_are_libsndfiles(law: str, subtype: str, tmp_path: object) -> None:
    """Each code stands for the value that another library reads."""
    path = f"{tmp_path}/codes.raw"
    with open(path, "wb") as file:  # noqa: PTH123 - tmp_path is typed as object here
        file.write(bytes(range(256)))
    read, _ = soundfile.read(
        path, dtype="int16", format="RAW", subtype=subtype, samplerate=8000, channels=1, endian="FILE"
    )
    assert np.array_equal(decoded(law), read)


@pytest.mark.parametrize("law", ["mulaw", "alaw"])
def test_quantise_takes_the_nearest(law: str) -> None:
    """No value of the law is nearer than the chosen one, and chosen ones stay."""
    chosen = quantise(EVERY, law)
    error = np.abs(chosen.astype(int) - EVERY)
    best = np.full(len(EVERY), 99999)
    for value in decoded(law):
        best = np.minimum(best, np.abs(EVERY.astype(int) - value))
    assert np.array_equal(error, best)
    assert np.array_equal(quantise(chosen, law), chosen)


@pytest.mark.parametrize(("law", "changed"), [("mulaw", {0x7F: 0xFF}), ("alaw", {})])
def test_codes_survive(law: str, changed: dict[int, int]) -> None:
    """Decoded and encoded again every byte is itself, but for mu-law's negative zero."""
    again = codes_of(law)[decoded(law).view(np.uint16)]
    assert {code: int(after) for code, after in enumerate(again) if code != after} == changed


def test_pcm_is_left_alone() -> None:
    """PCM holds every value; the result is a copy."""
    assert np.array_equal(quantise(EVERY, "pcm16"), EVERY)
    assert quantise(EVERY, "pcm16") is not EVERY
