"""How names, numbers and turns are said on a telephone; shared by the recognizers."""
