"""Words from audio: windows, a first and a second hearing, and what both left out."""
