"""Recordings as other companies' telephone systems export them: a profile of each, and vCon.

A profile is a table (``*.toml``) with the place of each value in the export.  Nothing is ever fetched:
recordings are searched next to the list that names them.
"""
