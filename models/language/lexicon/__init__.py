"""Surnames, given names and places by reading, and what their kanji are explained with."""
