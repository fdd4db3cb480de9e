"""The extraction room: from a file's bytes to what the file says about itself.

`ParserPool` (in `pool`) is its door; everything else is a pure function of bytes that runs in the
parser processes. Nothing here opens a workspace file, the store or the network.
"""
