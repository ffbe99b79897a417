"""Planning: writes what each row would do into the table that people confirm and applying reads."""
