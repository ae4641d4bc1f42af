"""What all recognizers read of one call, and its two hearings side by side."""
