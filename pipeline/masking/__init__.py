"""From findings to masked copies: times, edges, channels, the plan, the text and the sound."""
