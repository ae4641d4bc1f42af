"""The learned judge of ownership."""
