"""What is done over USB: flashing the firmware and setting a node up, on mpremote."""
