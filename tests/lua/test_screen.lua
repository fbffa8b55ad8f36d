-- What a user sees, cell by cell, on a real terminal.  The screens are in tests/lua/screens/.
return {
  {
    'an answer beside the file it is about, before its first word, whole, and gone to its source',
    function(t)
      t:write(
        'queue.c',
        '/* A queue of jobs; the oldest job leaves first. */\nint queue_pop(void);\n'
      )
      t:write(
        'notes.md',
        '# 배포\n\n배포는 금요일 오후에 하기로 결정했다. The oldest job leaves first.\n'
      )
      local model = t:model(
        'model scripted',
        'reply',
        'gate',
        'text The oldest job leaves first [1].\\n\\n- 배포는 **금요일 오후**에 한다 [2]\\n- 모르는 것 [7]\\n'
      )
      local terminal = t:terminal({ llm = { url = model.url, model = 'scripted' } }, 'queue.c')
      t:shows(terminal, 'file')
      terminal.keys(':Openbook ask which job leaves the queue first', 'Enter')
      model.seen('gate 1')
      t:shows(terminal, 'sources')
      model.go_on()
      t:shows(terminal, 'answer')
      terminal.keys('C-w', 'l', '/\\[2', 'Enter', 'Enter')
      t:shows(terminal, 'jumped')
    end,
  },
  {
    'an explanation above the first line while it is written, and in the file',
    function(t)
      t:write('queue.c', '/* Jobs. */\nint queue_pop(void);\n\nint queue_push(int job);\n')
      local model = t:model(
        'model scripted',
        'reply',
        'text Hands out the job that has waited longest.',
        'gate',
        'text  대기열이 비어 있으면 -1을 돌려주고, 그 밖에는 가장 오래 기다린 작업을 꺼낸다.'
      )
      local terminal = t:terminal({ llm = { url = model.url, model = 'scripted' } }, 'queue.c')
      terminal.keys(':Openbook explain', 'Enter')
      model.seen('gate 1')
      t:shows(terminal, 'explaining')
      model.go_on()
      t:shows(terminal, 'explained')
    end,
  },
  {
    'what would be sent is seen while a host is asked for',
    function(t)
      t:write(
        'queue.c',
        '/* A queue of jobs; the oldest job leaves first. */\nint queue_pop(void);\n'
      )
      local terminal =
        t:terminal({ llm = { url = 'https://model.invalid/v1', model = 'm' } }, 'queue.c')
      t:shows(terminal, 'file')
      terminal.keys(
        ':lua vim.ui.select = dofile(vim.env.VIMRUNTIME .. "/lua/vim/ui.lua").select',
        'Enter'
      )
      terminal.keys(':Openbook ask which job leaves the queue first', 'Enter')
      local screen = t:wait('the question for consent', function()
        local now = terminal.screen()
        return now:find('Send the question and 1 passage of queue.c (', 1, true) and now
      end)
      t:has(screen, '1. queue.c:1-2')
      terminal.keys('1', 'Enter')
      t:wait('the end', function()
        return terminal.screen():find('you did not allow it', 1, true)
      end)
    end,
  },
}
