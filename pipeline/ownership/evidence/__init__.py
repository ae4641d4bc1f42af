"""Evidence of ownership: named features of each finding and claimant.  Nothing is decided here."""
