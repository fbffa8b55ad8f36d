-- :checkhealth openbook.  Looks at everything without changing it: no daemon is started, nothing is
-- sent, and each step has a deadline.
local M = {}

local count = require('openbook.count')
local uv = vim.uv
local health = vim.health

local PROGRAM_MS, SOCKET_MS, DAEMON_MS = 3000, 500, 3000

local function ok(...)
  health.ok(string.format(...))
end

local function info(...)
  health.info(string.format(...))
end

-- Waits for START(done)'s callback, at most MS; nil when it did not come.
local function within(ms, start)
  local got
  start(function(...)
    got = { ... }
  end)
  vim.wait(ms, function()
    return got ~= nil
  end, 10)
  return unpack(got or { { code = 'timeout', message = 'no answer in time' } })
end

local function check_editor()
  health.start('openbook: editor')
  local version = tostring(vim.version())
  if vim.fn.has('nvim-0.10.4') == 1 then
    ok('Neovim %s', version)
  else
    health.error(('Neovim %s is too old'):format(version), 'Install Neovim 0.10.4 or newer.')
  end
  if #vim.api.nvim_get_runtime_file('doc/openbook.txt', false) == 0 then
    health.warn('the help page is not installed', 'Run make in the folder of the plugin.')
  end
end

-- What the program says it is, or nil.
local function check_program()
  health.start('openbook: program')
  local bin, wrong = require('openbook.daemon').program()
  if not bin then
    health.error(
      wrong or 'the program is not built',
      wrong and 'Correct the option, or leave it out: the program is then found by itself.'
        or require('openbook.daemon').advice()
    )
    return
  end
  local path = vim.fn.exepath(bin)
  local started, job = pcall(vim.system, { bin, 'version' }, { text = true })
  local out = started and job:wait(PROGRAM_MS) or { code = -1 }
  if out.code ~= 0 then
    health.error(('%s does not run'):format(path), 'Build it again: make clean && make.')
    return
  end
  local said = vim.trim(out.stdout):match('^[^\n]*')
  local protocol = require('openbook.rpc').PROTOCOL
  if said:match('protocol (%d+)') ~= tostring(protocol) then
    health.error(
      ('%s: %s, but the plugin speaks protocol %d'):format(path, said, protocol),
      'Build plugin and program from the same source: make, then :Openbook restart.'
    )
    return
  end
  ok('%s: %s', vim.fn.fnamemodify(path, ':~'), said)
  return bin
end

-- Whether somebody listens at the daemon's socket.
local function listens(path)
  local pipe = assert(uv.new_pipe(false))
  local err = within(SOCKET_MS, function(done)
    pipe:connect(path, done)
  end)
  pipe:close()
  return err == nil
end

local function check_shelves(status)
  for _, shelf in ipairs(status.shelves) do
    local root = vim.fn.fnamemodify(shelf.root, ':~')
    if shelf.error and shelf.error ~= '' then
      health.error(('%s: %s'):format(root, shelf.error))
    end
    info(
      '%s (%s): %s, %s, index of %.1f MB%s',
      root,
      shelf.kind,
      count.of(shelf.files, 'file'),
      count.of(shelf.passages, 'passage'),
      shelf.index_bytes / 1e6,
      shelf.indexing and (', indexing %d of %d'):format(shelf.done, shelf.total) or ''
    )
    if shelf.unwatched_dirs > 0 then
      health.warn(
        ('%s: %d of %s not watched: looked at by time, and when you ask'):format(
          root,
          shelf.unwatched_dirs,
          count.of(shelf.unwatched_dirs + shelf.watched_dirs, 'folder')
        ),
        shelf.unwatched
      )
    end
  end
end

-- The folders that the user added, where something is wrong with them.
local function check_added()
  local err, result = within(DAEMON_MS, function(done)
    require('openbook.rpc').call('shelf', {}, done)
  end)
  for _, shelf in ipairs(err and {} or result.shelves) do
    if shelf.error ~= '' then
      health.warn(shelf.error, 'Make it, or take it away: :Openbook shelf remove ' .. shelf.path)
    end
  end
  for _, problem in ipairs(err and {} or result.problems) do
    health.warn(problem)
  end
  if err then
    health.error(err.message)
  end
end

-- The daemon's status, or nil.
local function check_daemon(bin)
  health.start('openbook: daemon')
  local path = require('openbook.daemon').socket()
  local wrong = require('openbook.daemon').distrust()
  if wrong then
    health.error(wrong)
    return
  elseif not listens(path) then
    info('no daemon runs; the first question starts one at %s', path)
    return
  elseif not bin then
    info('a daemon listens at %s', path)
    return
  end
  local err, status = within(DAEMON_MS, function(done)
    require('openbook.rpc').call('status', {}, done)
  end)
  if err then
    local advice = ':Openbook restart, then :Openbook log'
    if err.code == 'protocol' then
      advice = 'Build plugin and program from the same source; then :Openbook restart.'
    end
    health.error(err.message, advice)
    return
  end
  ok(
    'openbook %s, pid %d, up for %d min, %d MB, %s',
    status.version,
    status.pid,
    math.floor(status.uptime_s / 60),
    math.floor(status.rss_kb / 1024),
    path
  )
  check_shelves(status)
  check_added()
  return status
end

-- ---------------------------------------------------------------- the model
local connect = {
  'Start llama.cpp, Ollama, LM Studio or vLLM on this machine: it is found by itself.',
  "Or name a server: require('openbook').setup({ llm = { url = 'https://…/v1', model = '…' } })",
}

local function origin_of(url)
  return url:match('^%a+://[^/]+') or url
end

-- Host and port of URL.
local function place_of(url)
  local secure, where = url:match('^http(s?)://([^/]*)')
  local host = where:match('^%[(.-)%]') or where:match('^[^:]*')
  return host, tonumber(where:match(':(%d+)$')) or (secure == 's' and 443 or 80)
end

local function is_loopback(url)
  local host = place_of(url)
  return host == 'localhost' or host:find('^127%.%d+%.%d+%.%d+$') ~= nil or host == '::1'
end

-- Whether somebody listens where URL, of this machine, says.
local function serves(url)
  local host, port = place_of(url)
  local addresses = host == 'localhost' and { '127.0.0.1', '::1' } or { host }
  for _, address in ipairs(addresses) do
    local tcp = assert(uv.new_tcp())
    local err = within(SOCKET_MS, function(done)
      local ok_, wrong = pcall(tcp.connect, tcp, address, port, done)
      if not ok_ then
        done(wrong)
      end
    end)
    tcp:close()
    if not err then
      return true
    end
  end
  return false
end

-- Where the key comes from, never what it is.
local function check_key(llm)
  if llm.key_env then
    if (vim.env[llm.key_env] or '') ~= '' then
      ok('the key comes from the environment variable %s', llm.key_env)
    else
      health.error(
        ('the environment variable %s is not set'):format(llm.key_env),
        'Set it where the daemon is started from, as in your shell; then :Openbook restart.'
      )
    end
  elseif llm.key_file then
    local stat = uv.fs_stat(vim.fs.normalize(llm.key_file))
    if not stat then
      health.error(('the key file %s does not exist'):format(llm.key_file))
    elseif bit.band(stat.mode, 63) ~= 0 then -- others may do something with it
      health.error(
        ('the key file %s can be read by others'):format(llm.key_file),
        'chmod 600 ' .. llm.key_file
      )
    else
      ok('the key comes from the file %s', llm.key_file)
    end
  elseif llm.key_command then
    ok('the key comes from the command %s', llm.key_command[1] or '')
  else
    info('no key is used')
  end
end

local function granted(status, origin)
  for _, grant in ipairs(status and status.grants or {}) do
    if grant.origin == origin then
      return true
    end
  end
  return false
end

local function check_configured(llm, status)
  local origin = origin_of(llm.url)
  info('%s, model %s', llm.url, llm.model or 'the first of the server')
  check_key(llm)
  if is_loopback(llm.url) then
    ok('%s is this machine: nothing leaves it', origin)
    if not serves(llm.url) then
      health.error(
        ('nothing answers at %s'):format(origin),
        'Start that server, or correct the option llm.url.'
      )
    end
  elseif granted(status, origin) then
    ok('you allowed %s', origin)
  else
    info('%s is not allowed yet; the first question asks you', origin)
  end
end

local function check_found(status)
  if not status then
    info('servers on this machine are looked for when a daemon runs')
    return
  end
  local err, result = within(DAEMON_MS, function(done)
    require('openbook.rpc').call('models', {}, done)
  end)
  if err then
    health.warn(err.message)
  elseif #result.found == 0 then
    health.warn('no model server was found; search works without one', connect)
  end
  for _, found in ipairs(err and {} or result.found) do
    ok('%s: %s at %s', found.kind, found.model ~= '' and found.model or 'a model', found.url)
  end
end

local function check_model(status)
  health.start('openbook: model')
  local llm = require('openbook.config').get().llm
  if llm == false then
    info('option llm is false: no model is used')
  elseif llm and llm.url then
    check_configured(llm, status)
  else
    check_found(status)
  end
end

function M.check()
  check_editor()
  local bin = check_program()
  local status = check_daemon(bin)
  check_model(status)
end

return M
