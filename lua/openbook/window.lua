-- Windows: where an answer opens, where a file is shown, and where the quickfix list leads to.
local M = {}

-- Half of fewer columns is too narrow to read in: an answer opens below then.
local NARROW_COLUMNS = 72

-- Whether W may show another buffer.
local function is_usable(w)
  local shown = w and vim.api.nvim_win_is_valid(w) and vim.api.nvim_win_get_buf(w)
  return shown
    and vim.api.nvim_win_get_tabpage(w) == vim.api.nvim_get_current_tabpage()
    and vim.api.nvim_win_get_config(w).relative == ''
    and not vim.wo[w].winfixbuf
    and vim.bo[shown].buftype == ''
    and (vim.o.hidden or not vim.bo[shown].modified)
end

-- WIN if it may show another buffer, else the nearest ordinary window, or nil.
local function ordinary(win)
  for _, w in ipairs({
    win or 0,
    vim.fn.win_getid(vim.fn.winnr('#')),
    unpack(vim.api.nvim_tabpage_list_wins(0)),
  }) do
    if is_usable(w) then
      return w
    end
  end
end

--- Goes to a window that may show another buffer: WIN, else the nearest ordinary one, else a new
--- one.  Returns nil, or what is wrong.
---@param win? integer
---@return string?
function M.go_to_ordinary(win)
  local found = ordinary(win)
  if found then
    vim.api.nvim_set_current_win(found)
  elseif not (pcall(vim.cmd, 'leftabove vsplit') or pcall(vim.cmd, 'leftabove split')) then
    return 'there is no room for another window: close one first'
  end
end

--- Opens a window for BUF beside the others, the cursor stays where it is; where there is no room,
--- a tab page, which the cursor follows to.
---@param buf integer
---@return integer
function M.beside(buf)
  local right = require('openbook.config').get().split == 'right'
    and vim.o.columns >= NARROW_COLUMNS
  for _, side in ipairs(right and { 'right', 'below' } or { 'below', 'right' }) do
    local ok, win = pcall(vim.api.nvim_open_win, buf, false, { split = side, win = -1 })
    if ok then
      return win
    end
  end
  vim.cmd('tab sbuffer ' .. buf)
  return vim.api.nvim_get_current_win()
end

-- The listed buffer that was used last, or nil.
local function last_used()
  local infos = vim.fn.getbufinfo({ buflisted = 1 })
  table.sort(infos, function(a, b)
    return a.lastused > b.lastused
  end)
  return infos[1] and infos[1].bufnr
end

--- Closes the window at hand; the last one shows what was there before.
function M.close()
  if pcall(vim.cmd.close) then
    return
  end
  local alternate, last = vim.fn.bufnr('#'), last_used()
  local buf = alternate > 0 and vim.bo[alternate].buflisted and alternate or last
  if buf then
    vim.cmd.buffer(buf)
  else
    vim.cmd.enew()
  end
end

--- Opens the quickfix list; false when there is no room for it.  Neovim shows what is chosen there
--- in the window that was used last: that becomes WIN, or an ordinary one, not an answer's.
---@param win? integer
---@return boolean
function M.open_list(win)
  local shown = vim.bo.buftype
  local to = shown ~= '' and shown ~= 'quickfix' and ordinary(win)
  if to then
    vim.api.nvim_set_current_win(to)
  end
  return (pcall(vim.cmd, 'botright copen'))
end

return M
