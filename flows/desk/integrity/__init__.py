"""The desk as one whole that nobody changes without the key: chain, tree of rows, head, witness."""
