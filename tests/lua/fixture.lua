-- What several test files share: a small project in two languages, a look at the newest answer, and
-- a search.
local M = {}

--- src/queue.c, src/worker.c and notes/meeting.md.
function M.project(t)
  t:write(
    'src/queue.c',
    [[
/* A queue of jobs; the oldest job leaves first. */
struct queue { int n; };

int queue_push(struct queue *q, int job)
{
    return q->n += job;
}

/* Hands out the oldest job. */
int queue_pop(struct queue *q)
{
    return q->n--;
}
]]
  )
  t:write('src/worker.c', 'void worker_run(struct queue *q)\n{\n    int job = queue_pop(q);\n}\n')
  t:write(
    'notes/meeting.md',
    '# 회의록\n\n## 배포\n\n배포는 금요일 오후에 하기로 결정했다.\n'
  )
end

--- The text of the newest answer, or nil.  Its buffer is `answer_buf` in the child afterwards.
function M.answer(nvim)
  local text = nvim:lua(
    [[
    for _, buf in ipairs(vim.api.nvim_list_bufs()) do
      if vim.api.nvim_buf_get_name(buf):find('openbook://answer/', 1, true) then
        answer_buf = buf
      end
    end
    return answer_buf and table.concat(vim.api.nvim_buf_get_lines(answer_buf, 0, -1, false), '\n')]]
  )
  return text ~= vim.NIL and text or nil
end

--- Waits until the newest answer holds PART; returns its text.
function M.wait_answer(t, nvim, part)
  return t:wait(part .. ' in the answer', function()
    local text = M.answer(nvim)
    return text and text:find(part, 1, true) and text
  end)
end

--- The cursor goes to PART in the newest answer, in its window.
function M.go_to(nvim, part)
  M.answer(nvim)
  nvim:lua(
    [[
    vim.api.nvim_set_current_win(vim.fn.win_findbuf(answer_buf)[1])
    vim.fn.cursor(1, 1)
    assert(vim.fn.search('\\V' .. ..., 'cW') > 0)]],
    part
  )
end

--- Where the cursor is: name of the buffer, line.
function M.where(nvim)
  return nvim:lua([[return { vim.api.nvim_buf_get_name(0), vim.fn.line('.') }]])
end

--- The names of the files that a search finds, sorted; the cursor is where it was.
function M.found(nvim, words)
  nvim:lua('seen.events = {}; vim.fn.setqflist({})')
  nvim:cmd('Openbook search ' .. words)
  nvim:event('OpenbookSearchDone')
  local names = nvim:lua([[
    return vim.tbl_map(function(item)
      return vim.fs.basename(vim.api.nvim_buf_get_name(item.bufnr))
    end, vim.fn.getqflist())]])
  nvim:lua([[if vim.bo.buftype == 'quickfix' then vim.cmd.wincmd('p') end]])
  table.sort(names)
  return names
end

return M
