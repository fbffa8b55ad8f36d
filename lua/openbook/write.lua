-- Text that enters the buffer: :Openbook explain and insert.  It streams in as virtual lines and is
-- put there in one change when it is whole; what cannot enter is kept in the answer window.
local M = {}

local place = require('openbook.place')
local comment = require('openbook.comment')
local timer = require('openbook.timer')

local FRAME_MS = 33
local BEFORE_LINES = 200 -- of the text above the cursor that an insertion follows
local STYLE_LINES = 1000 -- at the head of a file, where its kind of comments is looked for
local SHOWN_BYTES = 16 * 1024 -- of a text that still comes, its end is formatted and shown

---@class (exact) openbook.Writing
---@field kind 'explain'|'insert'
---@field name string what was asked, for the answer window
---@field place openbook.Place
---@field inline boolean at the cursor, inside of its line
---@field about string the text that is explained or followed
---@field comments? openbook.CommentShape how the explanation is written; nil: as prose
---@field text string what has come
---@field sources table<integer, openbook.Source>
---@field phase string
---@field shown boolean whether what there is to show is shown
---@field timer? uv.uv_timer_t

local function notify(message, level)
  vim.notify('openbook: ' .. message, level or vim.log.levels.WARN)
end

-- ---------------------------------------------------------------- what it looks like
local function indent_at(w, row)
  local blanks = vim.api.nvim_buf_get_lines(w.place.buf, row, row + 1, false)[1]:match('^%s*')
  local width = vim.api.nvim_buf_call(w.place.buf, function()
    return vim.fn.strdisplaywidth(blanks)
  end)
  return blanks, width
end

-- How the file of a source is written in a link of BUF: from the folder of BUF's file on.
local function path_from(buf)
  local name = vim.api.nvim_buf_get_name(buf)
  local is_file = require('openbook.project').is_file(buf)
  local dir = is_file and vim.fs.dirname(vim.uv.fs_realpath(name) or name)
  return function(source)
    if not dir then
      return source.file
    end
    local up, base = '', dir
    while base ~= '/' and not vim.startswith(source.file, base .. '/') do
      up, base = up .. '../', vim.fs.dirname(base)
    end
    return base == '/' and source.file or up .. source.file:sub(#base + 2)
  end
end

local function explained_as_notes(w, text, indent, width)
  local buf = w.place.buf
  text = comment.with_links(text, vim.bo[buf].filetype, w.sources, w.about, path_from(buf))
  local lines = vim.split(text, '\n', { plain = true })
  if width > 0 and not text:find('```', 1, true) and not text:find('\n%s*|') then
    lines = comment.wrap(text, width)
  end
  return vim.tbl_map(function(line)
    return line == '' and '' or indent .. line
  end, lines)
end

local function explained(w, text, row)
  local buf = w.place.buf
  local indent, indent_cells = indent_at(w, row)
  local width = vim.bo[buf].textwidth
  if not w.comments then
    return explained_as_notes(w, text, indent, width > 0 and width - indent_cells or 0)
  end
  text = comment.without_cites(text, w.sources, w.about)
  return comment.lines(text, w.comments, indent, indent_cells, width > 0 and width or 79)
end

-- Generated lines, moved to the indentation of the place if they stand further left.
local function indented(w, text, row)
  local lines = vim.split(text, '\n', { plain = true })
  local indent, want = indent_at(w, row)
  local least = math.huge
  for _, line in ipairs(lines) do
    if line:find('%S') then
      least = math.min(least, vim.fn.strdisplaywidth(line:match('^%s*')))
    end
  end
  if w.inline or least >= want then
    return lines
  end
  return vim.tbl_map(function(line)
    return line:find('%S') and indent .. line or ''
  end, lines)
end

local function lines_of(w, text, row)
  text = vim.trim(text) == '' and '' or text:gsub('^[ \t]*\n', ''):gsub('%s+$', '')
  if text == '' then
    return {}
  end
  if comment.is_notes(vim.bo[w.place.buf].filetype) then
    text = comment.without_images(text)
  end
  return w.kind == 'explain' and explained(w, vim.trim(text), row) or indented(w, text, row)
end

local function show(w)
  local row = place.where(w.place)
  if w.shown or not row then
    return
  end
  w.shown = true
  local text = w.text
  if #text > SHOWN_BYTES then
    text = text:sub(-SHOWN_BYTES):match('\n(.*)$') or ''
  end
  place.show(w.place, lines_of(w, text, row), w.phase)
end

-- ---------------------------------------------------------------- where it goes
-- Why BUF cannot be written to, or nil.
local function locked(buf)
  if not vim.bo[buf].modifiable then
    return "this buffer cannot be changed ('modifiable' is off)"
  elseif vim.bo[buf].readonly then
    return "this buffer is read-only ('readonly' is on)"
  end
end

-- Changes apart from those before and after: one undo takes back this one, no more.
local function one_change(buf, fn)
  local function break_undo()
    vim.api.nvim_buf_call(buf, function()
      vim.cmd('let &g:undolevels = &g:undolevels')
    end)
  end
  break_undo()
  fn()
  break_undo()
end

local function is_blank(buf, row)
  local line = vim.api.nvim_buf_get_lines(buf, row, row + 1, false)[1]
  return line ~= nil and not line:find('%S')
end

-- Puts LINES below ROW, as a paragraph of its own.
local function put_paragraph(buf, row, lines)
  if not is_blank(buf, row) then
    table.insert(lines, 1, '')
  end
  if row + 1 < vim.api.nvim_buf_line_count(buf) and not is_blank(buf, row + 1) then
    table.insert(lines, '')
  end
  vim.api.nvim_buf_set_lines(buf, row + 1, row + 1, false, lines)
end

local function put(w, lines, row, col)
  local buf = w.place.buf
  one_change(buf, function()
    if w.inline then
      vim.api.nvim_buf_set_text(buf, row, col, row, col, lines)
    elseif w.place.above then
      vim.api.nvim_buf_set_lines(buf, row, row, false, lines)
    elseif w.kind == 'explain' then
      put_paragraph(buf, row, lines)
    else
      vim.api.nvim_buf_set_lines(buf, is_blank(buf, row) and row or row + 1, row + 1, false, lines)
    end
  end)
end

-- Nothing is lost: what has come goes to the answer window, and one sentence says WHY, if that was
-- not TOLD already.
local function keep(w, why, told)
  if vim.trim(w.text) ~= '' then
    require('openbook.answer').keep(w.name, w.text, why)
    why = why .. '; the text is in the answer window'
  end
  if not told then
    notify(why)
  end
end

-- Leaves of an insertion into a program what is code.  Nothing is lost: all of it has a buffer.
local function take_code(w)
  local code = w.kind == 'insert'
    and comment.is_program(vim.bo[w.place.buf].filetype)
    and comment.code_of(w.text)
  if code then
    local why = 'Only the code was inserted.'
    local name = require('openbook.answer').keep(w.name, w.text, why, true)
    notify(
      ('the code was inserted, the words around it are in %s'):format(name),
      vim.log.levels.INFO
    )
    w.text = code
  end
end

-- Puts the whole text at its place; false when it could not be put there.
local function enter(w)
  local row, col = place.where(w.place)
  if row and not locked(w.place.buf) then
    take_code(w)
  end
  local lines = row and lines_of(w, w.text, row)
  place.clear(w.place)
  local wrong = not row and 'the place for this text is gone, so it was not inserted'
    or locked(w.place.buf)
    or (#lines == 0 and 'the model wrote nothing')
  if not wrong then
    local ok, err = pcall(put, w, lines, row, col)
    wrong = not ok and ('the text was not inserted: ' .. tostring(err):gsub('^.-(E%d+:)', '%1'))
  end
  if wrong then
    keep(w, wrong)
  end
  return not wrong
end

local endings = {
  length = 'the model stopped at its limit of length, so nothing was inserted',
  filtered = 'the server withheld the rest, so nothing was inserted',
  incomplete = 'the text broke off, so nothing was inserted',
}

-- Why nothing is inserted, or nil.
local function refusal(err, result)
  if err then
    return err.message
  elseif result.extractive then
    local notice = type(result.notice) == 'string' and result.notice or ''
    return notice ~= '' and notice or 'no model is used: option llm is false'
  end
  return endings[result['end']]
end

local function done(w, code)
  vim.api.nvim_exec_autocmds('User', {
    pattern = 'OpenbookWriteDone',
    modeline = false,
    data = { buf = w.place.buf, kind = w.kind, code = code },
  })
end

-- While somebody types or selects, the text waits as virtual lines: it would get into what is being
-- typed, and into its undo.
local function finished(w, err, result)
  timer.stop(w.timer)
  local why = refusal(err, result)
  if why then
    place.clear(w.place)
    if not (err and err.code == 'canceled') then
      keep(w, why, err and err.told)
    end
    return done(w, err and err.code or 'failed')
  end
  w.phase, w.shown = 'openbook: enters when you are back in Normal mode', false
  if not require('openbook.ask').is_at_rest() then
    show(w)
  end
  require('openbook.ask').when_at_rest(function()
    done(w, not enter(w) and 'failed' or nil)
  end)
end

-- ---------------------------------------------------------------- starting
local function begin(w, question, context)
  w.timer = timer.every(FRAME_MS, function()
    show(w)
  end)
  require('openbook.ask').start({ question = question, mode = w.kind, context = context }, {
    sources = function(sources)
      w.sources = require('openbook.sources').follow(sources)
    end,
    text = function(text)
      w.text, w.phase, w.shown = w.text .. text, 'openbook: writing …', false
    end,
    phase = function(text)
      w.phase, w.shown = ('openbook: %s …'):format(text), false
    end,
    done = function(err, result)
      finished(w, err, result)
    end,
  })
  show(w)
end

local function new(kind, name, where, about)
  return { ---@type openbook.Writing
    kind = kind,
    name = name,
    place = where,
    inline = false,
    about = about,
    text = '',
    sources = {},
    phase = 'openbook: searching …',
    shown = false,
  }
end

-- Whether the buffer at hand can be written to; says why not.
local function writable()
  local wrong = vim.fn.getcmdwintype() ~= '' and 'close the command-line window first' or locked(0)
  if wrong then
    notify(wrong)
  end
  return not wrong
end

-- How a comment is written in BUF; nil in notes, which have prose only.
local function comments_of(buf)
  if comment.is_notes(vim.bo[buf].filetype) then
    return nil
  end
  local head = vim.api.nvim_buf_get_lines(buf, 0, STYLE_LINES, false)
  return comment.shape(vim.bo[buf].commentstring, table.concat(head, '\n'))
end

--- Explains the lines FIRST to LAST (1-based), or without them what stands around the cursor:
--- a comment above a program's lines, a paragraph below those of a note.
---@param words string what to pay attention to; may be empty
---@param first? integer
---@param last? integer
function M.explain(words, first, last)
  if not writable() then
    return
  end
  local buf = vim.api.nvim_get_current_buf()
  local comments = comments_of(buf)
  if not first then
    local lines = vim.api.nvim_buf_get_lines(buf, 0, -1, false)
    first, last = require('openbook.around').block(lines, vim.fn.line('.'), comments == nil)
    if not first then
      return notify('there is nothing here to explain')
    end
  end
  local context, wrong = require('openbook.buffers').context(buf, first, last)
  if not context then
    return notify(wrong)
  end
  local where = comments and place.new(buf, first - 1, 0, true, last - 1)
    or place.new(buf, last - 1, 0, false, first - 1)
  local name = words ~= '' and ('Explain: ' .. words) or 'Explain'
  local w = new('explain', name, where, context.text)
  w.comments = comments
  begin(w, words, context)
end

-- Where an insertion without a range goes: 0-based row and column, and whether inside of the line.
local function cursor()
  local row, col = unpack(vim.api.nvim_win_get_cursor(0))
  local typing = vim.fn.mode(1):find('^n?i') ~= nil
  return row - 1, typing and col or 0, typing
end

--- Writes what INSTRUCTION asks for: at the cursor while inserting, else on the blank line it is on
--- or below its line; with FIRST and LAST (1-based), below those lines.
---@param instruction string
---@param first? integer
---@param last? integer
function M.insert(instruction, first, last)
  if not writable() then
    return
  end
  local buf = vim.api.nvim_get_current_buf()
  local row, col, inline = cursor()
  if first then
    row, col, inline = last - 1, 0, false
  end
  first = first or math.max(row + 1 - BEFORE_LINES, 1)
  local context, wrong = require('openbook.buffers').context(buf, first, row + 1)
  if not context then
    return notify(wrong)
  end
  local w = new('insert', 'Insert: ' .. instruction, place.new(buf, row, col, false), context.text)
  w.inline = inline
  begin(w, instruction, context)
end

return M
