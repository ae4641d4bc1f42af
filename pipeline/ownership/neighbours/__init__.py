"""What a finding cannot tell by itself, told by the findings and the words beside it."""
