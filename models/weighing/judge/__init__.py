"""One calibrated probability for a finding."""
