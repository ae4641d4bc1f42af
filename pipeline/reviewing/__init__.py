"""What analysts decide, folded into the next revision of a plan."""
