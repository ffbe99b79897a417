"""Name lists by language, and how well the encodings of text files are found by them."""
