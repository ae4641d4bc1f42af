"""Training of what listens beside the recogniser."""
