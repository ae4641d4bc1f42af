"""Folders of others, opened by descriptor; folders of ours; what is done before a process ends."""
