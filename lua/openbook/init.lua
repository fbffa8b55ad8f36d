-- What a user's configuration may call.  setup() is optional.
local M = {}

--- Sets options (:help openbook-options).
---@param options? openbook.Config
function M.setup(options)
  local wrong = require('openbook.config').set(options)
  if wrong then
    vim.notify('openbook: setup: ' .. wrong, vim.log.levels.ERROR)
  end
end

--- A few characters for a status line: "" until openbook was used.  Cheap, loads nothing.
---@return string
function M.statusline()
  local rpc = package.loaded['openbook.rpc']
  return rpc and rpc.summary() or ''
end

return M
