"""The ledger, retention and erasure, and the rotation of keys."""
