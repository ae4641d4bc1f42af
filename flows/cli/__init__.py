"""The command ``kaiji``, one module for each group of its commands."""
