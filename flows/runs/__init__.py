"""Prefect: the flows, their deployments, and ``make serve``."""
