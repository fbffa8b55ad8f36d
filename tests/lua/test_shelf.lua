-- :Openbook shelf: folders that every project searches, added and removed while editors are open.
local found = require('fixture').found

local function notes_and_projects(t)
  local other = t.dir .. '/다른 project'
  vim.fn.mkdir(other .. '/.git', 'p')
  t:write('one.c', 'int tuba;\n')
  t:write(other .. '/two.c', 'int oboe;\n')
  t:write(t.dir .. '/home/내 노트/회의.md', '# 회의\n\n얼룩말 결정 zebra\n')
  return other, t.dir .. '/home/내 노트'
end

local function completes(nvim, line)
  return nvim:lua([[return vim.fn.getcompletion(..., 'cmdline')]], line)
end

return {
  {
    'a folder that is added is searched at once, in every editor and project, until it is removed',
    function(t)
      local other, notes = notes_and_projects(t)
      local one = t:nvim({ files = { 'one.c' } })
      local two = t:nvim({ files = { other .. '/two.c' }, cwd = other })
      t:eq(found(one, '얼룩말'), {})
      t:eq(found(two, '얼룩말'), {})
      one:cmd('Openbook shelf add ~/내 노트/')
      one:notified(('every project searches %s from now on'):format(notes))
      t:eq(found(one, '얼룩말'), { '회의.md' })
      t:eq(found(two, '얼룩말'), { '회의.md' })
      t:eq(completes(two, 'Openbook shelf remove '), { (notes:gsub(' ', '\\ ')) })
      one:cmd('edit ' .. vim.fn.fnameescape(other .. '/two.c'))
      t:eq(found(one, '얼룩말'), { '회의.md' })
      two:cmd('Openbook shelf remove ' .. notes)
      two:notified(notes .. ' is no longer searched')
      t:eq(found(one, '얼룩말'), {})
      t:eq(completes(one, 'Openbook shelf remove '), {})
      t:eq(found(two, '얼룩말'), {})
    end,
  },
  {
    'an added folder is there in the next daemon',
    function(t)
      notes_and_projects(t)
      local nvim = t:nvim({ files = { 'one.c' } })
      nvim:cmd('Openbook shelf add ~/내 노트')
      nvim:notified('from now on')
      nvim:cmd('Openbook restart')
      nvim:notified('a new daemon is running')
      t:eq(found(nvim, '얼룩말'), { '회의.md' })
    end,
  },
  {
    'list tells the folders, their files and what is wrong',
    function(t)
      local _, notes = notes_and_projects(t)
      local nvim = t:nvim({ files = { 'one.c' } })
      nvim:cmd('Openbook shelf')
      nvim:notified('no folder was added; :Openbook shelf add {folder}')
      nvim:cmd('Openbook shelf add ' .. notes)
      nvim:notified('from now on')
      t:eq(found(nvim, '얼룩말'), { '회의.md' })
      t:write(t.dir .. '/state/openbook/shelves', notes .. '\n/gone/메모\n노트\n')
      nvim:cmd('Openbook shelf list')
      local said = nvim:notified('searched beside every project:').message
      t:has(said, notes .. ': 1 file\n')
      t:has(said, '/gone/메모 (there is no folder /gone/메모)')
      t:has(nvim:notified('line 3 of ').message, 'no absolute path and is passed over: 노트')
    end,
  },
  {
    'a folder of the option notes that is not there is told with what to do',
    function(t)
      notes_and_projects(t)
      local nvim = t:nvim({ files = { 'one.c' }, options = { notes = { '/gone/메모' } } })
      t:eq(found(nvim, 'tuba'), { 'one.c' })
      nvim:notified('/gone/메모, which the option notes names: make it, or take it out of there')
    end,
  },
  {
    'a folder that is away is told once at the start and takes nothing away',
    function(t)
      local other = notes_and_projects(t)
      t:write(t.dir .. '/state/openbook/shelves', '/gone/메모\n')
      vim.fn.setfperm(t.dir .. '/state/openbook', 'rwx------')
      local nvim = t:nvim({ files = { 'one.c' } })
      t:eq(found(nvim, 'tuba'), { 'one.c' })
      nvim:notified('/gone/메모, which is a shelf: make it, or remove the shelf')
      nvim:cmd('edit ' .. vim.fn.fnameescape(other .. '/two.c'))
      t:eq(found(nvim, 'oboe'), { 'two.c' })
      t:eq(nvim:lua('return #seen.notified'), 1)
    end,
  },
  {
    'what cannot be a shelf gives one clear sentence',
    function(t)
      local _, notes = notes_and_projects(t)
      local nvim = t:nvim({ files = { 'one.c' } })
      for words, sentence in pairs({
        ['add ~'] = 'home folder',
        ['add ~/'] = 'home folder',
        ['add /'] = 'whole disk',
        ['add one.c'] = 'is a file: name the folder',
        ['add ~/없음'] = 'there is no folder ' .. t.dir .. '/home/없음: make it first',
        ['remove ~/없음'] = 'is no shelf; none was added',
        ['borrow x'] = 'shelf wants add {folder}, remove {folder} or list, not borrow x',
        ['list x'] = 'shelf wants add',
      }) do
        nvim:cmd('Openbook shelf ' .. words)
        t:eq(nvim:notified(sentence).level, vim.log.levels.ERROR, words)
      end
      nvim:cmd('Openbook shelf add ' .. notes)
      nvim:notified('from now on')
      nvim:cmd('Openbook shelf add ' .. notes .. '//')
      nvim:notified('is a shelf already')
    end,
  },
  {
    'a decomposed name is found by its composed one, a pattern in a name is none',
    function(t)
      notes_and_projects(t)
      local nfd = '\225\132\130\225\133\169\225\132\144\225\133\179' -- 노트, in jamo
      t:write(('%s/home/%s/a.md'):format(t.dir, nfd), '# 기린\n\ngiraffe\n')
      t:write(t.dir .. '/home/[개인] a*b $X/b.md', '# 고래\n\nwhale\n')
      local nvim = t:nvim({ files = { 'one.c' } })
      nvim:cmd('Openbook shelf add ~/노트')
      nvim:notified(('%s/home/%s from now on'):format(t.dir, nfd))
      t:eq(found(nvim, 'giraffe'), { 'a.md' })
      nvim:cmd('Openbook shelf add ~/[개인] a*b $X')
      nvim:notified('a*b $X from now on')
      t:eq(found(nvim, 'whale'), { 'b.md' })
      nvim:cmd('Openbook shelf remove ~/노트')
      nvim:notified('is no longer searched')
      t:eq(found(nvim, 'giraffe'), {})
    end,
  },
  {
    'words, folders and shelves are completed, with blanks escaped',
    function(t)
      local _, notes = notes_and_projects(t)
      local nvim = t:nvim({ files = { 'one.c' } })
      t:eq(completes(nvim, 'Openbook shelf '), { 'add', 'list', 'remove' })
      t:eq(completes(nvim, 'Openbook shelf re'), { 'remove' })
      t:eq(completes(nvim, 'Openbook shelf list '), {})
      t:eq(completes(nvim, 'Openbook shelf remove '), {})
      local escaped = notes:gsub(' ', '\\ ')
      t:eq(completes(nvim, 'Openbook shelf add ' .. escaped:sub(1, -4)), { escaped .. '/' })
      nvim:cmd('Openbook shelf add ' .. escaped)
      nvim:notified('from now on')
      t:eq(completes(nvim, 'Openbook shelf remove '), { escaped })
      nvim:cmd('Openbook shelf remove ' .. escaped)
      nvim:notified('is no longer searched')
    end,
  },
  {
    'without a folder add asks for one and remove offers those there are',
    function(t)
      local _, notes = notes_and_projects(t)
      local nvim = t:nvim({ files = { 'one.c' } })
      nvim:cmd('Openbook shelf remove')
      nvim:notified('no folder was added')
      nvim:lua([[vim.ui.input = function(options, done)
        asked = options.completion
        done('~/내 노트')
      end]])
      nvim:cmd('Openbook shelf add')
      nvim:notified('from now on')
      t:eq(nvim:lua('return asked'), 'dir')
      nvim:cmd('Openbook shelf remove')
      t:eq(nvim:wait('a choice', 'return seen.selected[1]').items, { notes })
      nvim:lua('pick(1)')
      nvim:notified('is no longer searched')
    end,
  },
  {
    'a shelf inside the project or around it shows each file once, saved or not',
    function(t)
      notes_and_projects(t)
      t:write('docs/guide.md', '# Guide\n\nmarimba\n')
      local nvim = t:nvim({ files = { 'docs/guide.md' } })
      nvim:cmd('Openbook shelf add docs')
      nvim:notified(('; the project %s holds it'):format(t.project))
      t:eq(found(nvim, 'marimba'), { 'guide.md' })
      nvim:request('nvim_buf_set_lines', 0, 2, 3, false, { 'theremin 테레민' })
      t:eq(found(nvim, '테레민'), { 'guide.md' })
      t:eq(found(nvim, 'marimba'), {})
      nvim:cmd('Openbook shelf remove docs')
      nvim:notified('is no longer searched')
      t:eq(found(nvim, '테레민'), { 'guide.md' })
    end,
  },
  {
    'a note in a folder of a shelf is searched with the whole shelf',
    function(t)
      notes_and_projects(t)
      t:write(t.dir .. '/home/내 노트/업무/계획.md', '# 계획\n\n일정\n')
      local nvim = t:nvim({ files = { 'one.c' } })
      nvim:cmd('Openbook shelf add ~/내 노트')
      nvim:notified('from now on')
      nvim:cmd('edit ~/내\\ 노트/업무/계획.md')
      t:eq(found(nvim, '얼룩말'), { '회의.md' })
      t:eq(found(nvim, '일정'), { '계획.md' })
    end,
  },
}
