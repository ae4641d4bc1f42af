"""The phonetic tagger: marks names, addresses and numbers in heard morae."""
