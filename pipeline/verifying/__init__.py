"""Read and hear the finished copies again, and widen the plan where something is left."""
