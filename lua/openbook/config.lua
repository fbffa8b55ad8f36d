-- Options: defaults, and the check of what a user sets in setup() or vim.g.openbook.
local M = {}

---@class (exact) openbook.Llm
---@field url? string base of an OpenAI-compatible server
---@field model? string the server's first without
---@field key_env? string environment variable that holds the key
---@field key_file? string file, readable by its owner only
---@field key_command? string[]
---@field ca_file? string
---@field window_tokens? integer
---@field max_tokens? integer
---@field temperature? number

---@class (exact) openbook.Config
---@field bin? string the program; found by itself without
---@field notes string[] directories of notes, searched beside every project
---@field one_file_system boolean folders on other file systems than their root are not entered
---@field llm? openbook.Llm|false false: never use a model
---@field picker 'quickfix'|'select' where search results go
---@field limit integer results of a search, 1 to 200
---@field split 'right'|'below' where the answer opens
---@field timeout_ms integer how long a call may take

---@type openbook.Config
local defaults = {
  bin = nil,
  notes = {},
  one_file_system = false,
  llm = nil,
  picker = 'quickfix',
  limit = 20,
  split = 'right',
  timeout_ms = 10000,
}

-- A kind of value: what it is called, and whether VALUE is one.
local function kind(name, test)
  return { name = name, test = test }
end

local function of_type(name)
  return kind('a ' .. name, function(value)
    return type(value) == name
  end)
end

local function one_of(...)
  local values = { ... }
  return kind('one of: ' .. table.concat(values, ', '), function(value)
    return vim.tbl_contains(values, value)
  end)
end

local function whole_number(least, most)
  return kind(('a whole number from %d to %d'):format(least, most), function(value)
    return type(value) == 'number' and value % 1 == 0 and value >= least and value <= most
  end)
end

local list_of_strings = kind('a list of strings', function(value)
  if type(value) ~= 'table' or (next(value) ~= nil and not vim.islist(value)) then
    return false
  end
  return vim.iter(value):all(function(item)
    return type(item) == 'string'
  end)
end)

local known = {
  bin = of_type('string'),
  notes = list_of_strings,
  one_file_system = of_type('boolean'),
  llm = kind('a table, or false', function(value)
    return type(value) == 'table' or value == false
  end),
  picker = one_of('quickfix', 'select'),
  limit = whole_number(1, 200),
  split = one_of('right', 'below'),
  timeout_ms = whole_number(100, 3600000),
}

local known_llm = {
  url = kind('an http:// or https:// address', function(value)
    return type(value) == 'string' and value:find('^https?://.') ~= nil
  end),
  model = of_type('string'),
  key_env = of_type('string'),
  key_file = of_type('string'),
  key_command = list_of_strings,
  ca_file = of_type('string'),
  window_tokens = whole_number(1, 100000000),
  max_tokens = whole_number(1, 100000000),
  temperature = of_type('number'),
}

---@type openbook.Config?
local current
local generation = 0

-- The first thing wrong with OPTIONS, as a sentence, or nil.
local function problem(options, of, prefix)
  if type(options) ~= 'table' then
    return ('the options must be a table, not %s'):format(vim.inspect(options))
  end
  local names = vim.tbl_keys(options)
  table.sort(names, function(a, b)
    return tostring(a) < tostring(b)
  end)
  for _, name in ipairs(names) do
    local full = prefix .. tostring(name)
    if full == 'llm.key' then
      return 'there is no option llm.key: keys do not belong in it; use llm.key_env, '
        .. 'llm.key_file or llm.key_command'
    elseif not of[name] then
      return ('there is no option %s: see :help openbook-options'):format(full)
    elseif not of[name].test(options[name]) then
      local got = vim.inspect(options[name], { newline = ' ', indent = '' })
      return ('option %s must be %s, not %s'):format(full, of[name].name, got:sub(1, 80))
    end
  end
end

local function problem_of(options)
  local wrong = problem(options, known, '')
  if not wrong and options.llm then
    wrong = problem(options.llm, known_llm, 'llm.')
  end
  return wrong
end

-- vim.g.openbook, checked; {} when it is wrong, which is said.
local function global_options()
  local options = vim.g.openbook
  if options == nil then
    return {}
  end
  local wrong = problem_of(options)
  if wrong then
    vim.notify('openbook: vim.g.openbook: ' .. wrong, vim.log.levels.ERROR)
    return {}
  end
  return options
end

local function merge(options)
  current = vim.tbl_extend('force', defaults, global_options(), options)
  generation = generation + 1
end

--- Puts OPTIONS over vim.g.openbook and the defaults.  Returns nil, or one sentence on what is
--- wrong (nothing is changed then).
---@param options? table
---@return string?
function M.set(options)
  options = options or {}
  local wrong = problem_of(options)
  if not wrong then
    merge(vim.deepcopy(options))
  end
  return wrong
end

---@return openbook.Config
function M.get()
  if not current then
    merge({})
  end
  return current --[[@as openbook.Config]]
end

--- Rises with each change: what was sent before is old.
---@return integer
function M.generation()
  return generation
end

--- Names of all options, for help and tests.
---@return string[]
function M.names()
  local names = vim.tbl_keys(known)
  for name in pairs(known_llm) do
    names[#names + 1] = 'llm.' .. name
  end
  table.sort(names)
  return names
end

return M
