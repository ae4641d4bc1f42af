"""Tests of flows.measuring.plot_call: the pictures and the page over them."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from flows.measuring.plot_call import LEAK_COLOUR, PARTY_COLOURS, plot_call, write_index
from pipeline.measuring.evaluate import measure_call
from pipeline.measuring.figures import CallFigures, Share, summarise
from pipeline.measuring.frames import AudioPair
from pipeline.measuring.truth import CallTruth, TruthSpan, TruthTurn
from pipeline.types import TimeSpan

RATE = 8000
SURFACE = "伊藤幸子"


def call(channels: int = 1, seconds: float = 10.0, masked_until: float = 4.0) -> tuple[AudioPair, CallTruth]:
    """A name from 2 to 6 s on the caller's channel, masked from 2 s on as far as asked."""
    noise = np.random.default_rng(1).integers(-3000, 3000, (channels, round(seconds * RATE)), dtype=np.int16)
    copy = noise.copy()
    copy[-1, 2 * RATE : round(masked_until * RATE)] = 0
    spans = (TruthSpan(TimeSpan(2, 6), "cu", "NAME", "third", SURFACE),)
    script = (TruthTurn(TimeSpan(1, 7), "cu", f"隣の{SURFACE}さん"),)
    layout = "stereo" if channels == 2 else "mono"
    return AudioPair(noise, copy, RATE), CallTruth("neighbour-01", layout, seconds, spans, script)


def drawn(path: Path, audio: AudioPair, truth: CallTruth) -> NDArray[np.uint8]:
    """The picture of a call as pixels (height, width, RGB)."""
    from matplotlib.image import imread

    plot_call(path, audio, truth, measure_call(audio, truth))
    return np.asarray(imread(path)[..., :3] * 255).round().astype(np.uint8)


def pixels(image: NDArray[np.uint8], colour: str) -> int:
    """How many pixels have exactly this colour."""
    return int(np.all(image == [int(colour[at : at + 2], 16) for at in (1, 3, 5)], axis=2).sum())


def test_a_leak_is_red_and_a_masked_call_has_no_red_but_the_legend(tmp_path: Path) -> None:
    """Red grows with the seconds left audible, and none is drawn when all is masked."""
    legend, half, whole = (
        pixels(drawn(tmp_path / "x.png", *call(masked_until=until)), LEAK_COLOUR) for until in (6.0, 4.0, 2.0)
    )
    assert 0 < legend < half < whole
    assert whole - legend == pytest.approx(2 * (half - legend), rel=0.1)


def test_each_channel_and_each_minute_has_its_strip(tmp_path: Path) -> None:
    """A two-channel call is twice as many strips as a mono one, and three minutes are three."""
    heights = [
        drawn(tmp_path / "x.png", *call(*shape)).shape[0] for shape in ((1, 10.0), (2, 10.0), (1, 170.0))
    ]
    strip = heights[1] - heights[0]
    assert strip > 100
    assert heights[2] - heights[0] == 2 * strip


def test_an_hour_still_fits_a_page(tmp_path: Path) -> None:
    """Longer calls get longer strips, never more than a dozen."""
    short = drawn(tmp_path / "x.png", *call(seconds=700.0)).shape
    assert drawn(tmp_path / "x.png", *call(seconds=3600.0)).shape == short


def test_a_call_without_spans_or_masks_can_be_drawn(tmp_path: Path) -> None:
    """Silence, nothing true and nothing masked: only a flat line and the legend."""
    silence = np.zeros((1, RATE), dtype=np.int16)
    image = drawn(tmp_path / "x.png", AudioPair(silence, silence, RATE), CallTruth("x", "mono", 1.0, (), ()))
    assert image.shape[1] > 1000


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("call_id", ["通話-$1$", "a_b$x", "plain"])
def test_any_file_name_can_stand_in_the_title(tmp_path: Path, call_id: str) -> None:
    """Neither a name without glyphs nor one that looks like mathematics spoils the picture."""
    audio, truth = call()
    drawn(tmp_path / "x.png", audio, replace(truth, call_id=call_id))


def test_nothing_said_in_the_call_is_in_the_picture_or_the_page(tmp_path: Path) -> None:
    """The surface and the script stay out of both files."""
    audio, truth = call()
    figures = measure_call(audio, truth, recognised=f"隣の{SURFACE}さん")
    plot_call(tmp_path / "neighbour-01.png", audio, truth, figures)
    page = write_index(tmp_path, summarise([figures]))
    for file in (tmp_path / "neighbour-01.png", page):
        assert SURFACE.encode() not in file.read_bytes()


def measured(**changes: object) -> CallFigures:
    """The figures of the half-masked call, with some of them replaced."""
    return replace(measure_call(*call()), **changes)  # type: ignore[arg-type]


def test_the_page_lists_every_call_and_shows_the_plots_that_exist(tmp_path: Path) -> None:
    """Leaking calls are marked; a call without a plot has its figures but no broken picture."""
    (tmp_path / "neighbour-01.png").write_bytes(b"")
    summary = summarise([measured(), measured(call_id="no-plot")], refused=1)
    html = write_index(tmp_path, summary).read_text("utf-8")
    assert html.count('<tr class="leaking">') == 2
    assert html.count("<td>50.0 %</td>") == 3 * 3  # in all and by call: leak, of names, after review
    assert 'src="neighbour-01.png"' in html
    assert "no-plot.png" not in html
    assert "マスクできなかった通話 1 件" in html


def test_the_page_shows_what_was_given_away_and_a_row_with_the_staff_list(tmp_path: Path) -> None:
    """The row tells how many people the list has, and leads to the page of that run."""
    given = measured(given_away=Share(1, 800), given_unasked=Share(3, 4), staff_kept=Share(1, 10))
    listed = measured(given_away=Share(7, 800), company_kept=Share(1, 5))
    html = write_index(tmp_path, summarise([given]), (347, summarise([listed]))).read_text("utf-8")
    rows = [line for line in html.splitlines() if line.startswith("<tr")]

    assert [row.startswith('<tr class="total">') for row in rows] == [True, True, False]
    for row in (rows[0], rows[2]):
        assert all(f"<td>{value} %</td>" in row for value in ("0.12", "75.0", "10.0"))
    assert all(f"<td>{value} %</td>" in rows[1] for value in ("0.88", "20.0"))
    assert 'href="with-staff-list/index.html"' in rows[1]
    assert "347 人" in rows[1]
    assert "347" not in write_index(tmp_path, summarise([given])).read_text("utf-8")


def test_a_file_name_cannot_write_into_the_page(tmp_path: Path) -> None:
    """Names of other people's files are escaped, and found by the browser all the same."""
    name = '"><b>?x'
    (tmp_path / f"{name}.png").write_bytes(b"")
    html = write_index(tmp_path, summarise([measured(call_id=name)])).read_text("utf-8")
    assert "<b>" not in html
    assert 'src="%22%3E%3Cb%3E%3Fx.png"' in html


def test_leak_red_is_no_colour_of_a_party() -> None:
    """Red means one thing only."""
    assert LEAK_COLOUR not in PARTY_COLOURS.values()


def test_matplotlib_waits_for_the_first_plot() -> None:
    """Importing the module, as every kaiji command may, does not load matplotlib."""
    program = "import sys, flows.measuring.plot_call; sys.exit('matplotlib' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
