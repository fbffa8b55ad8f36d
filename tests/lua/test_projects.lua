-- Several projects in one editor, notes folders, options that change.
local found = require('fixture').found

local function two_projects(t)
  local other = t.dir .. '/다른 project'
  vim.fn.mkdir(other .. '/.git', 'p')
  t:write('one.c', 'int shared_name; /* 첫째 */\n')
  t:write(other .. '/deep/two.c', 'int shared_name; /* 둘째 */\n')
  return other
end

return {
  {
    'the project is that of the buffer at hand, each time',
    function(t)
      local other = two_projects(t)
      local nvim = t:nvim({ files = { 'one.c' } })
      t:eq(found(nvim, 'shared_name'), { 'one.c' })
      nvim:cmd('edit ' .. vim.fn.fnameescape(other .. '/deep/two.c'))
      t:eq(found(nvim, 'shared_name'), { 'two.c' })
      nvim:cmd('copen')
      t:eq(found(nvim, 'shared_name'), { 'two.c' }, 'from the quickfix window')
      nvim:cmd('wincmd p | edit ' .. t.project .. '/one.c')
      t:eq(found(nvim, '첫째'), { 'one.c' })
    end,
  },
  {
    'calls for two projects that are sent at the same time do not mix',
    function(t)
      local other = two_projects(t)
      local nvim = t:nvim()
      nvim:lua(
        [[
        results = {}
        for i = 1, 3 do
          for _, dir in ipairs({ ... }) do
            require('openbook.rpc').call('search', { query = 'shared_name' }, function(_, result)
              table.insert(results, { dir, result.results[1].root, #result.results })
            end, { dir = dir })
          end
        end]],
        t.project,
        other
      )
      for _, result in ipairs(nvim:wait('six results', 'return #results == 6 and results')) do
        t:eq(result[2], result[1])
        t:eq(result[3], 1)
      end
    end,
  },
  {
    'an answer belongs to the project it was asked in',
    function(t)
      local other = two_projects(t)
      local nvim = t:nvim({ files = { other .. '/deep/two.c' } })
      nvim:cmd('Openbook ask where is shared_name')
      nvim:event('OpenbookAnswerDone')
      nvim:cmd('edit ' .. t.project .. '/one.c')
      t:eq(found(nvim, 'shared_name'), { 'one.c' })
      nvim:lua([[
        for _, win in ipairs(vim.api.nvim_list_wins()) do
          local name = vim.api.nvim_buf_get_name(vim.api.nvim_win_get_buf(win))
          if vim.startswith(name, 'openbook://') then
            vim.api.nvim_set_current_win(win)
          end
        end]])
      t:eq(found(nvim, 'shared_name'), { 'two.c' })
    end,
  },
  {
    'unsaved text of both projects is found while the other one is at hand',
    function(t)
      local other = two_projects(t)
      local nvim = t:nvim({ files = { 'one.c' } })
      t:eq(found(nvim, 'shared_name'), { 'one.c' })
      nvim:request('nvim_buf_set_lines', 0, -1, -1, false, { 'int typed_here; // 방금' })
      nvim:cmd('edit ' .. vim.fn.fnameescape(other .. '/deep/two.c'))
      nvim:request('nvim_buf_set_lines', 0, -1, -1, false, { 'int typed_there;' })
      t:eq(found(nvim, 'typed_there'), { 'two.c' })
      nvim:cmd('edit ' .. t.project .. '/one.c')
      t:eq(found(nvim, 'typed_here'), { 'one.c' })
      t:eq(found(nvim, '방금'), { 'one.c' })
    end,
  },
  {
    'a new file in a folder that is not there yet belongs to the project around it',
    function(t)
      two_projects(t)
      local nvim = t:nvim({ cwd = t.dir, files = { t.project .. '/new/folder/three.c' } })
      t:eq(found(nvim, 'shared_name'), { 'one.c' })
    end,
  },
  {
    'without a file the working directory counts',
    function(t)
      local other = two_projects(t)
      local nvim = t:nvim()
      t:eq(found(nvim, 'shared_name'), { 'one.c' })
      nvim:cmd('only | enew | cd ' .. vim.fn.fnameescape(other))
      t:eq(found(nvim, 'shared_name'), { 'two.c' })
    end,
  },
  {
    'notes folders are searched beside every project; options may change at any time',
    function(t)
      local other = two_projects(t)
      t:write(t.dir .. '/home/notes/일기.md', '# 일기\n\nshared_name 생각\n')
      local nvim = t:nvim({ files = { 'one.c' } })
      t:eq(found(nvim, 'shared_name'), { 'one.c' })
      nvim:lua([[require('openbook').setup({ notes = { '~/notes' } })]])
      t:eq(found(nvim, '생각'), { '일기.md' })
      nvim:cmd('edit ' .. vim.fn.fnameescape(other .. '/deep/two.c'))
      t:eq(found(nvim, '생각'), { '일기.md' })
    end,
  },
  {
    'a notes folder that is not there is told once and takes nothing away',
    function(t)
      local other = two_projects(t)
      local nvim = t:nvim({ files = { 'one.c' }, options = { notes = { t.dir .. '/없음' } } })
      t:eq(found(nvim, 'shared_name'), { 'one.c' })
      t:has(nvim:notified('notes: ').message, '없음')
      nvim:cmd('edit ' .. vim.fn.fnameescape(other .. '/deep/two.c'))
      t:eq(found(nvim, 'shared_name'), { 'two.c' })
      t:eq(nvim:lua('return #seen.notified'), 1)
    end,
  },
}
