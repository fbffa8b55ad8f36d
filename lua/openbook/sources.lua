-- The numbered sources of an answer: where they are now, and going there.
--
-- A source in a loaded buffer has an extmark, which follows edits.  In a buffer that is loaded
-- later the mark is set then; what a closed buffer's mark said last is kept.
local M = {}

local ns = vim.api.nvim_create_namespace('openbook.sources')

---@class (exact) openbook.Source
---@field n integer
---@field root string
---@field path string relative to root
---@field file string absolute
---@field start_line integer
---@field end_line integer
---@field line integer of these, the one to go to
---@field symbol string
---@field kind string
---@field mark? { buf: integer, id: integer }

-- Every list that somebody still shows; weak, so that an answer takes its own with it.
local lists = setmetatable({}, { __mode = 'k' }) ---@type table<openbook.Source[], true>

local function set_mark(s, buf)
  local last = vim.api.nvim_buf_line_count(buf)
  local id = vim.api.nvim_buf_set_extmark(buf, ns, math.max(math.min(s.line, last), 1) - 1, 0, {})
  s.mark = { buf = buf, id = id }
end

--- Where S is now, 1-based.
---@param s openbook.Source
---@return integer
function M.line(s)
  if s.mark and vim.api.nvim_buf_is_loaded(s.mark.buf) then
    local pos = vim.api.nvim_buf_get_extmark_by_id(s.mark.buf, ns, s.mark.id, {})
    if pos[1] then
      return pos[1] + 1
    end
  end
  return s.line
end

-- The buffer goes: what its marks say is kept.
local function settle(buf)
  for list in pairs(lists) do
    for _, s in pairs(list) do
      if s.mark and s.mark.buf == buf then
        local moved = M.line(s) - s.line
        s.start_line, s.end_line = s.start_line + moved, s.end_line + moved
        s.line, s.mark = s.line + moved, nil
      end
    end
  end
end

local function adopt(buf)
  local name = vim.api.nvim_buf_get_name(buf)
  local real = name ~= '' and vim.uv.fs_realpath(name) -- it may have been opened through a link
  for list in pairs(lists) do
    for _, s in pairs(list) do
      if not s.mark and (s.file == name or s.file == real) then
        set_mark(s, buf)
      end
    end
  end
end

local group = vim.api.nvim_create_augroup('openbook.sources', {})
vim.api.nvim_create_autocmd('BufUnload', {
  group = group,
  desc = 'openbook: keep where sources are',
  callback = function(args)
    settle(args.buf)
  end,
})
vim.api.nvim_create_autocmd('BufReadPost', {
  group = group,
  desc = 'openbook: follow sources in a file that is opened',
  callback = function(args)
    adopt(args.buf)
  end,
})

--- Follows SOURCES as long as the list lives; returns it by number.
---@param sources openbook.Source[]
---@return table<integer, openbook.Source>
function M.follow(sources)
  local list = {}
  for _, s in ipairs(sources) do
    s.line = s.line or s.start_line -- a daemon that runs since before an update does not say it
    list[s.n] = s
  end
  lists[list] = true
  for _, buf in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(buf) and vim.bo[buf].buftype == '' then
      adopt(buf)
    end
  end
  return list
end

--- As a line of a list.
---@param s openbook.Source
---@return string
function M.label(s)
  local symbol = s.symbol ~= '' and ('  ' .. s.symbol) or ''
  return (('%d. %s:%d-%d%s'):format(s.n, s.path, s.start_line, s.end_line, symbol):gsub('%c', '?'))
end

-- Whether nothing is left of S, neither on the disk nor in the editor.
local function is_gone(s)
  local loaded = s.mark and vim.api.nvim_buf_is_loaded(s.mark.buf)
  return not loaded and not vim.uv.fs_stat(s.file)
end

local function item_of(s)
  local text = ('[%d] %s'):format(s.n, s.symbol ~= '' and s.symbol or s.path)
  if is_gone(s) then
    return { text = ('%s: %s is gone'):format(text, s.path), valid = 0 }
  end
  return { filename = s.file, lnum = M.line(s), text = text }
end

--- For the quickfix list, in their order.  One that is gone leads nowhere, and says so.
---@param list table<integer, openbook.Source>
---@return table[]
function M.items(list)
  local numbers = vim.tbl_keys(list)
  table.sort(numbers)
  return vim.tbl_map(function(n)
    return item_of(list[n])
  end, numbers)
end

-- Shows BUF in the current window.  Returns nil, or what is wrong, and whether it is shown all the
-- same: a swap file is worth a sentence, and Neovim has read the file.
local function show(buf)
  local ok, err = pcall(vim.api.nvim_win_set_buf, 0, buf)
  if ok then
    return nil, true
  end
  err = tostring(err)
  local shown = vim.api.nvim_get_current_buf() == buf and vim.api.nvim_buf_is_loaded(buf)
  if shown and err:find('E325:', 1, true) then
    local name = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(buf), ':t'):gsub('%c', '?')
    local why = '%s has a swap file: another editor has it open, or one crashed; '
      .. ':recover brings back what was not saved'
    return why:format(name), true
  end
  return (err:gsub('^.-(E%d+:)', '%1')), false
end

--- Shows FILE at LINE and COLUMN (1-based) in WIN if that is possible.  Returns nil, or what is
--- wrong.
---@param file string absolute
---@param line integer
---@param column? integer
---@param win? integer
---@return string?
function M.open(file, line, column, win)
  local buf = vim.fn.bufadd(vim.fn.fnamemodify(file, ':.')) -- shown as :edit would name it
  if not vim.api.nvim_buf_is_loaded(buf) and not vim.uv.fs_stat(file) then
    return ('%s is gone'):format((file:gsub('%c', '?')))
  end
  local wrong = require('openbook.window').go_to_ordinary(win)
  if wrong then
    return wrong
  end
  vim.cmd("normal! m'")
  vim.bo[buf].buflisted = true
  local shown
  wrong, shown = show(buf)
  if not shown then
    return wrong
  end
  line = math.max(1, math.min(line, vim.api.nvim_buf_line_count(buf)))
  vim.api.nvim_win_set_cursor(0, { line, math.max((column or 1) - 1, 0) })
  vim.cmd('normal! zv')
  return wrong
end

--- Goes to S.  Returns nil, or what is wrong.
---@param s openbook.Source
---@param win? integer
---@return string?
function M.jump(s, win)
  if s.mark and vim.api.nvim_buf_is_loaded(s.mark.buf) then
    return M.open(vim.api.nvim_buf_get_name(s.mark.buf), M.line(s), 1, win)
  end
  return M.open(s.file, s.line, 1, win)
end

return M
