-- Options: defaults, and the check of what a user sets.
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
---@field llm? openbook.Llm
---@field picker 'quickfix'|'select' where search results go
---@field limit integer results of a search
---@field split 'right'|'below' where the answer opens
---@field timeout_ms integer how long a call may take

---@type openbook.Config
local defaults = {
  bin = nil,
  notes = {},
  llm = nil,
  picker = 'quickfix',
  limit = 20,
  split = 'right',
  timeout_ms = 10000,
}

local types = {
  bin = 'string',
  notes = 'table',
  llm = 'table',
  picker = 'string',
  limit = 'number',
  split = 'string',
  timeout_ms = 'number',
}

local llm_types = {
  url = 'string',
  model = 'string',
  key_env = 'string',
  key_file = 'string',
  key_command = 'table',
  ca_file = 'string',
  window_tokens = 'number',
  max_tokens = 'number',
  temperature = 'number',
}

local choices = {
  picker = { 'quickfix', 'select' },
  split = { 'right', 'below' },
}

---@type openbook.Config
local current = vim.deepcopy(defaults)
local loaded = false

-- The first thing wrong with OPTIONS, as a sentence, or nil.
local function problem(options, known, prefix)
  for name, value in pairs(options) do
    local full = prefix .. name
    if not known[name] then
      return ('unknown option %s: see :help openbook-options'):format(full)
    elseif type(value) ~= known[name] then
      return ('option %s must be a %s, not a %s'):format(full, known[name], type(value))
    elseif choices[full] and not vim.tbl_contains(choices[full], value) then
      return ('option %s must be one of: %s'):format(full, table.concat(choices[full], ', '))
    end
  end
  return nil
end

--- Merges OPTIONS over the defaults.  Returns nil, or one sentence on what is wrong (nothing is
--- changed then).
---@param options? table
---@return string?
function M.set(options)
  options = options or {}
  local wrong = problem(options, types, '')
    or (options.llm and problem(options.llm, llm_types, 'llm.'))
  if wrong then
    return wrong
  end
  current = vim.tbl_deep_extend('force', vim.deepcopy(defaults), options)
  loaded = true
  return nil
end

---@return openbook.Config
function M.get()
  if not loaded then
    loaded = true
    local wrong = type(vim.g.openbook) == 'table' and M.set(vim.g.openbook) or nil
    if wrong then
      vim.notify('openbook: ' .. wrong, vim.log.levels.ERROR)
    end
  end
  return current
end

--- Names of all options, for help and tests.
---@return string[]
function M.names()
  local names = vim.tbl_keys(types)
  for name in pairs(llm_types) do
    names[#names + 1] = 'llm.' .. name
  end
  table.sort(names)
  return names
end

return M
