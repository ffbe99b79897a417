"""What the audit log says of changes that an import or its undo makes."""

from apps.audit.origins import ChangeSource, RunKind

IMPORT = ChangeSource("import", "Import", icon="upload_file")
UNDO = ChangeSource("undo", "Undo", icon="undo", takes_back=True)
# An undo names the run that it takes back.
IMPORT_RUN = RunKind("import", "import run")
