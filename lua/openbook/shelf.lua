-- :Openbook shelf: folders, such as notes, that are searched beside every project.  The daemon
-- keeps them; what is remembered here is for completion only.
local M = {}

local VERBS = { 'add', 'list', 'remove' }

---@class (exact) openbook.Shelves
---@field path string the one that was added or removed; ''
---@field note string
---@field file string where they are kept
---@field shelves { path: string, error: string, files?: integer, indexing?: boolean }[]
---@field problems string[]

-- As the daemon named them in its last answer, and what was known besides at that moment.
local known = {} ---@type { names?: string[], beside?: string[] }

local function notify(message, level)
  vim.notify('openbook: ' .. message, level or vim.log.levels.INFO)
end

local function names_of(result)
  return vim.tbl_map(function(shelf)
    return shelf.path
  end, result.shelves)
end

-- What the connection knows of them.
local function added()
  local info = require('openbook.rpc').info()
  return info and info.added
end

-- Asks the daemon; DONE gets its answer, the user what is wrong.
---@param params table
---@param done fun(result: openbook.Shelves)
local function call(params, done)
  require('openbook.rpc').call('shelf', params, function(err, result)
    if err then
      if not err.told then
        notify(err.message, vim.log.levels.ERROR)
      end
      return
    end
    known = { names = names_of(result), beside = added() }
    done(result)
    for _, problem in ipairs(result.problems) do
      notify(problem, vim.log.levels.WARN)
    end
  end)
end

-- The folder that the user typed.  Blanks may be escaped, as completion does it.
local function folder(text)
  local plain = text:gsub('\\(.)', '%1')
  local as_typed = vim.fn.isdirectory(vim.fs.normalize(text)) == 1
  return require('openbook.project').absolute(as_typed and text or plain)
end

local function change(verb, text)
  call({ [verb] = folder(text) }, function(result)
    local note = result.note ~= '' and ('; ' .. result.note) or ''
    local said = verb == 'add' and 'every project searches %s from now on%s'
      or '%s is no longer searched%s'
    notify(said:format(result.path, note))
  end)
end

local function add(text)
  if text ~= '' then
    return change('add', text)
  end
  local prompt = 'Folder to search beside every project: '
  vim.ui.input({ prompt = prompt, completion = 'dir' }, function(typed)
    if typed and vim.trim(typed) ~= '' then
      change('add', vim.trim(typed))
    end
  end)
end

local function nothing_added()
  notify('no folder was added; :Openbook shelf add {folder} adds one')
end

local function remove(text)
  if text ~= '' then
    return change('remove', text)
  end
  call({}, function(result)
    if #result.shelves == 0 then
      return nothing_added()
    end
    vim.ui.select(names_of(result), {
      prompt = 'Which folder shall not be searched any more?',
      kind = 'openbook.shelf',
    }, function(path)
      if path then
        change('remove', path)
      end
    end)
  end)
end

local function label(shelf)
  if shelf.error ~= '' then
    return ('  %s (%s)'):format(shelf.path, shelf.error)
  elseif not shelf.files then
    return '  ' .. shelf.path
  end
  local files = require('openbook.count').of(shelf.files, 'file')
  local busy = shelf.indexing and ', being indexed' or ''
  return ('  %s: %s%s'):format(shelf.path, files, busy)
end

local function list()
  call({}, function(result)
    if #result.shelves == 0 then
      return nothing_added()
    end
    local lines = vim.tbl_map(label, result.shelves)
    table.insert(lines, 1, 'searched beside every project:')
    notify(table.concat(lines, '\n'))
  end)
end

--- Runs `:Openbook shelf WORDS`.
---@param words string
function M.run(words)
  local verb, rest = words:match('^(%S*)%s*(.*)$')
  if verb == 'add' then
    add(rest)
  elseif verb == 'remove' then
    remove(rest)
  elseif (verb == 'list' or verb == '') and rest == '' then
    list()
  else
    notify('shelf wants add {folder}, remove {folder} or list, not ' .. words, vim.log.levels.ERROR)
  end
end

-- The shelves that are known without asking.
local function remembered()
  local newest = added() -- another table when somebody else has changed them
  return known.names and known.beside == newest and known.names or newest or {}
end

local function escape(name)
  return (name:gsub('[ \\]', '\\%0'))
end

--- Completes what follows `shelf `.
---@param lead string
---@param before string the words before it
---@return string[]
function M.complete(lead, before)
  local verb = before:match('^(%S+)%s')
  local found = VERBS
  if verb == 'add' then
    found = vim.tbl_map(escape, vim.fn.getcompletion((lead:gsub('\\(.)', '%1')), 'dir'))
  elseif verb == 'remove' then
    found = vim.tbl_map(escape, remembered())
  elseif verb then
    return {}
  end
  return vim.tbl_filter(function(name)
    return verb == 'add' or vim.startswith(name, lead)
  end, found)
end

return M
