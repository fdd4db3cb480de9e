-- The version of dbp these files came with.
return '0.1.0'
