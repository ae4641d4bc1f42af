"""The network that fuses what reading and listening say."""
