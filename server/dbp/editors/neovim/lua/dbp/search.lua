-- Searching the documentation of all open folders, and opening what is picked.
local client = require('dbp.client')
local M = {}

--- Search every open folder; results keep the server's order, this buffer's folder comes first.
--- Each is as `dbp/search` gives it, and has its `place`.
---@param query string
---@param options? { limit?: integer, kind?: string, language?: string }
---@param on_found fun(results: table[], pending: integer) `pending` files cannot be found yet
function M.find(query, options, on_found)
  local places = vim.tbl_filter(function(place)
    return place.folder ~= nil
  end, client.places())
  if #places == 0 then
    client.here(function() -- without a server this says why; else no folder is open
      client.tell('no folder is open to be searched', vim.log.levels.WARN)
    end)
    return
  end
  local answers, left, pending = {}, #places, 0
  local function answered(index, results, more)
    answers[index] = results
    left, pending = left - 1, pending + more
    if left == 0 then
      on_found(vim.iter(answers):flatten(1):totable(), pending)
    end
  end
  for index, place in ipairs(places) do
    local params = vim.tbl_extend('keep', { query = query }, options or {})
    client.ask(place, 'dbp/search', params, function(answer)
      for _, result in ipairs(answer.results) do
        result.place = place
      end
      answered(index, answer.results, answer.pending)
    end, function()
      answered(index, {}, 0)
    end)
  end
end

--- One line of the list: the symbol, the place, and what it is for.
local function line_of(result, several)
  local where = ('%s:%d'):format(result.path, result.line + 1)
  if several then
    where = vim.fs.basename(result.place.path) .. '/' .. where
  end
  local name = result.qualifiedName or result.name
  local intent = type(result.intent) == 'string' and vim.split(vim.trim(result.intent), '\n')[1]
  return (name and name .. ' · ' or '') .. where .. (intent and ' · ' .. intent or '')
end

local function open(result)
  local start = { line = result.line, character = 0 }
  local location = { uri = result.uri, range = { start = start, ['end'] = start } }
  local encoding = result.place.client.offset_encoding
  vim.lsp.util.show_document(location, encoding, { focus = true })
end

---@param query? string
---@param options? table
function M.search(query, options)
  if not query or vim.trim(query) == '' then
    vim.ui.input({ prompt = 'dbp search: ' }, function(typed)
      if typed and vim.trim(typed) ~= '' then
        M.search(typed, options)
      end
    end)
    return
  end
  M.find(query, options, function(results, pending)
    if #results == 0 then
      local nothing = ('nothing is found for “%s”'):format(query)
      local more = ('; %s still to be read'):format(client.count(pending, 'file'))
      client.tell(nothing .. (pending > 0 and more or ''))
      return
    end
    local folders = {}
    for _, result in ipairs(results) do
      folders[result.place.folder] = true
    end
    local several = vim.tbl_count(folders) > 1
    vim.ui.select(results, {
      prompt = ('dbp: %s'):format(query),
      kind = 'dbp.search',
      format_item = function(result)
        return line_of(result, several)
      end,
    }, function(result)
      if result then
        open(result)
      end
    end)
  end)
end

return M
