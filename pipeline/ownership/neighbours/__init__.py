"""Give a finding that is ambiguous by itself the owner of the findings and words around it."""
