-- The answer window: question, sources, then the answer as it comes.  Each answer has a buffer of
-- its own, so that an earlier one stays as it was; they share one window a tab page.
local M = {}

local timer = require('openbook.timer')
local FLUSH_MS = 33
local FLUSH_BYTES = 64 * 1024 -- more waits for the next time, so that keys get their turn
local TAIL_BYTES = 4096 -- in which an image may still come to its end
local ROOM_LINES = 6
local KEEP = 20 -- answers that nobody looks at any more
local ns = vim.api.nvim_create_namespace('openbook.answer')

---@class (exact) openbook.Answer
---@field buf integer
---@field ask? openbook.Ask nil when it has ended
---@field sources table<integer, openbook.Source>
---@field head integer lines above the sources
---@field first integer the answer's first line, 0-based
---@field text string not shown yet
---@field tail string the end of the last line, as it came
---@field timer? uv.uv_timer_t
---@field origin integer the window it was asked from
---@field ending? fun() what is left to do when all text is shown

local answers = {} ---@type openbook.Answer[] oldest first
local last_number = 0

local function is_open(a)
  return vim.api.nvim_buf_is_valid(a.buf)
end

local function answer_of(buf)
  for _, a in ipairs(answers) do
    if a.buf == buf then
      return a
    end
  end
end

-- ---------------------------------------------------------------- text
-- Changes the buffer.  A window whose cursor stands on the last line goes with it; any other stays
-- where it is, so that reading can begin at the beginning while the rest still comes.
local function change(a, fn)
  local follow = {}
  local last = vim.api.nvim_buf_line_count(a.buf)
  for _, win in ipairs(vim.fn.win_findbuf(a.buf)) do
    if vim.api.nvim_win_get_cursor(win)[1] >= last then
      table.insert(follow, win)
    end
  end
  vim.bo[a.buf].modifiable = true
  fn()
  vim.bo[a.buf].modifiable = false
  vim.bo[a.buf].modified = false
  for _, win in ipairs(follow) do
    vim.api.nvim_win_set_cursor(win, { vim.api.nvim_buf_line_count(a.buf), 0 })
  end
end

local function show_phase(a, text)
  vim.api.nvim_buf_clear_namespace(a.buf, ns, 0, -1)
  if text then
    vim.api.nvim_buf_set_extmark(a.buf, ns, vim.api.nvim_buf_line_count(a.buf) - 1, 0, {
      virt_text = { { text .. ' …', 'Comment' } },
      virt_text_pos = 'inline',
    })
  end
end

-- What comes may tell of the end of the last line that it is an image after all.
local function append(a, text)
  if text == '' or not is_open(a) then
    return
  end
  local without_images = require('openbook.comment').without_images
  local shown, new = without_images(a.tail, true), without_images(a.tail .. text, true)
  local col = -1
  if vim.startswith(new, shown) then
    new = new:sub(#shown + 1)
  else
    col = #vim.api.nvim_buf_get_lines(a.buf, -2, -1, false)[1] - #shown
  end
  a.tail = (a.tail .. text):match('[^\n]*$'):sub(-TAIL_BYTES)
  show_phase(a, nil)
  change(a, function()
    vim.api.nvim_buf_set_text(a.buf, -1, col, -1, -1, vim.split(new, '\n', { plain = true }))
  end)
  if a.ask then
    show_phase(a, '') -- a model that pauses is not at its end
  end
end

-- The longest beginning of TEXT within FLUSH_BYTES that cuts no character.
local function piece_of(text)
  if #text <= FLUSH_BYTES then
    return text
  end
  local n = FLUSH_BYTES
  while n > 1 and text:byte(n + 1) >= 0x80 and text:byte(n + 1) < 0xC0 do
    n = n - 1
  end
  return text:sub(1, n)
end

local function flush(a)
  local piece = piece_of(a.text)
  a.text = a.text:sub(#piece + 1)
  append(a, piece)
  if a.text == '' and a.ending then
    local ending = a.ending
    a.ending = nil
    timer.stop(a.timer)
    a.timer = nil
    ending()
  end
end

-- What must not reach a buffer: the daemon drops control characters, but not every daemon is ours.
local function clean(text)
  return (text:gsub('[%z\1-\8\11-\31\127]', ''))
end

-- ---------------------------------------------------------------- sources
-- A list that leaves no room below it is scrolled out of untouched windows: its last lines and the
-- beginning of the answer are what is seen then.
local function leave_room(a)
  for _, win in ipairs(vim.fn.win_findbuf(a.buf)) do
    local left = vim.api.nvim_win_get_height(win)
      - vim.api.nvim_win_text_height(win, { end_row = a.first }).all
    if left < ROOM_LINES and vim.api.nvim_win_get_cursor(win)[1] == 1 then
      vim.api.nvim_win_set_cursor(win, { a.first, 0 }) -- the blank line above the answer
      vim.api.nvim_win_call(win, function()
        vim.cmd('normal! zt')
      end)
    end
  end
end

local function show_sources(a, sources)
  a.sources = require('openbook.sources').follow(sources)
  local lines = {}
  for _, s in ipairs(sources) do
    table.insert(lines, require('openbook.sources').label(s))
  end
  vim.list_extend(lines, { '', '' })
  change(a, function()
    vim.api.nvim_buf_set_lines(a.buf, a.head, -1, false, lines)
    a.first = vim.api.nvim_buf_line_count(a.buf) - 1
  end)
  leave_room(a)
end

-- The number under the cursor: [n] under or behind it, else the n of a line of the list.
local function number_at_cursor()
  local line = vim.api.nvim_get_current_line()
  local column = vim.api.nvim_win_get_cursor(0)[2] + 1
  local before ---@type integer?
  local from = 1
  while true do
    local a, b, n = line:find('%[(%d+)%]', from)
    if not a then
      return tonumber(line:match('^(%d+)%. ')) or before
    elseif b >= column then
      return tonumber(n)
    end
    before, from = tonumber(n), b + 1
  end
end

local function jump(a)
  local number = number_at_cursor()
  local s = number and a.sources[number]
  local wrong
  if s then
    wrong = require('openbook.sources').jump(s, a.origin)
  else
    wrong = number and ('there is no source %d'):format(number) or 'there is no [n] on this line'
  end
  if wrong then
    vim.notify('openbook: ' .. wrong, vim.log.levels.WARN)
  end
end

-- ---------------------------------------------------------------- buffers and windows
local function map(a, keys, fn, desc)
  vim.keymap.set('n', keys, fn, { buffer = a.buf, nowait = true, desc = 'openbook: ' .. desc })
end

-- Answers that no window shows go when there are many.
local function forget_old()
  for i = 1, #answers - KEEP do
    local a = answers[i]
    if is_open(a) and not a.ask and #vim.fn.win_findbuf(a.buf) == 0 then
      vim.api.nvim_buf_delete(a.buf, { force = true })
    end
  end
  answers = vim.tbl_filter(is_open, answers)
end

local function new_buffer(a, question, about)
  last_number = last_number + 1
  a.buf = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_name(a.buf, 'openbook://answer/' .. last_number)
  vim.bo[a.buf].bufhidden = 'hide'
  vim.bo[a.buf].modeline = false
  vim.bo[a.buf].undolevels = -1
  vim.b[a.buf].openbook_project = require('openbook.project').current()
  local head = { '# ' .. vim.trim(clean(question):gsub('%s+', ' ')) }
  if about then
    vim.list_extend(head, { '', ('About %s.'):format(clean(about):gsub('\n', '?')) })
  end
  vim.list_extend(head, { '', '' })
  a.head, a.first = #head - 1, #head - 1
  vim.api.nvim_buf_set_lines(a.buf, 0, -1, false, head)
  vim.bo[a.buf].modifiable = false
  vim.bo[a.buf].modified = false
  -- Others listen to this and may fail, as Neovim's own plugin does where its parser is not found.
  -- The option is set all the same, and an answer without colours is better than none.  A pcall is
  -- not enough: the error would come back out of the next call that opens a window.
  vim.api.nvim_buf_call(a.buf, function()
    vim.cmd('silent! setlocal filetype=markdown')
  end)
  vim.api.nvim_create_autocmd('BufWipeout', {
    buffer = a.buf,
    desc = 'openbook: nobody can read this answer any more',
    callback = function()
      if a.ask then
        require('openbook.ask').stop(a.ask)
      end
    end,
  })
  map(a, '<CR>', function()
    jump(a)
  end, 'go to the source')
  map(a, '<C-c>', M.stop, 'stop the answer')
  map(a, 'q', require('openbook.window').close, 'close the answer')
end

local function window_of_answers()
  for _, win in ipairs(vim.api.nvim_tabpage_list_wins(0)) do
    if answer_of(vim.api.nvim_win_get_buf(win)) then
      return win
    end
  end
end

local function show(a)
  local win = window_of_answers()
  if win then
    vim.api.nvim_win_set_buf(win, a.buf)
  else
    win = require('openbook.window').beside(a.buf)
  end
  for name, value in pairs({
    wrap = true,
    linebreak = true,
    number = false,
    relativenumber = false,
    spell = false,
  }) do
    vim.api.nvim_set_option_value(name, value, { scope = 'local', win = win })
  end
  vim.api.nvim_win_set_cursor(win, { 1, 0 })
end

-- ---------------------------------------------------------------- asking
local endings = {
  length = 'The model stopped at its limit of length.',
  filtered = 'The server withheld the rest.',
  incomplete = 'The answer broke off here.',
}

-- What is said below the answer: how it ended, and what the user should know.
local function remarks(err, result)
  local said = {}
  if err then
    table.insert(said, err.code == 'canceled' and 'Stopped.' or err.message)
  elseif endings[result['end']] then
    table.insert(said, endings[result['end']])
  end
  for _, c in ipairs(result and result.citations or {}) do
    if not c.valid then
      table.insert(said, ('[%d] is no source.'):format(c.n))
    end
  end
  if result and type(result.notice) == 'string' and result.notice ~= '' then
    table.insert(said, result.notice)
  end
  return said
end

-- The fence of a block of code that is not closed, or nil: what stands below would be code as well.
local function open_fence(a)
  local lines = is_open(a) and vim.api.nvim_buf_get_lines(a.buf, a.first, -1, false) or {}
  local open ---@type string?
  for line in (table.concat(lines, '\n') .. a.text):gmatch('[^\n]+') do
    local fence, rest = line:match('^ ? ? ?(```+)(.*)$')
    if not fence then
      fence, rest = line:match('^ ? ? ?(~~~+)(.*)$')
    end
    if fence and not open then
      open = fence
    elseif open and fence and vim.startswith(fence, open) and not rest:find('%S') then
      open = nil
    end
  end
  return open
end

-- What ends the answer's last line and leaves one line blank.
local function gap(a)
  local lines = is_open(a) and vim.api.nvim_buf_get_lines(a.buf, -4, -1, false) or {}
  local tail = table.concat(lines, '\n') .. a.text
  return tail:match('\n\n$') and '' or tail:match('\n$') and '\n' or '\n\n'
end

local function finished(a, err, result)
  a.ask = nil
  if not a.timer then
    return
  end
  local said = remarks(err, result)
  local fence = #said > 0 and open_fence(a)
  if fence then
    a.text = a.text .. (#gap(a) == 2 and '\n' or '') .. fence
  end
  for _, sentence in ipairs(said) do
    a.text = ('%s%s> %s'):format(a.text, gap(a), clean(sentence):gsub('\n', ' '))
  end
  a.ending = function()
    if is_open(a) then
      show_phase(a, nil)
    end
    vim.api.nvim_exec_autocmds('User', {
      pattern = 'OpenbookAnswerDone',
      modeline = false,
      data = {
        buf = a.buf,
        code = err and err.code,
        extractive = not err and result.extractive or nil,
        citations = not err and result.citations or nil,
      },
    })
  end
  if err and err.code == 'canceled' then
    flush(a) -- at once
  end
end

local function start(a, question, context, options)
  a.timer = timer.every(FLUSH_MS, function()
    flush(a)
  end)
  a.ask = require('openbook.ask').start({
    question = question,
    context = context,
    no_llm = options.no_llm,
  }, {
    sources = function(sources)
      if is_open(a) then
        show_sources(a, sources)
      end
    end,
    text = function(text)
      a.text = a.text .. clean(text)
    end,
    phase = function(text)
      if is_open(a) then
        show_phase(a, text)
      end
    end,
    done = function(err, result)
      finished(a, err, result)
    end,
  })
end

local function new_answer()
  return { ---@type openbook.Answer
    buf = 0,
    sources = {},
    head = 0,
    first = 0,
    text = '',
    tail = '',
    origin = vim.api.nvim_get_current_win(),
  }
end

--- Asks QUESTION about CONTEXT (docs/protocol.md) and shows the answer as it comes.
---@param question string
---@param context? table
---@param options? { no_llm?: boolean, about?: string }
function M.ask(question, context, options)
  options = options or {}
  M.stop()
  local a = new_answer()
  new_buffer(a, question, options.about)
  show(a)
  table.insert(answers, a)
  forget_old()
  show_phase(a, 'searching')
  vim.api.nvim_exec_autocmds('User', {
    pattern = 'OpenbookAnswerStart',
    modeline = false,
    data = { buf = a.buf, question = question },
  })
  start(a, question, context, options)
end

--- Shows TEXT, which was meant for another place, and below it WHY it is here.
---@param title string
---@param text string
---@param why string one sentence
---@param hidden? boolean it has a buffer and no window
---@return string name of the buffer
function M.keep(title, text, why, hidden)
  local a = new_answer()
  new_buffer(a, title)
  if not hidden then
    show(a)
  end
  table.insert(answers, a)
  forget_old()
  append(a, clean(text))
  append(a, ('%s> %s'):format(gap(a), clean(why):gsub('\n', ' ')))
  return vim.api.nvim_buf_get_name(a.buf)
end

--- Stops what is being answered; what came stays.
---@return boolean whether there was something
function M.stop()
  local stopped = false
  for _, a in ipairs(answers) do
    if a.ask then
      require('openbook.ask').stop(a.ask)
      stopped = true
    end
  end
  return stopped
end

--- Puts the sources of an answer into the quickfix list: of the one at hand, else of the newest.
function M.to_quickfix()
  local a = answer_of(vim.api.nvim_get_current_buf())
  local i = #answers
  while not a and i > 0 do
    a = next(answers[i].sources) and answers[i] or nil
    i = i - 1
  end
  local items = a and require('openbook.sources').items(a.sources) or {}
  if #items == 0 then
    vim.notify('openbook: there is no answer with sources yet')
    return
  end
  vim.fn.setqflist({}, ' ', { title = 'openbook: sources', items = items })
  if not require('openbook.window').open_list(a.origin) then
    vim.notify('openbook: the sources are in the quickfix list, but there is no room to show it')
  end
end

return M
