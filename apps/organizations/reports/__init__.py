"""The reports about organizations and their members. They are found by the name of this folder."""

from apps.organizations.reports import data_quality

__all__ = ["data_quality"]
