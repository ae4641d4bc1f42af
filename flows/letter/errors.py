"""Errors of letters; messages name placeholders and never show personal data."""

from __future__ import annotations

from pipeline.errors import PipelineError


class LetterError(PipelineError):
    """The template or its content is invalid; no letter was made."""

    code = "letter"
