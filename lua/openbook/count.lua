-- Counts with their nouns.
local M = {}

--- "1 file", "3 files".
---@param n integer
---@param noun string what one is called; its plural ends with "s"
---@return string
function M.of(n, noun)
  return ('%d %s%s'):format(n, noun, n == 1 and '' or 's')
end

return M
