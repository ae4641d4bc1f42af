"""Cases that are as hard to tell apart as in life: whole staff lists, and strangers near to third parties."""
