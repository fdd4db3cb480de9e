-- References and cycles, as quickfix lists: :cnext goes to the line that makes each.
local client = require('dbp.client')
local M = {}

---@param place dbp.Place
local function item(place, edge, text)
  return {
    filename = vim.fs.joinpath(place.path, edge.declaredIn),
    lnum = edge.line + 1,
    text = text,
  }
end

local function how(edge)
  return type(edge.role) == 'string' and edge.role:gsub('-', ' ') or edge.kind
end

local function show(title, items, truncated)
  vim.fn.setqflist({}, ' ', { title = title, items = items })
  vim.cmd('botright copen')
  if truncated then
    client.tell('there is more than the list shows', vim.log.levels.WARN)
  end
end

--- Who names this file, and whom it names.
function M.references()
  local uri = client.this_file()
  if not uri then
    return
  end
  client.here(function(place)
    client.ask(place, 'dbp/references', { uri = uri, direction = 'both' }, function(answer)
      local items = vim.tbl_map(function(edge)
        return item(place, edge, ('%s → %s (%s)'):format(edge.source, edge.target, how(edge)))
      end, answer.edges)
      if #items == 0 then
        client.tell('nothing refers to this file, and it refers to nothing')
      else
        show('dbp: references of ' .. answer.path, items, answer.truncated)
      end
    end)
  end)
end

--- Every cycle of the folder, each edge of it a line.
function M.cycles()
  client.here(function(place)
    client.ask(place, 'dbp/cycles', nil, function(answer)
      local items = {}
      for number, cycle in ipairs(answer.cycles) do
        for _, edge in ipairs(cycle.edges) do
          local text = '%d. %s: %s → %s (%s)'
          text = text:format(number, cycle.kind, edge.source, edge.target, how(edge))
          table.insert(items, item(place, edge, text))
        end
      end
      local partly = answer.timedOut or answer.truncated or answer.tooLong > 0
      if #items == 0 then
        client.tell(partly and 'the search for cycles was cut short' or 'there are no cycles')
      else
        show('dbp: ' .. client.count(#answer.cycles, 'cycle'), items, partly)
      end
    end)
  end)
end

return M
