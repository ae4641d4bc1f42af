"""Learned scores: the tagger, what fuses reading and listening, the judges."""
