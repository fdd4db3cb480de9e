-- The commands, and a word where the server is missing. Nothing else is loaded before it is used.
if vim.g.loaded_dbp then
  return
end
vim.g.loaded_dbp = true

if vim.fn.has('nvim-0.11') == 0 then
  vim.notify('dbp: Neovim 0.11 or newer is needed', vim.log.levels.WARN)
  return
end

local function command(name, about, options)
  options = vim.tbl_extend('force', { nargs = 0, desc = 'dbp: ' .. about }, options or {})
  vim.api.nvim_create_user_command('Dbp' .. name, function(call)
    require('dbp.commands').run(name:lower(), call)
  end, options)
end

command('Status', 'what is recorded, and who keeps it up to date')
command('Health', 'whether all is well, and if not, why and what to do')
command('Refresh', 'compare the folder with the record now')
command('Process', 'read this file again now')
command('Pause', 'keep the record as it is until :DbpResume')
command('Resume', 'go on keeping the record up to date')
command('Search', 'search the documentation', { nargs = '*' })
command('Refs', 'who names this file, and whom it names')
command('Cycles', 'files that depend on or refer to each other in a circle')
command('Plan', 'how far the plans are')
command('Jobs', 'background work: look, cancel, try again')
command('Header', 'insert the header, or complete it')
command('Rename', 'rename this file; references to it follow', { nargs = 1, complete = 'file' })
command('Trust', 'let files of this folder be sent to a model (! takes it back)', { bang = true })
command('Restart', 'stop the server and start it again')
command('Log', 'what the server logged, as Neovim keeps it')

vim.api.nvim_create_user_command('Dbp', function(call)
  require('dbp.commands').dispatch(call)
end, {
  nargs = '*',
  bang = true,
  desc = 'dbp: :Dbp status, :Dbp search words, …',
  complete = function(lead, line, at)
    return require('dbp.commands').complete(lead, line, at)
  end,
})

-- vim.lsp.enable() says nothing to the person where the command is missing, only to its log.
vim.api.nvim_create_autocmd('FileType', {
  group = vim.api.nvim_create_augroup('dbp', {}),
  desc = 'dbp: say once that the server is missing',
  callback = function(event)
    return vim.bo[event.buf].buftype == '' and require('dbp.server').said(event.match)
  end,
})
