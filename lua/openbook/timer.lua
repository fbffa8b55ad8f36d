-- Timers whose functions run on the main loop.
local M = {}

local uv = vim.uv

--- Stops TIMER, which may be nil or stopped.
---@param timer? uv.uv_timer_t
function M.stop(timer)
  if timer and not timer:is_closing() then
    timer:stop()
    timer:close()
  end
end

--- Calls FN once, after MS.
---@param ms integer
---@param fn fun()
---@return uv.uv_timer_t
function M.after(ms, fn)
  local timer = assert(uv.new_timer())
  timer:start(ms, 0, function()
    M.stop(timer)
    vim.schedule(fn)
  end)
  return timer
end

--- Calls FN every MS until it is stopped.  While the editor stands at a prompt one call is kept,
--- not one for each time: afterwards they would all come at once.
---@param ms integer
---@param fn fun()
---@return uv.uv_timer_t
function M.every(ms, fn)
  local timer = assert(uv.new_timer())
  local waiting = false
  timer:start(ms, ms, function()
    if not waiting then
      waiting = true
      vim.schedule(function()
        waiting = false
        if not timer:is_closing() then
          fn()
        end
      end)
    end
  end)
  return timer
end

return M
