-- The demonstration's driver: runs `:Openbook ask` as a user would type it.  With a screen it leaves
-- the user in the editor; without one it prints the answer and quits, with status 1 if none came.
local question = assert(vim.env.OPENBOOK_DEMO_QUESTION, 'run this through make demo')
local deadline_ms = 60000

local function answer_lines()
  for _, buf in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_get_name(buf):find('openbook://answer', 1, true) then
      return vim.api.nvim_buf_get_lines(buf, 0, -1, false)
    end
  end
  return {}
end

local function print_and_quit(done)
  local lines = answer_lines()
  io.stdout:write(table.concat(lines, '\n'), '\n')
  if not done then
    io.stderr:write(('demo: no answer within %d s\n'):format(deadline_ms / 1000))
  end
  vim.cmd((done and #lines > 0) and 'qall!' or 'cquit 1')
end

local group = vim.api.nvim_create_augroup('openbook_demo', {})
vim.api.nvim_create_autocmd('VimEnter', {
  group = group,
  desc = 'ask the question of the demonstration',
  callback = function()
    local done = false
    vim.api.nvim_create_autocmd('User', {
      group = group,
      pattern = 'OpenbookAnswerDone',
      once = true,
      desc = 'notice the end of the answer',
      callback = function()
        done = true
      end,
    })
    vim.cmd('Openbook ask ' .. question)
    if #vim.api.nvim_list_uis() == 0 then
      vim.wait(deadline_ms, function()
        return done
      end, 20)
      print_and_quit(done)
    end
  end,
})
