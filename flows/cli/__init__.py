"""The command ``kaiji``."""
