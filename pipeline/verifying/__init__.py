"""The finished copies read and heard again, and the plan widened where something is left."""
