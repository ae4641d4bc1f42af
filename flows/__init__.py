"""What runs the pipeline: Prefect, environment, storage, terminal."""

from flows.own_packages import refuse_foreign_packages

PROJECT = "kaiji"
"""Whose package this is, as in ``pipeline`` and ``models``."""

# Here, because every door leads through here, and before anything of ``pipeline`` is imported.
refuse_foreign_packages()
