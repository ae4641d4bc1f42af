"""Phrasing of names, places, numbers and turns on the telephone; shared by the recognizers."""
