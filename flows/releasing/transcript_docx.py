"""The masked transcript as a Word file, checked to contain the same lines as the text file."""

from __future__ import annotations

import io

import docx
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from flows.letter.docx_file import FONT, bare_bytes, set_font
from pipeline.errors import CallUnsafeError


def transcript_docx(title: str, text: str) -> bytes:
    """Write a masked transcript as a Word file.

    Args:
        title: Title of the document; no personal data beyond the request's number.
        text: The verified text that ``pipeline.masking.text.as_text`` made.

    Returns:
        The file; the same text gives the same bytes.

    Raises:
        CallUnsafeError: when the file does not contain exactly these lines.
    """
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(22)
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(10.5)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FONT)
    heading = document.add_paragraph()
    set_font(heading.add_run(title))
    heading.runs[0].bold, heading.runs[0].font.size = True, Pt(13)
    for line in text.splitlines():
        paragraph = document.add_paragraph()
        set_font(paragraph.add_run(line))
        # A hanging indent: long lines continue below the words, not below the time.
        paragraph.paragraph_format.left_indent, paragraph.paragraph_format.first_line_indent = Mm(14), Mm(-14)
        paragraph.paragraph_format.space_after = Pt(3)
    made = bare_bytes(document)
    back = [paragraph.text for paragraph in docx.Document(io.BytesIO(made)).paragraphs]
    if back != [title, *text.splitlines()]:
        msg = "文字起こしの Word ファイルが元の文字と一致しません"
        raise CallUnsafeError(msg)
    return made
