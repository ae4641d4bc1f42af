"""The parts of a Whisper model that know nothing of words: where it runs, and its encoder."""
