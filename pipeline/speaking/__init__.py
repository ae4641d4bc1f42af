"""Speaker diarisation: tell apart the speakers of a call that is recorded on one channel."""
