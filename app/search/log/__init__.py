"""What is looked for, without a name: words, how often, how many things any member finds; and what found nothing."""
