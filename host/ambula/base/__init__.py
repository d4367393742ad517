"""What every room may use: errors, configuration, optional libraries, whole files, translation, processes."""
