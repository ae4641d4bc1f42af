"""One graph from scripts and voices to every learned file."""
