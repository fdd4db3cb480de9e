-- What the server tells by itself: its state for statuslines, and jobs somebody waits for.
local client = require('dbp.client')
local M = {}

local last = {} ---@type table<integer, table<string, table>> client, folder → Status
local waiting = {} ---@type table<string, fun(job: table)> job → who waits for its end
local shown = false -- whether a statusline shows us, and has to be drawn anew

local ENDED = { completed = true, failed = true, cancelled = true }

--- dbp/statusChanged
function M.status(status, client_id)
  last[client_id] = last[client_id] or {}
  last[client_id][status.workspaceFolder] = status
  vim.api.nvim_exec_autocmds('User', {
    pattern = 'DbpStatus',
    modeline = false,
    data = { client_id = client_id, status = status },
  })
  if shown then
    vim.cmd.redrawstatus({ bang = true })
  end
end

--- dbp/jobUpdated
function M.job(job)
  local on_end = waiting[job.id]
  if on_end and ENDED[job.status] then
    waiting[job.id] = nil
    on_end(job)
  end
end

--- Call back once, when a job that was submitted has ended.
---@param place dbp.Place
---@param id string
---@param on_end fun(job: table)
function M.when_ended(place, id, on_end)
  waiting[id] = on_end
  client.ask(place, 'dbp/jobs/get', { id = id }, M.job) -- it may have ended already
end

--- The Status told last for the current buffer's folder; nil without dbp, or before it told any.
---@return table? status
---@return boolean attached
function M.current()
  local attached = vim.lsp.get_clients({ name = 'dbp', bufnr = 0 })[1]
  if not attached then
    return nil, false
  end
  local name, found, longest = vim.api.nvim_buf_get_name(0), nil, -1
  for folder, status in pairs(last[attached.id] or {}) do
    local path = vim.uri_to_fname(folder)
    if #path > longest and vim.fs.relpath(path, name) then
      found, longest = status, #path
    end
  end
  return found, true
end

---@return string
function M.statusline()
  shown = true
  local status, attached = M.current()
  if not attached then
    return ''
  elseif not status then
    return 'dbp'
  elseif status.state == 'idle' then
    return 'dbp ✓'
  elseif status.state == 'scanning' or status.state == 'busy' then
    local waits = status.files.pending
    return waits > 0 and ('dbp … %d'):format(waits) or 'dbp …'
  end
  return 'dbp ' .. status.state
end

return M
