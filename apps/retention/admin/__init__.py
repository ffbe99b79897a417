"""What the trash shows of the days that it keeps a record."""
