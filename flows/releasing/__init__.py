"""What goes out: gathered, rendered once more, put together, sealed and recorded."""
