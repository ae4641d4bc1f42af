"""The taggers' training data and their training."""
