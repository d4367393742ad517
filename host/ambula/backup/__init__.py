"""A backup: store and keys in one encrypted file, made whole, checked, and put back on a new computer."""

from ambula.backup.contents import Contents
from ambula.backup.make import make_backup
from ambula.backup.restore import Restored, restore_backup

__all__ = ["Contents", "Restored", "make_backup", "restore_backup"]
