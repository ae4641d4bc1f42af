"""Commands about what goes out: release, ledger, visits, breaches, other systems."""
