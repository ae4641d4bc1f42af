"""The decision letter: 回答書, filled into a template that the company edits in its word processor."""
