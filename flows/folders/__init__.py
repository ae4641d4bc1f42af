"""Folders that others can write to, opened by descriptor; folders of ours; what a killed run left."""
