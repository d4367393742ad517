"""What every room may lean on: errors, configuration, optional libraries, whole files, translation, processes."""
