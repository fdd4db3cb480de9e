--- Plucks strings.
-- @module harp
local a
