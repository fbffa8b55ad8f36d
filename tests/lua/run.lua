-- Runs the cases of tests/lua/test_*.lua: `nvim -l tests/lua/run.lua [NAME [CASE]]`.
--
-- A test file returns a list of { 'a sentence', function(t) ... end }.  T is tests/lua/child.lua's
-- object of that case: it starts editors, makes files, and removes all of it afterwards.
package.path = vim.fn.getcwd() .. '/tests/lua/?.lua;' .. package.path

local child = require('child')
local name, part = arg[1], arg[2]

local function say(...)
  io.stdout:write(string.format(...), '\n')
  io.stdout:flush()
end

local function files()
  local pattern = name and name ~= '' and ('test_' .. name:gsub('^test_', '')) or 'test_*'
  local found = vim.fn.glob('tests/lua/' .. pattern .. '.lua', false, true)
  table.sort(found)
  return found
end

local passed, failed, skipped = 0, 0, 0

local function run_case(file, sentence, run)
  local t = child.new()
  local ok, err = xpcall(run, function(e)
    return type(e) == 'table' and e or debug.traceback(e)
  end, t)
  local clean, why = xpcall(t.finish, debug.traceback, t, not ok)
  if ok and clean then
    passed = passed + 1
    return
  elseif type(err) == 'table' and clean then
    skipped = skipped + 1
    say('skip  %s: %s: %s', file, sentence, err.skip)
    return
  end
  failed = failed + 1
  say('FAIL  %s: %s', file, sentence)
  say('      %s', tostring(ok and why or err):gsub('\n', '\n      '))
end

for _, path in ipairs(files()) do
  local load_ok, cases = pcall(dofile, path)
  local file = vim.fn.fnamemodify(path, ':t:r')
  if not load_ok then
    failed = failed + 1
    say('FAIL  %s: %s', file, cases)
    cases = {}
  end
  for _, case in ipairs(cases) do
    if not part or part == '' or case[1]:find(part, 1, true) then
      run_case(file, case[1], case[2])
    end
  end
end

if passed + failed + skipped == 0 then
  failed = 1
  say('FAIL  there is no such test: %s', table.concat(arg, ' '))
end
local more = skipped > 0 and (', %d skipped'):format(skipped) or ''
say('%d passed, %d failed%s', passed, failed, more)
os.exit(failed > 0 and 1 or 0)
