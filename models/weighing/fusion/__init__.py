"""The fusion network: reading and listening combined into one probability for each character."""
