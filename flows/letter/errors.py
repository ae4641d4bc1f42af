"""What can be wrong with a letter's template; messages name placeholders, never a person's data."""

from __future__ import annotations

from pipeline.errors import PipelineError

__all__ = ["LetterError"]


class LetterError(PipelineError):
    """The template, or what would have to stand in it, is no good; no letter was made."""

    code = "letter"
