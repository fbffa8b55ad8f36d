-- Sources: going to them, also when the file was edited since; the quickfix list.
local fixture = require('fixture')
local QUESTION = 'Openbook ask which job leaves the queue first'

-- An editor with an answer whose second line cites [1] and [2] (of src/queue.c and the notes).
local function answered(t, options)
  fixture.project(t)
  local model = t:model('reply', 'text The oldest [1], says the note [2].\\n\\n다른 줄 [1] 끝')
  options = options or {}
  options.options = { llm = { url = model.url } }
  local nvim = t:nvim(options)
  if options.before then
    options.before(nvim)
  end
  nvim:cmd(QUESTION)
  nvim:event('OpenbookAnswerDone')
  return nvim
end

-- Where source N is, by its line in the list: file, and the line of the function that it names, else
-- the first.  A short file is sent whole, and what was found in it begins further down.
local function listed(t, nvim, n)
  local entry = '\n' .. n .. '%. ([^\n]-):(%d+)%-%d+ *([^\n]*)'
  local path, first, symbol = fixture.answer(nvim):match(entry)
  local file = t.project .. '/' .. path
  for line, text in ipairs(vim.fn.readfile(file)) do
    if symbol ~= '' and text:find(symbol .. '(', 1, true) then
      return { file, line }
    end
  end
  return { file, tonumber(first) }
end

-- Waits until the window at hand shows FILE.
local function wait_shown(nvim, file)
  nvim:wait('the window of ' .. file, 'return vim.api.nvim_buf_get_name(0) == ...', nil, file)
end

return {
  {
    '<CR> on [n], or on a source, goes to file and line in the window of who asked',
    function(t)
      local nvim = answered(t)
      local origin = nvim:lua('return vim.api.nvim_get_current_win()')
      for _, place in ipairs({ { '[1]', 1 }, { '[2]', 2 }, { '다른 줄', 1 }, { '2. ', 2 } }) do
        fixture.go_to(nvim, place[1])
        nvim:keys('<CR>')
        local want = listed(t, nvim, place[2])
        nvim:wait(
          'the window of who asked',
          'return vim.api.nvim_get_current_win() == ...',
          nil,
          origin
        )
        t:eq(fixture.where(nvim), want, place[1])
      end
      nvim:keys('<C-o>')
      nvim:wait('the place before', [[return vim.fn.line('.') ~= 0]])
      t:eq(nvim:lua('return seen.notified'), {})
    end,
  },
  {
    'a line without a number says so',
    function(t)
      local nvim = answered(t)
      fixture.go_to(nvim, '# which')
      nvim:keys('<CR>')
      nvim:notified('there is no [n] on this line')
    end,
  },
  {
    'a source moves with its text while the file is edited',
    function(t)
      local nvim = answered(t, {
        before = function(nvim)
          nvim:cmd('edit src/queue.c')
        end,
      })
      local file, line = unpack(listed(t, nvim, 1))
      t:eq(file, t.project .. '/src/queue.c')
      nvim:request('nvim_buf_set_lines', 0, 0, 0, false, { '/* 머리말 */', '', '' })
      fixture.go_to(nvim, '[1]')
      nvim:keys('<CR>')
      nvim:wait('the moved line', 'return vim.fn.line(".") == ...', nil, line + 3)
    end,
  },
  {
    'also in a file that was opened after the answer, and closed, and opened again',
    function(t)
      local nvim = answered(t)
      local file, line = unpack(listed(t, nvim, 1))
      nvim:cmd('edit ' .. file)
      nvim:request('nvim_buf_set_lines', 0, 0, 0, false, { '// one', '// two' })
      nvim:cmd('write')
      nvim:cmd('enew')
      nvim:cmd('bunload ' .. file)
      fixture.go_to(nvim, '[1]')
      nvim:keys('<CR>')
      nvim:wait('the moved line', 'return vim.fn.line(".") == ...', nil, line + 2)
      t:eq(fixture.where(nvim)[1], file)
      nvim:request('nvim_buf_set_lines', 0, 0, 0, false, { '// three' })
      nvim:cmd('write')
      nvim:cmd('edit!')
      fixture.go_to(nvim, '[1]')
      nvim:keys('<CR>')
      nvim:wait('the line moved again', 'return vim.fn.line(".") == ...', nil, line + 3)
    end,
  },
  {
    'a file that is reached through a link is the same file',
    function(t)
      vim.uv.fs_symlink(t.project, t.dir .. '/link')
      local nvim = answered(t, {
        before = function(nvim)
          nvim:cmd('edit ' .. t.dir .. '/link/src/queue.c')
        end,
      })
      local line = listed(t, nvim, 1)[2]
      nvim:request('nvim_buf_set_lines', 0, 0, 0, false, { '// one' })
      fixture.go_to(nvim, '[1]')
      nvim:keys('<CR>')
      nvim:wait('the moved line', 'return vim.fn.line(".") == ...', nil, line + 1)
      t:eq(nvim:lua([[return #vim.fn.getbufinfo({ buflisted = 1 })]]), 1)
    end,
  },
  {
    'a source whose file is gone says so',
    function(t)
      local nvim = answered(t)
      vim.uv.fs_unlink(listed(t, nvim, 1)[1])
      fixture.go_to(nvim, '[1]')
      nvim:keys('<CR>')
      nvim:notified('src/queue.c is gone')
      nvim:cmd('Openbook sources')
      local gone = nvim:lua('return vim.fn.getqflist()[1]')
      t:eq({ gone.valid, gone.text:match(': src/queue.c is gone$') ~= nil }, { 0, true })
      t:eq(nvim:lua('return vim.fn.getqflist()[2].valid'), 1)
    end,
  },
  {
    'a window that keeps its buffer is left alone',
    function(t)
      local nvim = answered(t)
      nvim:cmd('edit notes/meeting.md')
      nvim:cmd('setlocal winfixbuf')
      fixture.go_to(nvim, '[1]')
      nvim:keys('<CR>')
      wait_shown(nvim, t.project .. '/src/queue.c')
      t:eq(nvim:lua('return #vim.api.nvim_list_wins()'), 3)
    end,
  },
  {
    'without hidden, a window with unsaved text is left alone',
    function(t)
      local nvim = answered(t)
      nvim:cmd('set nohidden | edit notes/meeting.md')
      nvim:request('nvim_buf_set_lines', 0, 0, 0, false, { '저장하지 않은 줄' })
      fixture.go_to(nvim, '[1]')
      nvim:keys('<CR>')
      wait_shown(nvim, listed(t, nvim, 1)[1])
      t:eq(nvim:lua('return { #vim.api.nvim_list_wins(), #seen.notified }'), { 3, 0 })
    end,
  },
  {
    ':Openbook sources lists them in the quickfix list, where they are now',
    function(t)
      local nvim = t:nvim()
      nvim:cmd('Openbook sources')
      nvim:notified('there is no answer with sources yet')
      nvim:quit()
      nvim = answered(t)
      local file, line = unpack(listed(t, nvim, 1))
      nvim:cmd('edit ' .. file)
      nvim:request('nvim_buf_set_lines', 0, 0, 0, false, { '// one' })
      nvim:cmd('Openbook sources')
      t:eq(nvim:lua('return vim.bo.buftype'), 'quickfix')
      local items = nvim:lua([[
        return vim.tbl_map(function(item)
          return { vim.api.nvim_buf_get_name(item.bufnr), item.lnum, item.text:match('^%[%d+%]') }
        end, vim.fn.getqflist())]])
      t:eq(items[1], { file, line + 1, '[1]' })
      t:eq(items[2], vim.list_extend(listed(t, nvim, 2), { '[2]' }))
    end,
  },
}
