-- :checkhealth openbook and :help openbook.
local fixture = require('fixture')

local function health(nvim)
  nvim:cmd('checkhealth openbook')
  return nvim:wait(
    'the health report',
    [[
    local text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
    return text:find('openbook: model', 1, true) and text]]
  )
end

return {
  {
    'health works before anything was used, and starts nothing',
    function(t)
      local nvim = t:nvim()
      local text = health(nvim)
      t:has(text, 'Neovim ')
      t:has(text, '(protocol 1)')
      t:has(text, 'no daemon runs; the first question starts one at ' .. t:env().OPENBOOK_SOCKET)
      t:has(text, 'option llm is false')
      t:ok(not text:find('ERROR', 1, true), text)
      t:ok(not vim.uv.fs_stat(t:env().OPENBOOK_SOCKET))
    end,
  },
  {
    'health without a program says how to get one',
    function(t)
      local nvim = t:nvim({ options = { bin = '/nowhere/openbook' } })
      local text = health(nvim)
      t:has(text, 'option bin names /nowhere/openbook, which is no program')
      t:has(text, 'Correct the option, or leave it out')
    end,
  },
  {
    'health names a program that speaks another protocol',
    function(t)
      local bin = t:write(t.dir .. '/openbook', '#!/bin/sh\necho "openbook 9.0 (protocol 99)"\n')
      vim.uv.fs_chmod(bin, 493) -- rwxr-xr-x
      local text = health(t:nvim({ options = { bin = bin } }))
      t:has(text, 'openbook 9.0 (protocol 99), but the plugin speaks protocol 1')
    end,
  },
  {
    'health shows the daemon, its shelves, and the model with the source of its key, not the key',
    function(t)
      fixture.project(t)
      local model = t:model('model scripted')
      local nvim = t:nvim({
        files = { 'src/queue.c' },
        env = { SOME_KEY = 'sk-secret-value' },
        options = { llm = { url = model.url, model = 'scripted', key_env = 'SOME_KEY' } },
      })
      nvim:cmd('Openbook search queue')
      nvim:event('OpenbookSearchDone')
      local text = health(nvim)
      t:has(text, ', pid ' .. nvim:lua([[return require('openbook.rpc').info().pid]]))
      t:has(text, 'project (project): 3 files, 4 passages')
      t:has(text, t:env().OPENBOOK_SOCKET)
      t:has(text, 'the key comes from the environment variable SOME_KEY')
      t:has(text, 'is this machine: nothing leaves it')
      t:ok(not text:find('sk-secret-value', 1, true))
      t:ok(not text:find('ERROR', 1, true), text)
    end,
  },
  {
    'health says when nothing answers where the model of this machine should be',
    function(t)
      for _, host in ipairs({ '127.0.0.1', 'localhost', '[::1]' }) do
        local url = ('http://%s:1/v1'):format(host)
        local text = health(t:nvim({ options = { llm = { url = url } } }))
        t:has(text, ('ERROR nothing answers at http://%s:1\n'):format(host))
        t:has(text, 'correct the option llm.url')
      end
      local model = t:model('model scripted')
      local url = model.url:gsub('127.0.0.1', 'localhost')
      local text = health(t:nvim({ options = { llm = { url = url } } }))
      t:ok(not text:find('nothing answers', 1, true), text)
    end,
  },
  {
    'health names a shelf that is away and a line that says nothing',
    function(t)
      t:write(t.dir .. '/home/노트/a.md', '# a\n')
      t:write(t.dir .. '/state/openbook/shelves', '/gone/메모\n~/노트\nnotes\n')
      vim.fn.setfperm(t.dir .. '/state/openbook', 'rwx------')
      local nvim = t:nvim()
      nvim:cmd('Openbook status')
      nvim:notified(', daemon ')
      local text = health(nvim)
      t:has(text, '~/노트 (notes): ')
      t:has(text, 'there is no folder /gone/메모')
      t:has(text, ':Openbook shelf remove /gone/메모')
      t:has(text, 'no absolute path and is passed over: notes')
    end,
  },
  {
    'health names a missing key, a file that others can read, a host that is not allowed',
    function(t)
      local key = t:write(t.dir .. '/key', 'sk-secret-value\n')
      vim.uv.fs_chmod(key, 420) -- rw-r--r--
      local llm = { url = 'https://model.invalid/v1', model = 'm', key_env = 'NOT_SET_KEY' }
      local nvim = t:nvim({ options = { llm = llm } })
      local text = health(nvim)
      t:has(text, 'the environment variable NOT_SET_KEY is not set')
      t:has(text, 'https://model.invalid is not allowed yet')
      llm.key_env, llm.key_file = nil, key
      text = health(t:nvim({ options = { llm = llm } }))
      t:has(text, 'can be read by others')
      t:ok(not text:find('sk-secret-value', 1, true))
    end,
  },
  {
    'health of a daemon that does not answer ends in time',
    function(t)
      require('fake_daemon').start(t, {})
      local nvim = t:nvim()
      local began = vim.uv.now()
      local text = health(nvim)
      vim.uv.update_time()
      t:ok(vim.uv.now() - began < 10000, 'it took too long')
      t:has(text, 'ERROR')
    end,
  },
}
