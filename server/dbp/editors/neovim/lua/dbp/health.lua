-- What :checkhealth dbp looks at: the editor, the server, its installation, and the open folders.
local M = {}
local health = vim.health

local PATIENCE = 10000 -- milliseconds for one question

local function plain(value)
  return value ~= nil and value ~= vim.NIL
end

local function editor()
  health.start('dbp: Neovim')
  local version = tostring(vim.version())
  if vim.fn.has('nvim-0.11') == 1 then
    health.ok('Neovim ' .. version)
  else
    health.error('Neovim ' .. version .. ' is too old', 'install Neovim 0.11 or newer')
  end
  if require('dbp.server').enabled() then
    health.ok('dbp is enabled')
  else
    health.warn('dbp is not enabled', "put vim.lsp.enable('dbp') into your init.lua")
  end
end

--- Run dbp with other arguments than it is started with; nil where it cannot be.
local function run(program, ...)
  local ok, done = pcall(function(...)
    return vim.system({ program, ... }, { text = true }):wait(PATIENCE)
  end, ...)
  return ok and done.code <= 1 and vim.trim(done.stdout or '') or nil
end

--- The program, its version, and whether these files belong to it.
local function program()
  health.start('dbp: server')
  local command = vim.lsp.config.dbp.cmd
  if type(command) ~= 'table' then
    health.info('cmd is a function: what it starts is not looked at')
    return nil
  end
  local name = command[1]
  if vim.fn.executable(name) == 0 then
    health.error(('%s is not executable'):format(name), require('dbp.server').advice(name))
    return nil
  end
  health.ok(vim.fn.exepath(name))
  local said, ours = run(name, '--version'), require('dbp.version')
  local version = said and said:match('(%S+)$')
  if not version then
    health.error('it does not run', ('in a shell: %s --version'):format(name))
  elseif version == ours then
    health.ok('version ' .. version .. ', as these files')
  else
    health.warn(
      ('version %s, but these files came with %s'):format(version, ours),
      'put what `dbp editor-config neovim` prints into your init.lua'
    )
  end
  return version and name
end

--- What the installation says of itself: Python, settings, limits, record.
local function doctor(name, root)
  local said = run(name, 'doctor', '--json', '-C', root or vim.fn.getcwd())
  local ok, answer = pcall(vim.json.decode, said or '')
  if not ok or type(answer) ~= 'table' or type(answer.checks) ~= 'table' then
    health.warn('dbp doctor does not answer', 'run it in a shell: dbp doctor')
    return
  end
  for _, check in ipairs(answer.checks) do
    local line = ('%s: %s'):format(check.name, check.detail)
    if check.status == 'ok' then
      health.ok(line)
    else
      health.warn(line, check.hint ~= '' and check.hint or nil)
    end
  end
end

local function ask(place, method)
  local answer = place.client:request_sync(method, { workspaceFolder = place.folder }, PATIENCE)
  return answer and answer.result or nil, answer and answer.err
end

--- A folder that is open: what is recorded, and how it is watched.
local function folder(place)
  health.start('dbp: ' .. (place.path or 'a file without a project'))
  local buffers = vim.tbl_count(place.client.attached_buffers)
  health.ok(('attached to %s'):format(require('dbp.client').count(buffers, 'buffer')))
  if not place.folder then
    health.info('no folder: nothing is recorded; an empty .dbp.toml makes its folder a project')
    return
  end
  local status, refused = ask(place, 'dbp/status')
  if not status then
    health.error(refused and refused.message or 'it does not answer', ':DbpRestart, :DbpLog')
    return
  end
  local files, record, watcher = status.files, status.database, status.watcher
  local state = ('%s, %s: %d files, %d waiting, %d failed')
  local say = status.state == 'degraded' and health.warn or health.ok
  say(state:format(status.state, status.role, files.indexed, files.pending, files.failed))
  health.ok(('record: %s, %s'):format(record.path, record.library))
  if plain(watcher.warning) then
    health.warn(('watcher: %s: %s'):format(watcher.backend, watcher.warning))
  else
    health.ok(('watcher: %s, %d folders'):format(watcher.backend, watcher.directories))
  end
  local model = status.extraction
  local reason = plain(model.reason) and ': ' .. model.reason or ''
  health.info(('provider: %s, %s%s'):format(model.provider, model.state, reason))
  for _, check in ipairs((ask(place, 'dbp/health') or { checks = {} }).checks) do
    if check.status ~= 'healthy' then
      health.warn(('%s: %s'):format(check.name, check.detail))
    end
  end
end

function M.check()
  editor()
  local name, places = program(), require('dbp.client').places()
  if name then
    doctor(name, places[1] and places[1].path)
  end
  for _, place in ipairs(places) do
    folder(place)
  end
  if #places == 0 then
    health.start('dbp: folders')
    health.info(require('dbp.server').why_not())
  end
end

return M
