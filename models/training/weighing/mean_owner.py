"""Join judges of owners that have learned from different calls: the mean of their log odds.

    python -m models.training.weighing.mean_owner FOLDER FOLDER... --out FOLDER

A folder holds what ``train_owner`` writes.  The judges may look at different evidence.  Needs onnx.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import compose, helper, numpy_helper

NAMES = ("alone", "around")
"""The two networks of a judge."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("judges", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        columns = [json.loads((each / f"{name}.names.json").read_text("utf-8")) for each in options.judges]
        together = sorted(set().union(*columns))
        onnx.save(
            _mean([onnx.load(each / f"{name}.onnx") for each in options.judges], columns, together),
            options.out / f"{name}.onnx",
        )
        written = json.dumps(together, ensure_ascii=False, indent=0)
        (options.out / f"{name}.names.json").write_text(f"{written}\n", encoding="utf-8")
    return 0


def _mean(
    networks: Sequence[onnx.ModelProto], columns: Sequence[Sequence[str]], together: Sequence[str]
) -> onnx.ModelProto:
    """One network that gathers each one's columns, runs it, and takes the mean."""
    at = {name: column for column, name in enumerate(together)}
    nodes, weights, odds = [], [], []
    for number, (network, own) in enumerate(zip(networks, columns, strict=True)):
        graph = compose.add_prefix(network, f"{number}/").graph
        places = f"{number}/columns"
        weights += [numpy_helper.from_array(np.array([at[name] for name in own]), places)]
        weights += graph.initializer
        nodes += [helper.make_node("Gather", ["rows", places], [graph.input[0].name], axis=2), *graph.node]
        odds.append(graph.output[0].name)
    nodes.append(helper.make_node("Mean", odds, ["odds"]))
    rows, out = networks[0].graph.input[0], networks[0].graph.output[0]
    rows.type.tensor_type.shape.dim[2].dim_value = len(together)
    model = helper.make_model(
        helper.make_graph(nodes, "mean", [rows], [out], weights), opset_imports=networks[0].opset_import
    )
    model.ir_version = networks[0].ir_version
    onnx.checker.check_model(model)
    return model


if __name__ == "__main__":
    raise SystemExit(main())
