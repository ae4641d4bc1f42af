"""What reading and listening say together: for each character, how probably it is somebody's data."""
