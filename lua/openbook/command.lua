-- :Openbook and its sub-commands.
local M = {}

---@class (exact) openbook.Subcommand
---@field run fun(words: string, args: table)
---@field complete? string[]

local function notify(message, level)
  vim.notify('openbook: ' .. message, level or vim.log.levels.INFO)
end

-- The text at hand: the range, or the buffer and the cursor's line.
local function context_of(args)
  local name = vim.api.nvim_buf_get_name(0)
  local is_file = name ~= '' and vim.bo.buftype == ''
  if args.range > 0 then
    return {
      path = is_file and name or nil,
      text = require('openbook.buffers').text(0, args.line1, args.line2),
      first_line = args.line1,
      last_line = args.line2,
    }
  end
  return is_file and { path = name } or nil
end

-- Runs FN with WORDS, or with what the user types.
local function with_words(words, prompt, fn)
  if words ~= '' then
    fn(words)
    return
  end
  vim.ui.input({ prompt = prompt }, function(typed)
    if typed and vim.trim(typed) ~= '' then
      fn(vim.trim(typed))
    end
  end)
end

local function search(kind, prompt)
  return function(words, args)
    with_words(words, prompt, function(typed)
      require('openbook.search').run(typed, { kind = kind, select = args.bang })
    end)
  end
end

local function show_status()
  require('openbook.rpc').call('status', {}, function(err, status)
    if err then
      return notify(err.message, vim.log.levels.ERROR)
    end
    local lines = { ('openbook %s, daemon %d, %d KB'):format(status.version, status.pid, status.rss_kb) }
    for _, shelf in ipairs(status.shelves) do
      local busy = shelf.indexing and (', indexing %d of %d'):format(shelf.done, shelf.total) or ''
      lines[#lines + 1] = ('%s (%s): %d files, %d passages%s'):format(
        shelf.root, shelf.kind, shelf.files, shelf.passages, busy)
    end
    notify(table.concat(lines, '\n'))
  end)
end

---@type table<string, openbook.Subcommand>
M.subcommands = {
  ask = {
    run = function(words, args)
      local context = context_of(args)
      with_words(words, 'Ask the project: ', function(question)
        require('openbook.answer').ask(question, context)
      end)
    end,
  },
  search = { run = search('all', 'Search code and notes: ') },
  notes = { run = search('note', 'Search notes: ') },
  sources = {
    run = function()
      require('openbook.answer').to_quickfix()
    end,
  },
  stop = {
    run = function()
      require('openbook.answer').stop()
    end,
  },
  status = { run = show_status },
  restart = {
    run = function()
      require('openbook.rpc').restart(function(err)
        notify(err and err.message or 'a new daemon is running', err and vim.log.levels.ERROR or nil)
      end)
    end,
  },
}

---@param args table of nvim_create_user_command
function M.run(args)
  local name, words = args.args:match('^(%S*)%s*(.-)%s*$')
  local sub = M.subcommands[name == '' and 'status' or name]
  if not sub then
    local names = vim.tbl_keys(M.subcommands)
    table.sort(names)
    notify(('there is no sub-command %s; there are %s'):format(name, table.concat(names, ', ')), vim.log.levels.ERROR)
    return
  end
  if not require('openbook.daemon').program() then
    require('openbook.daemon').offer_build()
    return
  end
  sub.run(words, args)
end

---@param lead string
---@param line string
---@return string[]
function M.complete(lead, line)
  if line:match('^.-Openbook!?%s+%S*$') then
    local names = vim.tbl_filter(function(name)
      return vim.startswith(name, lead)
    end, vim.tbl_keys(M.subcommands))
    table.sort(names)
    return names
  end
  return {}
end

return M
