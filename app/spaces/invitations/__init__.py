"""Invitations: how people come into the network and into spaces, as members or as guests."""
