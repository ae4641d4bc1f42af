"""Prefect: flows, deployments, the server and its workers."""
