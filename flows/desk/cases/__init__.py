"""Requests, their calls, and the company's lists."""
