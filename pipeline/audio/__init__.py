"""Read and write audio; the only conversion between seconds and samples."""
