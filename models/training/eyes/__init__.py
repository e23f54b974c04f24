"""Eyes: the network that finds people in one picture, its data and its training."""
