-- One running question: its number, its consent, its one end.  Where the text goes is the caller's.
local M = {}

local count = require('openbook.count')

---@class (exact) openbook.AskHandlers
---@field sources? fun(sources: openbook.Source[]) before the first text; a later list replaces it
---@field text? fun(text: string)
---@field phase? fun(text: string) what it waits for
---@field done fun(err?: openbook.Error, result?: table) exactly once; nothing comes after it

---@class (exact) openbook.Ask
---@field on openbook.AskHandlers
---@field number? integer the daemon's, once it is known
---@field call? openbook.Op that asked
---@field ended boolean
---@field sources openbook.Source[]

local NAMED_FILES = 3 -- in the question for consent

local running = {} ---@type table<openbook.Ask, true>

local function finish(ask, err, result)
  if not ask.ended then
    ask.ended = true
    running[ask] = nil
    ask.on.done(err, result)
  end
end

--- Whether nothing is being typed, selected or edited in the command-line window.
---@return boolean
function M.is_at_rest()
  return vim.fn.mode(1) == 'n' and vim.fn.getcmdwintype() == ''
end

--- Calls FN in Normal mode: a question that pops up must not take the keys of who is typing.
---@param fn fun()
function M.when_at_rest(fn)
  if M.is_at_rest() then
    return fn()
  end
  vim.api.nvim_create_autocmd({ 'ModeChanged', 'CmdwinLeave' }, {
    group = vim.api.nvim_create_augroup('openbook.ask', { clear = false }),
    desc = 'openbook: ask when nothing is being typed',
    callback = function()
      if M.is_at_rest() then
        vim.schedule(fn)
        return true
      end
    end,
  })
end

-- "queue.c, queue.h and 2 other files": what SOURCES are passages of.
local function files_of(sources)
  local names, seen = {}, {}
  for _, s in ipairs(sources) do
    if not seen[s.file] then
      seen[s.file] = true
      table.insert(names, (vim.fs.basename(s.path):gsub('%c', '?')))
    end
  end
  local more = #names - NAMED_FILES
  if more > 0 then
    return ('%s and %s'):format(
      table.concat(names, ', ', 1, NAMED_FILES),
      count.of(more, 'other file')
    )
  end
  return table.concat(names, ', ')
end

-- What would be sent, as a question: who is to say yes wants to know.
local function consent_prompt(ask, event)
  local passages = ''
  if #ask.sources > 0 then
    passages = (' and %s of %s'):format(count.of(event.sources, 'passage'), files_of(ask.sources))
  end
  return ('Send the question%s (%s) to %s?'):format(
    passages,
    count.of(event.bytes, 'byte'),
    event.origin
  )
end

local function ask_consent(ask, event)
  M.when_at_rest(function()
    if ask.ended then
      return
    end
    vim.cmd.redraw() -- the list of sources: a prompt may keep the screen as it is
    vim.ui.select({ 'No', 'Yes, for this session', 'Yes, always for this project' }, {
      prompt = consent_prompt(ask, event),
      kind = 'openbook.consent',
    }, function(_, choice)
      if not ask.ended then
        require('openbook.rpc').tell('consent', {
          ask = ask.number,
          yes = choice == 2 or choice == 3,
          remember = choice == 3,
        })
      end
    end)
  end)
end

local function on_event(ask, event)
  local on = ask.on
  if ask.ended then
    return
  elseif event.type == 'sources' then
    ask.sources = event.sources
    if on.sources then
      on.sources(event.sources)
    end
  elseif event.type == 'text' and on.text then
    on.text(event.text)
  elseif event.type == 'phase' and on.phase then
    on.phase(event.text)
  elseif event.type == 'consent' then
    if on.phase then
      on.phase(('waiting for your word: may this go to %s?'):format(event.origin))
    end
    ask_consent(ask, event)
  elseif event.type == 'error' then
    finish(ask, { code = event.code, message = event.message, told = event.told }, event)
  elseif event.type == 'done' then
    finish(ask, nil, event)
  end
end

--- Asks.  PARAMS as in docs/protocol.md.
---@param params table
---@param on openbook.AskHandlers
---@return openbook.Ask
function M.start(params, on)
  local ask = { on = on, ended = false, sources = {} } ---@type openbook.Ask
  local rpc = require('openbook.rpc')
  running[ask] = true
  if require('openbook.config').get().llm == false then
    params.no_llm = true
  end
  params.context = require('openbook.buffers').with_open(params.context)
  ask.call = rpc.ask(params, function(event)
    on_event(ask, event)
  end, function(err, result)
    if err then
      return finish(ask, err)
    end
    ask.number = result.ask
  end)
  return ask
end

--- Ends ASK at once: its `done` is called with the code `canceled` before this returns.
---@param ask openbook.Ask
function M.stop(ask)
  if ask.ended then
    return
  end
  local rpc = require('openbook.rpc')
  if ask.number then
    rpc.tell('cancel', { ask = ask.number })
  elseif ask.call then
    rpc.take_back(ask.call)
  end
  finish(ask, { code = 'canceled', message = 'stopped' })
end

--- Ends all that run; how many there were.
---@return integer
function M.stop_all()
  local asks = vim.tbl_keys(running)
  for _, ask in ipairs(asks) do
    M.stop(ask)
  end
  return #asks
end

return M
