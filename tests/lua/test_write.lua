-- :Openbook explain and insert: the stream, the one change, what the user does meanwhile, refusals.
local fixture = require('fixture')

-- A project, a model with this script, and an editor on FILE.
local function begin(t, file, ...)
  fixture.project(t)
  t:write('src/jobs.py', 'class Jobs:\n    def pop(self):\n        return self.jobs.pop(0)\n')
  local model = t:model(...)
  local nvim = t:nvim({ files = { file }, options = { llm = { url = model.url } } })
  nvim:lua([[
    buf = vim.api.nvim_get_current_buf()
    -- What is shown and is not in the buffer, as one text.
    function shown()
      local lines = {}
      local ns = vim.api.nvim_get_namespaces()['openbook.place']
      if not ns then return '' end
      for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(buf, ns, 0, -1, { details = true })) do
        for _, chunks in ipairs(mark[4].virt_lines or {}) do
          table.insert(lines, chunks[1][1])
        end
      end
      return table.concat(lines, '\n')
    end]])
  return nvim, model
end

local function wait_shown(nvim, part)
  local code = 'return shown():find(..., 1, true) and shown()'
  return nvim:wait(part .. ' to be shown', code, nil, part)
end

local function lines(nvim, first, last)
  return nvim:lua('return vim.api.nvim_buf_get_lines(buf, ...)', first - 1, last, false)
end

local function done(nvim, n)
  return nvim:event('OpenbookWriteDone', n)
end

local POP = { '/* Hands out the oldest job. */', 'int queue_pop(struct queue *q)' }

return {
  {
    'explaining a selection of C puts a comment above it, streamed as lines that are not there yet',
    function(t)
      local nvim, model = begin(
        t,
        'src/queue.c',
        'reply',
        'text Gives the job that has waited longest',
        'gate',
        'text  [1], because the order of */ pushes decides.'
      )
      local before = nvim:text()
      nvim:cmd('10,13Openbook explain')
      model.seen('gate 1')
      local seen = wait_shown(nvim, '/* Gives the job that has waited longest */')
      t:has(seen, 'openbook: writing')
      t:eq(nvim:text(), before)
      model.go_on()
      done(nvim)
      t:eq(lines(nvim, 9, 12), {
        '/* Hands out the oldest job. */',
        '/* Gives the job that has waited longest, because the order of * / pushes',
        ' * decides. */',
        'int queue_pop(struct queue *q)',
      })
      t:eq(nvim:lua('return shown()'), '')
      t:eq(nvim:lua('return seen.notified'), {})
      local asked = model.prompts()[1].messages
      t:has(asked[1].content, 'plain prose')
      t:has(asked[2].content, 'queue.c:10-13\nint queue_pop(struct queue *q)\n{')
      nvim:cmd('undo')
      t:eq(nvim:text(), before)
    end,
  },
  {
    'without a range it explains the definition around the cursor, at its indentation',
    function(t)
      local nvim, model =
        begin(t, 'src/jobs.py', 'reply', 'text Takes the first job.\\nA second line.')
      nvim:cmd('3')
      nvim:cmd('Openbook explain why zero')
      done(nvim)
      t:eq(lines(nvim, 1, 3), {
        'class Jobs:',
        '    # Takes the first job. A second line.',
        '    def pop(self):',
      })
      t:has(model.prompts()[1].messages[2].content, 'jobs.py:2-3\n    def pop(self):')
      t:has(model.prompts()[1].messages[2].content, 'why zero')
    end,
  },
  {
    'Korean words are wrapped by the cells they take, across pieces that cut characters',
    function(t)
      local words =
        '대기열에서 가장 오래된 작업을 꺼내 돌려주고 그 작업을 목록에서 지운다. '
      local nvim = begin(t, 'src/queue.c', 'reply', 'cut 5', 'text ' .. words:rep(3))
      nvim:cmd('set textwidth=60')
      nvim:cmd('10,13Openbook explain 한국어로 설명해줘')
      done(nvim)
      local text = {}
      for _, line in ipairs(lines(nvim, 10, 15)) do
        if line:find('int queue_pop', 1, true) then
          break
        end
        t:ok(vim.api.nvim_strwidth(line) <= 60, line)
        table.insert(text, (line:gsub('^/%* ', ''):gsub('^ %* ?', ''):gsub('%*/$', '')))
      end
      t:ok(#text >= 4)
      t:eq(vim.trim(table.concat(text, ' '):gsub('%s+', ' ')), vim.trim(words:rep(3)))
    end,
  },
  {
    'a paragraph of Markdown is explained below it, with links to the sources',
    function(t)
      local nvim = begin(t, 'notes/meeting.md', 'reply', 'text 금요일에 배포한다 [1].')
      nvim:cmd('5')
      nvim:cmd('Openbook explain queue_pop')
      done(nvim)
      local text = nvim:text()
      t:has(text, '결정했다.\n\n금요일에 배포한다 [src/')
      t:ok(text:find('%[src/[%w_]+%.c:%d+%]%(%.%./src/[%w_]+%.c#L%d+%)%.$'), text)
    end,
  },
  {
    'an insertion goes below the line of the cursor, or onto a blank one, in one change',
    function(t)
      local nvim, model = begin(
        t,
        'src/queue.c',
        'reply',
        'piece 1',
        'text ```c\\nint queue_len(struct queue *q)\\n{\\n    return q->n;\\n}\\n```',
        'reply',
        'text `not a fence` 한 줄'
      )
      local before = nvim:text()
      nvim:cmd('7')
      nvim:cmd('Openbook insert a function that tells the length')
      done(nvim)
      t:eq(lines(nvim, 7, 12), {
        '}',
        'int queue_len(struct queue *q)',
        '{',
        '    return q->n;',
        '}',
        '',
      })
      t:has(model.prompts()[1].messages[2].content, 'queue.c:1-7\n')
      nvim:cmd('undo')
      t:eq(nvim:text(), before)
      nvim:cmd('3')
      nvim:cmd('Openbook insert 한 줄')
      done(nvim, 2)
      t:eq(lines(nvim, 2, 4), {
        'struct queue { int n; };',
        '`not a fence` 한 줄',
        'int queue_push(struct queue *q, int job)',
      })
    end,
  },
  {
    'of a reply with words around the code only the code enters a program, and a note takes all',
    function(t)
      local said = 'text Sure! 함수입니다:\\n\\n```c\\nint queue_len(void);\\n```\\nIt counts.'
      local behind = 'text ```c\\nint queue_len(void);\\n```\\nIt counts.'
      local nvim = begin(t, 'src/queue.c', 'reply', said, 'reply', behind, 'reply', said)
      local before = nvim:text()
      for n = 1, 2 do
        nvim:cmd('2')
        nvim:cmd('Openbook insert a function that tells the length')
        done(nvim, n)
        t:eq(lines(nvim, 2, 4), { 'struct queue { int n; };', 'int queue_len(void);', '' })
        nvim:notified('the words around it are in openbook://answer/' .. n)
        t:has(fixture.answer(nvim), 'It counts.\n\n> Only the code was inserted.')
        nvim:cmd('undo')
        t:eq(nvim:text(), before)
      end
      t:eq(nvim:lua('return #vim.api.nvim_list_wins()'), 1)
      nvim:cmd('edit notes/meeting.md | $')
      nvim:cmd('Openbook insert the same')
      done(nvim, 3)
      t:has(nvim:text(), 'Sure! 함수입니다:\n\n```c\nint queue_len(void);\n```\nIt counts.')
    end,
  },
  {
    'generated lines are moved to the indentation they stand in',
    function(t)
      local nvim = begin(t, 'src/jobs.py', 'reply', 'text def push(self):\\n    pass\\n')
      nvim:cmd('$')
      nvim:keys('o<Esc>')
      nvim:request('nvim_buf_set_lines', 0, 3, 4, false, { '    ' })
      nvim:cmd('4')
      nvim:cmd('Openbook insert push')
      done(nvim)
      t:eq(lines(nvim, 4, 6), { '    def push(self):', '        pass' })
    end,
  },
  {
    'while inserting it goes to the cursor inside of the line, once the line is left',
    function(t)
      local nvim, model = begin(t, 'notes/meeting.md', 'reply', 'gate', 'text 금요일')
      nvim:cmd('inoremap <F5> <Cmd>Openbook insert the day<CR>')
      nvim:keys('Go배포: <F5>')
      model.seen('gate 1')
      nvim:keys('에 한다')
      model.go_on()
      wait_shown(nvim, 'enters when you are back in Normal mode')
      t:ok(not nvim:text():find('배포: 금요일', 1, true))
      nvim:keys('<Esc>')
      done(nvim)
      t:has(nvim:text(), '배포: 금요일에 한다')
    end,
  },
  {
    'what is typed elsewhere meanwhile stays when the one undo takes the text back',
    function(t)
      local nvim, model = begin(t, 'src/queue.c', 'reply', 'text Pops', 'gate', 'text  a job.')
      nvim:cmd('10,13Openbook explain')
      wait_shown(nvim, '/* Pops */')
      nvim:cmd('set formatoptions=')
      nvim:keys('ggO// 맨 위<CR>// top<Esc>Go// the end')
      nvim:wait('the typed line', [[return vim.fn.getline('$') == '// the end']])
      model.seen('gate 1')
      model.go_on()
      wait_shown(nvim, 'enters when you are back in Normal mode')
      t:ok(not nvim:text():find('Pops', 1, true))
      nvim:keys(' 끝<Esc>')
      done(nvim)
      local text = nvim:text()
      t:has(text, '// 맨 위\n// top\n')
      t:has(text, '\n/* Pops a job. */\nint queue_pop(struct queue *q)\n')
      t:has(text, '\n// the end 끝')
      nvim:keys('u')
      nvim:wait('undo', [[return vim.fn.search('Pops', 'nw') == 0]])
      t:eq(nvim:text(), (text:gsub('/%* Pops a job%. %*/\n', '')))
    end,
  },
  {
    'the place moves with lines that come and go above it',
    function(t)
      local nvim, model = begin(t, 'src/queue.c', 'reply', 'text Pops.', 'gate', 'text  Done.')
      nvim:cmd('10,13Openbook explain')
      wait_shown(nvim, 'Pops.')
      nvim:cmd('1,8delete')
      nvim:request('nvim_buf_set_lines', 0, 0, 0, false, { '// new', '// 새것', '// more' })
      model.seen('gate 1')
      model.go_on()
      done(nvim)
      t:eq(lines(nvim, 4, 6), { POP[1], '/* Pops. Done. */', POP[2] })
    end,
  },
  {
    'a place that is deleted takes no text; the text is kept',
    function(t)
      local nvim, model = begin(t, 'src/queue.c', 'reply', 'text 꺼낸다.', 'gate', 'text  Done.')
      nvim:cmd('10,13Openbook explain')
      wait_shown(nvim, '꺼낸다.')
      nvim:cmd('9,13delete')
      local left = nvim:text()
      model.seen('gate 1')
      model.go_on()
      t:eq(done(nvim).code, 'failed')
      t:has(nvim:notified('the place for this text is gone').message, 'in the answer window')
      t:eq(nvim:lua('return #seen.notified'), 1)
      t:eq(nvim:text(nvim:lua('return buf')), left)
      t:has(fixture.answer(nvim), '# Explain\n\n꺼낸다. Done.\n\n> the place')
    end,
  },
  {
    'a buffer that is wiped out or locked meanwhile takes no text; the text is kept',
    function(t)
      local nvim, model =
        begin(t, 'src/queue.c', 'reply', 'gate', 'text One.', 'reply', 'gate', 'text Two.')
      nvim:cmd('10,13Openbook explain')
      model.seen('gate 1')
      nvim:cmd('set readonly')
      model.go_on()
      done(nvim)
      nvim:notified("'readonly' is on); the text is in the answer window")
      t:has(fixture.answer(nvim), 'One.')
      nvim:cmd('set noreadonly')
      nvim:cmd('10,13Openbook explain')
      model.seen('gate 2')
      nvim:cmd('bwipeout!')
      model.go_on()
      done(nvim, 2)
      nvim:notified('the place for this text is gone')
      t:has(fixture.answer(nvim), 'Two.')
    end,
  },
  {
    'a buffer that cannot be changed is refused before anything is asked',
    function(t)
      local nvim, model = begin(t, 'src/queue.c', 'reply', 'text never')
      nvim:cmd('set nomodifiable')
      nvim:cmd('10,13Openbook explain')
      nvim:notified("'modifiable' is off")
      nvim:cmd('set modifiable readonly')
      nvim:cmd('Openbook insert x')
      nvim:notified("'readonly' is on")
      nvim:cmd('enew')
      nvim:cmd('Openbook explain')
      nvim:notified('there is nothing here to explain')
      t:eq(model.out:find('chat'), nil)
    end,
  },
  {
    'text waits while the command-line window is open',
    function(t)
      local nvim, model = begin(t, 'src/queue.c', 'reply', 'text Pops.', 'gate', 'text  Done.')
      nvim:cmd('10,13Openbook explain')
      wait_shown(nvim, 'Pops.')
      nvim:keys('q:')
      nvim:wait('the command-line window', [[return vim.fn.getcmdwintype() == ':']])
      model.seen('gate 1')
      model.go_on()
      wait_shown(nvim, 'enters when you are back')
      nvim:lua([[require('openbook.write').insert('x')]])
      nvim:notified('close the command-line window first')
      nvim:cmd('quit')
      done(nvim)
      t:eq(lines(nvim, 9, 11), { POP[1], '/* Pops. Done. */', POP[2] })
    end,
  },
  {
    'what is inserted into a note has no image of elsewhere, and keeps its links',
    function(t)
      local said = 'text ![그림](a.png) ![b](https://a.b/?q=1)\\n\\n[ㄱ]: https://a.b'
      local nvim =
        begin(t, '새 쪽지.md', 'reply', said, 'reply', 'text [글][ㄱ]\\n\\n[ㄱ]: https://a.b')
      nvim:cmd('Openbook insert 그림')
      done(nvim)
      t:eq(
        lines(nvim, 1, 3),
        { '![그림](a.png) ! [b](https://a.b/?q=1)', '', '[ㄱ] : https://a.b' }
      )
      nvim:cmd('%delete')
      nvim:cmd('Openbook insert 이음')
      done(nvim, 2)
      t:eq(lines(nvim, 1, 3), { '[글][ㄱ]', '', '[ㄱ]: https://a.b' })
    end,
  },
  {
    'stop leaves nothing behind',
    function(t)
      local nvim, model =
        begin(t, 'src/queue.c', 'reply', 'text 처음 몇 마디', 'gate', 'text never')
      local before = nvim:text()
      nvim:cmd('1,2Openbook explain')
      wait_shown(nvim, '처음 몇 마디')
      nvim:cmd('Openbook stop')
      t:eq(done(nvim).code, 'canceled')
      model.seen('abandoned 1')
      t:eq(nvim:lua('return shown()'), '')
      t:eq(nvim:text(), before)
      t:eq(nvim:lua('return vim.bo.modified'), false)
      t:eq(nvim:lua('return seen.notified'), {})
      t:eq(fixture.answer(nvim), nil)
    end,
  },
  {
    'two texts can come at a time, each to its place',
    function(t)
      local nvim, model =
        begin(t, 'src/queue.c', 'reply', 'gate', 'text One.', 'reply', 'gate', 'text Two.')
      nvim:cmd('10,13Openbook explain')
      model.seen('gate 1')
      nvim:cmd('4,7Openbook explain')
      model.seen('gate 2')
      model.write('next 2\n')
      done(nvim, 2)
      t:eq(lines(nvim, 4, 5), { '/* Two. */', 'int queue_push(struct queue *q, int job)' })
      t:eq(lines(nvim, 10, 12), { POP[1], '/* One. */', POP[2] })
    end,
  },
  {
    'without a model one sentence says so, and nothing is shown or inserted',
    function(t)
      fixture.project(t)
      local nvim = t:nvim({ files = { 'src/queue.c' } })
      local before = nvim:text()
      nvim:cmd('10,13Openbook explain')
      done(nvim)
      nvim:notified('no model is used: option llm is false')
      t:eq(nvim:text(), before)
      t:eq(fixture.answer(nvim), nil)
      t:eq(nvim:lua('return #seen.notified'), 1)
    end,
  },
  {
    'a text that breaks off is not inserted, and stays within reach',
    function(t)
      local nvim, model = begin(
        t,
        'src/queue.c',
        'reply',
        'text 처음 몇 마디',
        'gate', -- a reset takes with it what has not been read
        'reset',
        'reply',
        'text limited',
        'finish length'
      )
      local before = nvim:text()
      nvim:cmd('10,13Openbook explain')
      wait_shown(nvim, '처음 몇 마디')
      model.seen('gate 1')
      model.go_on()
      t:ok(done(nvim).code)
      nvim:notified('; the text is in the answer window')
      t:eq(nvim:lua('return #seen.notified'), 1)
      t:has(fixture.answer(nvim), '처음 몇 마디')
      nvim:cmd('10,13Openbook explain')
      done(nvim, 2)
      nvim:notified('limit of length')
      t:has(fixture.answer(nvim), 'limited')
      t:eq(nvim:text(), before)
    end,
  },
  {
    'a daemon that dies is told of once, and what had come stays within reach',
    function(t)
      local nvim, model =
        begin(t, 'src/queue.c', 'reply', 'text 처음 몇 마디', 'gate', 'text never')
      local before = nvim:text()
      nvim:cmd('10,13Openbook explain')
      wait_shown(nvim, '처음 몇 마디')
      model.seen('gate 1')
      vim.uv.kill(nvim:event('OpenbookAttached').pid, 'sigkill')
      t:ok(done(nvim).code)
      t:has(fixture.answer(nvim), '처음 몇 마디')
      t:eq(nvim:lua('return #seen.notified'), 1)
      t:eq(nvim:text(), before)
      t:eq(nvim:lua('return shown()'), '')
    end,
  },
  {
    'a wrong key and a refused connection are said in one sentence each',
    function(t)
      local nvim = begin(t, 'src/queue.c', 'key right', 'reply', 'text never')
      local before = nvim:text()
      nvim:cmd('10,13Openbook explain')
      t:ok(done(nvim).code)
      nvim:notified('127.0.0.1')
      nvim:lua([[
        seen.notified = {}
        require('openbook').setup({ llm = { url = 'http://127.0.0.1:9/v1', model = 'm' } })]])
      nvim:cmd('Openbook insert 한 줄')
      t:ok(done(nvim, 2).code)
      t:has(nvim:notified('127.0.0.1:9').message, 'openbook: ')
      t:eq(nvim:lua('return #seen.notified'), 1)
      t:eq(nvim:text(), before)
      t:eq(nvim:lua('return shown()'), '')
    end,
  },
  {
    'consent is asked for as for a question, and no sends nothing',
    function(t)
      fixture.project(t)
      local nvim = t:nvim({
        files = { 'src/queue.c' },
        options = { llm = { url = 'https://model.invalid/v1', model = 'm' } },
      })
      nvim:cmd('10,13Openbook explain')
      t:has(nvim:wait('consent', 'return seen.selected[1]').prompt, 'https://model.invalid')
      nvim:lua('pick(1)')
      done(nvim)
      nvim:notified('Nothing was sent to https://model.invalid')
      t:eq(nvim:lua('return vim.bo.modified'), false)
    end,
  },
}
