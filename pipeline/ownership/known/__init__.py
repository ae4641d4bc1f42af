"""Contents of a case, prepared for comparison: names, addresses and numbers, by letters and by sound."""
