"""What every recognizer reads of one call, computed once."""
