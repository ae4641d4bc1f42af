"""Whose a finding is by all that speaks for it: a learned judge of parties."""
