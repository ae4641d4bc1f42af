"""Boosted trees: learned by LightGBM, written as ONNX, so that who runs them needs no LightGBM.

They answer yes or no about rows of named values; what they say is log odds.  The same rows give the same
trees.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import onnx
from numpy.typing import NDArray

from models.training.written import say_written
from models.trees import COLUMNS

_ML_OPSET, _OPSET, _IR = 3, 17, 8
"""Versions of the operators and of the file: onnxruntime 1.17 reads them."""


SEED = 0
"""Decides which rows and columns each tree sees."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How trees learn.

    Attributes:
        trees: How many.
        rate: How much of what is left to learn each takes up.
        leaves: Leaves of a tree.
        least: Fewest rows in a leaf.
        columns, rows: Share of the columns that a tree looks at, and of the rows that it learns from.
        ridge: Pull of a leaf towards zero.
    """

    trees: int
    rate: float
    leaves: int
    least: int
    columns: float
    rows: float
    ridge: float


def learn(
    rows: NDArray[np.float32],
    right: NDArray[np.bool_],
    weights: NDArray[np.float64],
    shape: Shape,
    signs: Sequence[int] = (),
) -> lightgbm.Booster:
    """Learn when the answer is yes.

    Args:
        rows: Shape (rows, columns).
        right: The answer for each.
        weights: What each counts.
        shape: How.
        signs: Of each column 1 where the log odds may only rise with it, -1 where they may only fall, else 0.
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
        "seed": SEED,
        "verbosity": -1,
        **(
            {"monotone_constraints": list(signs), "monotone_constraints_method": "intermediate"}
            if signs
            else {}
        ),
    }
    data = lightgbm.Dataset(rows, right.astype(float), weight=weights)
    return lightgbm.train(settings, data, shape.trees)


def log_odds(trees: lightgbm.Booster, rows: NDArray[np.float32]) -> NDArray[np.float64]:
    """The log odds of each row, shape (rows,)."""
    return np.asarray(trees.predict(rows, raw_score=True, num_threads=1))


def write_trees(trees: lightgbm.Booster, columns: Sequence[str], path: Path) -> None:
    """Write trees as one file, and print its size and SHA-256.

    Args:
        trees: What was learned.
        columns: What they look at, in order.
        path: The file (``models.trees``).
    """
    nodes: list[dict[str, Any]] = []
    leaves: list[tuple[int, int, float]] = []
    for at, tree in enumerate(trees.dump_model()["tree_info"]):
        for number, node in enumerate(_in_order(tree["tree_structure"])):
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
                leaves.append((at, number, node["leaf_value"]))
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
    value = onnx.TensorProto.FLOAT
    rows = onnx.helper.make_tensor_value_info("rows", value, [None, len(columns)])
    odds = onnx.helper.make_tensor_value_info("odds", value, [None, 1])
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
    path.write_bytes(model.SerializeToString(deterministic=True))
    say_written(path)


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
