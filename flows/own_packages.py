"""Are ``pipeline`` and ``models``, as Python finds them, those of kaiji?

Three folders at the top level are what the project is asked for, and two of their names are common: many a
project has a package ``models``.  A namespace of our own (``kaiji.models``) would prevent a collision, but
then the source tree and the wheel would import differently.  So a collision is made impossible to miss:
``flows`` looks before anything else of it is imported, whichever door it is entered by: the command,
``python -m flows.runs.serve``, a flow that a worker runs, the review page.

A foreign package comes first on ``sys.path``, or another distribution was installed over ours and replaced
its ``__init__.py``.  In either case masking would run other people's code, or half of ours.  To find out,
nothing is imported.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path
from typing import Final

NAMES: Final = ("pipeline", "models")
"""What ``flows`` imports of kaiji besides itself."""

MARK: Final = 'PROJECT = "kaiji"'
"""A line of the ``__init__.py`` of each."""


def foreign_package(names: Sequence[str] = NAMES, beside: Path = Path(__file__)) -> str | None:
    """The first package that is not kaiji's.

    Args:
        names: Of top-level packages.
        beside: A file of a package that is kaiji's: the others lie next to its folder.

    Returns:
        Its name and where it lies, or ``None`` where all are ours.
    """
    home = _home(beside)
    for name in names:
        spec = _spec(name)
        if spec is None or spec.origin is None:
            return f"{name} (見つからない)"
        if _home(Path(spec.origin)) != home or MARK not in _source(spec).splitlines():
            return f"{name} ({Path(spec.origin).parent})"
    return None


def refuse_foreign_packages() -> None:
    """End the process with one line and status 2 where a package is not kaiji's.

    Raises:
        SystemExit: with status 2.
    """
    foreign = foreign_package()
    if foreign is None:
        return
    from flows.files.shown import shown

    sys.stderr.write(
        f"kaiji: 別のプロジェクトの同名のパッケージが使われます: {shown(foreign)}。"
        "kaiji だけの環境に入れ直すか、PYTHONPATH を外してください\n"
    )
    raise SystemExit(2)


def _home(file: Path) -> Path:
    """The folder in which a file's package lies.

    Links to single files are not followed: a tree of links (``models.training``) is a project of its own.
    """
    return file.parent.parent.resolve()


def _spec(name: str) -> ModuleSpec | None:
    try:
        return find_spec(name)
    except ValueError:
        # Something without a specification has been put in its place.
        return None


def _source(spec: ModuleSpec) -> str:
    """The source of a package's ``__init__.py``; empty where it has none, as compiled modules."""
    get_source = getattr(spec.loader, "get_source", None)
    try:
        return (get_source(spec.name) if get_source else None) or ""
    except (ImportError, OSError):
        # No text, or none that can be read: not ours.
        return ""
