"""The road without hardware: the dress rehearsal, the first look, the replay of a recording."""
