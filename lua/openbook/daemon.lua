-- Finding the program, building it, starting the daemon.  Nothing here waits.
local M = {}

local uv = vim.uv

-- The folder that holds plugin/ and lua/.
local home = vim.fn.fnamemodify(debug.getinfo(1, 'S').source:sub(2), ':p:h:h:h')

--- The program: option bin, else the one built beside the plugin, else the one on PATH.
---@return string? path
---@return string? wrong one sentence, when the option names no program
function M.program()
  local bin = require('openbook.config').get().bin
  if bin then
    bin = vim.fs.normalize(bin)
    if vim.fn.executable(bin) == 1 then
      return bin
    end
    return nil, ('option bin names %s, which is no program'):format(bin)
  end
  local built = home .. '/build/openbook'
  if vim.fn.executable(built) == 1 then
    return built
  end
  return vim.fn.executable('openbook') == 1 and 'openbook' or nil
end

local function absolute(name)
  local value = vim.env[name]
  return value and value:sub(1, 1) == '/' and value or nil
end

--- Where the daemon listens, as the program itself finds it.
---@return string
function M.socket()
  local own = absolute('OPENBOOK_SOCKET')
  if own then
    return own
  end
  local run = absolute('XDG_RUNTIME_DIR')
  local stat = run and uv.fs_stat(run)
  if stat and stat.type == 'directory' and stat.uid == uv.getuid() then
    return run .. '/openbook/openbook-1.sock'
  end
  return ('%s/openbook-%d/openbook-1.sock'):format(absolute('TMPDIR') or '/tmp', uv.getuid())
end

--- Why nothing may be asked at the socket, whoever listens there; nil: it may be.  A daemon speaks
--- to the editor by RPC, so that one of another user could do in it what it likes.
---@return string? wrong one sentence
function M.distrust()
  local path = M.socket()
  local dir = vim.fs.dirname(path)
  local stat, socket = uv.fs_lstat(dir), uv.fs_lstat(path)
  if not stat then
    return nil -- there is none yet
  elseif stat.type == 'link' then
    return ('%s is a link: name the directory itself'):format(dir)
  elseif stat.type ~= 'directory' or stat.uid ~= uv.getuid() then
    return ('%s is no directory of yours: set XDG_RUNTIME_DIR'):format(dir)
  elseif bit.band(stat.mode, 63) ~= 0 then -- 0077
    -- A folder of ours may be closed to others; /tmp, where a socket was named, must not be.
    local how = vim.startswith(vim.fs.basename(dir), 'openbook') and 'chmod 700 it'
      or 'keep the socket in a folder of its own (mkdir -m 700)'
    return ('other users can enter %s: %s'):format(dir, how)
  elseif socket and socket.uid ~= uv.getuid() then
    return ("the daemon at %s is another user's: remove it"):format(path)
  end
end

--- The process that holds the lock of the socket, as it wrote it there; nil when it did not.
---@return integer?
function M.pid()
  local fd = uv.fs_open(M.socket() .. '.lock', 'r', 0)
  local text = fd and uv.fs_read(fd, 32, 0)
  if fd then
    uv.fs_close(fd)
  end
  return tonumber(text and text:match('^(%d+)\n'))
end

--- The daemon's log.
---@return string
function M.log()
  local state = absolute('XDG_STATE_HOME') or (vim.env.HOME or '') .. '/.local/state'
  return state .. '/openbook/daemon.log'
end

--- Starts the daemon in the background.  DONE gets nil when it listens, or one sentence.
---@param done fun(err?: string)
function M.start(done)
  local bin, wrong = M.program()
  if not bin then
    return done(
      wrong or ('the program is not built: run make in %s, or set the option bin'):format(home)
    )
  end
  local ok, err = pcall(vim.system, { bin, 'serve', '--background' }, { text = true }, function(out)
    vim.schedule(function()
      local said = vim.trim(out.stderr or ''):gsub('^openbook serve: ', '')
      done(
        out.code ~= 0 and (said ~= '' and said or 'the daemon did not start; see :Openbook log')
          or nil
      )
    end)
  end)
  if not ok then
    done(('cannot start %s: %s'):format(bin, tostring(err)))
  end
end

-- Runs make where the user sees it; THEN when the program is there.
local function build(then_run)
  local origin = vim.api.nvim_get_current_win()
  if not pcall(vim.cmd, 'botright 12new') then
    vim.cmd('tabnew') -- there is no room
  end
  local win, buf = vim.api.nvim_get_current_win(), vim.api.nvim_get_current_buf()
  -- Not the target that installs libraries: it may want a password.  This says what is missing.
  local command = { 'make', '-j' .. uv.available_parallelism(), 'program', 'docs' }
  local options = {
    cwd = home,
    on_exit = function(_, code)
      if code ~= 0 or not M.program() then
        vim.notify('openbook: the build failed; its window says why', vim.log.levels.ERROR)
        return
      end
      if vim.api.nvim_win_is_valid(win) then
        pcall(vim.api.nvim_win_close, win, true)
      end
      pcall(vim.api.nvim_buf_delete, buf, { force = true })
      then_run()
    end,
  }
  if vim.fn.has('nvim-0.11') == 1 then
    options.term = true
    vim.fn.jobstart(command, options)
  else
    vim.fn.termopen(command, options)
  end
  vim.cmd('normal! G') -- the terminal's window shows what comes
  if vim.api.nvim_win_is_valid(origin) then
    vim.api.nvim_set_current_win(origin)
  end
end

-- Why the program cannot be built here, or nil: an installed plugin has no source beside it.
local function unbuildable()
  local why = not uv.fs_stat(home .. '/Makefile') and 'there is no source in ' .. home
    or not uv.fs_access(home, 'W') and home .. ' cannot be written to'
    or vim.fn.executable('make') == 0 and 'there is no make'
  return why
    and ('the program openbook is not on $PATH, and cannot be built: %s; '):format(why)
      .. 'install it, or set the option bin'
end

--- What to do about a program that is not there.
---@return string
function M.advice()
  return unbuildable()
    or ('Run make in %s, or any :Openbook command, which offers it.'):format(home)
end

--- Asks whether to build, and builds in a visible terminal; THEN_RUN goes on with what the user
--- wanted.
---@param then_run fun()
function M.offer_build(then_run)
  local wrong = unbuildable()
  if wrong then
    return vim.notify('openbook: ' .. wrong, vim.log.levels.ERROR)
  end
  vim.ui.select({ 'No', 'Yes, run make' }, {
    prompt = ('openbook is not built. Build it now in %s?'):format(home),
    kind = 'openbook.build',
  }, function(_, choice)
    if choice == 2 then
      build(then_run)
    end
  end)
end

return M
