-- Child editors for tests: each `nvim --embed --headless` has its own home, caches, runtime folder
-- and daemon socket.  A test drives it by RPC and waits for conditions with a deadline; it never
-- sleeps.
--
--     local nvim = t:nvim()                    an editor in the project folder
--     nvim:cmd('Openbook search words')        an Ex command
--     nvim:lua('return vim.bo.filetype')       Lua in the child; `...` are the arguments
--     nvim:wait('an answer', 'return seen.events[1] ~= nil')     the first truthy value
--     nvim:keys(':qa!<CR>')                    as if typed
local M = {}
M.__index = M

local Editor = {}
Editor.__index = Editor

local root = vim.fn.getcwd()
local DEADLINE_MS = 20000 -- of one wait; the machine may be busy
local CASE_MS = 120000 -- of a case; a child that hangs is killed then
local count = 0

--- One case's object; its folder is t.dir, its project t.project.
function M.new()
  count = count + 1
  local t = setmetatable({ editors = {}, jobs = {}, endings = {} }, M)
  t.dir = ('%s/%d'):format(vim.env.OPENBOOK_SCRATCH, count)
  t.project = t.dir .. '/project'
  vim.fn.mkdir(t.project .. '/.git', 'p')
  t.watchdog = assert(vim.uv.new_timer())
  t.watchdog:start(CASE_MS, 0, function()
    for _, editor in ipairs(t.editors) do
      vim.uv.kill(editor.pid, 'sigkill')
    end
  end)
  return t
end

--- Writes TEXT to NAME, a path below the project or an absolute one; returns the absolute path.
function M:write(name, text)
  local path = name:sub(1, 1) == '/' and name or (self.project .. '/' .. name)
  vim.fn.mkdir(vim.fs.dirname(path), 'p')
  local f = assert(io.open(path, 'wb'))
  f:write(text)
  f:close()
  return path
end

function M.read(_, path)
  local f = assert(io.open(path, 'rb'))
  local text = f:read('*a')
  f:close()
  return text
end

-- The environment of every program of this case.
function M:env(more)
  local env = {
    HOME = self.dir .. '/home',
    XDG_CONFIG_HOME = self.dir .. '/config',
    XDG_DATA_HOME = self.dir .. '/data',
    XDG_STATE_HOME = self.dir .. '/state',
    XDG_CACHE_HOME = self.dir .. '/cache',
    XDG_RUNTIME_DIR = self.dir .. '/run',
    OPENBOOK_SOCKET = self.dir .. '/run/s',
    OPENBOOK_ROOT = root,
    NVIM_LOG_FILE = self.dir .. '/nvim.log',
  }
  for _, name in ipairs({ 'HOME', 'XDG_RUNTIME_DIR' }) do
    vim.fn.mkdir(env[name], 'p', '0o700')
  end
  return vim.tbl_extend('force', env, more or {})
end

-- The plugin's options in a test: this program, and no model.  bin = false: as the plugin finds it.
function M.options_of(options)
  local all = vim.tbl_extend('keep', options or {}, { bin = vim.env.OPENBOOK_BIN, llm = false })
  all.bin = all.bin or nil
  return all
end

--- Starts an editor.  OPTIONS: files (arguments), env, cwd (the project), init (another one) and
--- options (the plugin's; bin is set, and no model is used unless llm says which).
function M:nvim(options)
  options = options or {}
  local init = options.init or (root .. '/tests/lua/minimal_init.lua')
  local command =
    { vim.v.progpath, '--embed', '--headless', '--noplugin', '-i', 'NONE', '-u', init }
  vim.list_extend(command, options.files or {})
  local editor = setmetatable({ t = self, exit = nil }, Editor)
  editor.channel = vim.fn.jobstart(command, {
    rpc = true,
    cwd = options.cwd or self.project,
    env = self:env(options.env),
    on_exit = function(_, code)
      editor.exit = code
    end,
  })
  editor.pid = vim.fn.jobpid(editor.channel)
  table.insert(self.editors, editor)
  if options.init == nil then
    editor:request('nvim_set_var', 'openbook', M.options_of(options.options))
  end
  editor:request('nvim_set_option_value', 'columns', 120, {})
  editor:request('nvim_set_option_value', 'lines', 40, {})
  return editor
end

--- Starts a helper program of OPENBOOK_TOOLS; returns { out = its stdout so far, write(text) }.
function M:tool(name, ...)
  local job = { out = '' }
  local handle = vim.system({ vim.env.OPENBOOK_TOOLS .. '/' .. name, ... }, {
    env = self:env(),
    stdin = true,
    stdout = function(_, data)
      job.out = job.out .. (data or '')
    end,
  })
  function job.write(text)
    handle:write(text)
  end
  table.insert(self.jobs, handle)
  return job
end

--- Starts the scripted model server (tests/tools/model.c) with these lines of a script.  Returns
--- the job with url, seen('gate 1') to wait for a line it prints, and go_on() for a gate.
function M:model(...)
  self.scripts = (self.scripts or 0) + 1
  local script = ('%s/model.%d'):format(self.dir, self.scripts)
  self:write(script, table.concat({ ... }, '\n') .. '\n')
  local job = self:tool('model', '--log', self.dir .. '/model.jsonl', script)
  local port = self:wait('the port of the model server', function()
    return job.out:match('^(%d+)\n')
  end)
  job.url = ('http://127.0.0.1:%s/v1'):format(port)
  function job.seen(line)
    self:wait(line .. ' of the model server', function()
      return ('\n' .. job.out):find('\n' .. line .. '[ \n]')
    end)
  end
  function job.go_on()
    job.write('next\n')
  end
  -- What it was asked, decoded, the newest last.
  function job.prompts()
    local prompts = {}
    for line in self:read(self.dir .. '/model.jsonl'):gmatch('[^\n]+') do
      local request = vim.json.decode(line)
      if request.path:find('/chat/completions', 1, true) then
        table.insert(prompts, vim.json.decode(request.body))
      end
    end
    return prompts
  end
  return job
end

--- Ends the case as skipped; in CI, where everything is installed, as failed.
function M.skip(_, why)
  error(vim.env.CI == 'true' and why or { skip = why }, 0)
end

--- Starts an editor on a real terminal of 100 x 30 cells (tmux).  Returns { keys = function(...) of
--- tmux's names of keys, screen = function() -> text without blanks at the ends of lines }.
function M:terminal(options, ...)
  if vim.fn.executable('tmux') == 0 then
    self:skip('there is no tmux')
  end
  local function tmux(...)
    local command = { 'tmux', '-u', '-S', self.dir .. '/run/tmux', '-f', '/dev/null', ... }
    local env = self:env({ LC_ALL = 'C.UTF-8', TERM = 'xterm-256color' })
    local out = vim.system(command, { cwd = self.project, env = env, text = true }):wait()
    return out.code == 0 and out.stdout or error(out.stderr)
  end
  local init = self:write(
    self.dir .. '/init.lua',
    ([[
    vim.cmd.source(%q)
    vim.g.openbook = vim.json.decode(%q)
    vim.o.statusline, vim.o.ruler, vim.o.showcmd = '%%f', false, false
  ]]):format(root .. '/tests/lua/minimal_init.lua', vim.json.encode(self.options_of(options)))
  )
  tmux(
    'new-session',
    '-d',
    '-x',
    '100',
    '-y',
    '30',
    vim.v.progpath,
    '--noplugin',
    '-i',
    'NONE',
    '-u',
    init,
    ...
  )
  self:at_end(function()
    tmux('kill-server')
  end)
  return {
    keys = function(...)
      tmux('send-keys', ...)
    end,
    screen = function()
      return (tmux('capture-pane', '-p'):gsub('[ \t]+\n', '\n'))
    end,
  }
end

-- Writes PATH as TERMINAL shows it when it has come to rest.
local function record(terminal, path)
  local before, same = nil, 0
  vim.wait(DEADLINE_MS, function()
    local now = terminal.screen()
    same = now == before and same + 1 or 0
    before = now
    return same == 25
  end, 20)
  M:write(path, before)
end

--- Waits until TERMINAL shows what stands in the file tests/lua/screens/NAME.txt.  To record new
--- ones, run with OPENBOOK_RECORD=1 and look at them.
function M:shows(terminal, name)
  local path = ('%s/tests/lua/screens/%s.txt'):format(root, name)
  if vim.env.OPENBOOK_RECORD then
    return record(terminal, path)
  end
  local want, got = self:read(path), nil
  if
    not vim.wait(DEADLINE_MS, function()
      got = terminal.screen()
      return got == want
    end, 20)
  then
    error(('the screen is not as in %s, but\n%s'):format(path, got), 2)
  end
end

--- Waits until GET() is truthy and returns that; WHAT is for the message.
function M.wait(_, what, get, ms)
  local value
  if not vim.wait(ms or DEADLINE_MS, function()
    value = get()
    return value
  end, 10) then
    error('waited in vain for ' .. what, 2)
  end
  return value
end

function M.eq(_, got, want, what)
  if not vim.deep_equal(got, want) then
    what = what and (what .. ': ') or ''
    error(('%sgot %s\nwant %s'):format(what, vim.inspect(got), vim.inspect(want)), 2)
  end
end

function M.has(_, text, part)
  if not tostring(text):find(part, 1, true) then
    error(('no %q in\n%s'):format(part, text), 2)
  end
end

function M.ok(_, value, what)
  if not value then
    error(what or 'not true', 2)
  end
  return value
end

-- ---------------------------------------------------------------- an editor
function Editor:request(...)
  if self.exit then
    error('the editor has ended with status ' .. self.exit, 2)
  end
  return vim.rpcrequest(self.channel, ...)
end

function Editor:cmd(command)
  return self:request('nvim_command', command)
end

function Editor:lua(code, ...)
  return self:request('nvim_exec_lua', code, { ... })
end

function Editor:keys(keys)
  return self:request('nvim_input', keys)
end

--- Waits until CODE, run in the child, returns something truthy.
function Editor:wait(what, code, ms, ...)
  local more = { ... }
  local ok, value = pcall(self.t.wait, self.t, what, function()
    local got = self:lua(code, unpack(more))
    return got ~= vim.NIL and got
  end, ms)
  if not ok then
    error(('%s\nthe editor has seen %s'):format(value, self:lua('return vim.inspect(seen)')), 2)
  end
  return value
end

--- Waits for the Nth (first) event of that name; returns its data.
function Editor:event(name, n)
  local code = [[
    local left = select(2, ...) or 1
    for _, event in ipairs(seen.events) do
      left = left - (event.name == ... and 1 or 0)
      if left == 0 then return event end
    end]]
  return self:wait('the event ' .. name, code, nil, name, n or 1).data
end

--- Waits for a notification that holds PART; returns { message, level }.
function Editor:notified(part)
  local code = [[
    for _, n in ipairs(seen.notified) do
      if n.message:find(..., 1, true) then return n end
    end]]
  return self:wait('a notification with ' .. part, code, nil, part)
end

--- The lines of a buffer (the current one), as one text.
function Editor:text(buf)
  return table.concat(self:request('nvim_buf_get_lines', buf or 0, 0, -1, false), '\n')
end

function Editor:quit()
  pcall(vim.rpcnotify, self.channel, 'nvim_command', 'qall!')
  if not vim.wait(5000, function()
    return self.exit
  end, 5) then
    vim.uv.kill(self.pid, 'sigkill')
    error('the editor did not quit')
  end
end

-- ---------------------------------------------------------------- the end of a case
-- Ends the daemon as a client would, so that its own checks run, and waits until it is gone.
local function end_daemon(t)
  local path = t.dir .. '/run/s'
  if vim.uv.fs_stat(path .. '.lock') then
    vim.wait(2000, function() -- it may be just starting
      return vim.uv.fs_stat(path)
    end, 5)
  end
  local ok, channel = pcall(vim.fn.sockconnect, 'pipe', path, { rpc = true })
  if not ok or channel == 0 then
    return
  end
  vim.rpcnotify(channel, 'attach', { protocol = 1, client = 'tests' })
  vim.rpcnotify(channel, 'shutdown', {})
  local gone = vim.wait(5000, function()
    return not vim.uv.fs_stat(path)
  end, 5)
  pcall(vim.fn.chanclose, channel)
  return gone
end

-- What a sanitizer wrote to the daemon's log.
local function complaints(t)
  local f = io.open(t.dir .. '/state/openbook/daemon.log', 'rb')
  local log = f and f:read('*a') or ''
  if f then
    f:close()
  end
  local at = log:find('Sanitizer', 1, true) or log:find('runtime error', 1, true)
  return at and log:sub(math.max(at - 200, 1)) or nil
end

--- Calls FN when the case is over.
function M:at_end(fn)
  table.insert(self.endings, fn)
end

--- Ends everything of the case and complains about what did not end well.
function M:finish(failed)
  local wrong
  self.watchdog:close()
  for _, editor in ipairs(self.editors) do
    if not editor.exit then
      local ok, err = pcall(editor.quit, editor)
      wrong = wrong or (not ok and err)
    elseif editor.exit ~= 0 and not editor.may_die then
      wrong = wrong or ('an editor ended with status ' .. editor.exit)
    end
  end
  for _, fn in ipairs(self.endings) do
    fn()
  end
  if end_daemon(self) == false then
    wrong = wrong or 'the daemon did not end'
  end
  for _, job in ipairs(self.jobs) do
    job:kill('sigterm')
  end
  local log = complaints(self)
  if log and failed then
    print('the log of the daemon: ' .. log)
  end
  wrong = wrong or log
  if wrong and not failed then
    error(wrong, 0)
  end
end

return M
