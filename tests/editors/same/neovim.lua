-- The session of steps.json with Neovim's own means: project.py says what each step is.
-- Environment: DBP_SAME_STEPS and DBP_SAME_ANSWERS, two files, and DBP_SAME_ROOT, the project.
local PATIENCE = 20000 -- milliseconds

-- Taken out of the environment: the server would ask which settings these are.
local function given(name)
  local value = assert(vim.env[name], name)
  vim.env[name] = nil
  return value
end
local root = vim.fs.normalize(given('DBP_SAME_ROOT'))
local steps_file, answers_file = given('DBP_SAME_STEPS'), given('DBP_SAME_ANSWERS')

local function path_of(file)
  return vim.fs.joinpath(root, file)
end

local function wait_for(what, condition)
  assert(vim.wait(PATIENCE, condition, 5), 'waited in vain for ' .. what)
end

local function client()
  wait_for('dbp to attach', function()
    return #vim.lsp.get_clients({ name = 'dbp', bufnr = 0 }) > 0
  end)
  return vim.lsp.get_clients({ name = 'dbp', bufnr = 0 })[1]
end

local function ask(method, params)
  local answer = assert(client():request_sync(method, params, PATIENCE))
  assert(not answer.err, answer.err and answer.err.message)
  return answer.result
end

-- Steps count columns in UTF-16, Neovim in bytes.
local function go(step)
  local line = vim.api.nvim_buf_get_lines(0, step.line, step.line + 1, true)[1]
  local column = vim.str_byteindex(line, 'utf-16', step.character, false)
  vim.api.nvim_win_set_cursor(0, { step.line + 1, column })
end

local function place()
  return vim.lsp.util.make_position_params(0, client().offset_encoding)
end

local function text()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), '\n') .. '\n'
end

local steps = {}

function steps.open(step)
  vim.cmd.edit(vim.fn.fnameescape(path_of(step.file)))
  client()
end

function steps.settle()
  ask('dbp/settle', { flush = true })
  -- Diagnostics that were sent before the answer are handled after it is.
  local handled = false
  vim.schedule(function()
    handled = true
  end)
  wait_for('the answer', function()
    return handled
  end)
end

function steps.hover(step)
  go(step)
  local found = {}
  local answers = assert(vim.lsp.buf_request_sync(0, 'textDocument/hover', place(), PATIENCE))
  for _, answer in pairs(answers) do
    if answer.result then
      table.insert(found, answer.result.contents.value)
    end
  end
  return table.concat(found, '\n')
end

function steps.findings()
  local found = vim.tbl_map(function(one)
    return { one.user_data.lsp.range.start.line, one.code, one.message }
  end, vim.diagnostic.get(0))
  table.sort(found, function(a, b)
    for index = 1, 3 do
      if a[index] ~= b[index] then
        return a[index] < b[index]
      end
    end
    return false
  end)
  return found
end

function steps.insert(step)
  local lines = vim.split(step.text:gsub('\n$', ''), '\n')
  vim.api.nvim_buf_set_lines(0, step.line, step.line, true, lines)
end

-- As `gra` on the finding, with the list answered.
function steps.action(step)
  local before, taken = text(), nil
  local finding = vim.iter(vim.diagnostic.get(0)):find(function(one)
    return one.code == step.code
  end)
  vim.api.nvim_win_set_cursor(0, { finding.lnum + 1, finding.col })
  vim.ui.select = function(items, options, on_choice)
    for index, item in ipairs(items) do
      local title = item.action.title
      if title:find(step.title, 1, true) then
        taken = title
        return on_choice(items[index], index)
      end
    end
    error('not offered: ' .. vim.inspect(vim.tbl_map(options.format_item, items)))
  end
  vim.lsp.buf.code_action()
  wait_for('the edit', function()
    return taken and text() ~= before
  end)
  return taken
end

function steps.text()
  return text()
end

function steps.save()
  vim.cmd.write()
end

function steps.rename(step)
  assert(require('dbp').rename(path_of(step.file), path_of(step.to)))
  vim.cmd.wall()
end

function steps.read(step)
  return vim.fn.readblob(path_of(step.file))
end

function steps.definition(step)
  go(step)
  local found = ask('textDocument/definition', place())
  local first = vim.islist(found) and found[1] or found
  return vim.fs.relpath(root, vim.uri_to_fname(first.targetUri or first.uri))
end

function steps.search(step)
  local answer
  require('dbp').find(step.query, {}, function(results)
    answer = vim.tbl_map(function(one)
      return { one.path, one.name or vim.NIL, one.line }
    end, vim.list_slice(results, 1, 5))
  end)
  wait_for('results', function()
    return answer
  end)
  return answer
end

function steps.status()
  local status = ask('dbp/status', {})
  return { status.state, status.files.indexed }
end

local function all()
  local answers = {}
  for number, step in ipairs(vim.json.decode(vim.fn.readblob(steps_file))) do
    local answer = steps[step['do']](step)
    answers[number] = answer == nil and vim.NIL or answer
  end
  return answers
end

vim.schedule(function() -- when Neovim has started
  local ok, answers = xpcall(all, debug.traceback)
  if ok then
    vim.fn.writefile({ vim.json.encode(answers) }, answers_file)
  else
    io.stderr:write(answers .. '\n')
  end
  vim.cmd(ok and 'qall!' or 'cquit!')
end)
