"""Evidence of whose a finding is: named values, worked out by small functions, and nothing decided."""
