-- Search results: to the quickfix list, or to vim.ui.select.  Code and notes are two groups, the
-- one with the best hit first, so that neither buries the other.
local M = {}

local count = require('openbook.count')

local AROUND = 20 -- lines above and below the cursor that `related` looks at
local TITLE_CHARS = 60

---@class (exact) openbook.Hit
---@field file string absolute
---@field file_bytes? string when FILE is not UTF-8: the name on disk
---@field path string
---@field line integer 1-based
---@field column integer 1-based, bytes
---@field start_line integer
---@field end_line integer
---@field kind string code, note, ...
---@field symbol string
---@field snippet string

-- Names of a project may hold anything; all that is said here is one line.
local function notify(message, level)
  vim.notify('openbook: ' .. message:gsub('%c', '?'), level or vim.log.levels.INFO)
end

local function file_of(hit)
  return hit.file_bytes or hit.file
end

-- Whether the line is but the heading that its trail ends with, with the signs of a title.
local function is_heading(hit)
  local heading = vim.trim(hit.snippet:gsub('^[#=*%s]+', ''):gsub('[#=*%s]+$', ''))
  return hit.kind == 'note'
    and heading ~= ''
    and vim.endswith(' > ' .. hit.symbol, ' > ' .. heading)
end

local function label(hit)
  local text = hit.snippet
  if is_heading(hit) then
    text = hit.symbol
  elseif hit.symbol ~= '' then
    text = hit.symbol .. ': ' .. text
  end
  return (text:gsub('%c', ' '))
end

-- WORDS may be a pasted page.
local function title_of(words)
  local line = words:sub(1, 1024):gsub('[%s%c]+', ' ')
  local short = vim.fn.strcharpart(line, 0, TITLE_CHARS)
  return 'openbook: ' .. short .. (#short < #line and '…' or '')
end

---@param results openbook.Hit[]
---@return { name: string, hits: openbook.Hit[] }[]
local function groups_of(results)
  local code = { name = 'code', hits = {} }
  local notes = { name = 'notes', hits = {} }
  for _, hit in ipairs(results) do
    table.insert(hit.kind == 'note' and notes.hits or code.hits, hit)
  end
  local first_is_note = results[1] and results[1].kind == 'note'
  local groups = first_is_note and { notes, code } or { code, notes }
  return vim.tbl_filter(function(group)
    return #group.hits > 0
  end, groups)
end

-- Opens the list, but not under the hands of who is typing.
local function open_quickfix(n)
  local ok = vim.fn.mode(1) == 'n'
    and vim.fn.getcmdwintype() == ''
    and require('openbook.window').open_list()
  if not ok then
    notify(('%s in the quickfix list'):format(count.of(n, 'result')))
  end
end

local function to_quickfix(results, title)
  local items = {}
  local groups = groups_of(results)
  for _, group in ipairs(groups) do
    if #groups > 1 then
      table.insert(items, { text = group.name .. ':', valid = 0 })
    end
    for _, hit in ipairs(group.hits) do
      table.insert(
        items,
        { filename = file_of(hit), lnum = hit.line, col = hit.column, text = label(hit) }
      )
    end
  end
  local first = #groups > 1 and 2 or 1
  vim.fn.setqflist({}, ' ', { title = title, items = items, idx = first })
  open_quickfix(#results)
end

local function to_select(results, title)
  local win = vim.api.nvim_get_current_win()
  local hits = {}
  for _, group in ipairs(groups_of(results)) do
    vim.list_extend(hits, group.hits)
  end
  vim.ui.select(hits, {
    prompt = title,
    kind = 'openbook.search',
    format_item = function(hit)
      local where = ('%s:%d'):format(hit.path, hit.line):gsub('%c', '?')
      return ('%-5s %s  %s'):format(hit.kind, where, label(hit))
    end,
  }, function(hit)
    local wrong = hit and require('openbook.sources').open(file_of(hit), hit.line, hit.column, win)
    if wrong then
      notify(wrong, vim.log.levels.WARN)
    end
  end)
end

-- What the user should know beside the results.
local function tell_what_is_missing(result)
  if result.indexing then
    notify('the index is still being built: results may be missing')
  elseif result.behind > 0 then
    notify(count.of(result.behind, 'changed file') .. ' not taken in yet')
  end
end

-- Says where nothing was found: the project is that of the buffer at hand, which may be another one
-- than was meant.  And if the file at hand is left out, why: what was meant may stand in it.
local function nothing_found(result, options)
  local said = { 'nothing found in ' .. vim.fn.fnamemodify(options.root, ':~') }
  if (result.nearest or '') ~= '' then
    table.insert(said, 'the nearest names: ' .. result.nearest)
  elseif result.files == 0 then
    table.insert(said, 'no file is indexed; :Openbook status counts those left out')
  end
  if not options.at then
    return notify(table.concat(said, '; '))
  end
  require('openbook.rpc').call('why', { path = options.at }, function(err, why)
    if not err and not why.indexed then
      table.insert(said, 'the file at hand is not searched: ' .. why.text)
    end
    notify(table.concat(said, '; '))
  end)
end

local function show(result, options, title)
  local hits = result.results
  if #hits == 0 then
    nothing_found(result, options)
  elseif options.select or require('openbook.config').get().picker == 'select' then
    to_select(hits, title)
  else
    to_quickfix(hits, title)
  end
  tell_what_is_missing(result)
  vim.api.nvim_exec_autocmds('User', {
    pattern = 'OpenbookSearchDone',
    modeline = false,
    data = { count = #hits },
  })
end

---@class (exact) openbook.SearchOptions
---@field kind? 'all'|'code'|'note'
---@field select? boolean results to vim.ui.select
---@field context? table text at hand (docs/protocol.md)
---@field title? string
---@field root? string where it was searched, once it was
---@field at? string the file at hand

-- Where one kind fills the list, the best of the other kind get some of its places.
---@param params table of the search
---@param result table its result
---@param done fun(result: table)
local function share_places(params, result, done)
  local groups = groups_of(result.results)
  if params.kind ~= 'all' or #groups ~= 1 or #result.results < params.limit then
    return done(result)
  end
  local other = vim.tbl_extend('force', params, {
    kind = groups[1].name == 'notes' and 'code' or 'note',
    limit = math.ceil(params.limit / 3),
  })
  require('openbook.rpc').call('search', other, function(err, more)
    local found = err and {} or more.results
    local hits = vim.list_slice(result.results, 1, params.limit - #found)
    result.results = vim.list_extend(hits, found)
    done(result)
  end)
end

--- Searches for WORDS and shows what was found.
---@param words string
---@param options openbook.SearchOptions
function M.run(words, options)
  local title = options.title or title_of(words)
  local name = vim.api.nvim_buf_get_name(0)
  options.at = require('openbook.project').is_file(0) and vim.uv.fs_stat(name) and name or nil
  local params = {
    query = words,
    kind = options.kind or 'all',
    limit = require('openbook.config').get().limit,
    context = require('openbook.buffers').with_open(options.context),
  }
  require('openbook.rpc').call('search', params, function(err, result)
    if not err then
      options.root = require('openbook.rpc').info().root
      share_places(params, result, function(whole)
        show(whole, options, title)
      end)
    elseif not err.told then
      notify(err.message, vim.log.levels.ERROR)
    end
  end)
end

--- Searches for what is related to CONTEXT, or to the lines around the cursor.
---@param context? table
---@param options openbook.SearchOptions
function M.related(context, options)
  if not context then
    local row = vim.api.nvim_win_get_cursor(0)[1]
    local last = vim.api.nvim_buf_line_count(0)
    local wrong
    context, wrong = require('openbook.buffers').context(
      0,
      math.max(row - AROUND, 1),
      math.min(row + AROUND, last)
    )
    if not context then
      return notify(wrong, vim.log.levels.ERROR)
    end
  end
  local about = context.path and vim.fs.basename(context.path) or 'this text'
  options.context = context
  options.title = ('openbook: related to %s:%d-%d'):format(
    about,
    context.first_line,
    context.last_line
  )
  M.run('', options)
end

return M
