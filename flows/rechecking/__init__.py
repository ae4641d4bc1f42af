"""Released calls looked at again: what today's program would mask of what was given."""
