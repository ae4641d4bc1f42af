"""Compare a finding with the registered values of a case, for people to see; no decision depends on it."""
