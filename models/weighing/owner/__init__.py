"""The learned judge of whose a finding is."""
