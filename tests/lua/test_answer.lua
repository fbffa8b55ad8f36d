-- :Openbook ask: the window, the stream, what is sent, stopping, bad input, consent.
local fixture = require('fixture')
local fake_daemon = require('fake_daemon')
local answer, wait_answer = fixture.answer, fixture.wait_answer

local QUESTION = 'Openbook ask which job leaves the queue first'

-- A project, a model with this script, and an editor that uses it.
local function begin(t, ...)
  fixture.project(t)
  local model = t:model(...)
  return t:nvim({ options = { llm = { url = model.url } } }), model
end

-- Asks and stops in one turn of the main loop: nothing that a daemon says comes between.
local function ask_and_stop(nvim, question)
  nvim:lua(([[
    vim.cmd(%q)
    vim.cmd('Openbook stop')]]):format(question))
end

return {
  {
    'without a model the lines themselves are the answer, with sources above',
    function(t)
      fixture.project(t)
      local nvim = t:nvim()
      nvim:cmd(QUESTION)
      nvim:event('OpenbookAnswerDone')
      local text = answer(nvim)
      t:has(text, '# which job leaves the queue first\n\n1. ')
      t:has(text, '. src/queue.c:')
      t:has(text, 'the oldest job leaves first')
      t:eq(nvim:lua('return vim.bo[answer_buf].filetype'), 'markdown')
      t:eq(nvim:lua('return vim.bo[answer_buf].modifiable'), false)
    end,
  },
  {
    'where all files are left out the answer says so, and where the reason is told',
    function(t)
      t:write('.gitignore', '*\n')
      t:write('버린 글.md', '# 고래\n')
      local nvim = t:nvim()
      nvim:cmd(QUESTION)
      nvim:event('OpenbookAnswerDone')
      t:has(answer(nvim), 'No file is indexed: all there is, ')
      t:has(answer(nvim), 'is left out; `:Openbook status` tells why.')
    end,
  },
  {
    'a FileType autocommand of others that fails does not cost the answer',
    function(t)
      fixture.project(t)
      local nvim = t:nvim()
      nvim:lua([[
        vim.api.nvim_create_autocmd('FileType', {
          pattern = 'markdown',
          callback = function()
            error('Parser could not be created')
          end,
        })]])
      nvim:cmd(QUESTION)
      nvim:event('OpenbookAnswerDone')
      t:has(answer(nvim), 'the oldest job leaves first')
      t:eq(nvim:lua('return vim.bo[answer_buf].filetype'), 'markdown')
      fixture.go_to(nvim, '[1]')
      nvim:keys('<CR>')
      nvim:wait(
        'the source',
        [[return vim.api.nvim_buf_get_name(0):find('queue.c', 1, true) ~= nil]]
      )
    end,
  },
  {
    'images that a plugin would fetch are broken up before they are whole',
    function(t)
      local said = 'text 그림 ![a](https://a.b/?q=1) ![b](c.png) vec![1]\\n끝 ![a\\nb](x:y)'
      local nvim = begin(t, 'reply', said)
      nvim:lua([[
        _G.images = 0
        vim.api.nvim_create_autocmd('FileType', { pattern = 'markdown', callback = function(args)
          vim.api.nvim_buf_attach(args.buf, false, { on_lines = function()
            local text = table.concat(vim.api.nvim_buf_get_lines(args.buf, 0, -1, false), '\n')
            _G.images = _G.images + (text:find('!%b[]%(%a+:') and 1 or 0)
          end })
        end })]])
      nvim:cmd(QUESTION)
      nvim:event('OpenbookAnswerDone')
      t:has(answer(nvim), '그림 ! [a](https://a.b/?q=1) ![b](c.png) vec![1]\n끝 ! [a\nb](x:y)')
      t:eq(nvim:lua('return _G.images'), 0)
      nvim:lua([[
        require('openbook.ask').start = function(_, handlers)
          _G.handlers = handlers
          return {}
        end
        require('openbook.answer').ask('byte by byte')
        local list = vim.api.nvim_list_bufs()
        local buf = list[#list]
        for c in ('가 ![a](http://b.c/)![d](e.png)v![1].\n[ㄱ]: http://b.c\n<img src="x:"> ![f'):gmatch('.') do
          local tick = vim.api.nvim_buf_get_changedtick(buf)
          _G.handlers.text(c)
          vim.wait(5000, function()
            return vim.api.nvim_buf_get_changedtick(buf) ~= tick
          end, 2)
        end
        _G.shown = table.concat(vim.api.nvim_buf_get_lines(buf, 0, -1, false), '\n')]])
      t:has(
        nvim:lua('return _G.shown'),
        '\n가 ! [a](http://b.c/)![d](e.png)v![1].\n[ㄱ] : http://b.c\n< img src="x:"> ! [f'
      )
      t:eq(nvim:lua('return _G.images'), 0)
    end,
  },
  {
    'a Korean question finds the Korean note',
    function(t)
      fixture.project(t)
      local nvim = t:nvim()
      nvim:cmd('Openbook ask 배포는 무슨 요일에 하나요?')
      nvim:event('OpenbookAnswerDone')
      t:has(answer(nvim), '# 배포는 무슨 요일에 하나요?\n\n1. notes/meeting.md:')
      t:has(answer(nvim), '금요일 오후')
    end,
  },
  {
    'the list of sources is there before the first word, and words stream in',
    function(t)
      local nvim, model = begin(
        t,
        'reply',
        'gate',
        'text It is the oldest [1].',
        'gate',
        'text  한국어도 된다.'
      )
      nvim:cmd(QUESTION)
      model.seen('gate 1')
      local before = wait_answer(t, nvim, '. src/queue.c:')
      t:ok(not before:find('oldest', 1, true))
      model.go_on()
      wait_answer(t, nvim, 'It is the oldest [1].')
      model.seen('gate 2')
      t:ok(not answer(nvim):find('한국어', 1, true))
      model.go_on()
      wait_answer(t, nvim, 'It is the oldest [1]. 한국어도 된다.')
      t:eq(nvim:event('OpenbookAnswerDone').citations, { { n = 1, valid = true } })
      t:eq(nvim:lua('return seen.notified'), {})
    end,
  },
  {
    'the cursor and the window of who asks stay where they are',
    function(t)
      local nvim = begin(t, 'reply', 'text one\\ntwo\\nthree')
      nvim:cmd('edit src/queue.c')
      nvim:cmd('normal! 4G')
      nvim:cmd(QUESTION)
      nvim:event('OpenbookAnswerDone')
      t:eq(fixture.where(nvim), { t.project .. '/src/queue.c', 4 })
      t:eq(nvim:lua('return #vim.api.nvim_list_wins()'), 2)
      nvim:cmd(QUESTION)
      nvim:event('OpenbookAnswerDone', 2)
      t:eq(nvim:lua('return #vim.api.nvim_list_wins()'), 2, 'answers share a window')
    end,
  },
  {
    'stop cancels at once and keeps what came',
    function(t)
      local nvim, model = begin(t, 'reply', 'text 처음 몇 마디 and', 'gate', 'text never seen')
      nvim:cmd(QUESTION)
      wait_answer(t, nvim, '처음 몇 마디 and')
      model.seen('gate 1')
      nvim:cmd('Openbook stop')
      t:has(answer(nvim), '처음 몇 마디 and\n\n> Stopped.')
      t:eq(nvim:event('OpenbookAnswerDone').code, 'canceled')
      model.seen('abandoned 1')
      model.go_on()
      nvim:cmd('Openbook stop')
      nvim:notified('there is nothing to stop')
      t:ok(not answer(nvim):find('never', 1, true))
    end,
  },
  {
    'a model that pauses is seen to be at work',
    function(t)
      local nvim, model = begin(t, 'reply', 'text One', 'gate', 'text  two.')
      local function marks()
        return nvim:lua([[
          local ns = vim.api.nvim_get_namespaces()['openbook.answer']
          return vim.tbl_map(function(mark)
            return { mark[2] + 1 - vim.api.nvim_buf_line_count(answer_buf), mark[4].virt_text[1][1] }
          end, vim.api.nvim_buf_get_extmarks(answer_buf, ns, 0, -1, { details = true }))]])
      end
      nvim:cmd(QUESTION)
      wait_answer(t, nvim, 'One')
      t:eq(marks(), { { 0, ' …' } })
      model.go_on()
      nvim:event('OpenbookAnswerDone')
      t:has(answer(nvim), 'One two.')
      t:eq(marks(), {})
    end,
  },
  {
    'what is said below an answer is no part of its code',
    function(t)
      local nvim = begin(
        t,
        'reply',
        'text See:\\n\\n~~~~c\\nint x;\\n```\\n~~~\\nint y;',
        'finish length',
        'reply',
        'text ```c\\nint x;\\n```\\n',
        'finish length'
      )
      nvim:cmd(QUESTION)
      nvim:event('OpenbookAnswerDone')
      t:has(answer(nvim), 'int y;\n~~~~\n\n> The model stopped at its limit of length.')
      nvim:cmd(QUESTION)
      nvim:event('OpenbookAnswerDone', 2)
      t:has(answer(nvim), 'int x;\n```\n\n> The model stopped at its limit of length.')
    end,
  },
  {
    'more lines than a question can be about are refused, and no daemon is lost',
    function(t)
      fixture.project(t)
      local nvim = t:nvim({ files = { 'src/queue.c' } })
      nvim:cmd('Openbook status')
      nvim:event('OpenbookAttached')
      nvim:lua([[
        local line = ('여덟 '):rep(1024)
        vim.bo.undolevels = -1
        for _ = 1, 5 do
          vim.fn.append(0, vim.fn['repeat']({ line }, 1024))
        end]])
      for _, command in ipairs({ 'ask what', 'related', 'explain', 'insert more' }) do
        nvim:lua('seen.notified = {}')
        nvim:cmd('%Openbook ' .. command)
        nvim:notified('lines are 36 MB, and a question can be about 16 MB: give a smaller range')
      end
      nvim:lua('seen.notified = {}')
      nvim:cmd('%Openbook search')
      nvim:event('OpenbookSearchDone')
      nvim:cmd('0Openbook ask! which job leaves the queue first')
      nvim:event('OpenbookAnswerDone')
      t:has(answer(nvim), 'About queue.c:1-1.')
      t:eq(nvim:lua('return #vim.api.nvim_list_wins()'), 2)
    end,
  },
  {
    'a question that is stopped before there is a daemon is not sent',
    function(t)
      local nvim, model = begin(t, 'reply', 'text never seen')
      ask_and_stop(nvim, QUESTION .. '| Openbook is part of the question')
      t:has(answer(nvim), '> Stopped.')
      nvim:cmd(QUESTION)
      nvim:event('OpenbookAnswerDone', 2)
      t:has(answer(nvim), 'never seen')
      t:eq(#model.prompts(), 1)
    end,
  },
  {
    'a question that is stopped before it has a number is canceled right behind',
    function(t)
      local asked, canceled = {}, {}
      fake_daemon.start(
        t,
        fake_daemon.polite(t, {
          ask = function(params)
            table.insert(asked, params)
            return { ask = 1 }
          end,
          cancel = function(params)
            table.insert(canceled, params)
            return vim.empty_dict()
          end,
        })
      )
      local nvim = t:nvim()
      nvim:lua('require("openbook.rpc").call("ping", {}, function() pinged = true end)')
      nvim:wait('the daemon', 'return pinged')
      ask_and_stop(nvim, 'Openbook ask 첫 번째')
      t:has(answer(nvim), '> Stopped.')
      t:wait('the cancel', function()
        return #canceled == 1
      end)
      t:eq(canceled[1].call, asked[1].id)
      t:eq(#asked, 1)
    end,
  },
  {
    'a new question leaves the running answer as it is',
    function(t)
      local nvim, model =
        begin(t, 'reply', 'text First', 'gate', 'text never', 'reply', 'text Second')
      nvim:cmd(QUESTION)
      wait_answer(t, nvim, 'First')
      model.seen('gate 1')
      nvim:cmd('Openbook ask 배포는 무슨 요일에 하나')
      wait_answer(t, nvim, 'Second')
      nvim:event('OpenbookAnswerDone', 2)
      t:ok(not answer(nvim):find('First', 1, true))
      local old = nvim:text(nvim:event('OpenbookAnswerDone').buf)
      t:has(old, 'First\n\n> Stopped.')
    end,
  },
  {
    'a range is sent as it stands in the editor, saved or not',
    function(t)
      local nvim, model = begin(t, 'reply', 'text ok')
      nvim:cmd('edit src/queue.c')
      nvim:request('nvim_buf_set_lines', 0, 5, 6, false, { '    return q->n += job * 큐_배율;' })
      nvim:cmd('4,7' .. QUESTION)
      nvim:event('OpenbookAnswerDone')
      t:has(answer(nvim), 'About queue.c:4-7.')
      local prompt = model.prompts()[1].messages[2].content
      t:has(
        prompt,
        'int queue_push(struct queue *q, int job)\n{\n    return q->n += job * 큐_배율;\n}'
      )
      t:ok(not prompt:find('q->n += job;', 1, true), 'the saved text is not sent beside it')
    end,
  },
  {
    'a whole buffer without a name can be asked about',
    function(t)
      local nvim, model = begin(t, 'reply', 'text ok')
      nvim:cmd('enew')
      nvim:request(
        'nvim_buf_set_lines',
        0,
        0,
        -1,
        false,
        { '임시 메모: 서버는 내일 옮긴다', 'zebra-token' }
      )
      nvim:cmd('%Openbook ask 언제 옮기나')
      nvim:event('OpenbookAnswerDone')
      t:has(
        model.prompts()[1].messages[2].content,
        '임시 메모: 서버는 내일 옮긴다\nzebra-token'
      )
      t:has(answer(nvim), 'About this text:1-2.')
    end,
  },
  {
    'what is typed and not saved is among the sources',
    function(t)
      fixture.project(t)
      local nvim = t:nvim()
      nvim:cmd('edit notes/meeting.md')
      nvim:request(
        'nvim_buf_set_lines',
        0,
        -1,
        -1,
        false,
        { '', '## 휴가', '', '휴가는 팔월 첫째 주다.' }
      )
      nvim:cmd('Openbook ask 휴가는 언제인가')
      nvim:event('OpenbookAnswerDone')
      t:has(answer(nvim), '휴가는 팔월 첫째 주다.')
    end,
  },
  {
    'with ! no model is asked',
    function(t)
      local nvim = begin(t, 'reply', 'text from the model')
      nvim:cmd('Openbook! ask which job leaves the queue first')
      t:eq(nvim:event('OpenbookAnswerDone').extractive, true)
      t:ok(not answer(nvim):find('from the model', 1, true))
    end,
  },
  {
    'a server that refuses is quoted below what came',
    function(t)
      local nvim = begin(t, 'reply', 'error unauthorized')
      nvim:cmd(QUESTION)
      t:ok(nvim:event('OpenbookAnswerDone').code)
      t:ok(answer(nvim):find('\n2%. [^\n]+\n.-\n> [^\n]*127%.0%.0%.1'), answer(nvim))
      t:eq(nvim:lua('return seen.notified'), {})
    end,
  },
  {
    'a number that is no source is said to be none',
    function(t)
      local nvim = begin(t, 'reply', 'text So it is [42].')
      nvim:cmd(QUESTION)
      nvim:event('OpenbookAnswerDone')
      t:has(answer(nvim), '[42]')
      local _, sentences = answer(nvim):gsub('\n> [^\n]*42', '')
      t:eq(sentences, 1)
    end,
  },
  {
    'two thousand tokens come in few changes, and keys have their turn between them',
    function(t)
      local nvim, model = begin(
        t,
        'reply',
        'piece 4',
        'text start ',
        'gate',
        'text ' .. ('낱말 abc '):rep(1000),
        'gate',
        'text  end.'
      )
      nvim:cmd('edit src/queue.c')
      nvim:cmd(QUESTION)
      wait_answer(t, nvim, 'start')
      nvim:lua([[
        changes, turns = 0, 0
        local function changed() changes = changes + 1 end
        vim.api.nvim_buf_attach(answer_buf, false, { on_lines = changed })
        vim.uv.new_check():start(function() turns = turns + 1 end)]])
      model.go_on()
      nvim:keys('Go새 글 while it streams')
      model.seen('gate 2')
      model.go_on()
      nvim:event('OpenbookAnswerDone')
      t:has(answer(nvim), ('낱말 abc '):rep(1000))
      local changes, turns = unpack(nvim:lua('return { changes, turns }'))
      t:ok(changes < 200, changes .. ' changes for 2,000 tokens')
      t:ok(turns > changes, 'the main loop turns between changes')
      nvim:wait('the typed line', [[return vim.fn.getline('$') == '새 글 while it streams']])
      t:eq(nvim:request('nvim_get_mode').mode, 'i')
    end,
  },
  {
    'a megabyte in one line is shown in pieces',
    function(t)
      local nvim = begin(
        t,
        'reply',
        'piece 60000',
        'text ' .. ('가'):rep(20000),
        'text ' .. ('b'):rep(900000)
      )
      nvim:cmd(QUESTION)
      nvim:event('OpenbookAnswerDone')
      t:has(answer(nvim), ('가'):rep(20000) .. ('b'):rep(900000))
    end,
  },
  {
    'control bytes and broken UTF-8 from a model do not reach the window',
    function(t)
      local nvim = begin(
        t,
        'reply',
        'event {"choices":[{"delta":{"content":"a\\u001b[31mb\\u0007c\\u0000d\\u200be"}}]}',
        'raw data: {"choices":[{"delta":{"content":"x\\xff\\xed\\xa0\\x80y"}}]}\\n\\n'
      )
      nvim:cmd(QUESTION)
      nvim:event('OpenbookAnswerDone')
      t:has(answer(nvim), 'a[31mbc')
      t:ok(not answer(nvim):find('[%z\1-\8\11-\31]'))
      t:eq(
        nvim:lua('return vim.fn.strtrans("x") == "x" and vim.api.nvim_get_mode().blocking'),
        false
      )
    end,
  },
  {
    'a host is named and asked for once a project; the default is no',
    function(t)
      fixture.project(t)
      local nvim = t:nvim({ options = { llm = { url = 'https://model.invalid/v1', model = 'm' } } })
      nvim:cmd(QUESTION)
      local asked = nvim:wait('the question for consent', 'return seen.selected[1]')
      t:has(asked.prompt, 'Send the question and ')
      t:has(asked.prompt, ' of queue.c')
      t:has(asked.prompt, 'https://model.invalid')
      t:eq(asked.items[1], 'No')
      nvim:lua('pick(nil)')
      nvim:event('OpenbookAnswerDone')
      local refused = answer(nvim)
      nvim:cmd(QUESTION)
      nvim:wait('the second question', 'return seen.selected[2] ~= nil')
      nvim:lua('pick(3)')
      nvim:event('OpenbookAnswerDone', 2)
      nvim:cmd(QUESTION)
      nvim:event('OpenbookAnswerDone', 3)
      t:eq(nvim:lua('return #seen.selected'), 2, 'a remembered yes is not asked for again')
      t:ok(refused ~= answer(nvim))
    end,
  },
  {
    'the question for consent waits until nothing is typed',
    function(t)
      fixture.project(t)
      local nvim = t:nvim({ options = { llm = { url = 'https://model.invalid/v1', model = 'm' } } })
      nvim:cmd('edit src/queue.c')
      nvim:keys('i')
      nvim:wait('Insert mode', [[return vim.api.nvim_get_mode().mode == 'i']])
      nvim:cmd(QUESTION)
      wait_answer(t, nvim, '. src/queue.c')
      nvim:keys('typed')
      nvim:wait('the words', [[return vim.fn.getline(1):find('typed', 1, true) ~= nil]])
      t:eq(nvim:lua('return #seen.selected'), 0)
      nvim:keys('<Esc>')
      nvim:wait('the question', 'return #seen.selected == 1')
      nvim:lua('pick(1)')
      nvim:event('OpenbookAnswerDone')
    end,
  },
  {
    'an answer whose buffer is wiped out ends its question',
    function(t)
      local nvim, model = begin(t, 'reply', 'text First', 'gate', 'text never')
      nvim:cmd(QUESTION)
      wait_answer(t, nvim, 'First')
      nvim:lua('vim.api.nvim_buf_delete(answer_buf, { force = true }); answer_buf = nil')
      model.seen('abandoned 1')
      t:eq(nvim:event('OpenbookAnswerDone').code, 'canceled')
      nvim:cmd('Openbook ask again')
      nvim:event('OpenbookAnswerDone', 2)
    end,
  },
}
