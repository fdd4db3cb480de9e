-- The configuration of dbp for vim.lsp.enable('dbp'). vim.lsp.config('dbp', { … }) wins over it.

-- Without a `dbp` on the PATH: the one of the Python environment this file was installed into.
local function command()
  if vim.fn.executable('dbp') == 1 then
    return 'dbp'
  end
  local here = vim.fs.normalize(debug.getinfo(1, 'S').source:sub(2))
  local packages = here:match('^(.*)/dbp/editors/neovim/lsp/dbp%.lua$') or ''
  local posix, replaced = packages:gsub('/lib/python[^/]*/site%-packages$', '/bin/dbp')
  local windows = packages:gsub('/[Ll]ib/site%-packages$', '/Scripts/dbp.exe')
  local beside = replaced == 1 and posix or windows
  if beside ~= packages and vim.fn.executable(beside) == 1 then
    return beside
  end
  return 'dbp'
end

local function notice(name)
  return function(_, params, context)
    require('dbp.notices')[name](params, context.client_id)
  end
end

---@type vim.lsp.Config
return {
  cmd = { command(), 'serve' },
  -- What can hold a header or documentation, as Neovim names it.
  -- stylua: ignore
  filetypes = {
    'ada', 'arduino', 'asciidoc', 'asm', 'awk', 'bash', 'basic', 'bib', 'bzl', 'c', 'clojure',
    'cmake', 'coffee', 'cpp', 'crystal', 'cs', 'css', 'cuda', 'd', 'dart', 'dockerfile', 'dosbatch',
    'dosini', 'dts', 'elixir', 'elm', 'erlang', 'fish', 'fortran', 'fsharp', 'gdscript',
    'gitattributes', 'gitconfig', 'glsl', 'go', 'graphql', 'groovy', 'haskell', 'hcl', 'html',
    'htmldjango', 'java', 'javascript', 'javascriptreact', 'jinja', 'jproperties', 'jsonc', 'julia',
    'just', 'kconfig', 'kotlin', 'ld', 'less', 'lex', 'lhaskell', 'liquid', 'lisp', 'lua', 'm4',
    'make', 'markdown', 'matlab', 'meson', 'nasm', 'nginx', 'nim', 'nix', 'nroff', 'objc', 'objcpp',
    'ocaml', 'octave', 'pascal', 'perl', 'php', 'plaintex', 'po', 'prolog', 'proto', 'ps1',
    'purescript', 'pyrex', 'python', 'quarto', 'r', 'racket', 'rmd', 'rst', 'ruby', 'rust', 'sass',
    'sbt', 'scala', 'scheme', 'scss', 'sed', 'sh', 'solidity', 'sql', 'starlark', 'stylus',
    'svelte', 'swift', 'systemd', 'systemverilog', 'tcl', 'terraform', 'tex', 'thrift', 'toml',
    'twig', 'typescript', 'typescriptreact', 'vala', 'vb', 'verilog', 'vhdl', 'vim', 'vue', 'wgsl',
    'xml', 'yacc', 'yaml', 'zig', 'zsh',
  },
  -- The first one that is found anywhere above wins, as for `dbp` in a shell.
  root_markers = { '.git', '.dbp.toml', '.dbp.json', 'pyproject.toml' },
  workspace_required = false, -- a file alone is read alone
  init_options = { notifications = true },
  -- Neovim does not do this by itself; :DbpRename does.
  capabilities = { workspace = { fileOperations = { willRename = true, didRename = true } } },
  handlers = {
    ['dbp/statusChanged'] = notice('status'),
    ['dbp/jobUpdated'] = notice('job'),
  },
  on_exit = function(code, signal)
    if code ~= 0 or (signal ~= 0 and signal ~= 15) then
      -- Behind Neovim's own message, which names no next step.
      vim.defer_fn(function()
        local text = 'the server ended by itself: :DbpRestart starts it again (:DbpLog)'
        require('dbp.client').tell(text, vim.log.levels.WARN)
      end, 0)
    end
  end,
}
