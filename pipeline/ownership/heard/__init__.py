"""Whose a finding is by the sound of it, whatever was written."""
