"""Windows of speech and what is said in them: what the adapter and the ears learn from."""
