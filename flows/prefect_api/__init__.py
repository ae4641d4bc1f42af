"""Prefect's server as kaiji runs it: behind a secret, and only for its own host names and pages."""
