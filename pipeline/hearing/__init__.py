"""A recogniser's words from audio: windows, a first and a second hearing, what both left out."""
