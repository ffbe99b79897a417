"""Planning: what each row would do, written into the table that people confirm and that applying reads."""
