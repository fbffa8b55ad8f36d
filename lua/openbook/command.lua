-- :Openbook and its sub-commands.
local M = {}

---@class (exact) openbook.Subcommand
---@field run fun(words: string, args: table)
---@field alone? boolean works without the program
---@field wordless? boolean takes no words
---@field complete? fun(lead: string, before: string): string[] the words behind its name

local MAX_WORDS_BYTES, MAX_WORDS_LINES = 128 * 1024, 10000

local function notify(message, level)
  vim.notify('openbook: ' .. message, level or vim.log.levels.INFO)
end

local function notify_error(err)
  if not err.told then
    notify(err.message, vim.log.levels.ERROR)
  end
end

-- First and last line, 1-based; nothing without a range.
local function range(args)
  if args.range > 0 then
    return math.max(args.line1, 1), math.max(args.line2, 1)
  end
end

-- The text at hand: the lines of the range, or nil without one.  False when there is too much of it,
-- which is said.
local function context_of(args)
  if args.range > 0 then
    local context, wrong = require('openbook.buffers').context(0, range(args))
    if wrong then
      notify(wrong, vim.log.levels.ERROR)
      return false
    end
    return context
  end
end

-- The range as words of a search: what was selected, if the range is that selection.  A long one is
-- cut: the daemon reads no more than its beginning.
local function selected_words(args)
  local from, to = vim.fn.getpos("'<"), vim.fn.getpos("'>")
  local first, last = range(args)
  local lines
  if first == from[2] and last == to[2] and last - first < MAX_WORDS_LINES then
    lines = vim.fn.getregion(from, to, { type = vim.fn.visualmode() })
  else
    last = math.min(last, first + MAX_WORDS_LINES)
    lines = vim.api.nvim_buf_get_lines(0, first - 1, last, false)
  end
  return vim.trim(table.concat(lines, '\n'):sub(1, MAX_WORDS_BYTES))
end

-- Runs FN with WORDS, or with what the user types.
local function with_words(words, prompt, fn)
  if words ~= '' then
    return fn(words)
  end
  vim.ui.input({ prompt = prompt }, function(typed)
    if typed and vim.trim(typed) ~= '' then
      fn(vim.trim(typed))
    end
  end)
end

local function ask(words, args)
  local context = context_of(args)
  local about
  if context == false then
    return
  elseif context then
    local name = context.path and vim.fn.fnamemodify(context.path, ':t') or 'this text'
    about = ('%s:%d-%d'):format(name, context.first_line, context.last_line)
  end
  with_words(words, 'Ask the project: ', function(question)
    require('openbook.answer').ask(question, context, { no_llm = args.bang or nil, about = about })
  end)
end

local function search(kind, prompt)
  return function(words, args)
    if words == '' and args.range > 0 then
      words = selected_words(args)
    end
    with_words(words, prompt, function(typed)
      require('openbook.search').run(typed, { kind = kind, select = args.bang })
    end)
  end
end

local function model_of(status)
  if require('openbook.config').get().llm == false then
    return 'no model (option llm)'
  end
  return status.model and ('model at ' .. status.model.url) or 'model servers of this machine only'
end

local function status_lines(status)
  local info = require('openbook.rpc').info()
  local lines = {
    ('version %s, daemon %d with %d MB, %s'):format(
      status.version,
      status.pid,
      status.rss_kb / 1024,
      model_of(status)
    ),
  }
  local count = require('openbook.count')
  local left_out = false
  for _, shelf in ipairs(status.shelves) do
    local busy = shelf.indexing and (', indexing %d of %d'):format(shelf.done, shelf.total) or ''
    local here = info and shelf.root == info.root and '*' or ' '
    table.insert(
      lines,
      ('%s %s (%s): %s, %s%s'):format(
        here,
        shelf.root,
        shelf.kind,
        count.of(shelf.files, 'file'),
        count.of(shelf.passages, 'passage'),
        busy
      )
    )
    if (shelf.left_out or '') ~= '' then
      table.insert(lines, '  left out: ' .. shelf.left_out)
      left_out = true
    end
    if shelf.error ~= '' then
      table.insert(lines, '  ' .. shelf.error)
    end
  end
  if left_out then
    table.insert(
      lines,
      'a folder that is left out counts once; :Openbook why {file} names the rule'
    )
  end
  return lines
end

local function show_status(method, params, options)
  return function()
    require('openbook.rpc').call(method, params, function(err, status)
      if err then
        return notify_error(err)
      end
      notify(table.concat(status_lines(status), '\n'))
    end, options)
  end
end

-- Which rule takes or leaves a file: the one that is named, else the one at hand.
local function why(words)
  local project = require('openbook.project')
  local path = vim.api.nvim_buf_get_name(0)
  if words ~= '' then
    path = project.absolute((words:gsub('\\(.)', '%1'))) -- as completion escapes it
  elseif not project.is_file(0) then
    local message = 'this buffer is no file; :Openbook why {file} asks about another'
    return notify(message, vim.log.levels.ERROR)
  end
  require('openbook.rpc').call('why', { path = path }, function(err, result)
    if err then
      return notify_error(err)
    end
    local unsaved = result.indexed and not vim.uv.fs_stat(path)
    local text = result.text:gsub('%c', '?') -- it names files
    notify(text .. (unsaved and '; what you have not saved is searched all the same' or ''))
  end)
end

local function show_log()
  local path = require('openbook.daemon').log()
  if not vim.uv.fs_stat(path) then
    return notify('there is no log yet: ' .. path)
  end
  vim.cmd.split({ args = { path }, magic = { file = false, bar = false } })
  vim.bo.readonly, vim.bo.autoread = true, true
  vim.cmd('normal! G')
end

local function restart()
  require('openbook.rpc').restart(function(err)
    if err then
      return notify_error(err)
    end
    notify('a new daemon is running')
  end)
end

local INDEX_WAIT_MS = 30 * 60 * 1000

---@type table<string, openbook.Subcommand>
M.subcommands = {
  ask = { run = ask },
  search = { run = search('all', 'Search code and notes: ') },
  notes = { run = search('note', 'Search notes: ') },
  related = {
    wordless = true,
    run = function(_, args)
      local context = context_of(args)
      if context ~= false then
        require('openbook.search').related(context, { select = args.bang })
      end
    end,
  },
  sources = {
    wordless = true,
    alone = true,
    run = function()
      require('openbook.answer').to_quickfix()
    end,
  },
  shelf = {
    run = function(words)
      require('openbook.shelf').run(words)
    end,
    complete = function(lead, before)
      return require('openbook.shelf').complete(lead, before)
    end,
  },
  explain = {
    run = function(words, args)
      local first, last = range(args)
      require('openbook.write').explain(words, first, last)
    end,
  },
  insert = {
    run = function(words, args)
      local first, last = range(args)
      with_words(words, 'Insert: ', function(instruction)
        require('openbook.write').insert(instruction, first, last)
      end)
    end,
  },
  stop = {
    wordless = true,
    alone = true,
    run = function()
      if require('openbook.ask').stop_all() == 0 then
        notify('there is nothing to stop')
      end
    end,
  },
  status = { wordless = true, run = show_status('status', { wait_ms = 1000 }) },
  why = {
    run = why,
    complete = function(lead)
      return vim.tbl_map(function(name)
        return (name:gsub('[ \\]', '\\%0'))
      end, vim.fn.getcompletion((lead:gsub('\\(.)', '%1')), 'file'))
    end,
  },
  index = {
    wordless = true,
    run = show_status('index', { wait_ms = INDEX_WAIT_MS }, { timeout_ms = INDEX_WAIT_MS + 5000 }),
  },
  restart = { wordless = true, run = restart },
  log = { wordless = true, alone = true, run = show_log },
}

---@return string[]
local function names()
  local all = vim.tbl_keys(M.subcommands)
  table.sort(all)
  return all
end

-- What Neovim refuses, such as a window where there is no room, is one sentence and no trace.
local function run_guarded(sub, words, args)
  local ok, err = xpcall(sub.run, function(err)
    return tostring(err):match('Vim[^%s]*:(E%d+: [^\n]*)') or debug.traceback(err)
  end, words, args)
  if not ok then
    notify(err, vim.log.levels.ERROR)
  end
end

---@param args table of nvim_create_user_command
function M.run(args)
  local name, bang, words = args.args:match('^([%w_]*)(!?)%s*(.-)%s*$')
  local sub = M.subcommands[name == '' and 'status' or name]
  if not sub then
    local given = args.args:match('^%S*')
    notify(
      ('there is no sub-command %s; there are %s'):format(given, table.concat(names(), ', ')),
      vim.log.levels.ERROR
    )
    return
  end
  if sub.wordless and words ~= '' then
    local message = '%s takes no words, and got: %s; see :help :Openbook-%s'
    return notify(message:format(name, words:sub(1, 80), name), vim.log.levels.ERROR)
  end
  args.bang = args.bang or bang == '!'
  local program, wrong = require('openbook.daemon').program()
  if program or sub.alone then
    run_guarded(sub, words, args)
  elseif wrong then
    notify(wrong, vim.log.levels.ERROR)
  else
    require('openbook.daemon').offer_build(function()
      sub.run(words, args)
    end)
  end
end

---@param lead string
---@param line string up to the cursor
---@return string[]
function M.complete(lead, line)
  -- The command may be abbreviated and stand behind a range and modifiers.
  local rest = line:match('Open%l*!?%s+(.*)$')
  local name, before = (rest or ''):match('^(%S+)%s+(.*)$')
  if name then
    local sub = M.subcommands[name:gsub('!$', '')]
    return sub and sub.complete and sub.complete(lead, before) or {}
  elseif not rest then
    return {}
  end
  return vim.tbl_filter(function(known)
    return vim.startswith(known, lead)
  end, names())
end

return M
