"""Who may use which page and action: every address by every role, held against a table people can read."""
