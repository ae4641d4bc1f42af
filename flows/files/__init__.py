"""Files read and written: cases, given transcripts, leftovers of earlier runs, printable file names."""
