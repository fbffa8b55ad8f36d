-- Unsaved text: the daemon is told what is typed, at most a few times a second, and once more
-- before each question, so that what was just typed is found.  A text that was written, reloaded or
-- closed is taken back: then the disk counts again.
local M = {}

local uv = vim.uv
local timer = require('openbook.timer')

local MAX_BYTES = 4 * 1024 * 1024
local DELAY_MS, BIG_DELAY_MS, BIG_BYTES = 200, 1000, 256 * 1024
-- After :w the daemon needs a moment to notice; until then it has the text from us.
local SETTLE_MS = 500
local MAX_OPEN = 32

---@class (exact) openbook.Known
---@field path string
---@field tick? integer changedtick that was sent; nil: nothing of it is with the daemon
---@field settled? integer when the text may be taken back (uv.now)

local known = {} ---@type table<integer, openbook.Known> by watched buffer
local dirty = {} ---@type table<integer, true>
local pending ---@type uv.uv_timer_t?

local function tell(path, text)
  require('openbook.rpc').tell('update', { path = path, text = text or vim.NIL })
end

--- The text of BUF as it would be written.
---@param buf integer
---@param first? integer 1-based
---@param last? integer
---@return string
function M.text(buf, first, last)
  local lines = vim.api.nvim_buf_get_lines(buf, (first or 1) - 1, last or -1, false)
  return table.concat(lines, '\n') .. '\n'
end

--- Lines of BUF as the context of a question (docs/protocol.md): as they are in the editor.
---@param buf integer
---@param first integer 1-based
---@param last integer
---@return table
function M.context(buf, first, last)
  buf = buf == 0 and vim.api.nvim_get_current_buf() or buf
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

local function take_back(k)
  if k.tick then
    k.tick, k.settled = nil, nil
    tell(k.path, nil)
  end
end

local later

-- Brings the daemon's text of BUF up to date.
local function sync(buf)
  local k = known[buf]
  dirty[buf] = nil
  if not k then
    return
  elseif not vim.api.nvim_buf_is_loaded(buf) then
    take_back(k)
  elseif vim.bo[buf].modified and size_of(buf) <= MAX_BYTES then
    local tick = vim.api.nvim_buf_get_changedtick(buf)
    if k.tick ~= tick then
      tell(k.path, M.text(buf))
    end
    k.tick, k.settled = tick, nil
  elseif k.settled and k.settled > uv.now() then
    dirty[buf] = true
    later(SETTLE_MS)
  else
    take_back(k)
  end
end

local function sync_dirty()
  for buf in pairs(vim.deepcopy(dirty)) do
    sync(buf)
  end
end

function later(ms)
  pending = pending or timer.after(ms, function()
    pending = nil
    sync_dirty()
  end)
end

-- Runs inside of the edit: only remembers.
local function touched(buf)
  dirty[buf] = true
  later(size_of(buf) > BIG_BYTES and BIG_DELAY_MS or DELAY_MS)
end

local function forget(buf)
  local k = known[buf]
  known[buf], dirty[buf] = nil, nil
  if k then
    take_back(k)
  end
end

local function watch(buf)
  local project = require('openbook.project')
  if known[buf] or not vim.api.nvim_buf_is_loaded(buf) or not project.is_file(buf) then
    return
  end
  known[buf] = { path = vim.api.nvim_buf_get_name(buf) }
  vim.api.nvim_buf_attach(buf, false, {
    on_lines = function()
      if not known[buf] then
        return true
      end
      touched(buf)
    end,
    on_reload = function()
      touched(buf)
    end,
    on_detach = function()
      forget(buf)
    end,
  })
  sync(buf)
end

--- Sends what is typed and not sent yet; afterwards the daemon knows every buffer as it is.
function M.flush()
  for _, buf in ipairs(vim.api.nvim_list_bufs()) do
    watch(buf)
    if known[buf] then
      sync(buf)
    end
  end
end

-- The buffer has another name: what was sent under the old one is no longer true.
local function renamed(buf)
  local k = known[buf]
  if not k then
    return watch(buf)
  end
  take_back(k)
  k.path = vim.api.nvim_buf_get_name(buf)
  if not require('openbook.project').is_file(buf) then
    known[buf] = nil -- its watcher leaves by itself
  else
    sync(buf)
  end
end

local function written(buf)
  watch(buf)
  local k = known[buf]
  if not k or vim.bo[buf].modified or size_of(buf) > MAX_BYTES then
    return
  end
  local tick = vim.api.nvim_buf_get_changedtick(buf)
  if k.tick ~= tick then
    tell(k.path, M.text(buf))
  end
  k.tick, k.settled = tick, uv.now() + SETTLE_MS
  dirty[buf] = true
  later(SETTLE_MS)
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
  for _, k in pairs(known) do
    k.tick, k.settled = nil, nil
  end
  M.flush()
end

return M
