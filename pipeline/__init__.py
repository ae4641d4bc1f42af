"""The steps from a recorded call to its masked copy, as pure functions over frozen values."""

PROJECT = "kaiji"
"""Whose package this is: other projects have one of this name, too (``flows.own_packages``)."""
