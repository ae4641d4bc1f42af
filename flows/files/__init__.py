"""Files in and out: cases, given words, products, what is left over, names shown as one line."""
