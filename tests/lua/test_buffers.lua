-- Unsaved text: sent while typing, taken back when the disk counts again.

-- An editor on notes/a.md that has searched once; what it tells the daemon is in `updates`.
local function begin(t)
  t:write('notes/a.md', '# 메모\n\n원래 줄 original\n')
  local nvim = t:nvim({ files = { 'notes/a.md' } })
  nvim:lua([[
    updates = {}
    local notify = vim.rpcnotify
    vim.rpcnotify = function(channel, method, params)
      if method == 'update' then
        local text = params.text ~= vim.NIL and params.text or nil
        table.insert(updates, { path = params.path, text = text })
      end
      return notify(channel, method, params)
    end]])
  nvim:cmd('Openbook search original')
  nvim:event('OpenbookSearchDone')
  nvim:cmd('wincmd p')
  return nvim
end

-- Waits until the last update is of that text (nil: taken back).
local function last_update(nvim, what, text)
  return nvim:wait(
    what,
    [[
    local last = updates[#updates]
    return last and last.text == ... and last.path]],
    nil,
    text
  )
end

-- The lines that a search finds.
local function found(nvim, words)
  nvim:lua('seen.events = {}; seen.notified = {}; vim.fn.setqflist({})')
  nvim:cmd('Openbook search ' .. words)
  nvim:event('OpenbookSearchDone')
  local lines = nvim:lua([[
    return vim.tbl_map(function(item) return item.lnum end, vim.fn.getqflist())]])
  nvim:lua([[if vim.bo.buftype == 'quickfix' then vim.cmd.wincmd('p') end]])
  return lines
end

return {
  {
    'what is typed is sent by itself, the whole text, a moment later',
    function(t)
      local nvim = begin(t)
      nvim:keys('Go방금 쓴 줄<Esc>')
      local path =
        last_update(nvim, 'the typed text', '# 메모\n\n원래 줄 original\n방금 쓴 줄\n')
      t:eq(path, t.project .. '/notes/a.md')
      t:ok(nvim:lua('return #updates') < 4, 'not one for each key')
    end,
  },
  {
    'a search from the editor finds what was typed before it, other programs see the disk',
    function(t)
      local nvim = begin(t)
      nvim:request('nvim_buf_set_lines', 0, 0, 0, false, { '얼룩말 zebra', '' })
      t:eq(found(nvim, '얼룩말'), { 1 })
      local out = vim
        .system({ vim.env.OPENBOOK_BIN, 'search', '얼룩말' }, { cwd = t.project, env = t:env() })
        :wait()
      t:eq(out.stdout, '')
    end,
  },
  {
    'after :w the disk counts',
    function(t)
      local nvim = begin(t)
      nvim:request('nvim_buf_set_lines', 0, 0, 0, false, { '얼룩말', '' })
      nvim:cmd('write')
      t:eq(found(nvim, '얼룩말'), { 1 })
      last_update(nvim, 'taking back', nil)
      t:eq(found(nvim, '얼룩말'), { 1 })
      t:write('notes/a.md', '기린\n')
      t:wait('the new text of the disk', function()
        return #found(nvim, '얼룩말') == 0
      end)
    end,
  },
  {
    'after :e! the disk counts',
    function(t)
      local nvim = begin(t)
      nvim:request('nvim_buf_set_lines', 0, 0, 0, false, { '얼룩말', '' })
      t:eq(found(nvim, '얼룩말'), { 1 })
      nvim:cmd('edit!')
      last_update(nvim, 'taking back', nil)
      t:eq(found(nvim, '얼룩말'), {})
      t:eq(found(nvim, 'original'), { 3 })
      nvim:request('nvim_buf_set_lines', 0, 0, 0, false, { '또 다른 얼룩말' })
      t:eq(found(nvim, '얼룩말'), { 1 }, 'and typing counts again')
    end,
  },
  {
    'after :bwipeout the disk counts',
    function(t)
      local nvim = begin(t)
      nvim:request('nvim_buf_set_lines', 0, 0, 0, false, { '얼룩말', '' })
      t:eq(found(nvim, '얼룩말'), { 1 })
      nvim:cmd('bwipeout!')
      last_update(nvim, 'taking back', nil)
      t:eq(found(nvim, '얼룩말'), {})
    end,
  },
  {
    'after undo to the saved text the disk counts',
    function(t)
      local nvim = begin(t)
      nvim:keys('Go얼룩말<Esc>')
      last_update(nvim, 'the typed text', '# 메모\n\n원래 줄 original\n얼룩말\n')
      nvim:keys('u')
      last_update(nvim, 'taking back', nil)
    end,
  },
  {
    'a buffer that gets another name is known by that name only',
    function(t)
      local nvim = begin(t)
      nvim:request('nvim_buf_set_lines', 0, 0, 0, false, { '얼룩말', '' })
      t:eq(found(nvim, '얼룩말'), { 1 })
      nvim:cmd('file notes/다른.md')
      t:eq(found(nvim, '얼룩말'), { 1 })
      local paths = nvim:lua([[
        local texts = {}
        for _, u in ipairs(updates) do
          texts[vim.fs.basename(u.path)] = u.text and 'text' or 'none'
        end
        return texts]])
      t:eq(paths, { ['a.md'] = 'none', ['다른.md'] = 'text' })
    end,
  },
  {
    'a new daemon is told everything again',
    function(t)
      local nvim = begin(t)
      nvim:request('nvim_buf_set_lines', 0, 0, 0, false, { '얼룩말', '' })
      t:eq(found(nvim, '얼룩말'), { 1 })
      nvim:cmd('Openbook restart')
      nvim:notified('a new daemon is running')
      t:eq(found(nvim, '얼룩말'), { 1 })
    end,
  },
  {
    'bytes that are no text, and texts that are too long, do no harm',
    function(t)
      local nvim = begin(t)
      local bad = { '\255\254 \237\160\128', '얼룩말', '' }
      nvim:request('nvim_buf_set_lines', 0, 0, 0, false, bad)
      t:eq(found(nvim, '얼룩말'), { 2 })
      nvim:request('nvim_buf_set_lines', 0, 0, 0, false, { 'nul\0byte' })
      t:eq(found(nvim, '얼룩말'), {}, 'a binary file is not searched')
      t:ok(nvim:lua([[return updates[#updates].text:find('nul\0byte\n', 1, true) == 1]]))
      nvim:cmd('1delete')
      t:eq(found(nvim, '얼룩말'), { 2 })
      nvim:request('nvim_buf_set_lines', 0, 0, 0, false, { ('x'):rep(5 * 1024 * 1024) })
      t:eq(found(nvim, '얼룩말'), {})
      last_update(nvim, 'taking back what is too long', nil)
    end,
  },
  {
    'buffers that are no files are not sent',
    function(t)
      local nvim = begin(t)
      local before = nvim:lua('return #updates')
      nvim:cmd('enew')
      nvim:request('nvim_buf_set_lines', 0, 0, -1, false, { 'secret scratch' })
      nvim:cmd('new | setlocal buftype=nofile | file notes/x.md')
      nvim:request('nvim_buf_set_lines', 0, 0, -1, false, { 'secret scratch' })
      nvim:cmd('file oil:///somewhere')
      t:eq(found(nvim, 'secret'), {})
      t:eq(nvim:lua('return #updates'), before)
    end,
  },
}
