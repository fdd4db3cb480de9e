-- Background work: a list to pick from, and what can be done with one job.
local client = require('dbp.client')
local M = {}

local LIMIT = 50

--- What came of a job, in a line.
---@return string
function M.outcome(job)
  local result = type(job.result) == 'table' and job.result or {}
  if job.status == 'failed' then
    local refused = type(job.error) == 'table' and job.error or { message = 'failed' }
    local hint = refused.hint and refused.hint ~= '' and ' (' .. refused.hint .. ')' or ''
    return ('%s failed: %s%s'):format(job.type, refused.message, hint)
  elseif job.status == 'completed' and result.files and result.changed then
    local files = client.count(result.files, 'file')
    return ('%s done: %s, %d changed'):format(job.type, files, result.changed)
  end
  return ('%s %s'):format(job.type, job.status == 'completed' and 'done' or job.status)
end

local function line_of(job)
  local line = ('%-10s %s'):format(job.status, job.type)
  if job.status == 'processing' then
    line = ('%s · %d %% %s'):format(line, job.progress.percent, job.progress.step)
  elseif job.status == 'failed' then
    line = M.outcome(job)
  end
  return ('%s · %s · %s'):format(line, client.local_time(job.createdAt), job.requestedBy)
end

local function show(job)
  local lines = { '**dbp** · ' .. M.outcome(job), '', '```lua' }
  vim.list_extend(lines, vim.split(vim.inspect(job), '\n'))
  table.insert(lines, '```')
  client.show(lines)
end

--- What can be done with a job: { a word for the list, what it does }.
local function choices(place, job)
  local function send(method, force)
    return function()
      client.ask(place, method, { id = job.id, force = force }, function(now)
        client.tell(('%s is %s'):format(now.type, now.status))
      end)
    end
  end
  local found = {}
  if job.status == 'queued' or job.status == 'processing' then
    table.insert(found, { 'Cancel it', send('dbp/jobs/cancel') })
  elseif job.status == 'failed' then
    local spent = job.retryCount >= job.maxRetries
    table.insert(found, { 'Try it again', send('dbp/jobs/retry', spent or nil) })
  end
  table.insert(found, {
    'Show all of it',
    function()
      show(job)
    end,
  })
  return found
end

--- Pick a job, then what to do with it.
function M.pick()
  client.here(function(place)
    client.ask(place, 'dbp/jobs/list', { limit = LIMIT }, function(answer)
      if #answer.jobs == 0 then
        client.tell('there were no jobs yet')
        return
      end
      vim.ui.select(answer.jobs, {
        prompt = 'dbp: jobs',
        kind = 'dbp.jobs',
        format_item = line_of,
      }, function(job)
        if not job then
          return
        end
        vim.ui.select(choices(place, job), {
          prompt = ('dbp: %s, %s'):format(job.type, job.status),
          kind = 'dbp.job',
          format_item = function(choice)
            return choice[1]
          end,
        }, function(choice)
          if choice then
            choice[2]()
          end
        end)
      end)
    end)
  end)
end

return M
