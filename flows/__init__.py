"""Everything that runs the pipeline: the command line, Prefect, the desk and its storage, the review page."""

from flows.own_packages import refuse_foreign_packages

PROJECT = "kaiji"
"""Whose package this is, as in ``pipeline`` and ``models``."""

# Here, because every door leads through here, and before anything of ``pipeline`` is imported.
refuse_foreign_packages()
