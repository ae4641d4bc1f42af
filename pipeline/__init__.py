"""The steps from a recorded call to its masked copy, as pure functions over frozen values."""

PROJECT = "kaiji"
"""Project of this package: other projects have a package of this name, too (``flows.own_packages``)."""
