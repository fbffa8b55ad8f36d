-- What the plugin costs a real Neovim, and how soon what is typed or saved is found: `nvim -l
-- tests/bench/editor.lua` (tests/bench/editor.sh).  Not a test: prints figures, one a line;
-- docs/performance.md tells them.
--
-- A stall is the longest time between two polls of the editor's main loop after an operation, which
-- is itself not counted: on the clock, and in CPU time of the editor, which other programs of a
-- busy machine do not lengthen.  The same is measured without the plugin first.
package.path = vim.fn.getcwd() .. '/tests/lua/?.lua;' .. package.path

local child = require('child')
local uv = vim.uv

local LINES = 100000
local FILES = 500
local WINDOW_MS = tonumber(vim.env.OPENBOOK_BENCH_WINDOW_MS) or 800 -- in which a stall would come
local REPEAT = tonumber(vim.env.OPENBOOK_BENCH_REPEAT) or 1 -- times as many repetitions

-- ---------------------------------------------------------------- figures
local function percentile(series, percent)
  local sorted = vim.deepcopy(series)
  table.sort(sorted)
  return sorted[math.max(1, math.ceil(#sorted * percent / 100))] or 0 / 0
end

local function figure(what, series)
  print(
    ('  %-50s %8.2f %8.2f %8.2f ms  (%d)'):format(
      what,
      percentile(series, 50),
      percentile(series, 99),
      percentile(series, 100),
      #series
    )
  )
end

-- Lets MS pass: what is measured happens meanwhile.
local function rest(ms)
  vim.wait(ms, function() end, ms)
end

-- A word that nothing else holds.
local words = 0
local function new_word()
  words = words + 1
  local n, word = words, 'zq'
  for _ = 1, 4 do
    word = word .. string.char(97 + n % 26)
    n = math.floor(n / 26)
  end
  return word .. 'xv'
end

-- ---------------------------------------------------------------- the project
local function make_project(t)
  for i = 1, FILES do
    local lines = {}
    for k = 1, 40 do
      lines[k] = ('int value_%d_%d(int x); /* 값 %d */'):format(i, k, k)
    end
    t:write(('src/file_%d.c'):format(i), table.concat(lines, '\n') .. '\n')
  end
  local lines = {}
  for i = 1, LINES do
    lines[i] = ('row %d'):format(i % 1000)
  end
  t:write('big.txt', table.concat(lines, '\n') .. '\n')
  t:write('notes/small.md', '# 메모\n\n' .. ('한 줄의 글 a line\n'):rep(40))
end

-- ---------------------------------------------------------------- in the editor
local MEASURE = [[
  local uv = vim.uv
  bench = {}

  -- How long what the plugin does on the main loop takes.
  local function timed(fn)
    return function(...)
      local start = os.clock()
      local result = fn(...)
      bench.own = math.max(bench.own or 0, os.clock() - start)
      return result
    end
  end
  local attach = vim.api.nvim_buf_attach
  vim.api.nvim_buf_attach = function(buf, send, options)
    for name, value in pairs(options) do
      options[name] = type(value) == 'function' and timed(value) or value
    end
    return attach(buf, send, options)
  end
  local timers = require('openbook.timer')
  local after = timers.after
  timers.after = function(ms, fn)
    return after(ms, timed(fn))
  end

  -- What the loop does between two polls.
  local before, behind = assert(uv.new_prepare()), assert(uv.new_check())
  local busy_ns, busy_s, since_ns, since_s
  local function awake()
    since_ns, since_s = uv.hrtime(), os.clock()
  end
  local function asleep()
    busy_ns = math.max(busy_ns, uv.hrtime() - since_ns)
    busy_s = math.max(busy_s, os.clock() - since_s)
  end
  function bench.finish()
    before:stop()
    behind:stop()
    return { clock = busy_ns / 1e6, cpu = busy_s * 1e3, own = bench.own * 1e3 }
  end

  -- Runs FN; what comes after it is measured.  Returns how long FN took, in ms of CPU.
  function bench.run(fn)
    collectgarbage()
    bench.own, busy_ns, busy_s = 0, 0, 0
    local start = os.clock()
    fn()
    local took = (os.clock() - start) * 1e3
    before:start(asleep)
    behind:start(awake)
    awake()
    return took
  end

  -- Asks the daemon again and again, and without sending anything before, until WORD is found.
  local polls = assert(uv.new_timer())
  function bench.watch_changes()
    vim.api.nvim_buf_attach(0, false, {
      on_lines = function()
        bench.changed = uv.hrtime()
      end,
    })
  end
  function bench.poll(word)
    bench.found = nil
    local rpc, channel = require('openbook.rpc')
    for _, chan in ipairs(vim.api.nvim_list_chans()) do
      channel = chan.stream == 'socket' and chan.mode == 'rpc' and chan.id or channel
    end
    bench.receive = bench.receive or rpc.receive
    rpc.receive = function(name, payload)
      if name ~= 'reply' or payload.id < 1000000 then
        return bench.receive(name, payload)
      end
      for _, hit in ipairs(payload.result and payload.result.results or {}) do
        if hit.snippet:find(word, 1, true) and not bench.found then
          bench.found = uv.hrtime()
          polls:stop()
        end
      end
    end
    local id = 1000000
    polls:start(0, 4, vim.schedule_wrap(function()
      id = id + 1
      if not bench.found then
        vim.rpcnotify(channel, 'search', { query = word, wait_ms = 0, limit = 3, id = id })
      end
    end))
  end
]]

local function open(t, file)
  local nvim = t:nvim({ files = { file } })
  nvim:lua(MEASURE)
  return nvim
end

local function use_plugin(nvim)
  nvim:lua([[require('openbook.rpc').call('status', { wait_ms = 60000 }, function(err)
    assert(not err, err and err.message)
    bench.ready = true
  end, { timeout_ms = 60000 })]])
  nvim:wait('the index', 'return bench.ready', 60000)
end

-- ---------------------------------------------------------------- (a) typed to searchable
local function typed(nvim, n)
  local series = {}
  nvim:lua('bench.watch_changes()')
  for _ = 1, n do
    local word = new_word()
    nvim:keys('Go' .. word .. ' 방금<Esc>')
    nvim:wait(
      'the word',
      [[return vim.fn.mode() == 'n' and vim.fn.search(..., 'n') > 0]],
      nil,
      word
    )
    nvim:lua('bench.poll(...)', word)
    nvim:wait('the word in a search', 'return bench.found ~= nil')
    table.insert(series, nvim:lua('return (bench.found - bench.changed) / 1e6'))
    rest(250)
  end
  return series
end

-- ---------------------------------------------------------------- (b) stalls
local OPERATIONS = {
  {
    'a character typed',
    40,
    [[vim.api.nvim_buf_set_text(0, 49999, 0, 49999, 0, { 'x' })]],
  },
  {
    'a paste of 1,000 lines',
    20,
    [[
      local lines = {}
      for i = 1, 1000 do lines[i] = 'pasted ' .. i end
      vim.api.nvim_win_set_cursor(0, { 50000, 0 })
      vim.api.nvim_put(lines, 'l', true, false)]],
  },
  { ':%s over all lines', 10, [[vim.cmd('silent %s/row/raw/')]], 'undo of it' },
}

local function measure(nvim, code)
  local took = nvim:lua(('return bench.run(function() %s end)'):format(code))
  rest(WINDOW_MS)
  local got = nvim:lua('return bench.finish()')
  got.took = took
  return got
end

local function column(results, name)
  return vim.tbl_map(function(result)
    return result[name]
  end, results)
end

local function show(what, results)
  figure(what .. ': itself (CPU)', column(results, 'took'))
  figure(what .. ': longest call of ours (CPU)', column(results, 'own'))
  figure(what .. ': stall (CPU)', column(results, 'cpu'))
  figure(what .. ': stall (clock)', column(results, 'clock'))
end

-- SHARE: of the usual number of repetitions.
local function stalls(nvim, share)
  for _, operation in ipairs(OPERATIONS) do
    local name, n, code, undo = unpack(operation)
    local results, undone = {}, {}
    for _ = 1, math.ceil(n * share * REPEAT) do
      table.insert(results, measure(nvim, code))
      if undo then
        table.insert(undone, measure(nvim, [[vim.cmd('silent undo')]]))
      end
    end
    show(name, results)
    if undo then
      show(undo, undone)
    end
  end
end

-- ---------------------------------------------------------------- (c) saved to searchable
package.loaded['openbook.rpc'] = { receive = function() end }

-- Another client, which sees the disk alone.
local function other_client(t)
  local channel = vim.fn.sockconnect('pipe', t.dir .. '/run/s', { rpc = true })
  vim.rpcrequest(
    channel,
    'attach',
    { protocol = 1, client = 'bench', events = 'nvim', project = t.project }
  )
  return channel
end

local function finds(channel, word)
  local result = vim.rpcrequest(channel, 'search', { query = word, wait_ms = 0, limit = 3 })
  for _, hit in ipairs(result.results) do
    if hit.snippet:find(word, 1, true) then
      return true
    end
  end
  return false
end

local function saved(t, nvim, n)
  local whole, after = {}, {}
  local channel = other_client(t)
  for _ = 1, n do
    local word = new_word()
    nvim:request('nvim_buf_set_lines', 0, -1, -1, false, { word .. ' 저장' })
    rest(20)
    local start = uv.hrtime()
    nvim:cmd('silent write')
    local written = uv.hrtime()
    while not finds(channel, word) do
      rest(1)
    end
    local now = uv.hrtime()
    table.insert(whole, (now - start) / 1e6)
    table.insert(after, (now - written) / 1e6)
    rest(100)
  end
  vim.fn.chanclose(channel)
  return whole, after
end

-- ---------------------------------------------------------------- all of it
local t = child.new()
t.watchdog:stop() -- this takes longer than a case of a test
local ok, err = xpcall(function()
  make_project(t)
  print(('Neovim %s: median, 99 of 100, worst  (how often)'):format(tostring(vim.version())))
  local small = open(t, 'notes/small.md')
  use_plugin(small)
  figure('typed to searchable', typed(small, 40 * REPEAT))
  local whole, after = saved(t, small, 60 * REPEAT)
  figure(':w to searchable by others', whole)
  figure('... after the file was written', after)
  small:cmd('bwipeout!')
  local big = open(t, 'big.txt')
  print((' %d lines, without openbook:'):format(LINES))
  stalls(big, 0.5)
  big:cmd('silent edit!')
  use_plugin(big)
  print((' %d lines, with openbook:'):format(LINES))
  stalls(big, 1)
  figure('typed to searchable', typed(big, 15 * REPEAT))
end, debug.traceback)
t:finish(not ok)
if not ok then
  print(err)
  os.exit(1)
end
