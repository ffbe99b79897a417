"""The admin of imports and exports, one module per model; the wizard has a folder."""
