-- :Openbook search, notes and related.
local fixture = require('fixture')

-- The quickfix list of the N-th search: path below the project, line and text of each hit; and the
-- group headers.
local function listed(t, nvim, n)
  nvim:event('OpenbookSearchDone', n)
  local entries = nvim:lua([[
    return vim.tbl_map(function(item)
      local name = item.bufnr > 0 and vim.api.nvim_buf_get_name(item.bufnr) or ''
      return { name, item.lnum, item.text, item.valid }
    end, vim.fn.getqflist())]])
  local hits, headers = {}, {}
  for _, entry in ipairs(entries) do
    if entry[4] == 0 then
      table.insert(headers, entry[3])
    else
      local inside = vim.startswith(entry[1], t.project .. '/')
      table.insert(
        hits,
        { inside and entry[1]:sub(#t.project + 2) or entry[1], entry[2], entry[3] }
      )
    end
  end
  return hits, headers
end

local function search(t, command, options)
  local nvim = t:nvim(options)
  nvim:cmd('Openbook ' .. command)
  return listed(t, nvim), nvim
end

-- The project, and a note that its rules leave out.
local function project_with_left_out(t)
  fixture.project(t)
  t:write('.gitignore', '버린*\n')
  t:write('버린 글.md', '# 고래\n')
end

return {
  {
    'search puts ranked lines into the quickfix list',
    function(t)
      fixture.project(t)
      local items, nvim = search(t, 'search queue_push')
      t:eq({ items[1][1], items[1][2] }, { 'src/queue.c', 4 })
      t:eq(
        nvim:lua('return { vim.bo.buftype, vim.w.quickfix_title }'),
        { 'quickfix', 'openbook: queue_push' }
      )
      nvim:keys('<CR>')
      nvim:wait('the line', [[return vim.fn.getline('.'):find('int queue_push', 1, true) ~= nil]])
    end,
  },
  {
    'code and notes are two groups, neither buries the other',
    function(t)
      fixture.project(t)
      t:write('notes/queue.md', '# 큐\n\nThe queue of jobs is bounded.\n')
      for i = 1, 30 do
        t:write(
          ('src/queue%d.c'):format(i),
          ('int queue_jobs_%d(void); /* a queue of jobs */\n'):format(i)
        )
      end
      local nvim = t:nvim()
      nvim:cmd('Openbook search queue of jobs')
      local hits, headers = listed(t, nvim)
      t:eq(headers, { 'code:', 'notes:' })
      t:eq(#hits, 20)
      local kinds = vim.tbl_map(function(hit)
        return hit[1]:match('^%a+')
      end, hits)
      local runs = 1
      for i = 2, #kinds do
        runs = runs + (kinds[i] ~= kinds[i - 1] and 1 or 0)
      end
      t:eq(runs, 2, 'each group stands together')
      t:ok(vim.tbl_contains(kinds, 'notes') and vim.tbl_contains(kinds, 'src'))
      t:eq(nvim:lua([[return vim.fn.line('.')]]), 2, 'the cursor is on the first hit')
      nvim:cmd('cnext')
      nvim:cmd('cprevious')
    end,
  },
  {
    'of two files that say the same, the one that is open comes first',
    function(t)
      fixture.project(t)
      for _, name in ipairs({ 'unix/pipe.c', 'win/pipe.c', '창/pipe.c' }) do
        t:write(name, '/* Opens a pipe for both ends. */\nint pipe_open(void)\n{\n}\n')
      end
      local nvim = t:nvim()
      for i, name in ipairs({ '창/pipe.c', 'win/pipe.c', 'unix/pipe.c' }) do
        nvim:cmd('edit ' .. t.project .. '/' .. name)
        nvim:cmd('Openbook search opens a pipe for both ends')
        local hits = listed(t, nvim, i)
        t:eq(hits[1][1], name)
        nvim:cmd('cclose')
      end
    end,
  },
  {
    'Korean words with particles, composed or decomposed, find the note',
    function(t)
      fixture.project(t)
      local items, nvim = search(t, 'search 배포를 결정')
      t:eq({ items[1][1], items[1][2] }, { 'notes/meeting.md', 5 })
      nvim:lua('seen.events = {}')
      nvim:cmd('Openbook search 배포') -- as macOS writes it
      t:eq(listed(t, nvim)[1][1], 'notes/meeting.md')
    end,
  },
  {
    'notes finds notes only: of the project and of the notes folders',
    function(t)
      fixture.project(t)
      local folder = t.dir .. '/수첩'
      t:write(folder .. '/생각.org', '* 큐\n큐는 작업을 담는다: queue of jobs.\n')
      t:write(folder .. '/queue.c', 'int queue_of_jobs;\n')
      t:write('notes/queue.md', '# 큐\n\nThe queue of jobs is bounded.\n')
      local items = search(t, 'notes queue of jobs', { options = { notes = { folder } } })
      local found = {}
      for _, item in ipairs(items) do
        found[item[1]] = true
      end
      t:eq(found, { ['notes/queue.md'] = true, [folder .. '/생각.org'] = true })
    end,
  },
  {
    'with ! or the option picker the results go to vim.ui.select',
    function(t)
      fixture.project(t)
      for i, try in ipairs({
        { 'Openbook! search queue_pop' },
        { 'Openbook search! queue_pop' },
        { 'Openbook search queue_pop', 'select' },
      }) do
        local nvim = t:nvim({ options = { picker = try[2] } })
        nvim:cmd(try[1])
        local asked = nvim:wait('the choice', 'return seen.selected[1]')
        t:has(asked.items[1], 'src/queue.c:10')
        nvim:lua('pick(1)')
        t:eq(fixture.where(nvim), { t.project .. '/src/queue.c', 10 }, i)
        t:eq(nvim:lua('return #vim.fn.getqflist()'), 0)
      end
    end,
  },
  {
    'what was just typed is found where it stands in the editor',
    function(t)
      fixture.project(t)
      local nvim = t:nvim()
      nvim:cmd('edit src/queue.c')
      nvim:request(
        'nvim_buf_set_lines',
        0,
        0,
        0,
        false,
        { '// one', 'int zebra_crossing; // 얼룩말' }
      )
      nvim:cmd('Openbook search zebra_crossing')
      local items = listed(t, nvim)
      t:eq({ items[1][1], items[1][2] }, { 'src/queue.c', 2 })
    end,
  },
  {
    'nothing found names the project, and says when the file at hand is left out',
    function(t)
      project_with_left_out(t)
      local nvim = t:nvim({ files = { 'src/queue.c' } })
      nvim:cmd('Openbook search 고래')
      local said = nvim:notified('nothing found in ').message
      t:eq(said, 'openbook: nothing found in ' .. t.project)
      nvim:cmd('edit 버린\\ 글.md')
      nvim:cmd('Openbook search 고래')
      t:has(
        nvim:notified('the file at hand is not searched: 버린 글.md').message,
        '.gitignore:1'
      )
    end,
  },
  {
    'nothing found says when no file is indexed, and status how many are left out',
    function(t)
      t:write('.gitignore', '*\n')
      t:write('a.md', '# 고래\n')
      local nvim = t:nvim()
      nvim:cmd('Openbook search 고래')
      nvim:notified('no file is indexed; :Openbook status counts those left out')
      nvim:cmd('Openbook status')
      local said = nvim:notified('0 files, 0 passages\n  left out: ').message
      t:has(said, 'left out: 2 by rules of ignore files; 1 by the built-in list (version control, ')
      t:has(said, '\na folder that is left out counts once; :Openbook why {file} names the rule')
      t:write('.openbookignore', '!a.md\n')
      nvim:cmd('Openbook index')
      nvim:notified('(project): 1 file, 1 passage\n')
    end,
  },
  {
    'why names the rule for a file, the one at hand without a name, saved or not',
    function(t)
      project_with_left_out(t)
      local nvim = t:nvim({ files = { 'src/queue.c' } })
      nvim:cmd('Openbook why')
      nvim:notified('src/queue.c is taken')
      nvim:cmd('Openbook why 버린\\ 글.md')
      t:has(nvim:notified('버린 글.md is left out').message, '.gitignore:1')
      t:eq(
        nvim:lua([[return vim.fn.getcompletion('Openbook why 버', 'cmdline')]]),
        { '버린\\ 글.md' }
      )
      nvim:cmd('edit 새글.md')
      nvim:request('nvim_buf_set_lines', 0, 0, -1, false, { '고래' })
      nvim:cmd('Openbook search 고래')
      nvim:event('OpenbookSearchDone')
      nvim:cmd('cclose')
      nvim:cmd('Openbook why')
      nvim:notified('what you have not saved is searched all the same')
      t:write('두\n줄.c', 'int x;\n')
      nvim:cmd('edit 두*줄.c')
      nvim:cmd('Openbook why')
      nvim:notified('두?줄.c is taken') -- one line
      nvim:cmd('enew')
      nvim:cmd('Openbook why')
      nvim:notified('this buffer is no file')
    end,
  },
  {
    'a pasted page is searched for, and its beginning is the title',
    function(t)
      fixture.project(t)
      local nvim = t:nvim()
      local page = ('queue_pop 대기열에서 꺼낸다 '):rep(4000)
      nvim:lua([[require('openbook.search').run(..., { kind = 'all' })]], page)
      t:eq(listed(t, nvim)[1][1], 'src/queue.c')
      local title = nvim:lua('return vim.w.quickfix_title')
      t:ok(vim.startswith(title, 'openbook: queue_pop 대기열에서') and #title < 300, title)
      t:ok(vim.endswith(title, '…') and vim.fn.strchars(title) == 71, title)
    end,
  },
  {
    'a heading is not said twice',
    function(t)
      fixture.project(t)
      local nvim = t:nvim()
      nvim:cmd('Openbook search 배포')
      for _, hit in ipairs(listed(t, nvim)) do
        t:ok(hit[3] ~= '회의록 > 배포: ## 배포', hit[3])
      end
      t:write('notes/guide.md', '# 안내서\n\n## 설치 방법\n')
      nvim:cmd('Openbook search 설치 방법')
      t:eq(listed(t, nvim, 2)[1], { 'notes/guide.md', 3, '안내서 > 설치 방법' })
    end,
  },
  {
    'a result whose file has a swap file is shown at its line, and that is said',
    function(t)
      fixture.project(t)
      local crashed = t:nvim({ files = { 'src/queue.c' } })
      crashed.may_die = true
      crashed:cmd('set directory=' .. t.dir .. ' swapfile')
      crashed:request('nvim_buf_set_lines', 0, 0, 0, false, { '// not saved' })
      crashed:cmd('preserve')
      vim.uv.kill(crashed.pid, 'sigkill')
      t:wait('its end', function()
        return crashed.exit
      end)
      local nvim = t:nvim({ options = { picker = 'select' } })
      nvim:cmd('set directory=' .. t.dir .. ' swapfile')
      nvim:cmd('Openbook search queue_pop')
      nvim:wait('the choice', 'return seen.selected[1]')
      nvim:lua('pick(1)')
      t:eq(fixture.where(nvim), { t.project .. '/src/queue.c', 10 })
      -- An older one is silent without a screen.
      if nvim:lua([[return vim.fn.has('nvim-0.12')]]) == 1 then
        t:has(nvim:notified('queue.c has a swap file').message, ':recover')
      end
    end,
  },
  {
    'nothing found is said, and no list is opened',
    function(t)
      fixture.project(t)
      local nvim = t:nvim()
      nvim:cmd('Openbook search qqqzzzxxx')
      nvim:notified('nothing found')
      t:eq(nvim:lua('return #vim.api.nvim_list_wins()'), 1)
    end,
  },
  {
    'results do not open a window under the hands of who types',
    function(t)
      fixture.project(t)
      local nvim = t:nvim()
      nvim:keys('i')
      nvim:cmd('Openbook search queue_push')
      nvim:notified('in the quickfix list')
      t:eq(nvim:request('nvim_get_mode').mode, 'i')
      t:eq(nvim:lua('return #vim.api.nvim_list_wins()'), 1)
    end,
  },
  {
    'the selection is searched for when no words are given',
    function(t)
      fixture.project(t)
      local nvim = t:nvim({ files = { 'src/queue.c' } })
      nvim:keys('4G/queue_push<CR>viw:Openbook search<CR>')
      t:eq(listed(t, nvim)[1][1], 'src/queue.c')
      t:eq(nvim:lua('return vim.w.quickfix_title'), 'openbook: queue_push')
    end,
  },
  {
    'without words or a selection they are asked for',
    function(t)
      fixture.project(t)
      local nvim = t:nvim()
      nvim:lua([[vim.ui.input = function(_, done) done(' 결정했다 ') end]])
      nvim:cmd('Openbook search')
      t:eq(listed(t, nvim)[1][1], 'notes/meeting.md')
    end,
  },
  {
    'related finds what belongs to the lines at the cursor, not those lines',
    function(t)
      fixture.project(t)
      t:write(
        'src/worker.c',
        '#include "queue.h"\nvoid worker_run(struct queue *q)\n{\n    int job = queue_pop(q);\n}\n'
      )
      t:write('src/other.c', 'void draw_window(int width) { paint(width); }\n')
      local nvim = t:nvim({ files = { 'src/worker.c' } })
      nvim:cmd('normal! 4G')
      nvim:cmd('Openbook related')
      local items = listed(t, nvim)
      local found = {}
      for _, item in ipairs(items) do
        found[item[1]] = true
      end
      t:ok(found['src/queue.c'], vim.inspect(items))
      t:ok(not found['src/worker.c'], 'not itself')
      t:ok(items[1][1] ~= 'src/other.c', 'what is unrelated is not first')
    end,
  },
  {
    'file names with blanks, %, #, newlines, brackets and Hangul open',
    function(t)
      local names = {
        'a b.c',
        '50%.c',
        '#1#.c',
        'new\nline.c',
        '[x].c',
        '$HOME.c',
        '~tilde.c',
        '+plus.c',
        '`id`.c',
        '한글.c',
        '한글분해.c',
        '-n.c',
        "it's.c",
      }
      for i, name in ipairs(names) do
        t:write(name, ('int strangely_named_%s;\n'):format(('abcdefghijklm'):sub(i, i):rep(5)))
      end
      local nvim = t:nvim()
      for i, name in ipairs(names) do
        nvim:lua('seen.events = {}; vim.cmd.only()')
        nvim:cmd('Openbook search strangely_named_' .. ('abcdefghijklm'):sub(i, i):rep(5))
        t:eq(listed(t, nvim)[1][1], name)
        nvim:cmd('crewind')
        t:eq(fixture.where(nvim), { t.project .. '/' .. name, 1 })
        nvim:cmd('Openbook! ask where is strangely_named_' .. ('abcdefghijklm'):sub(i, i):rep(5))
        nvim:event('OpenbookAnswerDone', 1)
        fixture.go_to(nvim, '1. ')
        nvim:keys('<CR>')
        nvim:wait(
          'the file ' .. name,
          'return vim.api.nvim_buf_get_name(0) == ...',
          nil,
          t.project .. '/' .. name
        )
      end
    end,
  },
  {
    'lines are numbered as the editor does, whatever ends them',
    function(t)
      local names = { 'mixed', 'dos', 'mac', 'inside' }
      local ends = {
        { '\r\n', '\n', '\r', '\n' }, -- with a CR that ends nothing
        { '\r\n', '\r\n', '\r\n', '\r\n' },
        { '\r', '\r', '\r', '\r' }, -- one line: 'fileformats' has no mac
        { '\r', '\n', '\r', '\n' },
      }
      for i, name in ipairs(names) do
        local text = 'first' .. ends[i][1] .. 'second' .. ends[i][2] .. '세 번째' .. ends[i][3]
        t:write(name .. '.md', text .. 'ending_of_' .. name .. ' 끝' .. ends[i][4])
      end
      local nvim = t:nvim()
      for _, name in ipairs(names) do
        nvim:lua('seen.events = {}; vim.cmd.only()')
        nvim:cmd('Openbook search ending_of_' .. name)
        t:eq(listed(t, nvim)[1][1], name .. '.md')
        nvim:cmd('crewind')
        nvim:wait(
          'the line in ' .. name,
          [[return vim.fn.getline('.'):find(..., 1, true) ~= nil]],
          nil,
          'ending_of_' .. name
        )
      end
    end,
  },
}
