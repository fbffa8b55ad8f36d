-- Finding, building, starting and losing the daemon.
local fixture = require('fixture')
local fake_daemon = require('fake_daemon')
local QUESTION = 'Openbook ask which job leaves the queue first'

local function daemon_pid(nvim)
  return nvim:lua([[return require('openbook.rpc').info().pid]])
end

-- An editor with an answer that has begun and waits at a gate.
local function answering(t)
  fixture.project(t)
  local model = t:model('reply', 'times 9', 'text 처음 First', 'gate', 'text  and last')
  local nvim = t:nvim({ options = { llm = { url = model.url } } })
  nvim:cmd(QUESTION)
  fixture.wait_answer(t, nvim, '처음 First')
  model.seen('gate 1')
  return nvim, model
end

-- A copy of the plugin without a program, whose make does RECIPE.
local function unbuilt(t, recipe)
  local copy = t.dir .. '/copy'
  vim.fn.mkdir(copy, 'p')
  for _, folder in ipairs({ 'lua', 'plugin' }) do
    vim.fn.system({ 'cp', '-R', folder, copy })
  end
  t:write(copy .. '/Makefile', ('program docs:\n\t%s\n'):format(recipe))
  return {
    env = { OPENBOOK_ROOT = copy, PATH = '/usr/bin:/bin' },
    options = { bin = false },
  }
end

local function count(nvim, part)
  return nvim:lua(
    [[
    local part = ...
    return #vim.tbl_filter(function(n)
      return n.message:find(part, 1, true) ~= nil
    end, seen.notified)]],
    part
  )
end

return {
  {
    'nobody is asked in a place that others can enter, whoever answers there',
    function(t)
      fixture.project(t)
      local run = t:env().XDG_RUNTIME_DIR
      local fake = fake_daemon.start(t, {})
      local nvim = t:nvim()
      for _, place in ipairs({
        {
          'chmod 777',
          'other users can enter ' .. run .. ': keep the socket in a folder of its own',
        },
        { 'chmod 750', 'other users can enter ' .. run },
        { 'ln -s real', run .. ' is a link' },
      }) do
        if place[1] == 'ln -s real' then
          assert(vim.uv.fs_rename(run, run .. '.real'))
          assert(vim.uv.fs_symlink(run .. '.real', run))
        else
          assert(vim.uv.fs_chmod(run, tonumber(place[1]:sub(-3), 8)))
        end
        nvim:lua('seen.notified = {}')
        nvim:cmd('Openbook search 대기열')
        nvim:notified(place[2])
      end
      t:eq(fake.seen, {})
      vim.uv.fs_unlink(run)
      assert(vim.uv.fs_rename(run .. '.real', run))
    end,
  },
  {
    'a daemon that is killed is reported once and started again; what was shown stays',
    function(t)
      local nvim = answering(t)
      local pid = daemon_pid(nvim)
      vim.uv.kill(pid, 'sigkill')
      t:has(nvim:event('OpenbookLost').message, 'has ended')
      nvim:event('OpenbookAnswerDone')
      local text = fixture.answer(nvim)
      t:has(text, '처음 First\n\n> the daemon has ended; it is started again')
      nvim:event('OpenbookAttached', 2)
      t:ok(daemon_pid(nvim) ~= pid)
      t:eq(nvim:lua('return #seen.notified'), 1)
      nvim:cmd('Openbook search queue_push')
      t:ok(nvim:event('OpenbookSearchDone').count > 0)
      t:eq(fixture.answer(nvim), text)
    end,
  },
  {
    'a daemon that hangs is noticed, ended and replaced',
    function(t)
      local nvim = answering(t)
      local pid = daemon_pid(nvim)
      vim.uv.kill(pid, 'sigstop')
      t:has(nvim:event('OpenbookLost').message, 'does not answer')
      t:has(fixture.answer(nvim), '처음 First')
      nvim:event('OpenbookAttached', 2)
      t:ok(daemon_pid(nvim) ~= pid)
      t:wait('the end of the old one', function()
        return not vim.uv.kill(pid, 0)
      end)
      t:eq(nvim:lua('return #seen.notified'), 1)
    end,
  },
  {
    'also one that hangs before this editor ever heard it',
    function(t)
      fixture.project(t)
      local other = t:nvim()
      other:cmd('Openbook status')
      other:notified(', daemon ') -- and is idle from now on
      local pid = daemon_pid(other)
      vim.uv.kill(pid, 'sigstop')
      local nvim = t:nvim()
      nvim:cmd('Openbook search queue_push')
      t:has(nvim:event('OpenbookLost').message, 'does not answer')
      nvim:event('OpenbookAttached')
      t:ok(daemon_pid(nvim) ~= pid)
      t:eq(nvim:lua('return #seen.notified'), 1)
    end,
  },
  {
    'a search whose daemon hangs or dies is asked of the next one',
    function(t)
      fixture.project(t)
      local nvim = t:nvim({ files = { 'src/queue.c' } })
      nvim:cmd('Openbook status')
      nvim:notified(', daemon ')
      nvim:request('nvim_buf_set_lines', 0, 0, 0, false, { 'int zebra; // 얼룩말' })
      vim.uv.kill(daemon_pid(nvim), 'sigstop')
      nvim:cmd('Openbook search 얼룩말')
      t:has(nvim:event('OpenbookLost').message, 'does not answer')
      t:eq(nvim:event('OpenbookSearchDone').count, 1)
      local pid = daemon_pid(nvim)
      vim.uv.kill(pid, 'sigstop') -- so that the search is on its way when it dies
      nvim:cmd('Openbook search zebra')
      vim.uv.kill(pid, 'sigkill')
      nvim:event('OpenbookLost', 2)
      t:eq(nvim:event('OpenbookSearchDone', 2).count, 1)
      local said = nvim:lua('return seen.notified')
      t:eq(#said, 2, 'the status, and once that the daemon is gone')
    end,
  },
  {
    'one that went while nobody asked is replaced without a word',
    function(t)
      fixture.project(t)
      local nvim = t:nvim()
      nvim:cmd('Openbook search queue_push')
      nvim:event('OpenbookSearchDone')
      local pid = daemon_pid(nvim)
      vim.uv.kill(pid, 'sigkill')
      t:wait('its end', function()
        return not vim.uv.kill(pid, 0)
      end)
      nvim:cmd('Openbook search 배포')
      t:ok(nvim:event('OpenbookSearchDone', 2).count > 0)
      t:eq(nvim:lua('return seen.notified'), {})
    end,
  },
  {
    'after five ends in a row it is left alone until restart',
    function(t)
      local nvim, model = answering(t)
      for i = 1, 5 do
        if i > 1 then
          nvim:cmd(QUESTION)
          model.seen('gate ' .. i)
        end
        vim.uv.kill(daemon_pid(nvim), 'sigkill')
        nvim:event('OpenbookLost', i)
        if i < 5 then
          nvim:event('OpenbookAttached', i + 1)
        end
      end
      t:eq(nvim:lua('return #seen.notified'), 2, 'the first and the last are told')
      nvim:notified('5 times in three minutes')
      nvim:cmd('Openbook status')
      nvim:notified('the daemon ended too often')
      nvim:cmd('Openbook restart')
      nvim:notified('a new daemon is running')
    end,
  },
  {
    'an editor that leaves in mid-answer leaves at once and takes the request along',
    function(t)
      local nvim, model = answering(t)
      nvim:quit()
      t:eq(nvim.exit, 0)
      model.seen('abandoned 1')
    end,
  },
  {
    'two editors share one daemon',
    function(t)
      fixture.project(t)
      local one, two = t:nvim(), t:nvim()
      one:cmd('Openbook search queue_push')
      two:cmd('Openbook search queue_push')
      one:event('OpenbookSearchDone')
      two:event('OpenbookSearchDone')
      t:eq(daemon_pid(one), daemon_pid(two))
      one:cmd('Openbook restart')
      one:notified('a new daemon is running')
      two:cmd('Openbook search 배포')
      t:ok(two:event('OpenbookSearchDone', 2).count > 0)
      t:eq(daemon_pid(one), daemon_pid(two))
      t:eq(two:lua('return seen.notified'), {})
    end,
  },
  {
    'a daemon of another protocol: one sentence says which side to renew',
    function(t)
      local sentence = 'the client speaks protocol 1, the daemon 2: renew the plugin and restart'
      local fake = fake_daemon.start(t, {
        attach = function()
          return nil, { code = 'protocol', message = sentence }
        end,
      })
      local nvim = t:nvim()
      nvim:cmd('Openbook search anything')
      nvim:notified(sentence)
      nvim:cmd(QUESTION)
      nvim:event('OpenbookAnswerDone')
      t:has(fixture.answer(nvim), '> ' .. sentence)
      t:eq(nvim:lua('return #seen.notified'), 1)
      t:eq(fake.seen, { 'attach', 'attach' })
    end,
  },
  {
    'nonsense from a daemon does not harm the editor',
    function(t)
      local far = { root = '/', path = 'a\27[31m\nb', file = t.project .. '/x\ny', kind = 'note' }
      far =
        vim.tbl_extend('error', far, { start_line = 0, end_line = 1e15, score = 0, symbol = '\0' })
      far = vim.tbl_extend('error', far, { snippet = '\r\n\255', line = 4e9, column = 0 })
      local fake = fake_daemon.start(
        t,
        fake_daemon.polite(t, {
          search = function(_, send)
            send('reply', { id = 4711 })
            send('reply', 'no map')
            send('ask', { ask = 12, type = 'text', text = 'of no question' })
            send('unknown', {})
            send('progress', { indexing = false })
            return { results = { far }, indexing = false, behind = 0 }
          end,
          ask = function()
            return { ask = 1 }
          end,
        })
      )
      local nvim = t:nvim()
      nvim:cmd('Openbook search anything')
      nvim:event('OpenbookSearchDone')
      nvim:cmd('Openbook ask 무엇이든')
      nvim:wait('the number', [[return next(vim.api.nvim_list_bufs()) ~= nil]])
      t:wait('the question', function()
        return vim.tbl_contains(fake.seen, 'ask')
      end)
      local source = vim.tbl_extend('force', far, { n = 1, file = t:write('x.c', 'one\ntwo\n') })
      fake.send('ask', { ask = 1, type = 'sources', sources = { source } })
      fake.send('ask', { ask = 1, type = 'text', text = 'a\0b\27[2J\r\n\255\254 [1]' })
      fake.send('ask', { ask = 1, type = 'unheard-of' })
      fake.send(
        'ask',
        { ask = 1, type = 'done', ['end'] = 'complete', extractive = false, citations = {} }
      )
      nvim:event('OpenbookAnswerDone')
      t:has(fixture.answer(nvim), 'ab[2J\n\255\254 [1]')
      fixture.go_to(nvim, '[1]')
      nvim:keys('<CR>')
      nvim:wait(
        'the last line',
        [[return vim.api.nvim_buf_get_name(0):find('x.c', 1, true) ~= nil]]
      )
      t:eq(nvim:lua('return seen.notified'), {})
    end,
  },
  {
    'a daemon that never answers a call is no reason to wait for ever',
    function(t)
      fake_daemon.start(t, fake_daemon.polite(t))
      local nvim = t:nvim({ options = { timeout_ms = 200 } })
      nvim:cmd('Openbook search anything')
      nvim:notified('openbook took too long to answer')
    end,
  },
  {
    'a program that cannot start is quoted, once',
    function(t)
      local bin = t:write(
        'bin/openbook',
        '#!/bin/sh\necho "openbook serve: 디스크가 가득 찼다" >&2\nexit 3\n'
      )
      vim.uv.fs_chmod(bin, 448)
      local nvim = t:nvim({ options = { bin = bin } })
      nvim:cmd('Openbook search anything')
      nvim:notified('openbook: 디스크가 가득 찼다')
      t:eq(nvim:lua('return #seen.notified'), 1)
    end,
  },
  {
    'an option bin that names no program says so',
    function(t)
      local nvim = t:nvim({ options = { bin = '/nowhere/openbook' } })
      nvim:cmd('Openbook search anything')
      nvim:notified('option bin names /nowhere/openbook, which is no program')
      t:eq(nvim:lua('return seen.selected'), {})
    end,
  },
  {
    'without a program it offers to build, and goes on with the command',
    function(t)
      fixture.project(t)
      local link = 'mkdir -p build && echo 만드는 중 && ln -sf "$$OPENBOOK_BIN" build/openbook'
      local nvim = t:nvim(unbuilt(t, link))
      nvim:cmd('Openbook search queue_push')
      t:has(
        nvim:wait('the offer', 'return seen.selected[1]').prompt,
        'Build it now in ' .. t.dir .. '/copy?'
      )
      t:eq(nvim:lua('return seen.selected[1].items[1]'), 'No')
      nvim:lua('pick(2)')
      t:ok(nvim:event('OpenbookSearchDone').count > 0)
      t:eq(nvim:lua([[return vim.bo.buftype]]), 'quickfix')
      t:eq(nvim:lua('return #vim.api.nvim_list_wins()'), 2, 'the terminal is gone')
    end,
  },
  {
    'where nothing can be built that is said, and not offered',
    function(t)
      local options = unbuilt(t, 'true')
      local nvim = t:nvim(options)
      vim.uv.fs_unlink(t.dir .. '/copy/Makefile')
      nvim:cmd('Openbook search queue_push')
      nvim:notified('cannot be built: there is no source in ' .. t.dir .. '/copy; install it')
      t:write(t.dir .. '/copy/Makefile', 'all:\n')
      nvim:lua([[vim.env.PATH = '/nowhere']])
      nvim:cmd('Openbook search queue_push')
      nvim:notified('cannot be built: there is no make; install it, or set the option bin')
      t:eq(nvim:lua('return seen.selected'), {})
      local advice = [[return require('openbook.daemon').advice()]]
      t:has(nvim:lua(advice), 'there is no make')
      t:has(
        t:nvim(options):lua(advice),
        'Run make in ' .. t.dir .. '/copy, or any :Openbook command'
      )
    end,
  },
  {
    'a build that fails stays visible',
    function(t)
      local nvim = t:nvim(unbuilt(t, 'echo no compiler here; exit 1'))
      nvim:cmd('Openbook search queue_push')
      nvim:lua('pick(2)')
      nvim:notified('the build failed')
      nvim:wait(
        'what make said',
        [[
        for _, buf in ipairs(vim.api.nvim_list_bufs()) do
          if vim.bo[buf].buftype == 'terminal' then
            local text = table.concat(vim.api.nvim_buf_get_lines(buf, 0, -1, false))
            return text:find('no compiler here', 1, true)
          end
        end]]
      )
      t:eq(count(nvim, 'openbook'), 1)
    end,
  },
  {
    'a no to the offer is a no',
    function(t)
      local nvim = t:nvim(unbuilt(t, 'exit 1'))
      nvim:cmd('Openbook search queue_push')
      nvim:lua('pick(1)')
      t:eq(nvim:lua('return { #seen.notified, #vim.api.nvim_list_wins() }'), { 0, 1 })
    end,
  },
}
