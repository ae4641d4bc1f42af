"""Audio: samples in, samples out, and the only conversion between seconds and samples."""
