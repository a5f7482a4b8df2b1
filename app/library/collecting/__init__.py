"""Press articles brought by their address: the page is fetched, and proposes what the form asks for."""
