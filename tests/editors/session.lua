-- What a person does in Neovim, for scripts: each waits for its condition, none for a time.
local M = { messages = {} }
local PATIENCE = 10000 -- milliseconds

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

-- Run the script of a test, write what it returns, and quit as a person does.
function M.run(script, answer_file)
  local ok, answer = xpcall(script, debug.traceback)
  vim.fn.writefile({ vim.json.encode({ ok = ok, answer = answer }) }, answer_file)
  vim.cmd('qall!')
end

return M
