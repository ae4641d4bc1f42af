"""Integrity: nobody changes the desk without its key (audit chain, tree of row hashes, head, witness)."""
