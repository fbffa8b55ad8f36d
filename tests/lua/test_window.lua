-- Windows: where an answer opens and how it is closed, and where the quickfix list leads to.
local fixture = require('fixture')
local NO_WIDTH = 'vim.cmd("set winwidth=100 winminwidth=100") '
local NO_HEIGHT = 'vim.cmd("set winheight=35 winminheight=35") '
local QUESTION = 'Openbook ask which job leaves the queue first'

-- An editor with an answer; BEFORE is run in it first.
local function answered(t, before)
  fixture.project(t)
  local nvim = t:nvim({ files = { 'src/queue.c' } })
  nvim:lua(before or '')
  nvim:cmd(QUESTION)
  nvim:event('OpenbookAnswerDone')
  fixture.answer(nvim)
  return nvim
end

-- How windows lie: winlayout() with the names of their buffers.
local function layout(nvim)
  return nvim:lua([[
    local function names(node)
      if node[1] == 'leaf' then
        return vim.fs.basename(vim.api.nvim_buf_get_name(vim.api.nvim_win_get_buf(node[2])))
      end
      return { node[1], unpack(vim.tbl_map(names, node[2])) }
    end
    return names(vim.fn.winlayout())]])
end

return {
  {
    'an answer opens on the right, and below where that would be too narrow',
    function(t)
      t:eq(layout(answered(t)), { 'row', 'queue.c', '1' })
      t:eq(layout(answered(t, 'vim.o.columns = 60')), { 'col', 'queue.c', '1' })
    end,
  },
  {
    'where there is no room on one side it opens on the other, or in a tab page',
    function(t)
      local nvim = answered(t, NO_WIDTH)
      t:eq(layout(nvim), { 'col', 'queue.c', '1' })
      nvim = answered(t, NO_WIDTH .. NO_HEIGHT)
      t:eq(nvim:lua('return vim.fn.tabpagenr("$")'), 2)
      t:has(fixture.answer(nvim), 'the oldest job leaves first')
      t:eq(nvim:lua('return seen.notified'), {})
    end,
  },
  {
    'q closes the window of an answer, and in the last one shows what was there',
    function(t)
      local nvim = answered(t)
      fixture.go_to(nvim, '1. ')
      nvim:keys('q')
      nvim:wait('one window', [[return vim.fn.winnr('$') == 1]])
      nvim:cmd('buffer openbook://answer/1')
      nvim:keys('q')
      nvim:wait('the file', [[return vim.fs.basename(vim.api.nvim_buf_get_name(0)) == 'queue.c']])
      nvim:cmd('buffer openbook://answer/1')
      nvim:cmd('bwipeout queue.c')
      nvim:keys('q')
      nvim:wait('an empty buffer', [[return vim.api.nvim_buf_get_name(0) == '']])
      t:eq(nvim:lua('return seen.notified'), {})
    end,
  },
  {
    'what is chosen in a list is not shown in the place of an answer',
    function(t)
      local nvim = answered(t)
      for _, command in ipairs({ 'Openbook sources', 'Openbook search oldest job' }) do
        nvim:cmd('1wincmd w | edit notes/meeting.md')
        fixture.go_to(nvim, '1. ')
        nvim:cmd(command)
        nvim:wait('the list', [[return vim.bo.buftype == 'quickfix']])
        nvim:cmd('cc 1')
        nvim:cmd('cclose')
        t:eq(layout(nvim), { 'row', 'queue.c', '1' }, command)
      end
    end,
  },
  {
    'a file that finds no window is not opened, and that is said',
    function(t)
      local nvim = answered(t)
      fixture.go_to(nvim, '1. ')
      nvim:lua('vim.cmd.only() ' .. NO_WIDTH .. NO_HEIGHT)
      nvim:keys('<CR>')
      nvim:notified('there is no room for another window: close one first')
      t:eq(layout(nvim), '1')
      nvim:cmd('Openbook sources')
      nvim:notified('there is no room to show it')
      nvim:cmd('Openbook log')
      nvim:notified('E36: Not enough room')
      t:eq(nvim:lua('return #vim.fn.getqflist()'), 1)
    end,
  },
}
