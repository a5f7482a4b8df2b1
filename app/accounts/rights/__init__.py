"""The rights of people over their data: take a copy away, have the account erased."""
