-- :Openbook search and notes.
local function project(t)
  t:write(
    'src/queue.c',
    '/* A queue of jobs. */\nint queue_push(struct queue *q, int job)\n{\n    return q->n++;\n}\n'
  )
  t:write('notes/meeting.md', '# 회의록\n\n배포는 금요일에 하기로 했다.\n')
end

return {
  {
    'search puts ranked lines into the quickfix list',
    function(t)
      project(t)
      local nvim = t:nvim()
      nvim:cmd('Openbook search queue_push')
      nvim:event('OpenbookSearchDone')
      local first = nvim:lua([[
        local item = vim.fn.getqflist()[1]
        return { vim.api.nvim_buf_get_name(item.bufnr), item.lnum }]])
      t:eq(first, { t.project .. '/src/queue.c', 2 })
    end,
  },
}
