"""Parts of a Whisper model below its words: weights, vocabulary, adapter, encoder, and the device."""
