"""What tests of more than one folder share: made-up people, logs and pages, and the command as a user runs it."""
