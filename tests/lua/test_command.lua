-- :Openbook itself: sub-commands, completion, maps, options, what start-up costs.
local fixture = require('fixture')

local ALL = {
  'ask',
  'explain',
  'index',
  'insert',
  'log',
  'notes',
  'related',
  'restart',
  'search',
  'shelf',
  'sources',
  'status',
  'stop',
}

local function completes(nvim, line)
  return nvim:lua([[return vim.fn.getcompletion(..., 'cmdline')]], line)
end

return {
  {
    'nothing is loaded and nothing runs before the first use',
    function(t)
      local nvim = t:nvim()
      local loaded = nvim:lua([[
        return vim.tbl_filter(function(name)
          return name:find('^openbook') ~= nil
        end, vim.tbl_keys(package.loaded))]])
      t:eq(loaded, {})
      t:eq(nvim:lua([[return require('openbook').statusline()]]), '')
      t:ok(not vim.uv.fs_stat(t:env().OPENBOOK_SOCKET))
      t:eq(
        nvim:lua([[return vim.fn.execute('map <Plug>(openbook'):match('No mapping found')]]),
        vim.NIL
      )
      t:has(nvim:lua([[return vim.fn.execute('nmap')]]), '<Plug>(openbook-ask)')
    end,
  },
  {
    'sub-commands are completed, behind ranges, bangs and abbreviations too',
    function(t)
      local nvim = t:nvim()
      for _, name in ipairs(ALL) do
        t:ok(vim.tbl_contains(completes(nvim, 'Openbook '), name), name)
      end
      t:eq(completes(nvim, 'Openbook so'), { 'sources' })
      t:eq(completes(nvim, "'<,'>Openbook as"), { 'ask' })
      t:eq(completes(nvim, 'Openbook! no'), { 'notes' })
      t:eq(completes(nvim, 'Openb rel'), { 'related' })
      t:eq(completes(nvim, 'silent 1,2Openbook sear'), { 'search' })
      t:eq(completes(nvim, 'Openbook ask se'), {})
      t:eq(completes(nvim, 'Openbook ask Openbook se'), {})
    end,
  },
  {
    'an unknown sub-command names those there are',
    function(t)
      local nvim = t:nvim()
      nvim:cmd('Openbook serach x')
      t:has(
        nvim:notified('there is no sub-command serach').message,
        table.concat({ 'ask', '' }, ', ')
      )
    end,
  },
  {
    '<Plug> maps take the selection along',
    function(t)
      fixture.project(t)
      local nvim = t:nvim({ files = { 'src/queue.c' } })
      nvim:lua([[
        vim.keymap.set({ 'n', 'x' }, 'gs', '<Plug>(openbook-search)')
        vim.keymap.set({ 'n', 'x' }, 'ga', '<Plug>(openbook-ask)')
        vim.ui.input = function(_, done) done('what is this') end]])
      nvim:keys('/queue_pop<CR>viwgs')
      nvim:event('OpenbookSearchDone')
      t:eq(nvim:lua('return vim.w.quickfix_title'), 'openbook: queue_pop')
      nvim:keys('<C-w>pggVjga')
      nvim:event('OpenbookAnswerDone')
      t:has(fixture.answer(nvim), 'About queue.c:1-2.')
    end,
  },
  {
    'status and index count what there is, statusline says so in short',
    function(t)
      fixture.project(t)
      local nvim = t:nvim()
      nvim:cmd('Openbook')
      t:has(nvim:notified(', daemon ').message, ('* %s (project): 3 files'):format(t.project))
      t:write('src/한글.c', 'int more;\n')
      nvim:cmd('Openbook index')
      nvim:notified('(project): 4 files')
      nvim:wait('rest', [[return require('openbook').statusline() == 'openbook']])
    end,
  },
  {
    'words that a sub-command does not take are not passed over',
    function(t)
      local nvim = t:nvim()
      local names = { 'status', 'index', 'related', 'sources', 'stop', 'restart', 'log' }
      for _, name in ipairs(names) do
        nvim:cmd(('Openbook %s 뭐 --why'):format(name))
        nvim:notified(('%s takes no words, and got: 뭐 --why'):format(name))
      end
      t:eq(nvim:lua('return #seen.notified'), 7)
    end,
  },
  {
    'log shows the log of the daemon',
    function(t)
      local nvim = t:nvim()
      nvim:cmd('Openbook log')
      nvim:notified('there is no log yet')
      nvim:cmd('Openbook status')
      nvim:notified(', daemon ')
      local log = t.dir .. '/state/openbook/daemon.log'
      t:wait('the log, which a thread of the daemon opens', function()
        return vim.uv.fs_stat(log)
      end)
      nvim:cmd('Openbook log')
      t:eq(fixture.where(nvim)[1], log)
      t:eq(nvim:lua('return vim.bo.readonly'), true)
    end,
  },
  {
    'restart gives a new daemon',
    function(t)
      local nvim = t:nvim()
      nvim:cmd('Openbook status')
      local pid = nvim:event('OpenbookAttached').pid
      nvim:cmd('Openbook restart')
      nvim:notified('a new daemon is running')
      t:ok(nvim:event('OpenbookAttached', 2).pid ~= pid)
    end,
  },
  {
    'events tell other plugins what happens',
    function(t)
      fixture.project(t)
      local nvim = t:nvim()
      nvim:cmd('Openbook ask which job leaves the queue first')
      local start = nvim:event('OpenbookAnswerStart')
      t:eq(start.question, 'which job leaves the queue first')
      t:eq(nvim:event('OpenbookAnswerDone').buf, start.buf)
      t:eq(nvim:event('OpenbookAttached').root, t.project)
      nvim:cmd('Openbook search queue')
      t:ok(nvim:event('OpenbookSearchDone').count > 0)
    end,
  },
  {
    'wrong options give one clear sentence and change nothing',
    function(t)
      local nvim = t:nvim()
      local wrong = {
        {
          '{ picker = "telescope" }',
          'option picker must be one of: quickfix, select, not "telescope"',
        },
        { '{ pikcer = "select" }', 'there is no option pikcer: see :help openbook-options' },
        { '{ limit = 0 }', 'option limit must be a whole number from 1 to 200, not 0' },
        { '{ notes = "~/notes" }', 'option notes must be a list of strings, not "~/notes"' },
        {
          '{ llm = { url = "example.com" } }',
          'option llm.url must be an http:// or https:// address',
        },
        { '{ llm = { key = "sk-secret" } }', 'there is no option llm.key' },
        { '{ llm = true }', 'option llm must be a table, or false, not true' },
        { '"fast"', 'the options must be a table, not "fast"' },
      }
      for _, try in ipairs(wrong) do
        nvim:lua('seen.notified = {}')
        nvim:lua(('require("openbook").setup(%s)'):format(try[1]))
        local said = nvim:lua('return seen.notified')
        t:eq(#said, 1)
        t:has(said[1].message, try[2])
        t:ok(not said[1].message:find('\n'))
        t:ok(not said[1].message:find('sk-secret', 1, true), 'a key is not repeated')
      end
      t:eq(nvim:lua([[return require('openbook.config').get().picker]]), 'quickfix')
    end,
  },
  {
    'vim.g.openbook counts, setup() goes over it, and what is wrong in it is said once',
    function(t)
      local nvim = t:nvim({ options = { limit = 7, split = 'below' } })
      nvim:lua([[require('openbook').setup({ split = 'right' })]])
      t:eq(
        nvim:lua([[local c = require('openbook.config').get(); return { c.limit, c.split }]]),
        { 7, 'right' }
      )
      nvim = t:nvim({ options = { split = 'left' } })
      for _ = 1, 2 do
        nvim:lua([[require('openbook.config').get()]])
      end
      nvim:notified('vim.g.openbook: option split must be one of: right, below, not "left"')
      t:eq(
        nvim:lua([[
        return #vim.tbl_filter(function(n)
          return n.message:find('vim.g', 1, true)
        end, seen.notified)]]),
        1
      )
    end,
  },
  {
    'an editor that is too old gets one sentence',
    function(t)
      local init = t:write(
        'init.lua',
        [[
        local has = vim.fn.has
        vim.fn.has = function(what) return what == 'nvim-0.10.4' and 0 or has(what) end
        vim.cmd.source(vim.env.OPENBOOK_ROOT .. '/plugin/openbook.lua')
      ]]
      )
      local nvim = t:nvim({ init = init })
      nvim:cmd("1Openbook! ask 'what'")
      t:has(
        nvim:lua([[return vim.fn.execute('messages')]]),
        'openbook: this Neovim is too old, 0.10.4 or newer is needed'
      )
    end,
  },
}
