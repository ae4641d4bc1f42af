"""Boosted trees: learned by LightGBM, written as ONNX, so that who runs them needs no LightGBM.

One ensemble answers yes or no about rows of named values; its output is log odds.  The same rows and seeds
give the same trees.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import onnx
from numpy.typing import NDArray

from models.trees import COLUMNS

__all__ = ["Shape", "Trees", "learn", "write_trees"]

_ML_OPSET, _OPSET, _IR = 3, 17, 8
"""Versions of the operators and of the file: onnxruntime 1.17 reads them."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How trees learn.

    Attributes:
        trees: Trees of an ensemble.
        rate: How much of what is left to learn each takes up.
        leaves: Leaves of a tree.
        least: Fewest rows in a leaf.
        columns, rows: Share of the columns that a tree looks at, and of the rows that it learns from.
        ridge: Pull of a leaf towards zero.
        seeds: An ensemble is learned with each; the mean of their log odds counts.
    """

    trees: int = 300
    rate: float = 0.05
    leaves: int = 31
    least: int = 20
    columns: float = 0.3
    rows: float = 0.7
    ridge: float = 5.0
    seeds: tuple[int, ...] = (0, 1)


@dataclass(frozen=True, slots=True)
class Trees:
    """Ensembles of which the mean counts."""

    boosters: tuple[lightgbm.Booster, ...] = field(repr=False)

    def odds(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """Log odds of each row, shape (rows,)."""
        return np.asarray(
            np.mean([each.predict(rows, raw_score=True, num_threads=1) for each in self.boosters], axis=0)
        )


def learn(
    rows: NDArray[np.float32], right: NDArray[np.bool_], weights: NDArray[np.float64], shape: Shape
) -> Trees:
    """Learn when the answer is yes.

    Args:
        rows: Shape (rows, columns).
        right: The answer for each.
        weights: What each counts.
        shape: How.
    """
    settings = {
        "objective": "binary",
        "learning_rate": shape.rate,
        "num_leaves": shape.leaves,
        "min_data_in_leaf": shape.least,
        "feature_fraction": shape.columns,
        "bagging_fraction": shape.rows,
        "bagging_freq": 1,
        "lambda_l2": shape.ridge,
        "use_missing": False,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbosity": -1,
    }
    data = lightgbm.Dataset(rows, right.astype(float), weight=weights, free_raw_data=False)
    return Trees(tuple(lightgbm.train(settings | {"seed": seed}, data, shape.trees) for seed in shape.seeds))


def write_trees(trees: Trees, columns: Sequence[str], path: Path) -> None:
    """Write the mean of some ensembles as one, and print its size and SHA-256.

    Args:
        trees: What was learned.
        columns: What they look at, in order.
        path: The file (``models.trees``).
    """
    every = [tree["tree_structure"] for each in trees.boosters for tree in each.dump_model()["tree_info"]]
    nodes: list[dict[str, Any]] = []
    leaves: list[tuple[int, int, float]] = []
    for at, tree in enumerate(every):
        for number, node in enumerate(_in_order(tree)):
            leaf = "leaf_value" in node
            nodes.append(
                {
                    "treeids": at,
                    "nodeids": number,
                    "featureids": 0 if leaf else node["split_feature"],
                    "values": 0.0 if leaf else _at_most(node["threshold"]),
                    "modes": "LEAF" if leaf else "BRANCH_LEQ",
                    "truenodeids": 0 if leaf else number + 1,
                    "falsenodeids": 0 if leaf else number + 1 + _size(node["left_child"]),
                }
            )
            if leaf:
                leaves.append((at, number, node["leaf_value"] / len(trees.boosters)))
    ensemble = onnx.helper.make_node(
        "TreeEnsembleRegressor",
        ["rows"],
        ["odds"],
        domain="ai.onnx.ml",
        n_targets=1,
        target_treeids=[tree for tree, _, _ in leaves],
        target_nodeids=[node for _, node, _ in leaves],
        target_ids=[0] * len(leaves),
        target_weights=[value for _, _, value in leaves],
        **{f"nodes_{name}": [node[name] for node in nodes] for name in nodes[0]},
    )
    number = onnx.TensorProto.FLOAT
    rows = onnx.helper.make_tensor_value_info("rows", number, [None, len(columns)])
    odds = onnx.helper.make_tensor_value_info("odds", number, [None, 1])
    model = onnx.helper.make_model(
        onnx.helper.make_graph([ensemble], "trees", [rows], [odds]),
        opset_imports=[
            onnx.helper.make_opsetid("", _OPSET),
            onnx.helper.make_opsetid("ai.onnx.ml", _ML_OPSET),
        ],
        ir_version=_IR,
    )
    onnx.helper.set_model_props(model, {COLUMNS: json.dumps(columns, ensure_ascii=False)})
    onnx.checker.check_model(model)
    made = model.SerializeToString(deterministic=True)
    path.write_bytes(made)
    print(f"{path.name}: {len(made)} bytes, SHA-256 {hashlib.sha256(made).hexdigest()}", flush=True)


def _in_order(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A node, then all of its left side, then all of its right."""
    yield tree
    if "leaf_value" not in tree:
        yield from _in_order(tree["left_child"])
        yield from _in_order(tree["right_child"])


def _size(tree: dict[str, Any]) -> int:
    return sum(1 for _ in _in_order(tree))


def _at_most(threshold: float) -> float:
    """The greatest float32 that is not above a threshold: a float32 is below both or above both."""
    rounded = np.float32(threshold)
    return float(rounded if rounded <= threshold else np.nextafter(rounded, np.float32(-np.inf)))
