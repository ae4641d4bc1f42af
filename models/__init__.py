"""Models and lexicons, pinned and verified: recognition, language analysis, learned scores."""

PROJECT = "kaiji"
"""Project of this package: other projects have a package of this name, too (``flows.own_packages``)."""
