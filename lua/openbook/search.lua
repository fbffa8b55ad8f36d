-- Search results: to the quickfix list, or to vim.ui.select.
local M = {}

local function notify(message, level)
  vim.notify('openbook: ' .. message, level or vim.log.levels.INFO)
end

local function label(hit)
  local symbol = hit.symbol ~= '' and (hit.symbol .. ': ') or ''
  return ('[%s] %s%s'):format(hit.kind, symbol, hit.snippet)
end

-- Code first, then notes, each in its order: neither buries the other.
local function grouped(results)
  local code, notes = {}, {}
  for _, hit in ipairs(results) do
    table.insert(hit.kind == 'note' and notes or code, hit)
  end
  return vim.list_extend(code, notes)
end

local function to_quickfix(results, title)
  local items = vim.tbl_map(function(hit)
    return { filename = hit.file, lnum = hit.line, col = hit.column, text = label(hit) }
  end, results)
  vim.fn.setqflist({}, ' ', { title = title, items = items })
  vim.cmd('botright copen')
end

local function jump(hit)
  local buf = vim.fn.bufadd(hit.file)
  vim.fn.bufload(buf)
  vim.bo[buf].buflisted = true
  vim.api.nvim_win_set_buf(0, buf)
  local last = vim.api.nvim_buf_line_count(buf)
  pcall(vim.api.nvim_win_set_cursor, 0, { math.min(hit.line, last), math.max(hit.column - 1, 0) })
end

local function to_select(results, title)
  vim.ui.select(results, {
    prompt = title,
    format_item = function(hit)
      return ('%s:%d  %s'):format(hit.path, hit.line, label(hit))
    end,
  }, function(hit)
    if hit then
      jump(hit)
    end
  end)
end

---@class (exact) openbook.SearchOptions
---@field kind? 'all'|'code'|'note'
---@field select? boolean
---@field context? table

--- Searches for WORDS and shows what was found.
---@param words string
---@param options openbook.SearchOptions
function M.run(words, options)
  local config = require('openbook.config').get()
  local params = {
    query = words,
    kind = options.kind or 'all',
    limit = config.limit,
    context = options.context,
  }
  require('openbook.rpc').call('ping', {}, function(err)
    if err then
      return notify(err.message, vim.log.levels.ERROR)
    end
    require('openbook.buffers').flush()
    require('openbook.rpc').call('search', params, function(failed, result)
      if failed then
        return notify(failed.message, vim.log.levels.ERROR)
      end
      local hits = grouped(result.results)
      if #hits == 0 then
        local near = result.nearest or ''
        notify('nothing found' .. (near ~= '' and ('; the nearest names: ' .. near) or ''))
      elseif options.select or config.picker == 'select' then
        to_select(hits, 'openbook: ' .. words)
      else
        to_quickfix(hits, 'openbook: ' .. words)
      end
      vim.api.nvim_exec_autocmds('User', { pattern = 'OpenbookSearchDone', data = { count = #hits } })
    end)
  end)
end

return M
