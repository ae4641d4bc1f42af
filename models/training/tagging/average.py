"""Average the weights of networks that went on from the same one: better than any of them.

    PYTHONPATH=. TRAIN/bin/python -m models.training.tagging.average A.onnx B.onnx --out \
        models/weighing/tagger/tagger.onnx

Networks trained on from one network with another seed or more data lie in one basin, and the middle of them
generalises better than each (Wortsman et al., Model soups, ICML 2022).  Needs onnx (extra ``train``).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

from models.training.written import say_written


def main() -> int:
    """Write the average."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("networks", nargs="+", type=Path, metavar="ONNX", help="of the same making")
    parser.add_argument("--out", type=Path, required=True, metavar="ONNX")
    args = parser.parse_args()
    models = [onnx.load(path) for path in args.networks]
    weights = [
        {each.name: numpy_helper.to_array(each) for each in model.graph.initializer} for model in models
    ]
    for tensor in models[0].graph.initializer:
        values = [of_one[tensor.name] for of_one in weights]
        if values[0].dtype.kind == "f":
            mean = np.mean(values, axis=0, dtype=np.float64).astype(values[0].dtype)
            tensor.CopyFrom(numpy_helper.from_array(mean, tensor.name))
        elif any(not np.array_equal(value, values[0]) for value in values):
            parser.error(f"{tensor.name} differs: not of the same making")
    onnx.save(models[0], args.out)
    say_written(args.out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
