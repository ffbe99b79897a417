"""The system checks of our ModelAdmins: `model_admin.py` runs the others."""
