"""The telephone adapter and the ears on it: one encoder learns for all that hear."""
