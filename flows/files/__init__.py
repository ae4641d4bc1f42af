"""Files read and written: cases, given transcripts, digests, printable file names."""
