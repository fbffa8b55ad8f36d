-- Unsaved text: the daemon is told what is typed, at most a few times a second, and once more
-- before each question, so that what was just typed is found.  A text that was written, reloaded or
-- closed is taken back: then the disk counts again.
--
-- A short text is sent whole each time.  Of a long one the changed lines are sent, and what is long
-- goes in pieces with the editor's work between them, so that nobody waits for it.  Each watched
-- buffer has a window: the lines that the daemon does not have as they are, and how many lines it
-- has in their place.  An edit widens the window, a piece that was sent shrinks it.
local M = {}

local uv = vim.uv
local timer = require('openbook.timer')

local DELAY_MS = 150
-- A long text is analysed again after each message: while somebody types, seldom.
local BIG_BYTES, BIG_DELAY_MS = 256 * 1024, 1000
-- After :w the daemon needs a moment to notice; until then it has the text from us.
local SETTLE_MS = 500
local MAX_CONTEXT_BYTES = 16 * 1024 * 1024 -- as of one unsaved text
local MAX_OPEN = 32
local PAUSE_MS = 1 -- between two pieces
local MAX_REFUSED = 3 -- in a row: then only the next edit tries again
-- Undo of a long substitution tells of each line.  After so many we listen no more, and the text is
-- sent anew.
local MANY_EDITS = 300

--- Sizes in bytes; tests make them smaller.
M.limits = {
  text = 4 * 1024 * 1024, -- a longer one is not sent at all
  whole = 32 * 1024, -- up to this a text is sent whole
  piece = 64 * 1024, -- about the size of a piece, but
  lines = 2000, -- no more than so many: each is a string to be made, and the editor waits meanwhile
}

---@class (exact) openbook.Window
---@field first integer line, from 0
---@field last integer the line behind it
---@field old integer how many lines the daemon has in its place

---@class (exact) openbook.Known
---@field path string
---@field begun? boolean something of the text is with the daemon
---@field stale? boolean what is with the daemon is no base for pieces: it must be sent whole
---@field lines integer that the text should have by what we were told, once it is begun
---@field window? openbook.Window what is to be sent; nil: the daemon has all, as of tick
---@field tick? integer changedtick of the text that the daemon has
---@field settled? integer when the text may be taken back (uv.now)
---@field disk? string what the file was when it was written: until it is another one
---@field changed_ms? integer when it was changed last (uv.now)
---@field since_ms? integer when it was first changed after it was sent
---@field edits integer that we were told of since it was sent
---@field deaf? boolean there were too many: we hear of none until it is sent
---@field refused integer pieces that the daemon refused, in a row

local known = {} ---@type table<integer, openbook.Known> by watched buffer
local dirty = {} ---@type table<integer, true>
local sending = {} ---@type table<integer, true> pieces are still to come
local pending ---@type uv.uv_timer_t?
local next_piece ---@type uv.uv_timer_t?
local waiting = {} ---@type fun()[] for the last piece

-- ---------------------------------------------------------------- texts
--- The text of BUF as it would be written.
---@param buf integer
---@param first? integer 1-based
---@param last? integer
---@return string
function M.text(buf, first, last)
  local lines = vim.api.nvim_buf_get_lines(buf, (first or 1) - 1, last or -1, false)
  return table.concat(lines, '\n') .. '\n'
end

--- Lines of BUF as the context of a question (docs/protocol.md): as they are in the editor.  Or nil
--- and why not: the daemon takes no message without end.
---@param buf integer
---@param first integer 1-based
---@param last integer
---@return table? context
---@return string? wrong
function M.context(buf, first, last)
  buf = buf == 0 and vim.api.nvim_get_current_buf() or buf
  local bytes = vim.api.nvim_buf_get_offset(buf, last) - vim.api.nvim_buf_get_offset(buf, first - 1)
  if bytes > MAX_CONTEXT_BYTES then
    local wrong =
      'these %d lines are %d MB, and a question can be about %d MB: give a smaller range'
    return nil,
      wrong:format(last - first + 1, math.ceil(bytes / 1048576), MAX_CONTEXT_BYTES / 1048576)
  end
  return {
    path = require('openbook.project').is_file(buf) and vim.api.nvim_buf_get_name(buf) or nil,
    text = M.text(buf, first, last),
    first_line = first,
    last_line = last,
  }
end

--- The files that are open, the one used last first: they are likelier to be meant.
---@return string[]
function M.open_files()
  local infos = vim.tbl_filter(function(info)
    return info.loaded == 1 and require('openbook.project').is_file(info.bufnr)
  end, vim.fn.getbufinfo({ buflisted = 1 }))
  local current = vim.api.nvim_get_current_buf()
  table.sort(infos, function(a, b)
    if a.lastused == b.lastused then -- whole seconds
      return a.bufnr == current and b.bufnr ~= current
    end
    return a.lastused > b.lastused
  end)
  local names = {}
  for i = 1, math.min(#infos, MAX_OPEN) do
    names[i] = vim.api.nvim_buf_get_name(infos[i].bufnr)
  end
  return names
end

--- CONTEXT with what is open in it, as the daemon is told of it.
---@param context? table
---@return table
function M.with_open(context)
  return vim.tbl_extend('force', context or {}, { open = M.open_files() })
end

local function size_of(buf)
  return vim.api.nvim_buf_get_offset(buf, vim.api.nvim_buf_line_count(buf))
end

-- Which version of a file is on the disk; '' when there is none.
local function disk_of(path)
  local s = uv.fs_stat(path)
  return s and ('%d.%d %d %d'):format(s.mtime.sec, s.mtime.nsec, s.size, s.ino) or ''
end

local touched, later, listen

-- ---------------------------------------------------------------- the window
-- The lines FIRST to LAST were replaced; they end before NEW_LAST now.
local function widen(k, first, last, new_last)
  local w = k.window
  k.lines = k.lines + new_last - last
  if not w then
    k.window = { first = first, last = new_last, old = last - first }
    return
  end
  w.old = w.old + math.max(w.first - first, 0) + math.max(last - w.last, 0)
  w.first = math.min(w.first, first)
  w.last = math.max(w.last, last) + new_last - last
end

-- All of the text is to be sent, whatever the daemon has.
local function start_anew(k, buf)
  if k.deaf then
    listen(buf)
  end
  k.lines = vim.api.nvim_buf_line_count(buf)
  k.window = { first = 0, last = k.lines, old = 0 }
  k.begun, k.stale = false, false
end

-- ---------------------------------------------------------------- sending

-- The daemon does not have what we think it has.
local function refused(k, buf, err)
  if not err then
    k.refused = 0
  elseif known[buf] == k then
    k.stale, k.tick, k.refused = true, nil, k.refused + 1
    if k.refused <= MAX_REFUSED then
      dirty[buf] = true
      later(DELAY_MS)
    end
  end
end

-- How many lines of BUF make a piece.
local function lines_of_a_piece(buf)
  local average = math.max(size_of(buf) / vim.api.nvim_buf_line_count(buf), 1)
  return math.min(math.max(math.floor(M.limits.piece / average), 1), M.limits.lines)
end

-- Sends the first lines of the window; true when those were all.
local function send_piece(k, buf)
  -- Of a buffer that is emptied we are told that no line is left; there is one.
  if k.stale or k.lines ~= vim.api.nvim_buf_line_count(buf) then
    start_anew(k, buf)
  end
  local w = k.window
  local n = math.min(w.last - w.first, lines_of_a_piece(buf))
  local more = w.first + n < w.last
  local params = {
    path = k.path,
    text = n > 0 and M.text(buf, w.first + 1, w.first + n) or '',
    more = more or nil,
  }
  if k.begun then
    params.first_line, params.removed = w.first + 1, w.old
    params.lines = not more and k.lines or nil
  end
  local on_reply = params.lines and function(err)
    refused(k, buf, err)
  end
  require('openbook.rpc').tell('update', params, on_reply)
  k.begun = true
  w.first, w.old = w.first + n, 0
  if more then
    return false
  end
  k.window, k.tick, k.since_ms = nil, vim.api.nvim_buf_get_changedtick(buf), nil
  k.edits = 0
  return true
end

local function end_if_sent()
  if next(sending) == nil then
    local done = waiting
    waiting = {}
    for _, fn in ipairs(done) do
      fn()
    end
  end
end

-- Sends a piece of each text that is on its way, a moment later, until all are there.
local function send_rest()
  next_piece = next_piece
    or timer.after(PAUSE_MS, function()
      next_piece = nil
      for _, buf in ipairs(vim.tbl_keys(sending)) do
        local k = known[buf]
        if not vim.api.nvim_buf_is_loaded(buf) or not k or not k.window or send_piece(k, buf) then
          sending[buf] = nil
        end
      end
      if next(sending) ~= nil then
        send_rest()
      end
      end_if_sent()
    end)
end

-- Brings what the daemon has up to the text of BUF.
local function push(k, buf)
  local tick = vim.api.nvim_buf_get_changedtick(buf)
  if sending[buf] or (k.begun and k.tick == tick and not k.window and not k.stale) then
    return
  end
  -- A change that nobody told us of.
  local unknown = k.begun and not k.window and k.tick ~= tick
  if k.stale or unknown or not k.begun or size_of(buf) <= M.limits.whole then
    start_anew(k, buf)
  end
  if not send_piece(k, buf) then
    sending[buf] = true
    send_rest()
  end
end

local function take_back(k, buf)
  sending[buf] = nil
  k.window, k.stale, k.tick, k.settled, k.since_ms, k.edits = nil, nil, nil, nil, nil, 0
  if k.begun then
    k.begun = nil
    require('openbook.rpc').tell('update', { path = k.path, text = vim.NIL })
  end
  end_if_sent()
end

-- ---------------------------------------------------------------- when to send
local function is_too_long(buf)
  return size_of(buf) > M.limits.text
end

local function forget(buf)
  local k = known[buf]
  known[buf], dirty[buf] = nil, nil
  if k then
    take_back(k, buf)
  end
end

-- Brings the daemon's text of BUF up to date.
local function sync(buf)
  local k = known[buf]
  dirty[buf] = nil
  if not k then
    return
  elseif not vim.api.nvim_buf_is_loaded(buf) then
    return forget(buf)
  elseif k.deaf then
    listen(buf)
  end
  if vim.bo[buf].modified and not is_too_long(buf) then
    k.settled = nil
    push(k, buf)
  elseif k.settled and k.settled > uv.now() and k.disk == disk_of(k.path) then
    dirty[buf] = true
    later(SETTLE_MS)
  else
    take_back(k, buf)
  end
end

-- How long BUF should wait: a long text until the typing pauses, but not for ever.
local function wait_of(buf)
  local k = known[buf]
  if
    not k
    or not k.since_ms
    or not vim.api.nvim_buf_is_loaded(buf)
    or size_of(buf) <= BIG_BYTES
  then
    return 0
  end
  local now = uv.now()
  return math.min(k.changed_ms + DELAY_MS, k.since_ms + BIG_DELAY_MS) - now
end

local function sync_dirty()
  local shortest
  for _, buf in ipairs(vim.tbl_keys(dirty)) do
    local ms = wait_of(buf)
    if ms <= 0 then
      sync(buf)
    else
      shortest = math.min(shortest or ms, ms)
    end
  end
  if shortest then
    later(shortest)
  end
end

function later(ms)
  pending = pending or timer.after(ms, function()
    pending = nil
    sync_dirty()
  end)
end

-- Runs inside of the edit: only remembers.
function touched(k, buf)
  k.changed_ms = uv.now()
  if not dirty[buf] then
    dirty[buf] = true
    k.since_ms = k.since_ms or k.changed_ms
    later(DELAY_MS)
  end
end

-- ---------------------------------------------------------------- watching buffers
-- Called for each edit, inside of it.  True: we want to hear no more.
local function on_lines(buf, first, last, new_last)
  local k = known[buf]
  if not k or k.deaf then
    return true
  end
  touched(k, buf)
  k.edits = k.edits + 1
  if k.edits > MANY_EDITS then
    k.deaf, k.stale = true, true
    return true
  elseif k.begun then
    widen(k, first, last, new_last)
  end
end

function listen(buf)
  known[buf].deaf = nil
  vim.api.nvim_buf_attach(buf, false, {
    on_lines = function(_, _, _, first, last, new_last)
      return on_lines(buf, first, last, new_last)
    end,
    on_changedtick = function(_, _, tick)
      local k = known[buf]
      if k and k.tick and not k.window then
        k.tick = tick -- the text is the same
      end
    end,
    on_reload = function()
      local k = known[buf]
      if k then
        k.stale = true
        touched(k, buf)
      end
    end,
    on_detach = function()
      forget(buf)
    end,
  })
end

local function watch(buf)
  local project = require('openbook.project')
  if known[buf] or not vim.api.nvim_buf_is_loaded(buf) or not project.is_file(buf) then
    return
  end
  known[buf] = { path = vim.api.nvim_buf_get_name(buf), lines = 0, edits = 0, refused = 0 }
  listen(buf)
  sync(buf)
end

--- Sends what is typed and not sent yet.  DONE is called, perhaps at once, when the last piece is
--- on its way: what is asked then, on the same channel, is answered with every buffer as it is.
---@param done? fun()
function M.flush(done)
  for _, buf in ipairs(vim.api.nvim_list_bufs()) do
    watch(buf)
    if known[buf] then
      sync(buf)
    end
  end
  if done then
    table.insert(waiting, done)
    end_if_sent()
  end
end

-- The buffer has another name: what was sent under the old one is no longer true.
local function renamed(buf)
  local k = known[buf]
  if not k then
    return watch(buf)
  end
  take_back(k, buf)
  k.path = vim.api.nvim_buf_get_name(buf)
  if not require('openbook.project').is_file(buf) then
    known[buf] = nil -- its watcher leaves by itself
  else
    sync(buf)
  end
end

-- What the daemon was told, or would be told soon, stays with it until it has noticed the file.  A
-- long text of which it has nothing is not begun for that: a question waits for the disk as well.
local function written(buf)
  watch(buf)
  local k = known[buf]
  if not k or vim.bo[buf].modified or is_too_long(buf) then
    return
  elseif k.begun or size_of(buf) <= M.limits.whole then
    push(k, buf)
    k.settled, k.disk = uv.now() + SETTLE_MS, disk_of(k.path)
    dirty[buf] = true
    later(SETTLE_MS)
  end
end

local function on(events, desc, fn)
  vim.api.nvim_create_autocmd(events, {
    group = vim.api.nvim_create_augroup('openbook.buffers', { clear = false }),
    desc = 'openbook: ' .. desc,
    callback = function(args)
      fn(args.buf)
    end,
  })
end

--- A daemon was attached that knows nothing: sends everything, and watches from now on.
function M.begin()
  vim.api.nvim_create_augroup('openbook.buffers', { clear = true })
  on({ 'BufReadPost', 'BufNewFile', 'BufWinEnter' }, 'watch the text', watch)
  on('BufFilePost', 'follow the name', renamed)
  on('BufWritePost', 'the file on disk counts again', written)
  sending = {} -- who waits for the last piece goes on waiting
  for _, k in pairs(known) do
    k.begun, k.stale, k.window, k.tick, k.settled, k.refused = nil, k.deaf, nil, nil, nil, 0
  end
  M.flush()
end

return M
