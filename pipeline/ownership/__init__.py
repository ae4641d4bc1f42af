"""Whose a finding is."""
