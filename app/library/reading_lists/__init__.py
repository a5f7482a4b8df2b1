"""Reading lists: resources chosen for a theme or a meeting, in an order, with a word for each."""
