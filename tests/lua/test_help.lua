-- :help openbook names all there is, and nothing else.
local help = vim.fn.getcwd() .. '/docs/openbook.txt'

-- The rest of each tag that begins with PREFIX, and ends before SUFFIX, sorted.
local function tagged(prefix, suffix)
  local found = {}
  for line in io.lines(help) do
    for tag in line:gmatch('%*([^%s*|]+)%*') do
      local rest = tag:sub(#prefix + 1, #tag - #suffix)
      if vim.startswith(tag, prefix) and vim.endswith(tag, suffix) and rest ~= '' then
        table.insert(found, rest)
      end
    end
  end
  table.sort(found)
  return found
end

local function sorted(list)
  table.sort(list)
  return list
end

return {
  {
    'every sub-command has a tag, and every tag of a sub-command is one',
    function(t)
      local names = t:nvim():lua([[return vim.tbl_keys(require('openbook.command').subcommands)]])
      t:eq(tagged(':Openbook-', ''), sorted(names))
    end,
  },
  {
    'every option has a tag, and every tag of an option is one',
    function(t)
      local names = t:nvim():lua([[return require('openbook.config').names()]])
      t:eq(tagged('openbook-option-', ''), sorted(names))
    end,
  },
  {
    'every <Plug> map has a tag, and every tag of a map is one',
    function(t)
      local names = t:nvim():lua([[
        local names = {}
        for _, map in ipairs(vim.api.nvim_get_keymap('n')) do
          table.insert(names, map.lhs:match('^<Plug>%(openbook%-(%w+)%)$'))
        end
        return names]])
      t:eq(tagged('<Plug>(openbook-', ')'), sorted(names))
    end,
  },
  {
    'every event and every highlight group that the source names has a tag',
    function(t)
      local source = ''
      for _, path in ipairs(vim.fn.glob('lua/openbook/*.lua', false, true)) do
        source = source .. t:read(path)
      end
      local names = {}
      for name in source:gmatch("'(Openbook%u%l%w*)'") do
        names[name] = true
      end
      local tags = vim.list_extend(tagged('Openbook', ''), tagged('hl-Openbook', ''))
      t:eq(
        sorted(vim.tbl_map(function(tag)
          return 'Openbook' .. tag
        end, tags)),
        sorted(vim.tbl_keys(names))
      )
    end,
  },
  {
    ':help finds the tags that are made without an editor, and every link leads somewhere',
    function(t)
      local tags = vim.system({ 'tests/tools/helptags.sh', help }, { text = true }):wait()
      t:eq(tags.code, 0, tags.stderr)
      t:write(t.dir .. '/rtp/doc/openbook.txt', t:read(help))
      t:write(t.dir .. '/rtp/doc/tags', tags.stdout)
      local nvim = t:nvim()
      nvim:cmd('set runtimepath^=' .. t.dir .. '/rtp')
      for _, topic in ipairs({ 'openbook', ':Openbook-explain', '<Plug>(openbook-ask)' }) do
        nvim:cmd('help ' .. topic)
        t:has(nvim:lua('return vim.api.nvim_get_current_line()'), '*' .. topic .. '*')
      end
      for link in t:read(help):gmatch('|(openbook[^%s|]*)|') do
        nvim:cmd('help ' .. link)
      end
      for link in t:read(help):gmatch('|(:Openbook[^%s|]*)|') do
        nvim:cmd('help ' .. link)
      end
    end,
  },
  {
    'no line of the help is wider than a window of 80 columns',
    function(t)
      for line in io.lines(help) do
        t:ok(vim.fn.strdisplaywidth(line) <= 80, line)
      end
    end,
  },
}
