"""What the page shows and plays: words, sound, releases that run."""
