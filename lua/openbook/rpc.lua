-- The wire to the daemon: notifications only, so that the editor never waits.
--
-- Every call has an id of our own, a deadline and exactly one callback.  Calls wait in a queue
-- until the daemon is there and knows the call's project: one connection serves all projects of the
-- editor, `attach` is sent again when the project at hand changes.  A daemon whose channel is
-- closed, or that is silent while something is pending, is given up: calls fail, the user is told
-- once, and it is started again with back-off.
local M = {}

local uv = vim.uv
local timer = require('openbook.timer')

M.PROTOCOL = 1
local TICK_MS = 500 -- while something is pending
local PING_TICKS, SILENT_TICKS = 4, 12
local CRASHES, CRASH_WINDOW_MS = 5, 180000
local CONNECT_TRIES = 2
local SHUTDOWN_MS, GONE_TRIES, GONE_STEP_MS = 2000, 30, 100
local FIRST_DELAY_MS, LAST_DELAY_MS = 250, 30000

---@class (exact) openbook.Error
---@field code string
---@field message string one sentence to show
---@field told? boolean the user has seen it already

---@alias openbook.Callback fun(err?: openbook.Error, result?: table)

---@class (exact) openbook.Attached
---@field root string the project's root
---@field version string
---@field pid integer
---@field generation integer of the options that were sent
---@field added string[] folders that the user added for every project

---@class (exact) openbook.Op
---@field dir string
---@field texts boolean it looks at texts: what is typed is sent first
---@field flushed? boolean that is done; false while it is being done
---@field id? integer of the call, once it is sent
---@field run fun(err?: openbook.Error)

local state = {
  -- off: no channel; connecting: a daemon is looked for or started; attaching: its answer to
  -- `attach` is awaited; ready: calls can be sent
  phase = 'off', ---@type 'off'|'connecting'|'attaching'|'ready'
  channel = nil, ---@type integer?
  attached = nil, ---@type openbook.Attached?
  queue = {}, ---@type openbook.Op[]
  pending = {}, ---@type table<integer, { cb: openbook.Callback, deadline: uv.uv_timer_t }>
  asks = {}, ---@type table<integer, fun(event: table)> by ask number
  next_id = 1,
  crashes = {}, ---@type number[]
  silent = 0, -- ticks since the daemon was heard
  watch = nil, ---@type uv.uv_timer_t?
  retry = nil, ---@type uv.uv_timer_t?
  second = {}, ---@type fun(canceled: boolean)[] calls that wait for retry, to be sent once more
  leaving = nil, ---@type fun()? what to do when the daemon has ended as it was told to
  progress = '',
}

-- The root of each directory that was attached: which buffers share a project.
local roots = {} ---@type table<string, string>

local warned = {} ---@type table<string, true>

local pump

local function fail(code, message)
  return { code = code, message = message }
end

local function emit(name, data)
  vim.api.nvim_exec_autocmds('User', { pattern = name, data = data, modeline = false })
end

-- A mistake in one callback must not take the others with it.
local function guarded(fn, ...)
  local ok, err = xpcall(fn, debug.traceback, ...)
  if not ok then
    vim.notify('openbook: ' .. err, vim.log.levels.ERROR)
  end
end

-- ---------------------------------------------------------------- calls
-- Ends call ID, once.
local function finish(id, err, result)
  local call = state.pending[id]
  if call then
    state.pending[id] = nil
    timer.stop(call.deadline)
    guarded(call.cb, err, result)
  end
end

local function fail_queue(err)
  local queue = state.queue
  state.queue = {}
  for _, op in ipairs(queue) do
    guarded(op.run, err)
  end
end

local function drop_all(err)
  local pending, asks = state.pending, state.asks
  state.pending, state.asks = {}, {}
  for _, call in pairs(pending) do
    timer.stop(call.deadline)
    guarded(call.cb, err)
  end
  for number, on_event in pairs(asks) do
    guarded(on_event, {
      ask = number,
      type = 'error',
      code = err.code,
      message = err.message,
      told = err.told,
    })
  end
  fail_queue(err)
end

local function is_alive()
  if not state.channel then
    return false
  end
  local ok, info = pcall(vim.api.nvim_get_chan_info, state.channel)
  return ok and info.id ~= nil
end

local function send(method, params)
  if state.channel then
    pcall(vim.rpcnotify, state.channel, method, params) -- a dead channel is noticed by the watch
  end
end

-- ---------------------------------------------------------------- the end of a connection
local function end_second(canceled)
  local second = state.second
  state.second = {}
  for _, fn in ipairs(second) do
    guarded(fn, canceled)
  end
end

local function close()
  timer.stop(state.watch)
  timer.stop(state.retry)
  if state.channel then
    pcall(vim.fn.chanclose, state.channel)
  end
  state.watch, state.retry, state.channel = nil, nil, nil
  state.phase, state.attached, state.silent, state.progress = 'off', nil, 0, ''
  state.leaving = nil
  end_second(true)
end

-- How often the daemon ended in the last minutes.
local function recent_crashes()
  local now = uv.now()
  state.crashes = vim.tbl_filter(function(at)
    return now - at < CRASH_WINDOW_MS
  end, state.crashes)
  return #state.crashes
end

-- The daemon is gone or hangs.  One notification a series of crashes, and one when we give up.
local function lost(what)
  if state.leaving then
    return state.leaving() -- as we wished
  end
  -- A channel that is open has its process, and that holds the lock: the number is its own.
  local pid = is_alive()
    and (state.attached and state.attached.pid or require('openbook.daemon').pid())
  if pid and pid > 1 then
    uv.kill(pid, 'sigkill')
  end
  close()
  table.insert(state.crashes, uv.now())
  local count = recent_crashes()
  local again = count < CRASHES
  local message = again and ('the daemon %s; it is started again'):format(what)
    or ('the daemon %s, %d times in three minutes; :Openbook restart tries again'):format(
      what,
      count
    )
  if count == 1 or not again then
    vim.notify('openbook: ' .. message, vim.log.levels.WARN)
  end
  if again then
    state.retry = timer.after(math.min(FIRST_DELAY_MS * 2 ^ (count - 1), LAST_DELAY_MS), function()
      state.retry = nil
      M.call('ping', {}, function() end)
      end_second(false)
    end)
  end
  local err = fail('connect', message)
  err.told = true
  drop_all(err)
  emit('OpenbookLost', { message = message })
end

local function is_busy()
  return next(state.pending) ~= nil or next(state.asks) ~= nil
end

-- Ticks are counted, not time: an editor that was suspended, or stood at a prompt, must not take
-- its own absence for the daemon's.
local function tick()
  if not is_busy() then
    timer.stop(state.watch)
    state.watch = nil
  elseif not is_alive() then
    lost('has ended')
  elseif state.silent >= SILENT_TICKS then
    lost('does not answer')
  else
    state.silent = state.silent + 1
    if state.silent % PING_TICKS == 0 then
      send('ping', { id = 0 })
    end
  end
end

local function watch()
  if not state.watch then
    state.silent = 0
    state.watch = timer.every(TICK_MS, tick)
  end
end

-- Returns its id.
local function raw_call(method, params, timeout_ms, cb)
  local id = state.next_id
  state.next_id = id + 1
  local deadline = timer.after(timeout_ms, function()
    finish(id, fail('timeout', 'openbook took too long to answer'))
  end)
  state.pending[id] = { cb = cb, deadline = deadline }
  watch()
  send(method, vim.tbl_extend('force', params, { id = id }))
  return id
end

-- ---------------------------------------------------------------- the beginning of a connection
local function attach_params(dir)
  local config = require('openbook.config').get()
  local notes = vim.tbl_map(require('openbook.project').absolute, config.notes)
  return {
    protocol = M.PROTOCOL,
    client = 'nvim ' .. tostring(vim.version()),
    events = 'nvim',
    project = dir,
    notes = #notes > 0 and notes or nil,
    one_file_system = config.one_file_system or nil,
    config = config.llm and { llm = config.llm } or nil,
  }
end

local function is_attached_to(dir)
  return state.attached ~= nil
    and state.attached.root == roots[dir]
    and state.attached.generation == require('openbook.config').generation()
end

-- What is queued for DIR fails; the rest goes on.
local function refuse(dir, err)
  local queue = state.queue
  state.queue = {}
  for _, op in ipairs(queue) do
    if op.dir == dir then
      guarded(op.run, err)
    else
      table.insert(state.queue, op)
    end
  end
end

local function warn_once(sentence)
  if not warned[sentence] then
    warned[sentence] = true
    vim.notify('openbook: notes: ' .. sentence, vim.log.levels.WARN)
  end
end

-- A notes folder that is gone does not take the project away, but is worth a sentence, once.
-- Returns the folders that were added by the user.
local function look_at_shelves(result)
  local added = {}
  for _, shelf in ipairs(result.shelves or {}) do
    if shelf.error then
      warn_once(shelf.error)
    end
    if shelf.added then
      table.insert(added, shelf.root)
    end
  end
  for _, problem in ipairs(result.problems or {}) do
    warn_once(problem)
  end
  return added
end

local function on_attached(dir, generation, result)
  local first = state.attached == nil
  roots[dir] = result.project
  state.attached = {
    root = result.project,
    version = result.version,
    pid = result.pid,
    generation = generation,
    added = look_at_shelves(result),
  }
  if first then
    require('openbook.buffers').begin()
  end
  emit('OpenbookAttached', { root = result.project, version = result.version, pid = result.pid })
end

local function attach(dir)
  local config = require('openbook.config')
  local generation = config.generation()
  state.phase = 'attaching'
  raw_call('attach', attach_params(dir), config.get().timeout_ms, function(err, result)
    if not state.channel then
      return -- lost, and told
    end
    state.phase = 'ready'
    if err then
      refuse(dir, err)
      if not state.attached then
        close()
      end
    else
      on_attached(dir, generation, result)
    end
    pump()
  end)
end

local function try_socket()
  local path = require('openbook.daemon').socket()
  if require('openbook.daemon').distrust() then
    return false -- starting a daemon may mend that, or says what is wrong
  end
  local ok, channel = pcall(vim.fn.sockconnect, 'pipe', path, { rpc = true })
  if not ok or channel <= 0 then
    return false
  end
  state.channel = channel
  return true
end

local function connected()
  state.phase = 'ready'
  pump()
end

-- TRIES: one that is just ending may still hold the place.
local function connect(tries)
  state.phase = 'connecting'
  if try_socket() then
    return connected()
  end
  require('openbook.daemon').start(function(err)
    if state.phase ~= 'connecting' then
      return -- the editor is leaving
    elseif try_socket() then -- also when another editor was faster
      return connected()
    end
    local wrong = require('openbook.daemon').distrust()
    if tries > 0 and not wrong then
      state.retry = timer.after(FIRST_DELAY_MS, function()
        connect(tries - 1)
      end)
      return
    end
    state.phase = 'off'
    err = wrong or err
    fail_queue(fail('failed', err or 'the daemon did not open its socket; see :Openbook log'))
  end)
end

-- Whether what is typed is with the daemon, so that OP may go; else it goes behind the last piece.
local function has_texts(op)
  if op.texts and op.flushed == nil then
    local at_once = true
    op.flushed = false
    require('openbook.buffers').flush(function()
      op.flushed = true
      if not at_once then
        pump()
      end
    end)
    at_once = false
  end
  return op.flushed ~= false
end

-- Sends what is queued, as far as that is possible now.
function pump()
  while state.queue[1] do
    if state.phase == 'off' then
      connect(CONNECT_TRIES)
    end
    if state.phase ~= 'ready' then
      return
    elseif not is_alive() then
      close() -- it went while nobody asked: nothing is lost, a new one is started
    elseif not is_attached_to(state.queue[1].dir) then
      return attach(state.queue[1].dir)
    elseif not has_texts(state.queue[1]) then
      return
    else
      table.remove(state.queue, 1).run()
    end
  end
end

-- ---------------------------------------------------------------- for the other modules
-- Methods that look at texts: what is typed goes to the daemon first.
local wants_texts = { search = true, ask = true, why = true }

-- Methods that change nothing.  One whose daemon went away is sent once more, to the next daemon.
local only_looks = { search = true, status = true, why = true }

-- CB; where METHOD may be tried again and a new daemon is about to be started, that is waited for.
local function with_second_try(method, params, cb, options)
  if not only_looks[method] or options.is_second then
    return cb
  end
  return function(err, result)
    if not (err and err.code == 'connect' and state.retry) then
      return cb(err, result)
    end
    table.insert(state.second, function(canceled)
      if canceled then
        return cb(err)
      end
      M.call(method, params, cb, vim.tbl_extend('force', options, { is_second = true }))
    end)
  end
end

--- Calls METHOD for the project at hand; CB exactly once, on the main loop.
---@param method string
---@param params table
---@param cb openbook.Callback
---@param options? { timeout_ms?: integer, dir?: string, is_second?: boolean } dir: of a project
---@return openbook.Op?
function M.call(method, params, cb, options)
  options = vim.tbl_extend('keep', options or {}, {
    timeout_ms = require('openbook.config').get().timeout_ms,
    dir = require('openbook.project').current(),
  })
  if recent_crashes() >= CRASHES then
    local message =
      'the daemon ended too often; :Openbook restart tries again, :Openbook log says more'
    cb(fail('failed', message))
    return nil
  end
  local op = { dir = options.dir, texts = wants_texts[method] or false } ---@type openbook.Op
  function op.run(err)
    local on_end = with_second_try(method, params, cb, options)
    if err then
      return on_end(err)
    end
    op.id = raw_call(method, params, options.timeout_ms, on_end)
  end
  table.insert(state.queue, op)
  pump()
  return op
end

--- Sends METHOD at once; dropped, and not called back, when nothing is attached.  CB, if there is
--- one, gets the answer.
---@param method string
---@param params table
---@param cb? openbook.Callback
function M.tell(method, params, cb)
  if state.attached and cb then
    raw_call(method, params, require('openbook.config').get().timeout_ms, cb)
  elseif state.attached then
    send(method, params)
  end
end

--- Calls the method `ask`; ON_EVENT gets every event of it, the last is `done` or `error`.
---@param params table
---@param on_event fun(event: table)
---@param cb openbook.Callback result.ask is the number
---@return openbook.Op?
function M.ask(params, on_event, cb)
  return M.call('ask', params, function(err, result)
    if not err then
      state.asks[result.ask] = on_event
    end
    cb(err, result)
  end)
end

--- Takes OP, a call of `ask` whose number is not known, back: it is not sent any more, and then not
--- called back either, or canceled right behind what was sent.
---@param op openbook.Op
function M.take_back(op)
  if op.id then
    return M.tell('cancel', { call = op.id })
  end
  state.queue = vim.tbl_filter(function(other)
    return other ~= op
  end, state.queue)
end

local function on_ask_event(payload)
  local on_event = state.asks[payload.ask]
  if payload.type == 'done' or payload.type == 'error' then
    state.asks[payload.ask] = nil
  end
  if on_event then
    guarded(on_event, payload)
  end
end

local function on_bye(reason)
  if state.leaving then
    return state.leaving()
  end
  local busy = is_busy() or #state.queue > 0
  close()
  local err = fail('connect', ('the daemon has ended: %s'):format(reason or 'no reason given'))
  if busy then
    drop_all(err)
  end
  emit('OpenbookLost', { message = err.message })
end

--- What the daemon says.  Called by nvim_exec_lua.
---@param name string
---@param payload table
function M.receive(name, payload)
  state.silent = 0
  if type(payload) ~= 'table' then
    return
  elseif name == 'reply' then
    local err = payload.error
    finish(payload.id, type(err) == 'table' and err or nil, payload.result)
  elseif name == 'ask' then
    on_ask_event(payload)
  elseif name == 'progress' then
    state.progress = payload.indexing and ('%d/%d'):format(payload.done, payload.total) or ''
    emit('OpenbookProgress', payload)
  elseif name == 'shelves' then
    if state.attached then
      state.attached.added = payload.added
    end
    emit('OpenbookShelves', payload)
  elseif name == 'bye' then
    on_bye(payload.reason)
  end
end

-- Calls DONE when the socket of a daemon that leaves is gone, or after TRIES.
local function when_gone(tries, done)
  if tries == 0 or not uv.fs_stat(require('openbook.daemon').socket()) then
    return done()
  end
  state.retry = timer.after(GONE_STEP_MS, function()
    when_gone(tries - 1, done)
  end)
end

--- Ends the daemon, forgets its crashes and starts a new one.
---@param done openbook.Callback
function M.restart(done)
  local function again()
    roots, state.crashes = {}, {}
    M.call('ping', {}, done)
  end
  local called = false
  local function ended()
    if called then
      return
    end
    called = true
    close()
    drop_all(fail('canceled', 'the daemon was restarted'))
    when_gone(GONE_TRIES, again)
  end
  if state.attached and is_alive() then
    state.leaving = ended
    raw_call('shutdown', {}, SHUTDOWN_MS, ended)
  else
    ended()
  end
end

--- For the status line.
---@return string
function M.summary()
  if not state.attached then
    return ''
  end
  return state.progress ~= '' and ('openbook ' .. state.progress) or 'openbook'
end

--- What is known without asking.
---@return openbook.Attached?
function M.info()
  return state.attached
end

--- Ends the connection; nothing is called back.
function M.teardown()
  for _, call in pairs(state.pending) do
    timer.stop(call.deadline)
  end
  state.pending, state.asks, state.queue, state.second = {}, {}, {}, {}
  close()
end

vim.api.nvim_create_autocmd('VimLeavePre', {
  group = vim.api.nvim_create_augroup('openbook.rpc', {}),
  desc = 'openbook: leave the daemon',
  callback = M.teardown,
})

return M
