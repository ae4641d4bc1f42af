"""Which kaiji this is: the number that changes whenever what it decides does (``CHANGELOG.md``).

It stands in the code, not in the metadata of the installation: those are written when kaiji is installed,
and an editable installation keeps them while its code moves on.  A test holds ``pyproject.toml`` to it.
"""

from __future__ import annotations

from typing import Final

VERSION: Final = "0.25.0"
