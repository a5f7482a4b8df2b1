"""What the child and its parent agree on: the name of the results and how an early end is told."""

RESULT = "result.jsonl"
EXIT_MEMORY = 11
EXIT_OUTPUT = 12
