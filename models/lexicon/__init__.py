"""Surnames, given names and places of Japan, by reading; data files beside the scripts that built them."""
