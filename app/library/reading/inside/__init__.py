"""What runs inside the bounded child: the only code that opens the documents people send."""
