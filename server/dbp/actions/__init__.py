"""What mends a finding: edits as values over a text. Pure; nothing is applied here."""
