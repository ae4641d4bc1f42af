"""The network that fuses reading and listening into one probability for each character."""
