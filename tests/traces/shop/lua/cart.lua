local pay = require('pay')

-- What is bought.
local M = {}

function M.total(items)
  local sum = 0
  for _, item in ipairs(items) do
    sum = sum + pay.charge_card(item)
  end
  return sum
end

return M
