"""The tables, the store of sealed files, and the places of recordings."""
