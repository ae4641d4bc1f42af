"""Keys, and what is sealed with them: columns, files, marks."""
