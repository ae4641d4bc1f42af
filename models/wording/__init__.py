"""How people say names, numbers and turns on a telephone; shared by the recognizers."""
