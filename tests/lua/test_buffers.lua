-- Unsaved text: sent while typing, taken back when the disk counts again.

-- An editor on notes/a.md that has searched once.  `updates` is what it tells the daemon: the path,
-- and the text as the daemon has it then, pieces put together.
local function begin(t, options)
  t:write('notes/a.md', '# 메모\n\n원래 줄 original\n')
  local nvim = t:nvim(vim.tbl_extend('force', { files = { 'notes/a.md' } }, options or {}))
  nvim:lua([[
    updates, pieces = {}, 0
    local texts, drafts = {}, {}
    local function put(params)
      local old = vim.split(drafts[params.path] or texts[params.path], '\n')
      local at = params.first_line
      local new = table.concat(old, '\n', 1, at - 1)
      new = (at > 1 and new .. '\n' or '') .. params.text
      return new .. table.concat(old, '\n', at + params.removed)
    end
    local notify = vim.rpcnotify
    vim.rpcnotify = function(channel, method, params)
      if method == 'update' then
        local path = params.path
        local text = params.text ~= vim.NIL and params.text or nil
        pieces = pieces + 1
        if params.first_line then
          text = put(params)
        end
        drafts[path] = params.more and text or nil
        if not params.more then
          texts[path] = text
          table.insert(updates, { path = path, text = text })
        end
      end
      return notify(channel, method, params)
    end]])
  nvim:cmd('Openbook search original')
  nvim:event('OpenbookSearchDone')
  nvim:cmd('wincmd p')
  return nvim
end

-- Waits until the last update is of that text (nil: taken back).
local function last_update(nvim, what, text)
  return nvim:wait(
    what,
    [[
    local last = updates[#updates]
    return last and last.text == ... and last.path]],
    nil,
    text
  )
end

-- The lines that a search finds.
local function found(nvim, words)
  nvim:lua('seen.events = {}; seen.notified = {}; vim.fn.setqflist({})')
  nvim:cmd('Openbook search ' .. words)
  nvim:event('OpenbookSearchDone')
  local lines = nvim:lua([[
    return vim.tbl_map(function(item) return item.lnum end, vim.fn.getqflist())]])
  nvim:lua([[if vim.bo.buftype == 'quickfix' then vim.cmd.wincmd('p') end]])
  return lines
end

-- What another program finds: the disk.
local function shell_finds(t, words)
  local out = vim
    .system({ vim.env.OPENBOOK_BIN, 'search', words }, { cwd = t.project, env = t:env() })
    :wait()
  return out.stdout
end

-- Sizes so small that every text goes in pieces.
local function small_pieces(nvim)
  nvim:lua([[
    local limits = require('openbook.buffers').limits
    limits.whole, limits.piece = 0, 40]])
end

-- The text that the daemon has of the current buffer, after all of it was sent, is the buffer's.
local function same_text(t, nvim, what)
  nvim:lua([[
    flushed = nil
    require('openbook.buffers').flush(function() flushed = true end)]])
  nvim:wait('the last piece', 'return flushed')
  local got, want = unpack(nvim:lua([[
    local last = updates[#updates]
    local want = vim.bo.modified and require('openbook.buffers').text(0) or nil
    return { last.text or 'nothing', want or 'nothing' }]]))
  t:eq(got, want, what)
end

return {
  {
    'what is typed is sent by itself, the whole text, a moment later',
    function(t)
      local nvim = begin(t)
      nvim:keys('Go방금 쓴 줄<Esc>')
      local path =
        last_update(nvim, 'the typed text', '# 메모\n\n원래 줄 original\n방금 쓴 줄\n')
      t:eq(path, t.project .. '/notes/a.md')
      t:ok(nvim:lua('return #updates') < 4, 'not one for each key')
    end,
  },
  {
    'a search from the editor finds what was typed before it, other programs see the disk',
    function(t)
      local nvim = begin(t)
      nvim:request('nvim_buf_set_lines', 0, 0, 0, false, { '얼룩말 zebra', '' })
      t:eq(found(nvim, '얼룩말'), { 1 })
      local out = vim
        .system({ vim.env.OPENBOOK_BIN, 'search', '얼룩말' }, { cwd = t.project, env = t:env() })
        :wait()
      t:eq(out.stdout, '')
    end,
  },
  {
    'after :w the disk counts',
    function(t)
      local nvim = begin(t)
      nvim:request('nvim_buf_set_lines', 0, 0, 0, false, { '얼룩말', '' })
      nvim:cmd('write')
      t:eq(found(nvim, '얼룩말'), { 1 })
      last_update(nvim, 'taking back', nil)
      t:eq(found(nvim, '얼룩말'), { 1 })
      t:write('notes/a.md', '기린\n')
      t:wait('the new text of the disk', function()
        return #found(nvim, '얼룩말') == 0
      end)
    end,
  },
  {
    'right after :w a file that is renamed, or that another program writes, is as on the disk',
    function(t)
      local nvim = begin(t)
      local file, other = t.project .. '/notes/a.md', t.project .. '/notes/나.md'
      nvim:request('nvim_buf_set_lines', 0, 2, 3, false, { '고친 줄 zebra' })
      nvim:cmd('write')
      assert(vim.uv.fs_rename(file, other)) -- as a file manager does it
      nvim:cmd('Openbook search zebra')
      nvim:event('OpenbookSearchDone', 2)
      local names = [[return vim.tbl_map(function(item)
        return vim.api.nvim_buf_get_name(item.bufnr) end, vim.fn.getqflist())]]
      t:eq(nvim:lua(names), { other })
      nvim:cmd('wincmd p')
      nvim:cmd('write!')
      t:write('notes/a.md', '# 메모\n\n\n셋째 줄 walrus 바다코끼리\n') -- as git checks out
      t:eq(found(nvim, 'walrus'), { 4 })
    end,
  },
  {
    'after :e! the disk counts',
    function(t)
      local nvim = begin(t)
      nvim:request('nvim_buf_set_lines', 0, 0, 0, false, { '얼룩말', '' })
      t:eq(found(nvim, '얼룩말'), { 1 })
      nvim:cmd('edit!')
      last_update(nvim, 'taking back', nil)
      t:eq(found(nvim, '얼룩말'), {})
      t:eq(found(nvim, 'original'), { 3 })
      nvim:request('nvim_buf_set_lines', 0, 0, 0, false, { '또 다른 얼룩말' })
      t:eq(found(nvim, '얼룩말'), { 1 }, 'and typing counts again')
    end,
  },
  {
    'after :bwipeout the disk counts',
    function(t)
      local nvim = begin(t)
      nvim:request('nvim_buf_set_lines', 0, 0, 0, false, { '얼룩말', '' })
      t:eq(found(nvim, '얼룩말'), { 1 })
      nvim:cmd('bwipeout!')
      last_update(nvim, 'taking back', nil)
      t:eq(found(nvim, '얼룩말'), {})
    end,
  },
  {
    'after undo to the saved text the disk counts',
    function(t)
      local nvim = begin(t)
      nvim:keys('Go얼룩말<Esc>')
      last_update(nvim, 'the typed text', '# 메모\n\n원래 줄 original\n얼룩말\n')
      nvim:keys('u')
      last_update(nvim, 'taking back', nil)
    end,
  },
  {
    'a buffer that gets another name is known by that name only',
    function(t)
      local nvim = begin(t)
      nvim:request('nvim_buf_set_lines', 0, 0, 0, false, { '얼룩말', '' })
      t:eq(found(nvim, '얼룩말'), { 1 })
      nvim:cmd('file notes/다른.md')
      t:eq(found(nvim, '얼룩말'), { 1 })
      local paths = nvim:lua([[
        local texts = {}
        for _, u in ipairs(updates) do
          texts[vim.fs.basename(u.path)] = u.text and 'text' or 'none'
        end
        return texts]])
      t:eq(paths, { ['a.md'] = 'none', ['다른.md'] = 'text' })
    end,
  },
  {
    'a new daemon is told everything again',
    function(t)
      local nvim = begin(t)
      nvim:request('nvim_buf_set_lines', 0, 0, 0, false, { '얼룩말', '' })
      t:eq(found(nvim, '얼룩말'), { 1 })
      nvim:cmd('Openbook restart')
      nvim:notified('a new daemon is running')
      t:eq(found(nvim, '얼룩말'), { 1 })
    end,
  },
  {
    'bytes that are no text, and texts that are too long, do no harm',
    function(t)
      local nvim = begin(t)
      local bad = { '\255\254 \237\160\128', '얼룩말', '' }
      nvim:request('nvim_buf_set_lines', 0, 0, 0, false, bad)
      t:eq(found(nvim, '얼룩말'), { 2 })
      nvim:request('nvim_buf_set_lines', 0, 0, 0, false, { 'nul\0byte' })
      t:eq(found(nvim, '얼룩말'), {}, 'a binary file is not searched')
      t:ok(nvim:lua([[return updates[#updates].text:find('nul\0byte\n', 1, true) == 1]]))
      nvim:cmd('1delete')
      t:eq(found(nvim, '얼룩말'), { 2 })
      nvim:request('nvim_buf_set_lines', 0, 0, 0, false, { ('x'):rep(5 * 1024 * 1024) })
      t:eq(found(nvim, '얼룩말'), {})
      last_update(nvim, 'taking back what is too long', nil)
    end,
  },
  {
    'buffers that are no files are not sent',
    function(t)
      local nvim = begin(t)
      local before = nvim:lua('return #updates')
      nvim:cmd('enew')
      nvim:request('nvim_buf_set_lines', 0, 0, -1, false, { 'secret scratch' })
      nvim:cmd('new | setlocal buftype=nofile | file notes/x.md')
      nvim:request('nvim_buf_set_lines', 0, 0, -1, false, { 'secret scratch' })
      nvim:cmd('file oil:///somewhere')
      t:eq(found(nvim, 'secret'), {})
      t:eq(nvim:lua('return #updates'), before)
    end,
  },
  {
    'after :saveas the old name has the disk, the new one the text',
    function(t)
      local nvim = begin(t)
      nvim:request('nvim_buf_set_lines', 0, 0, 0, false, { '얼룩말', '' })
      t:eq(found(nvim, '얼룩말'), { 1 })
      nvim:cmd('saveas notes/새.md')
      t:eq(found(nvim, '얼룩말'), { 1 })
      t:eq(nvim:lua('return vim.fn.getqflist()[1].bufnr == vim.fn.bufnr("notes/새.md")'), true)
      t:eq(#found(nvim, 'original'), 2, 'the old file is as it was')
      t:has(shell_finds(t, '얼룩말'), 'notes/새.md:1')
      nvim:request('nvim_buf_set_lines', 0, 0, 1, false, { '기린' })
      t:eq(found(nvim, '기린'), { 1 })
      t:eq(found(nvim, '얼룩말'), {})
    end,
  },
  {
    'the text of an editor that was killed goes with it',
    function(t)
      local nvim = begin(t)
      nvim:request('nvim_buf_set_lines', 0, 0, 0, false, { '얼룩말', '' })
      t:eq(found(nvim, '얼룩말'), { 1 })
      local other = t:nvim({ files = { 'notes/a.md' } })
      t:eq(found(other, 'original'), { 3 })
      nvim.may_die = true
      vim.uv.kill(nvim.pid, 'sigkill')
      t:wait('the end of the editor', function()
        return nvim.exit
      end)
      other:wait(
        'the daemon to notice',
        [[
        if not asked then
          asked = true
          require('openbook.rpc').call('status', {}, function(_, status)
            clients, asked = status.clients, nil
          end)
        end
        return clients == 1]]
      )
      t:eq(found(other, '얼룩말'), {})
      t:eq(found(other, 'original'), { 3 })
    end,
  },
  {
    'two editors have each their own text of one file, and :w of one is the disk of the other',
    function(t)
      local one = begin(t)
      local two = t:nvim({ files = { 'notes/a.md' } })
      one:request('nvim_buf_set_lines', 0, 0, 0, false, { '얼룩말', '' })
      two:request('nvim_buf_set_lines', 0, 0, 0, false, { '', '', '기린' })
      t:eq(found(one, '얼룩말'), { 1 })
      t:eq(found(two, '기린'), { 3 })
      t:eq({ found(one, '기린'), found(two, '얼룩말') }, { {}, {} })
      one:cmd('write')
      t:has(shell_finds(t, '얼룩말'), 'notes/a.md:1')
      t:eq({ found(two, '기린'), found(two, '얼룩말') }, { { 3 }, {} }, 'its own text stands')
      two:cmd('edit!')
      t:eq({ found(two, '기린'), found(two, '얼룩말') }, { {}, { 1 } })
    end,
  },
  {
    'a file outside of all shelves and a buffer without a name are asked about, not indexed',
    function(t)
      local outside = t:write(t.dir .. '/밖/outside.md', '# 밖\n\n바깥의 가야금 zither\n')
      local nvim = begin(t)
      for _, command in ipairs({ 'edit ' .. outside, 'enew' }) do
        nvim:cmd(command)
        nvim:lua('seen.events = {}')
        local lines = { '# 새 글', '', '거문고는 방금 여기에 적었다.' }
        nvim:request('nvim_buf_set_lines', 0, 0, -1, false, lines)
        nvim:cmd('%Openbook ask 거문고는 어디에 적었나')
        t:eq(nvim:event('OpenbookAnswerDone').code, nil, command)
        nvim:cmd('wincmd p | buffer notes/a.md')
        t:eq(found(nvim, '거문고'), {}, command)
      end
      t:eq(found(nvim, 'zither'), {})
    end,
  },
  {
    'a file that another program changed is that of the disk, before and after it is read again',
    function(t)
      local nvim = begin(t)
      nvim:cmd('set autoread')
      t:write('notes/a.md', '# 메모\n\n\n바뀐 줄 changed elsewhere\n')
      t:eq(found(nvim, 'elsewhere'), { 4 })
      nvim:cmd('checktime')
      t:eq(nvim:text(), '# 메모\n\n\n바뀐 줄 changed elsewhere')
      t:eq(found(nvim, 'elsewhere'), { 4 })
      nvim:request('nvim_buf_set_lines', 0, 0, 0, false, { '얼룩말' })
      t:eq({ found(nvim, 'elsewhere'), found(nvim, '얼룩말') }, { { 5 }, { 1 } })
    end,
  },
  {
    'unsaved text stands over what another program writes, until :e!',
    function(t)
      local nvim = begin(t)
      nvim:request('nvim_buf_set_lines', 0, 0, 0, false, { '얼룩말' })
      t:eq(found(nvim, '얼룩말'), { 1 })
      t:write('notes/a.md', '기린 giraffe\n')
      t:has(shell_finds(t, 'giraffe'), 'notes/a.md:1')
      t:eq({ found(nvim, 'giraffe'), found(nvim, '얼룩말') }, { {}, { 1 } })
      nvim:cmd('edit!')
      t:eq({ found(nvim, 'giraffe'), found(nvim, '얼룩말') }, { { 1 }, {} })
    end,
  },
  {
    'CRLF, no end of line at the end, CP949 and Latin-1 are found typed and saved',
    function(t)
      t:write('notes/dos.md', '# dos\r\n\r\nfirst\r\n')
      t:write('notes/noeol.md', '# noeol\n\nfirst')
      t:write('notes/cp949.md', '# \176\161\179\170\n\n\199\209\177\219 \186\187\185\174\n')
      t:write('notes/latin1.md', '# caf\233\n\nna\239ve\n')
      local nvim = begin(t)
      nvim:cmd('set nofixendofline fileencodings=utf-8,cp949')
      for i, name in ipairs({ 'dos', 'noeol', 'cp949', 'latin1' }) do
        local word = ({ 'zebra', 'giraffe', 'whale', 'monkey' })[i]
        nvim:cmd(('edit %s notes/%s.md'):format(name == 'latin1' and '++enc=latin1' or '', name))
        nvim:request('nvim_buf_set_lines', 0, 1, 2, false, { '', word .. ' typed', '' })
        t:eq(found(nvim, word), { 3 }, name)
        nvim:cmd('write')
        t:eq(found(nvim, word), { 3 }, name .. ' saved')
        nvim:cmd('edit!')
        last_update(nvim, name .. ' taken back', nil)
        t:eq(found(nvim, word), { 3 }, name .. ' on disk')
        t:has(shell_finds(t, word), ('notes/%s.md:'):format(name))
      end
      t:has(t:read(t.project .. '/notes/dos.md'), 'zebra typed\r\n')
      t:has(t:read(t.project .. '/notes/noeol.md'), '\nfirst')
      t:eq(found(nvim, '한글'), { 5 }, 'what CP949 says')
    end,
  },
  {
    'what is asked at once after typing has all of it, also where it goes in pieces',
    function(t)
      local nvim = begin(t)
      nvim:lua([[
        local buffers = require('openbook.buffers')
        buffers.limits.whole, buffers.limits.piece = 0, 4096
        local lines = {}
        for i = 1, 20000 do lines[i] = 'row ' .. i % 100 end
        lines[19000] = '맨끝의 얼룩말 zebra'
        vim.api.nvim_buf_set_lines(0, 0, -1, false, lines)
        -- In the same breath, before anything can have been sent by itself.
        require('openbook.rpc').call('search', { query = 'zebra' }, function(err, result)
          answer = { err = err, lines = {}, behind = result and result.behind }
          for _, hit in ipairs(result and result.results or {}) do
            table.insert(answer.lines, hit.line)
          end
        end)]])
      local answer = nvim:wait('the answer', 'return answer')
      t:eq({ answer.err, answer.lines, answer.behind }, { nil, { 19000 }, 0 })
      t:ok(nvim:lua('return pieces') > 10)
      nvim:cmd('edit!')
      t:eq(found(nvim, 'original'), { 3 }, 'and calls behind it are not lost')
    end,
  },
  {
    'many short lines go in pieces of so many lines, however few bytes they are',
    function(t)
      local nvim = begin(t)
      nvim:lua([[
        local limits = require('openbook.buffers').limits
        limits.whole, limits.lines = 0, 100
        local lines = {}
        for i = 1, 1000 do lines[i] = '글' end
        pieces = 0
        vim.api.nvim_buf_set_lines(0, 0, -1, false, lines)]])
      same_text(t, nvim, 'short lines')
      t:ok(nvim:lua('return pieces') >= 9)
    end,
  },
  {
    'an answer that could not wait says that something is missing',
    function(t)
      local nvim = begin(t)
      nvim:lua([[
        local lines = {}
        for i = 1, 60000 do lines[i] = 'row ' .. i % 100 end
        lines[59000] = 'zebra'
        vim.api.nvim_buf_set_lines(0, 0, -1, false, lines)
        require('openbook.rpc').call('search', { query = 'zebra', wait_ms = 0 }, function(_, result)
          answer = { #result.results, result.behind }
        end)]])
      local found_now, behind = unpack(nvim:wait('the answer', 'return answer'))
      t:eq(found_now + behind, 1, 'it is there, or said to be missing')
      t:eq(found(nvim, 'zebra'), { 59000 })
    end,
  },
  {
    'random edits end in the text of the buffer, in pieces or whole',
    function(t)
      local nvim = begin(t)
      small_pieces(nvim)
      nvim:lua([[
        math.randomseed(20260131)
        local function words()
          return ('줄 %d line'):format(math.random(1000))
        end
        function edit()
          local count = vim.api.nvim_buf_line_count(0)
          local first = math.random(0, count)
          local last = math.random(first, math.min(first + 8, count))
          local kind = math.random(12)
          if kind <= 6 then
            local lines = {}
            for i = 1, math.random(0, count > 200 and 2 or 12) do lines[i] = words() end
            vim.api.nvim_buf_set_lines(0, first, last, false, lines)
          elseif kind == 7 then
            vim.cmd('silent! undo')
          elseif kind == 8 then
            vim.cmd('silent! redo')
          elseif kind == 9 then
            vim.cmd(('silent! %%s/%d/x y/g'):format(math.random(0, 9)))
          elseif kind == 10 then
            vim.cmd(('silent! g/%d/normal! Aend'):format(math.random(0, 9)))
          elseif kind == 11 then
            local to = math.random(0, count)
            vim.cmd(('silent! 1,%dmove %d'):format(math.random(1, count), to))
          elseif math.random(8) == 1 then
            vim.cmd('silent! %delete')
          else
            vim.cmd(('silent! %d,$sort'):format(math.random(1, count)))
          end
        end]])
      for round = 1, 150 do
        nvim:lua('for _ = 1, math.random(4) do edit() end')
        if round % 3 == 0 then
          same_text(t, nvim, 'round ' .. round)
        end
      end
      t:ok(nvim:lua('return pieces') > 300)
    end,
  },
  {
    'edits while pieces are on their way end in the text of the buffer',
    function(t)
      local nvim = begin(t)
      small_pieces(nvim)
      nvim:lua([[
        local lines = {}
        for i = 1, 400 do lines[i] = 'line ' .. i end
        vim.api.nvim_buf_set_lines(0, 0, -1, false, lines)
        math.randomseed(7)
        -- One edit behind each piece: before it, in it, or behind what was sent.
        edits = 0
        local notify = vim.rpcnotify
        vim.rpcnotify = function(channel, method, params)
          local result = notify(channel, method, params)
          if method == 'update' and params.more and edits < 4 then
            edits = edits + 1
            vim.schedule(function()
              local count = vim.api.nvim_buf_line_count(0)
              local first = math.random(0, math.floor(count / 2))
              local new = edits % 3 == 0 and {} or { 'new ' .. edits, '새 줄' }
              vim.api.nvim_buf_set_lines(0, first, math.min(first + edits % 4, count), false, new)
            end)
          end
          return result
        end]])
      for _ = 1, 4 do
        same_text(t, nvim, 'pieces')
        t:eq(nvim:lua('return edits'), 4)
        nvim:cmd('silent 50,300s/$/x/') -- one window, with lines behind it
        nvim:lua('edits = 0')
      end
      same_text(t, nvim, 'at the end')
    end,
  },
  {
    'pieces that the daemon refuses are followed by the whole text',
    function(t)
      local nvim = begin(t)
      small_pieces(nvim)
      local lines = {}
      for i = 1, 60 do
        lines[i] = 'line ' .. i
      end
      nvim:request('nvim_buf_set_lines', 0, 0, -1, false, lines)
      same_text(t, nvim, 'before')
      nvim:lua([[
        -- As if the daemon had another text.
        vim.rpcnotify(vim.api.nvim_list_chans()[#vim.api.nvim_list_chans()].id, 'update', {
          path = vim.api.nvim_buf_get_name(0), text = 'something else\n' })
        vim.api.nvim_buf_set_lines(0, 50, 50, false, { '얼룩말 zebra' })]])
      t:wait('the text to be right again', function()
        return #found(nvim, 'zebra') == 1
      end)
      same_text(t, nvim, 'afterwards')
    end,
  },
  {
    'a hundred thousand lines: a letter is a small message, :%s and its undo end right',
    function(t)
      local nvim = begin(t)
      nvim:lua([[
        local lines = {}
        for i = 1, 100000 do lines[i] = 'row ' .. i % 100 end
        vim.fn.writefile(lines, 'notes/big.txt')
        vim.cmd('edit notes/big.txt')]])
      nvim:request('nvim_buf_set_lines', 0, 70000, 70001, false, { '얼룩말 zebra' })
      t:eq(found(nvim, 'zebra'), { 70001 })
      nvim:lua([[
        bytes = 0
        local notify = vim.rpcnotify
        vim.rpcnotify = function(channel, method, params)
          bytes = bytes + (method == 'update' and params.text ~= vim.NIL and #params.text or 0)
          return notify(channel, method, params)
        end]])
      nvim:keys('ggx80000GA giraffe<Esc>')
      nvim:wait('the keys', [[return vim.fn.getline(80000):find('giraffe') ~= nil]])
      nvim:request('nvim_buf_set_lines', 0, 89999, 90000, false, {})
      t:eq(found(nvim, 'giraffe'), { 80000 })
      local before = nvim:lua('return bytes')
      nvim:request('nvim_buf_set_lines', 0, 10, 10, false, { '기린 나무' })
      t:eq(found(nvim, '기린'), { 11 })
      t:ok(nvim:lua('return bytes') - before < 100, 'one line')
      nvim:cmd('silent %s/row/raw/')
      same_text(t, nvim, ':%s')
      nvim:cmd('silent undo')
      same_text(t, nvim, 'undo')
      t:eq({ found(nvim, '기린'), found(nvim, 'giraffe') }, { { 11 }, { 80001 } })
      nvim:cmd('write')
      t:eq(found(nvim, 'giraffe'), { 80001 })
      t:has(shell_finds(t, 'giraffe'), 'notes/big.txt:80001')
      last_update(nvim, 'taking back', nil)
      t:eq(found(nvim, 'giraffe'), { 80001 })
      nvim:request('nvim_buf_set_lines', 0, 80000, 80001, false, {})
      t:eq(found(nvim, 'giraffe'), {}, 'and typing counts again')
      nvim:cmd('edit!')
      last_update(nvim, 'taking back', nil)
      t:eq(found(nvim, 'giraffe'), { 80001 })
    end,
  },
}
