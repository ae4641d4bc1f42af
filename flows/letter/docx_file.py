"""Word files without metadata: no author, no dates, and the same bytes each time."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Final

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.run import Run

FONT: Final = "ＭＳ 明朝"
"""A font of every Windows and of every Mac with Word; other programs use their own Mincho instead."""

_EARLIEST_ZIP_TIME: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a ZIP can store, so that no reader learns when the file was made."""

_KEPT: Final = {RELATIONSHIP_TYPE.OFFICE_DOCUMENT, RELATIONSHIP_TYPE.CORE_PROPERTIES}


def bare_bytes(document: Document) -> bytes:
    """Return a document's file without properties, preview picture and times.

    Word would otherwise show the author, the company and who saved the file last.
    """
    package = document.part.package
    core = document.core_properties._element  # noqa: SLF001 (python-docx can only set them, not take them out)
    for child in list(core):
        core.remove(child)
    for key, relation in list(package.rels.items()):
        if relation.reltype not in _KEPT:
            del package.rels[key]
    made = io.BytesIO()
    document.save(made)
    bare = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(bare, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, _EARLIEST_ZIP_TIME), old.read(name), zipfile.ZIP_DEFLATED)
    return bare.getvalue()


def set_font(run: Run, name: str = FONT) -> None:
    """Set a run's font, also for Japanese characters, for which Word stores a separate font."""
    run.font.name = name
    fonts = run._element.get_or_add_rPr().get_or_add_rFonts()  # noqa: SLF001 (no public way to eastAsia)
    for attribute in ("w:eastAsia", "w:hAnsi", "w:ascii", "w:cs"):
        fonts.set(qn(attribute), name)
