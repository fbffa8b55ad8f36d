-- :Openbook ask: the window, the stream, the sources, stopping.
local function project(t)
  t:write(
    'src/queue.c',
    [[
/* A queue of jobs; the oldest job leaves first. */
struct queue { int n; };

int queue_push(struct queue *q, int job)
{
    return q->n += job;
}
]]
  )
  t:write(
    'notes/meeting.md',
    '# 회의록\n\n## 배포\n\n배포는 금요일 오후에 하기로 결정했다.\n'
  )
end

local function answer(nvim)
  return nvim:lua(
    [[
    for _, buf in ipairs(vim.api.nvim_list_bufs()) do
      if vim.api.nvim_buf_get_name(buf):find('openbook://answer/', 1, true) then
        answer_buf = buf
      end
    end
    return answer_buf and table.concat(vim.api.nvim_buf_get_lines(answer_buf, 0, -1, false), '\n')]]
  )
end

local function wait_for_text(t, nvim, part)
  return t:wait(part .. ' in the answer', function()
    local text = answer(nvim)
    return text ~= vim.NIL and text:find(part, 1, true) and text
  end)
end

return {
  {
    'without a model the lines themselves are the answer, with sources above',
    function(t)
      project(t)
      local nvim = t:nvim()
      nvim:cmd('Openbook ask which job leaves the queue first')
      nvim:event('OpenbookAnswerDone')
      local text = answer(nvim)
      t:has(text, '# which job leaves the queue first\n\n1. src/queue.c:')
      t:has(text, 'the oldest job leaves first')
      t:eq(nvim:lua('return vim.bo[answer_buf].filetype'), 'markdown')
      t:eq(nvim:lua('return vim.bo[answer_buf].modifiable'), false)
    end,
  },
  {
    'the list of sources is there before the first word, and words stream in',
    function(t)
      project(t)
      local model =
        t:model('reply', 'gate', 'text It is the oldest [1].', 'gate', 'text  한국어도 된다.')
      local nvim = t:nvim({ options = { llm = { url = model.url } } })
      nvim:cmd('Openbook ask which job leaves the queue first')
      model.seen('gate 1')
      local before = wait_for_text(t, nvim, '1. src/queue.c:')
      t:ok(not before:find('oldest', 1, true))
      model.go_on()
      wait_for_text(t, nvim, 'It is the oldest [1].')
      model.seen('gate 2')
      t:ok(not answer(nvim):find('한국어', 1, true))
      model.go_on()
      wait_for_text(t, nvim, 'It is the oldest [1]. 한국어도 된다.')
      t:eq(nvim:event('OpenbookAnswerDone').citations, { { n = 1, valid = true } })
      t:eq(nvim:lua('return seen.notified'), {})
    end,
  },
}
