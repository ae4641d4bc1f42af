"""Boosted trees of the project's own: from named features to log odds.

``models.training.weighing.trees`` trains them; onnxruntime runs them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from models.network import session
from models.registry import registered_bytes

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

COLUMNS: Final = "columns"
"""Key of the feature names in the file's metadata, a list in JSON."""


@dataclass(frozen=True, slots=True)
class Trees:
    """An ensemble and the names of its features.

    Attributes:
        run: Maps ``rows``, float32 of shape (rows, columns), to ``odds``, float32 of shape (rows, 1).
        columns: Names of the features, in order.
    """

    run: InferenceSession
    columns: tuple[str, ...]

    def odds(self, rows: Sequence[Mapping[str, float]]) -> NDArray[np.float64]:
        """Return the log odds of a positive answer.

        Args:
            rows: Features of each case, by name; a missing one is 0.

        Returns:
            Shape (rows,).
        """
        table = [[row.get(name, 0.0) for name in self.columns] for row in rows]
        return self.odds_of(np.array(table, np.float32).reshape(len(rows), len(self.columns)))

    def odds_of(self, table: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the log odds for a table in the order of ``columns``, shape (rows, columns)."""
        (odds,) = self.run.run(None, {"rows": table})
        return np.asarray(odds, np.float64)[:, 0]


def load_trees(section: str, name: str, path: Path) -> Trees:
    """Load a registered ensemble (a few ms).

    Args:
        section: Table of the registry.
        name: Entry in it.
        path: Path of the file.

    Raises:
        ModelError: the file is not the registered one.
    """
    run = session(registered_bytes(section, name, path))
    return Trees(run, tuple(json.loads(run.get_modelmeta().custom_metadata_map[COLUMNS])))
