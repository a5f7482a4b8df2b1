"""Cities and bodies: recording, finding, recognising and merging them."""
