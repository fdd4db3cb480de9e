--[[
[Source file intent]
Moves the snail.
[Source file design principles]
- Slow
[Source file constraints]
- Lua 5.1
]]
local snail = {}
