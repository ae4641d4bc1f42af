"""The ledger, and what time erases or a new key seals anew."""
