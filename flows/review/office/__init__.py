"""Pages of those who look after the desk: people, lists, recordings, keys, periods, breaches, audit log."""
