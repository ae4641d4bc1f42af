"""Read and hear the finished copies again, and widen the plan where masked data is left."""
