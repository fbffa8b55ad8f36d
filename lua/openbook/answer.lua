-- The answer window: question, sources, then the answer as it comes.
local M = {}

local uv = vim.uv
local FLUSH_MS = 33
local ns = vim.api.nvim_create_namespace('openbook.answer')

---@class (exact) openbook.Source
---@field n integer
---@field file string
---@field path string
---@field start_line integer
---@field end_line integer
---@field mark? { buf: integer, id: integer }

local state = {
  buf = nil, ---@type integer?
  ask = nil, ---@type integer?
  sources = {}, ---@type openbook.Source[]
  head = 0, -- lines above the answer
  text = '', -- of the answer, not shown yet
  timer = nil, ---@type uv.uv_timer_t?
  origin_win = nil, ---@type integer?
}

local function is_open()
  return state.buf and vim.api.nvim_buf_is_valid(state.buf)
end

-- The window follows the text only where the cursor already stands at the end.
local function with_follow(change)
  local follow = {}
  local last = vim.api.nvim_buf_line_count(state.buf)
  for _, win in ipairs(vim.fn.win_findbuf(state.buf)) do
    if vim.api.nvim_win_get_cursor(win)[1] >= last then
      follow[#follow + 1] = win
    end
  end
  vim.bo[state.buf].modifiable = true
  change()
  vim.bo[state.buf].modifiable = false
  for _, win in ipairs(follow) do
    pcall(vim.api.nvim_win_set_cursor, win, { vim.api.nvim_buf_line_count(state.buf), 0 })
  end
end

local function append(text)
  if text == '' or not is_open() then
    return
  end
  with_follow(function()
    local row = vim.api.nvim_buf_line_count(state.buf) - 1
    local line = vim.api.nvim_buf_get_lines(state.buf, row, row + 1, false)[1]
    local lines = vim.split(line .. text, '\n', { plain = true })
    vim.api.nvim_buf_set_lines(state.buf, row, row + 1, false, lines)
  end)
end

local function flush()
  local text = state.text
  state.text = ''
  append(text)
end

local function stop_timer()
  if state.timer and not state.timer:is_closing() then
    state.timer:stop()
    state.timer:close()
  end
  state.timer = nil
end

local function show_sources(sources)
  state.sources = {}
  local lines = {}
  for _, s in ipairs(sources) do
    state.sources[s.n] = s
    local name = s.path:gsub('[\n\r]', '?')
    lines[#lines + 1] = ('%d. %s:%d-%d'):format(s.n, name, s.start_line, s.end_line)
    local buf = vim.fn.bufnr('^' .. vim.fn.fnameescape(s.file) .. '$')
    if buf > 0 and vim.api.nvim_buf_is_loaded(buf) then
      local ok, id = pcall(vim.api.nvim_buf_set_extmark, buf, ns, s.start_line - 1, 0, {})
      s.mark = ok and { buf = buf, id = id } or nil
    end
  end
  lines[#lines + 1] = ''
  lines[#lines + 1] = ''
  with_follow(function()
    vim.api.nvim_buf_set_lines(state.buf, state.head, -1, false, lines)
  end)
end

-- Where a source is now.
local function line_of(s)
  if s.mark and vim.api.nvim_buf_is_valid(s.mark.buf) then
    local pos = vim.api.nvim_buf_get_extmark_by_id(s.mark.buf, ns, s.mark.id, {})
    if pos[1] then
      return pos[1] + 1
    end
  end
  return s.start_line
end

-- The number under the cursor: [n] in the text, or the n of a line of the list.
local function number_at_cursor()
  local line = vim.api.nvim_get_current_line()
  local column = vim.api.nvim_win_get_cursor(0)[2] + 1
  local from = 1
  while true do
    local a, b, n = line:find('%[(%d+)%]', from)
    if not a then
      return tonumber(line:match('^(%d+)%. ')) or tonumber(line:match('%[(%d+)%]'))
    elseif column >= a and column <= b then
      return tonumber(n)
    end
    from = b + 1
  end
end

local function jump()
  local s = state.sources[number_at_cursor() or 0]
  if not s then
    return
  end
  local win = state.origin_win
  if not (win and vim.api.nvim_win_is_valid(win)) then
    vim.cmd('leftabove vsplit')
    win = vim.api.nvim_get_current_win()
  end
  local buf = vim.fn.bufadd(s.file)
  vim.fn.bufload(buf)
  vim.bo[buf].buflisted = true
  vim.api.nvim_set_current_win(win)
  vim.api.nvim_win_set_buf(win, buf)
  local line = math.min(line_of(s), vim.api.nvim_buf_line_count(buf))
  vim.api.nvim_win_set_cursor(win, { line, 0 })
end

local function open(question)
  state.origin_win = vim.api.nvim_get_current_win()
  if not is_open() then
    state.buf = vim.api.nvim_create_buf(false, true)
    vim.api.nvim_buf_set_name(state.buf, 'openbook://answer')
    vim.bo[state.buf].bufhidden = 'hide'
    vim.bo[state.buf].modeline = false
    vim.bo[state.buf].filetype = 'markdown'
    local map = function(keys, fn, desc)
      vim.keymap.set('n', keys, fn, { buffer = state.buf, nowait = true, desc = 'openbook: ' .. desc })
    end
    map('<CR>', jump, 'go to the source')
    map('<C-c>', M.stop, 'stop the answer')
    map('q', '<Cmd>close<CR>', 'close the answer')
  end
  if #vim.fn.win_findbuf(state.buf) == 0 then
    vim.cmd(require('openbook.config').get().split == 'right' and 'botright vsplit' or 'botright split')
    vim.api.nvim_win_set_buf(0, state.buf)
    vim.wo.wrap, vim.wo.linebreak, vim.wo.number = true, true, false
    vim.api.nvim_set_current_win(state.origin_win)
  end
  local head = { '# ' .. question:gsub('[\n\r]+', ' '), '' }
  state.head, state.sources, state.text = #head, {}, ''
  vim.bo[state.buf].modifiable = true
  vim.api.nvim_buf_set_lines(state.buf, 0, -1, false, vim.list_extend(head, { '' }))
  vim.bo[state.buf].modifiable = false
end

local function finished(data)
  flush()
  stop_timer()
  state.ask = nil
  vim.api.nvim_exec_autocmds('User', { pattern = 'OpenbookAnswerDone', data = data })
end

local function ask_consent(event)
  local say = function(yes, remember)
    require('openbook.rpc').tell('consent', { ask = event.ask, yes = yes, remember = remember })
  end
  vim.ui.select({ 'No', 'Yes, once', 'Yes, always for this project' }, {
    prompt = ('Send %d passages (%d bytes) to %s?'):format(event.sources, event.bytes, event.origin),
  }, function(_, choice)
    say(choice == 2 or choice == 3, choice == 3)
  end)
end

local function on_event(event)
  if not is_open() then
    return
  end
  if event.type == 'sources' then
    show_sources(event.sources)
  elseif event.type == 'text' then
    state.text = state.text .. event.text
  elseif event.type == 'consent' then
    ask_consent(event)
  elseif event.type == 'error' then
    state.text = state.text .. ('\n\n> %s\n'):format(event.message)
    finished({ code = event.code })
  elseif event.type == 'done' then
    if event.notice and event.notice ~= '' then
      state.text = state.text .. ('\n\n> %s\n'):format(event.notice)
    end
    if event['end'] == 'incomplete' then
      state.text = state.text .. '\n\n> The answer broke off here.\n'
    end
    finished({ extractive = event.extractive, citations = event.citations })
  end
end

--- Asks QUESTION about CONTEXT (docs/protocol.md).
---@param question string
---@param context? table
function M.ask(question, context)
  M.stop()
  open(question)
  vim.api.nvim_exec_autocmds('User', { pattern = 'OpenbookAnswerStart', data = { question = question } })
  state.timer = assert(uv.new_timer())
  state.timer:start(FLUSH_MS, FLUSH_MS, vim.schedule_wrap(flush))
  local rpc = require('openbook.rpc')
  rpc.call('ping', {}, function(err)
    if not err then
      require('openbook.buffers').flush()
    end
    rpc.ask({ question = question, context = context }, on_event, function(failed, result)
      if failed then
        on_event({ type = 'error', code = failed.code, message = failed.message })
      else
        state.ask = result.ask
      end
    end)
  end)
end

--- Stops the running answer; what came stays.
function M.stop()
  if state.ask then
    require('openbook.rpc').tell('cancel', { ask = state.ask })
  end
end

--- Puts the sources of the last answer into the quickfix list.
function M.to_quickfix()
  local items = {}
  for n, s in pairs(state.sources) do
    items[#items + 1] = { filename = s.file, lnum = line_of(s), text = ('[%d] %s'):format(n, s.symbol or '') }
  end
  table.sort(items, function(a, b)
    return a.text < b.text
  end)
  if #items == 0 then
    vim.notify('openbook: there is no answer with sources yet')
    return
  end
  vim.fn.setqflist({}, ' ', { title = 'openbook: sources', items = items })
  vim.cmd('botright copen')
end

return M
