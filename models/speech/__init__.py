"""The recogniser that writes words, and the listener that hears sound beside it."""
