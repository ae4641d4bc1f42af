"""Pages of those who look after the desk: its people, lists, recordings, keys, periods and audit log."""
