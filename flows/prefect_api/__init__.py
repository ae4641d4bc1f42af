"""Prefect's API as kaiji serves it: behind a secret, for its own names and pages only."""
