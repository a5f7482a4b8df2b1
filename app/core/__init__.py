"""What every feature needs and that knows no feature."""
