"""Answers that went out, and what happened to them afterwards."""
