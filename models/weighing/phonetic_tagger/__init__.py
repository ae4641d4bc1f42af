"""The phonetic tagger: marks names, addresses and numbers in the morae that were heard."""
