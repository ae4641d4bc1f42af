"""One call or many masked, by the command or by a worker."""
