"""
Counts notes.
"""
module Notes
end
