"""What both servers of the desk share: limits of their connections."""
