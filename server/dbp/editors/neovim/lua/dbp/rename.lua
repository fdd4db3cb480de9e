-- Renaming a file or a folder: servers that know references are asked first, then it moves.
local client = require('dbp.client')
local M = {}

local WILL, DID = 'workspace/willRenameFiles', 'workspace/didRenameFiles'
local PATIENCE = 5000 -- milliseconds a server may take to say what has to follow
local SETTLING = 3 -- seconds for dbp to look at what it has not looked at yet

--- Servers of the folder that want to know; dbp is one of them, the language's own may be another.
local function asked(from)
  return vim.tbl_filter(function(server)
    local operations = vim.tbl_get(server.server_capabilities or {}, 'workspace', 'fileOperations')
    local ours = vim.iter(server.workspace_folders or {}):any(function(folder)
      return vim.fs.relpath(vim.uri_to_fname(folder.uri), from) ~= nil
    end)
    return ours and operations ~= nil
  end, vim.lsp.get_clients())
end

local function wants(server, operation)
  return vim.tbl_get(server.server_capabilities, 'workspace', 'fileOperations', operation) ~= nil
end

--- Save what is open of it: the file on the disk is what moves.
local function save(from)
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    local name = vim.api.nvim_buf_get_name(buffer)
    if vim.bo[buffer].modified and name ~= '' and vim.fs.relpath(from, name) then
      vim.api.nvim_buf_call(buffer, function()
        vim.cmd('silent update')
      end)
    end
  end
end

--- Whether dbp knows all references now; nobody wants them forgotten because of a second.
local function settled(server, from)
  if server.name ~= 'dbp' then
    return true
  end
  local uri = vim.uri_from_fname(from) -- names its folder
  local params = { uri = uri, flush = true, timeout = SETTLING }
  local answer = server:request_sync('dbp/settle', params, SETTLING * 1000 + PATIENCE)
  return answer ~= nil and answer.err == nil
end

local function modified()
  return vim.tbl_filter(function(buffer)
    return vim.bo[buffer].modified
  end, vim.api.nvim_list_bufs())
end

---@param from string
---@param to string
---@return boolean renamed
function M.rename(from, to)
  from = vim.fs.normalize(vim.fn.fnamemodify(from, ':p'))
  to = vim.fs.normalize(vim.fn.fnamemodify(to, ':p'))
  if vim.fn.isdirectory(to) == 1 and vim.fn.isdirectory(from) == 0 then
    to = vim.fs.joinpath(to, vim.fs.basename(from))
  end
  if not vim.uv.fs_stat(from) then
    client.tell(from .. ' is not on the disk: :write it first', vim.log.levels.ERROR)
    return false
  elseif vim.uv.fs_stat(to) then
    client.tell(to .. ' exists already', vim.log.levels.ERROR)
    return false
  end
  save(from)
  local before, servers, whole = #modified(), asked(from), true
  local uris = { oldUri = vim.uri_from_fname(from), newUri = vim.uri_from_fname(to) }
  local params = { files = { uris } }
  for _, server in ipairs(servers) do
    whole = settled(server, from) and whole
    local answer = wants(server, 'willRename') and server:request_sync(WILL, params, PATIENCE)
    local edit = type(answer) == 'table' and answer.result
    if type(edit) == 'table' then
      vim.lsp.util.apply_workspace_edit(edit, server.offset_encoding)
    end
  end
  save(from) -- what its own references became
  vim.lsp.util.rename(from, to, {})
  for _, server in ipairs(servers) do
    if wants(server, 'didRename') then
      server:notify(DID, params)
    end
  end
  local changed = #modified() - before
  local follow = changed > 0
      and ('; references follow in %s, :wall saves them'):format(client.count(changed, 'file'))
    or ''
  vim.cmd.redraw() -- what was said about saving does not make anybody press Enter
  local doubt = whole and '' or '; there may be more: not all files were read yet'
  client.tell('renamed to ' .. vim.fn.fnamemodify(to, ':~:.') .. follow .. doubt)
  return true
end

--- :DbpRename {to}: a path from the current directory; a bare name stays beside.
function M.this_buffer(to)
  if not client.this_file() then
    return
  end
  local from = vim.api.nvim_buf_get_name(0)
  to = vim.fs.normalize(to) -- the command line expanded it already; nothing in a name is run
  if not to:find('[/\\]') then
    to = vim.fs.joinpath(vim.fs.dirname(from), to)
  end
  M.rename(from, to)
end

return M
