"""The forms of imports and exports. They parse input; rules are in the services."""
