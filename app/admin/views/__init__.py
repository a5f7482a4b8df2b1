"""The pages of the administration, a file for each subject; each has its blueprint and its tab."""
