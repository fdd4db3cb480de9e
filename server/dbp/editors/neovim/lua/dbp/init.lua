-- What a configuration may call. Every function is loaded when it is first called.
local M = {}

--- Configure and enable dbp: the same as vim.lsp.config('dbp', config) and vim.lsp.enable('dbp').
---@param config? vim.lsp.Config
function M.setup(config)
  if config then
    vim.lsp.config('dbp', config)
  end
  vim.lsp.enable('dbp')
end

--- A few words on the current buffer's folder, for a statusline: '' where dbp is not attached.
--- Made from what the server told last; it asks nothing.
---@return string
function M.statusline()
  return require('dbp.notices').statusline()
end

--- The whole Status the server told last for the current buffer's folder, or nil.
---@return table?
function M.status()
  return require('dbp.notices').current()
end

--- Ask for words (unless given), search all open folders, and open what is picked.
---@param query? string
---@param options? { limit?: integer, kind?: string, language?: string }
function M.search(query, options)
  require('dbp.search').search(query, options)
end

--- Search all open folders and hand the results over, this buffer's folder first.
---@param query string
---@param options? { limit?: integer, kind?: string, language?: string }
---@param on_found fun(results: table[], pending: integer) `pending` files cannot be found yet
function M.find(query, options, on_found)
  require('dbp.search').find(query, options, on_found)
end

--- Rename a file or a folder. References to it follow, in buffers that are left unsaved.
---@param from string
---@param to string
---@return boolean renamed
function M.rename(from, to)
  return require('dbp.rename').rename(from, to)
end

return M
