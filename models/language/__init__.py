"""Analysis of Japanese text: named entities, readings, names by sound."""
