"""A small learned tagger: marks names, addresses and numbers in recogniser-garbled dialogue."""
