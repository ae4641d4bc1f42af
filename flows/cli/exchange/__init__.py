"""``kaiji exchange``: other people's systems."""
