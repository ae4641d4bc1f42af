"""Requests with their calls, files and notes; the catalogue of recordings; the company's lists."""
