"""What the engines share: documents and their words, records, ranking, generations of folders, one frame for all."""
