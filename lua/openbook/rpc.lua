-- The wire to the daemon: notifications only, so that the editor never waits.
--
-- Every call has an id of our own, a deadline, and exactly one callback.  A daemon that does not
-- answer a ping in time, or whose channel is closed, is given up: pending calls fail, the user is
-- told once, and the next call starts anew, with back-off.
local M = {}

local uv = vim.uv

local PROTOCOL = 1
local PING_MS = 3000 -- while something is pending
local PONG_MS = 6000
local CONNECT_TRIES, CONNECT_STEP_MS = 40, 50
local CRASHES, CRASH_WINDOW_MS = 5, 180000

---@class (exact) openbook.Error
---@field code string
---@field message string

---@alias openbook.Callback fun(err?: openbook.Error, result?: table)

local state = {
  channel = nil, ---@type integer?
  attached = false,
  attaching = false,
  waiting = {}, ---@type openbook.Callback[] for the connection
  pending = {}, ---@type table<integer, { cb: openbook.Callback, timer: uv.uv_timer_t }>
  asks = {}, ---@type table<integer, fun(event: table)> by ask number
  next_id = 1,
  crashes = {}, ---@type number[]
  last_heard = 0,
  ping = nil, ---@type uv.uv_timer_t?
  progress = '',
  version = nil, ---@type string?
  pid = nil, ---@type integer?
}

local function fail(code, message)
  return { code = code, message = message }
end

local function stop_timer(timer)
  if timer and not timer:is_closing() then
    timer:stop()
    timer:close()
  end
end

local function later(ms, fn)
  local timer = assert(uv.new_timer())
  timer:start(ms, 0, function()
    stop_timer(timer)
    vim.schedule(fn)
  end)
  return timer
end

-- Ends call ID, once.
local function finish(id, err, result)
  local call = state.pending[id]
  if not call then
    return
  end
  state.pending[id] = nil
  stop_timer(call.timer)
  call.cb(err, result)
end

local function drop_all(err)
  local pending, asks, waiting = state.pending, state.asks, state.waiting
  state.pending, state.asks, state.waiting = {}, {}, {}
  for _, call in pairs(pending) do
    stop_timer(call.timer)
    call.cb(err)
  end
  for number, on_event in pairs(asks) do
    on_event({ ask = number, type = 'error', code = err.code, message = err.message })
  end
  for _, cb in ipairs(waiting) do
    cb(err)
  end
end

-- The daemon is gone or hangs.
local function lost(message)
  if not state.channel and not state.attaching then
    return
  end
  if state.channel then
    pcall(vim.fn.chanclose, state.channel)
  end
  stop_timer(state.ping)
  local was_attached = state.attached
  state.channel, state.ping, state.attached, state.attaching = nil, nil, false, false
  state.crashes[#state.crashes + 1] = uv.now()
  package.loaded['openbook.buffers'] = nil -- a new daemon knows no unsaved text
  if was_attached then
    vim.notify('openbook: ' .. message, vim.log.levels.WARN)
  end
  drop_all(fail('connect', message))
end

local function send(method, params)
  local ok = pcall(vim.rpcnotify, state.channel, method, params)
  if not ok then
    vim.schedule(function()
      lost('the daemon is gone; the next question starts it again')
    end)
  end
  return ok
end

local function watch()
  state.last_heard = uv.now()
  state.ping = assert(uv.new_timer())
  state.ping:start(
    PING_MS,
    PING_MS,
    vim.schedule_wrap(function()
      if not state.channel or (not next(state.pending) and not next(state.asks)) then
        state.last_heard = uv.now()
        return
      end
      if uv.now() - state.last_heard > PONG_MS then
        lost('the daemon does not answer; the next question starts it again')
        return
      end
      send('ping', { id = 0 })
    end)
  )
end

local function raw_call(method, params, timeout_ms, cb)
  local id = state.next_id
  state.next_id = id + 1
  params = vim.tbl_extend('force', { id = id }, params)
  local timer = later(timeout_ms, function()
    finish(id, fail('timeout', 'openbook took too long to answer'))
  end)
  state.pending[id] = { cb = cb, timer = timer }
  send(method, params)
end

local function attach(project)
  local config = require('openbook.config').get()
  local notes = vim.tbl_map(function(dir)
    return vim.fn.fnamemodify(vim.fn.expand(dir), ':p')
  end, config.notes)
  local params = {
    protocol = PROTOCOL,
    client = 'nvim ' .. tostring(vim.version()),
    events = 'nvim',
    project = project,
    notes = #notes > 0 and notes or nil,
    config = config.llm and { llm = config.llm } or nil,
  }
  raw_call('attach', params, config.timeout_ms, function(err, result)
    state.attaching = false
    if err then
      local waiting = state.waiting
      state.waiting = {}
      for _, cb in ipairs(waiting) do
        cb(err)
      end
      return
    end
    state.attached = true
    state.version, state.pid = result.version, result.pid
    local waiting = state.waiting
    state.waiting = {}
    for _, cb in ipairs(waiting) do
      cb(nil, result)
    end
  end)
end

-- The project of what the user looks at: a directory; the daemon climbs from there.
local function project_dir()
  local name = vim.api.nvim_buf_get_name(0)
  if name ~= '' and vim.bo.buftype == '' then
    return vim.fn.fnamemodify(name, ':p:h')
  end
  return assert(uv.cwd())
end

local function too_many_crashes()
  local now = uv.now()
  state.crashes = vim.tbl_filter(function(at)
    return now - at < CRASH_WINDOW_MS
  end, state.crashes)
  return #state.crashes >= CRASHES
end

local function connect(tries, started)
  local ok, channel = pcall(vim.fn.sockconnect, 'pipe', require('openbook.daemon').socket(), { rpc = true })
  if ok and channel > 0 then
    state.channel = channel
    watch()
    attach(project_dir())
  elseif not started then
    require('openbook.daemon').start(function(err)
      if err then
        state.attaching = false
        drop_all(fail('failed', err))
      else
        connect(CONNECT_TRIES, true)
      end
    end)
  elseif tries > 0 then
    later(CONNECT_STEP_MS, function()
      connect(tries - 1, true)
    end)
  else
    state.attaching = false
    drop_all(fail('connect', 'the daemon did not open its socket; see :Openbook log'))
  end
end

local function ensure(cb)
  if state.attached then
    cb(nil)
    return
  end
  state.waiting[#state.waiting + 1] = cb
  if state.attaching then
    return
  end
  if too_many_crashes() then
    state.waiting = {}
    cb(fail('failed', 'the daemon ended five times in three minutes; :Openbook restart tries again'))
    return
  end
  state.attaching = true
  local delay = #state.crashes > 0 and math.min(250 * 2 ^ (#state.crashes - 1), 30000) or 0
  if delay > 0 then
    later(delay, function()
      connect(0, false)
    end)
  else
    connect(0, false)
  end
end

--- Calls METHOD; CB exactly once, on the main loop.
---@param method string
---@param params table
---@param cb openbook.Callback
function M.call(method, params, cb)
  ensure(function(err)
    if err then
      cb(err)
    else
      raw_call(method, params, require('openbook.config').get().timeout_ms, cb)
    end
  end)
end

--- Sends METHOD without waiting for an answer; dropped when nothing is connected.
---@param method string
---@param params table
function M.tell(method, params)
  if state.attached then
    send(method, params)
  end
end

--- Calls the method `ask`; ON_EVENT gets every event of it, the last is `done` or `error`.
---@param params table
---@param on_event fun(event: table)
---@param cb openbook.Callback result.ask is the number
function M.ask(params, on_event, cb)
  M.call('ask', params, function(err, result)
    if not err then
      state.asks[result.ask] = on_event
    end
    cb(err, result)
  end)
end

--- What the daemon says.  Called by nvim_exec_lua.
---@param name string
---@param payload table
function M.receive(name, payload)
  state.last_heard = uv.now()
  if name == 'reply' then
    local err = payload.error
    finish(payload.id, err ~= vim.NIL and err or nil, payload.result)
  elseif name == 'ask' then
    local on_event = state.asks[payload.ask]
    if payload.type == 'done' or payload.type == 'error' then
      state.asks[payload.ask] = nil
    end
    if on_event then
      on_event(payload)
    end
  elseif name == 'progress' then
    state.progress = payload.indexing and ('%d/%d'):format(payload.done, payload.total) or ''
    vim.api.nvim_exec_autocmds('User', { pattern = 'OpenbookProgress', data = payload })
  elseif name == 'bye' then
    lost('the daemon has ended; the next question starts it again')
  end
end

--- Forgets the daemon and its crashes; with END, asks it to end first.
---@param done openbook.Callback
function M.restart(done)
  state.crashes = {}
  local function again()
    drop_all(fail('canceled', 'the daemon was restarted'))
    stop_timer(state.ping)
    if state.channel then
      pcall(vim.fn.chanclose, state.channel)
    end
    state.channel, state.ping, state.attached, state.attaching = nil, nil, false, false
    later(100, function()
      M.call('ping', {}, done)
    end)
  end
  if state.attached then
    raw_call('shutdown', {}, 2000, again)
  else
    again()
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

--- For :checkhealth: what is known without asking.
---@return { attached: boolean, version?: string, pid?: integer }
function M.info()
  return { attached = state.attached, version = state.version, pid = state.pid }
end

--- Ends the connection; nothing is called back.
function M.teardown()
  stop_timer(state.ping)
  for _, call in pairs(state.pending) do
    stop_timer(call.timer)
  end
  state.pending, state.asks, state.waiting = {}, {}, {}
  if state.channel then
    pcall(vim.fn.chanclose, state.channel)
    state.channel = nil
  end
  state.attached, state.attaching = false, false
end

vim.api.nvim_create_autocmd('VimLeavePre', {
  group = vim.api.nvim_create_augroup('openbook.rpc', {}),
  desc = 'openbook: leave the daemon',
  callback = M.teardown,
})

return M
