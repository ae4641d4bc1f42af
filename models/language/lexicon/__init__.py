"""Lexicons: surnames, given names and places by reading, and the words that explain kanji."""
