-- A place in a buffer where text is about to come.  It moves with the edits around it; until the
-- text is there, it shows what has come as lines that are not in the buffer.
local M = {}

local ns = vim.api.nvim_create_namespace('openbook.place')
local SHOWN_LINES = 15 -- at most, and not more than half of the window

---@class (exact) openbook.Place
---@field buf integer
---@field marks integer[] ids: where it is, and the other end of what it is about
---@field above boolean whether the text comes above that line

local function set_mark(buf, row, col, options)
  options = vim.tbl_extend('force', { invalidate = true, right_gravity = false }, options or {})
  return vim.api.nvim_buf_set_extmark(buf, ns, row, col, options)
end

--- A place at ROW (0-based) and COL of BUF.  OTHER is one more row it is about: the place is there
--- as long as one of the two is.
---@param buf integer
---@param row integer
---@param col integer
---@param above boolean
---@param other? integer
---@return openbook.Place
function M.new(buf, row, col, above, other)
  local place = { buf = buf, above = above, marks = {} } ---@type openbook.Place
  place.marks[1] = set_mark(buf, row, col)
  place.marks[2] = other and set_mark(buf, other, 0) or nil
  return place
end

local function details(place, i)
  local id = place.marks[i]
  local mark = id and vim.api.nvim_buf_get_extmark_by_id(place.buf, ns, id, { details = true })
  return mark and mark[1] and { row = mark[1], col = mark[2], gone = mark[3].invalid == true }
end

--- Where PLACE is: row and column, 0-based; nil when it was deleted or its buffer was unloaded.
---@param place openbook.Place
---@return integer? row
---@return integer? col
function M.where(place)
  if not vim.api.nvim_buf_is_loaded(place.buf) then
    return nil
  end
  local at, other = details(place, 1), details(place, 2)
  if not at or (at.gone and (not other or other.gone)) then
    return nil
  end
  return math.min(at.row, vim.api.nvim_buf_line_count(place.buf) - 1), at.col
end

-- Lines above the first one are seen only in a window that is told to fill its top with them.
local function fill_tops(buf, count)
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    vim.api.nvim_win_call(win, function()
      local view = vim.fn.winsaveview()
      if view.topline == 1 and view.topfill ~= count then
        vim.fn.winrestview({ topfill = count })
      end
    end)
  end
end

local function most_lines(buf)
  local most = SHOWN_LINES
  for _, win in ipairs(vim.fn.win_findbuf(buf)) do
    most = math.min(most, math.floor(vim.api.nvim_win_get_height(win) / 2))
  end
  return math.max(most, 1)
end

-- The last of LINES as virtual ones, and TITLE above or below of them.
local function virtual(place, lines, title)
  local most, out = most_lines(place.buf), {}
  for i = math.max(#lines - most + 1, 1), #lines do
    local line = lines[i]:gsub('\t', (' '):rep(vim.bo[place.buf].tabstop))
    table.insert(out, { { line, 'OpenbookPending' } })
  end
  table.insert(out, { { title, 'OpenbookPhase' } })
  return out
end

--- Shows LINES at PLACE, and TITLE: what is being done.
---@param place openbook.Place
---@param lines string[]
---@param title string
function M.show(place, lines, title)
  local row, col = M.where(place)
  if not row then
    return
  end
  local shown = virtual(place, lines, title)
  place.marks[1] = set_mark(place.buf, row, col, {
    id = place.marks[1],
    virt_lines = shown,
    virt_lines_above = place.above,
  })
  if place.above and row == 0 then
    fill_tops(place.buf, #shown)
  end
end

--- Takes away what PLACE shows and marks.
---@param place openbook.Place
function M.clear(place)
  if not vim.api.nvim_buf_is_loaded(place.buf) then
    return
  end
  local row = M.where(place)
  for _, id in pairs(place.marks) do
    vim.api.nvim_buf_del_extmark(place.buf, ns, id)
  end
  if row == 0 and place.above then
    fill_tops(place.buf, 0)
  end
end

vim.api.nvim_set_hl(0, 'OpenbookPending', { link = 'Comment', default = true })
vim.api.nvim_set_hl(0, 'OpenbookPhase', { link = 'NonText', default = true })

return M
