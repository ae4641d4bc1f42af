"""Who speaks, where one channel holds everybody."""
