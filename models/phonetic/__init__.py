"""What is heard mora by mora, whatever is written: a second recogniser on the speech model's encoder."""
