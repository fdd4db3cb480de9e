-- What a person does in Neovim, for scripts: each waits for its condition, none for a time.
local M = { messages = {} }
local PATIENCE = 20000 -- milliseconds

local function wait_for(what, condition)
  assert(vim.wait(PATIENCE, condition, 5), 'waited in vain for ' .. what)
end

vim.notify = function(message)
  table.insert(M.messages, message)
end

function M.client()
  wait_for('dbp to attach', function()
    return #vim.lsp.get_clients({ name = 'dbp', bufnr = 0 }) > 0
  end)
  return vim.lsp.get_clients({ name = 'dbp', bufnr = 0 })[1]
end

function M.ask(method, params)
  local answer = assert(M.client():request_sync(method, params, PATIENCE))
  assert(not answer.err, answer.err and answer.err.message)
  return answer.result
end

function M.settle()
  return M.ask('dbp/settle', { flush = true })
end

-- Press keys as if they were typed, mappings included.
function M.press(keys)
  vim.api.nvim_feedkeys(vim.keycode(keys), 'mx', false)
end

-- Put the cursor on a line (from 1) where a text stands, press K and read the window that opens.
function M.hover(line, text)
  M.client()
  vim.cmd('fclose!') -- K again would enter the window instead
  M.go(line, text)
  M.press('K')
  local window
  wait_for('a hover', function()
    window = vim.b.lsp_floating_preview
    return window and vim.api.nvim_win_is_valid(window)
  end)
  return vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false)
end

function M.go(line, text)
  local shown = vim.api.nvim_buf_get_lines(0, line - 1, line, true)[1]
  vim.api.nvim_win_set_cursor(0, { line, assert(shown:find(text or '', 1, true)) - 1 })
end

function M.findings()
  wait_for('a finding', function()
    return #vim.diagnostic.get(0) > 0
  end)
  return vim.tbl_map(function(finding)
    return {
      code = finding.code,
      line = finding.lnum + 1,
      message = finding.message,
      severity = vim.diagnostic.severity[finding.severity],
      source = finding.source,
    }
  end, vim.diagnostic.get(0))
end

-- Run a command that says something, and give what it says.
function M.command(name)
  local before = #M.messages
  vim.cmd(name)
  wait_for('an answer to :' .. name, function()
    return #M.messages > before
  end)
  return M.messages[#M.messages]
end

function M.wait_for_file(name)
  wait_for(name, function()
    return vim.fs.basename(vim.api.nvim_buf_get_name(0)) == name
  end)
end

-- Answer the questions of vim.ui.select() that come, each with the item whose line has a text in it.
-- What was asked is in M.asked: the prompt, and the lines.
M.asked = {}
function M.choose(...)
  local texts = { ... }
  vim.ui.select = function(items, options, on_choice)
    local text = table.remove(texts, 1)
    local lines = vim.tbl_map(options.format_item or tostring, items)
    table.insert(M.asked, { prompt = options.prompt, lines = lines })
    for index, line in ipairs(lines) do
      if line:find(text, 1, true) then
        return on_choice(items[index], index)
      end
    end
    on_choice(nil, nil)
  end
end

-- The quickfix list as `path:line text`, once it has a title.
function M.list(title)
  wait_for(title, function()
    return vim.startswith(vim.fn.getqflist({ title = 1 }).title, title)
  end)
  return vim.tbl_map(function(item)
    local path = vim.fs.relpath(vim.fn.getcwd(), vim.api.nvim_buf_get_name(item.bufnr))
    return ('%s:%d %s'):format(path, item.lnum, item.text)
  end, vim.fn.getqflist())
end

M.wait_for = wait_for

-- Run the script of a test, write what it returns, and quit as a person does.
function M.run(script, answer_file)
  vim.schedule(function() -- when Neovim has started
    local ok, answer = xpcall(script, debug.traceback)
    vim.fn.writefile({ vim.json.encode({ ok = ok, answer = answer }) }, answer_file)
    vim.cmd('qall!')
  end)
end

return M
