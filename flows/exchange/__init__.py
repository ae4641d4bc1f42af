"""What other people's systems fetch from kaiji: redacted vCons, and a place for finished packages."""
