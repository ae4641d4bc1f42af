"""Recordings as other companies' telephone systems export them: a profile of each, and vCon.

A profile is a table (``*.toml``), which says in words of the export where each value stands.  Nothing is ever
fetched: the recordings are looked for beside the list that names them.
"""
