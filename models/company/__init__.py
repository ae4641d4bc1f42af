"""A company's own recognizers, from its file."""
