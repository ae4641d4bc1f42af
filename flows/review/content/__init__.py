"""The page's content: words, sound, completion of reviews, running releases."""
