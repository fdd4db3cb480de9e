-- What the commands do. plugin/dbp.lua names them; the longer ones have modules of their own.
local client = require('dbp.client')
local M = {}

local run = {}

--- Ask one thing of the server and say the answer in a line.
local function simple(method, params, say)
  client.here(function(place)
    client.ask(place, method, params, function(answer)
      client.tell(say(answer))
    end)
  end)
end

function run.status()
  simple('dbp/status', nil, function(status)
    local files = status.files
    local line = ('%s, %s · %s, %d waiting, %d failed'):format(
      status.state,
      status.role or 'alone',
      client.count(files.indexed, 'file'),
      files.pending,
      files.failed
    )
    return table.concat({ line, unpack(status.reasons) }, '\n')
  end)
end

function run.health()
  client.here(function(place)
    client.ask(place, 'dbp/health', nil, function(health)
      local lines = { '**dbp** is ' .. health.status, '' }
      for _, check in ipairs(health.checks) do
        local mark = check.status == 'healthy' and '✓' or '✗'
        table.insert(lines, ('- %s %s: %s'):format(mark, check.name, check.detail))
      end
      client.show(lines)
    end)
  end)
end

function run.refresh()
  client.here(function(place)
    client.ask(place, 'dbp/refresh', nil, function(submitted)
      require('dbp.notices').when_ended(place, submitted.jobId, function(job)
        client.tell(require('dbp.jobs').outcome(job))
      end)
    end)
  end)
end

function run.process()
  local uri = client.this_file()
  if uri then
    simple('dbp/processFile', { uri = uri, force = true }, function(answer)
      return answer.queued and 'this file is read again' or answer.reason
    end)
  end
end

function run.pause()
  simple('dbp/scheduler/stop', nil, function()
    return 'paused: the record stays as it is until :DbpResume'
  end)
end

function run.resume()
  simple('dbp/scheduler/start', nil, function(status)
    return 'goes on: ' .. status.state
  end)
end

function run.plan()
  simple('dbp/plan', nil, function(plan)
    local done = 'plans: %d of %s done (%d %%)'
    return plan.note or done:format(plan.done, client.count(plan.tasks, 'task'), plan.percent)
  end)
end

function run.trust(call)
  simple('dbp/trust', call.bang and { revoke = true } or { cloud = true }, function(trust)
    return trust.open and 'files of this folder may be sent to ' .. trust.host
      or 'nothing is sent: ' .. table.concat(trust.missing, '; ')
  end)
end

function run.header()
  vim.lsp.buf.code_action({
    context = { only = { 'source.dbp.header' }, diagnostics = {} },
    apply = true,
  })
end

--- A function of another module, which is loaded when the command is used.
local function of(module, name)
  return function(call)
    require('dbp.' .. module)[name](call.args)
  end
end

run.search = of('search', 'search')
run.refs = of('lists', 'references')
run.cycles = of('lists', 'cycles')
run.jobs = of('jobs', 'pick')
run.rename = of('rename', 'this_buffer')
run.restart = of('server', 'restart')

function run.log()
  vim.cmd.tabedit(vim.fn.fnameescape(vim.lsp.log.get_filename()))
end

--- A command by its word; `call` is what nvim_create_user_command() hands over.
function M.run(word, call)
  run[word](call)
end

--- :Dbp {word} {arguments}
function M.dispatch(call)
  local word, rest = call.args:match('^(%S*)%s*(.*)$')
  if word == '' then
    word = 'status'
  end
  if run[word] then
    run[word](vim.tbl_extend('force', call, { args = rest }))
  else
    local words = table.concat(M.complete('', 'Dbp '), ', ')
    client.tell(('there is no :Dbp %s; there are %s'):format(word, words), vim.log.levels.ERROR)
  end
end

function M.complete(lead, line, at)
  local before = line:sub(1, at or #line)
  if before:match('^%S+%s+rename%s') then
    return vim.fn.getcompletion(lead, 'file')
  elseif before:match('^%S+%s+%S+%s') then
    return {}
  end
  local words = vim.tbl_filter(function(word)
    return vim.startswith(word, lead)
  end, vim.tbl_keys(run))
  table.sort(words)
  return words
end

return M
