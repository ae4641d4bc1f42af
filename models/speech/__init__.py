"""Speech models: the recogniser, which writes words, and the listener, which hears data and morae."""
