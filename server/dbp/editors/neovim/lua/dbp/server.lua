-- The server as a process: why there is none, and starting it again.
local client = require('dbp.client')
local M = {}

local PATIENCE = 5000 -- milliseconds until a server that does not end is ended

--- Whether Neovim starts dbp by itself.
---@return boolean
function M.enabled()
  if vim.lsp.is_enabled then
    return vim.lsp.is_enabled('dbp')
  end
  return vim.tbl_get(vim.lsp, '_enabled_configs', 'dbp') ~= nil -- the first releases of 0.11
end

--- The program that is missing, or nil.
local function missing()
  local command = vim.lsp.config.dbp and vim.lsp.config.dbp.cmd
  local program = type(command) == 'table' and command[1]
  return program and vim.fn.executable(program) == 0 and program or nil
end

--- What to do about a program that is not there.
function M.advice(program)
  return ("no program '%s' is found: see :help dbp-install"):format(program)
end

--- Say that the program is missing, at the first file it would be started for.
---@param filetype string
---@return boolean done so that nobody has to ask again
function M.said(filetype)
  local config = M.enabled() and vim.lsp.config.dbp
  if not config or not vim.list_contains(config.filetypes or { filetype }, filetype) then
    return false
  end
  local program = missing()
  if program then
    client.tell(M.advice(program), vim.log.levels.WARN)
  end
  return true
end

--- All of them, those that are starting included.
local function running()
  return vim.lsp.get_clients({ name = 'dbp', _uninitialized = true })
end

--- Why no server answers, and the next step.
---@return string
function M.why_not()
  local program = missing()
  if program then
    return M.advice(program)
  elseif #running() > 0 then
    return 'the server is starting: try again in a moment'
  elseif not M.enabled() then
    return "it is not enabled: vim.lsp.enable('dbp') in your init.lua"
  end
  return "no server runs: open a project's file, or :DbpRestart (:checkhealth dbp)"
end

--- Stop every dbp, and start it anew for the buffers that are open.
function M.restart()
  local before = #running()
  vim.lsp.enable('dbp', false)
  local ended = vim.wait(PATIENCE, function()
    return #running() == 0
  end, 10)
  if not ended then
    for _, server in ipairs(running()) do
      server:stop(true)
    end
  end
  vim.lsp.enable('dbp', true)
  local program = missing()
  if program then
    client.tell(M.advice(program), vim.log.levels.WARN)
  else
    client.tell(before > 0 and 'starts again' or 'starts')
  end
end

return M
