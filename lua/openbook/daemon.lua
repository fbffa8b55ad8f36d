-- Finding the program and starting the daemon.  Nothing here waits.
local M = {}

local uv = vim.uv

-- The folder that holds plugin/ and lua/.
local home = vim.fn.fnamemodify(debug.getinfo(1, 'S').source:sub(2), ':p:h:h:h')

--- The program: option bin, else the one built beside the plugin, else the one on PATH.
---@return string?
function M.program()
  local bin = require('openbook.config').get().bin
  if bin then
    return vim.fn.executable(bin) == 1 and bin or nil
  end
  local built = home .. '/build/openbook'
  if vim.fn.executable(built) == 1 then
    return built
  end
  return vim.fn.executable('openbook') == 1 and 'openbook' or nil
end

--- Where the daemon listens, as the program itself finds it.
---@return string
function M.socket()
  local own = vim.env.OPENBOOK_SOCKET
  if own and own ~= '' then
    return own
  end
  local run = vim.env.XDG_RUNTIME_DIR
  if run and run:sub(1, 1) == '/' then
    return run .. '/openbook/openbook-1.sock'
  end
  local tmp = vim.env.TMPDIR
  tmp = tmp and tmp:sub(1, 1) == '/' and tmp or '/tmp'
  return ('%s/openbook-%d/openbook-1.sock'):format(tmp, uv.getuid())
end

--- Starts the daemon in the background.  DONE gets nil, or one sentence.
---@param done fun(err?: string)
function M.start(done)
  local bin = M.program()
  if not bin then
    done('the program is not built: run make in ' .. home .. ', or set the option bin')
    return
  end
  local ok, err = pcall(vim.system, { bin, 'serve', '--background' }, { text = true }, function(out)
    vim.schedule(function()
      local said = vim.trim(out.stderr or '')
      done(out.code ~= 0 and (said ~= '' and said or 'the daemon did not start') or nil)
    end)
  end)
  if not ok then
    done('cannot start ' .. bin .. ': ' .. tostring(err))
  end
end

--- Asks whether to build, and builds in a visible terminal.
function M.offer_build()
  vim.ui.select({ 'No', 'Yes, run make' }, {
    prompt = 'openbook is not built. Build it now in ' .. home .. '?',
  }, function(_, choice)
    if choice ~= 2 then
      return
    end
    vim.cmd('botright 12new')
    if vim.fn.has('nvim-0.11') == 1 then
      vim.fn.jobstart({ 'make' }, { cwd = home, term = true })
    else
      vim.fn.termopen({ 'make' }, { cwd = home })
    end
  end)
end

return M
