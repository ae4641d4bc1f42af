"""Compare, search and align morae: what speech sounds like, without its words."""
