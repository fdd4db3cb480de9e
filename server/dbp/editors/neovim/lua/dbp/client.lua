-- Which server and folder a command is about, asking it, and telling the person what came of it.
local M = {}

---@class dbp.Place
---@field client vim.lsp.Client
---@field folder? string the URI of the folder; none where a file is read alone
---@field path? string

---@param text string
---@param level? integer
function M.tell(text, level)
  vim.notify('dbp: ' .. text, level or vim.log.levels.INFO)
end

--- Say what a server refused, and the next step it knows.
---@param refused lsp.ResponseError
function M.refused(refused)
  local hint = type(refused.data) == 'table' and refused.data.hint
  local more = type(hint) == 'string' and hint ~= '' and ' (' .. hint .. ')' or ''
  M.tell(refused.message .. more, vim.log.levels.ERROR)
end

--- Every folder of every dbp, this buffer's first.
---@return dbp.Place[]
function M.places()
  local name, places, alone = vim.api.nvim_buf_get_name(0), {}, {}
  for _, client in ipairs(vim.lsp.get_clients({ name = 'dbp' })) do
    for _, folder in ipairs(client.workspace_folders or {}) do
      local path = vim.uri_to_fname(folder.uri)
      table.insert(places, { client = client, folder = folder.uri, path = path })
    end
    if vim.tbl_isempty(client.workspace_folders or {}) then
      table.insert(alone, { client = client })
    end
  end
  local function nearness(place)
    return vim.fs.relpath(place.path, name) and #place.path or 0
  end
  table.sort(places, function(a, b)
    local near, far = nearness(a), nearness(b)
    return near > far or (near == far and a.path < b.path)
  end)
  return #places > 0 and places or alone
end

--- Call back with the folder a command is about: this buffer's, else the only one, else the picked.
---@param on_place fun(place: dbp.Place)
function M.here(on_place)
  local places = M.places()
  local first = places[1]
  local attached = vim.lsp.get_clients({ name = 'dbp', bufnr = 0 })[1]
  if attached and vim.tbl_isempty(attached.workspace_folders or {}) then
    on_place({ client = attached })
  elseif not first then
    M.tell(require('dbp.server').why_not(), vim.log.levels.WARN)
  elseif #places == 1 or vim.fs.relpath(first.path, vim.api.nvim_buf_get_name(0)) then
    on_place(first)
  else
    vim.ui.select(places, {
      prompt = 'dbp: which folder?',
      format_item = function(place)
        return vim.fn.fnamemodify(place.path, ':~')
      end,
    }, function(place)
      if place then
        on_place(place)
      end
    end)
  end
end

--- Ask a server about a folder. What it refuses is told; then `on_refused` is called.
---@param place dbp.Place
---@param method string
---@param params? table
---@param on_answer fun(answer: any)
---@param on_refused? fun()
function M.ask(place, method, params, on_answer, on_refused)
  local all = vim.tbl_extend('force', vim.empty_dict(), params or {})
  all.workspaceFolder = place.folder
  local sent = place.client:request(method, all, function(refused, answer)
    if not refused then
      on_answer(answer)
      return
    end
    M.refused(refused)
    if on_refused then
      on_refused()
    end
  end)
  if not sent then
    M.tell('the server has ended: :DbpRestart starts it again', vim.log.levels.WARN)
  end
end

--- The file of this buffer as a URI, or nil after saying that there is none.
---@return string?
function M.this_file()
  if vim.bo.buftype == '' and vim.api.nvim_buf_get_name(0) ~= '' then
    return vim.uri_from_bufnr(0)
  end
  M.tell('this buffer is no file', vim.log.levels.WARN)
end

--- Show Markdown in a window, as `K` does: moving the cursor closes it, `q` inside leaves it.
---@param lines string[]
function M.show(lines)
  local options = { focus_id = 'dbp', border = 'single' }
  local _, window = vim.lsp.util.open_floating_preview(lines, 'markdown', options)
  vim.wo[window].linebreak = true
end

--- A time of the protocol (UTC) on the clock of this place, to the minute.
---@param iso string
---@return string
function M.local_time(iso)
  local year, month, day, hour, minute, second = iso:match('^(%d+)-(%d+)-(%d+)T(%d+):(%d+):(%d+)')
  local parts = { year = year, month = month, day = day, hour = hour, min = minute, sec = second }
  parts.isdst = false -- summer time is the matter of the last line
  local utc = os.time(parts)
  local offset = os.difftime(utc, os.time(os.date('!*t', utc) --[[@as osdateparam]]))
  return os.date('%Y-%m-%d %H:%M', utc + offset) --[[@as string]]
end

--- One or several: '1 file', '2 files'.
---@return string
function M.count(number, word)
  return ('%d %s%s'):format(number, word, number == 1 and '' or 's')
end

return M
