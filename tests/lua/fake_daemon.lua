-- A daemon that says what a test wants: listens where the plugin looks, in the runner's process.
local M = {}

-- As the daemon speaks to an editor (docs/protocol.md).
local function event(name, payload)
  local code = "return require('openbook.rpc').receive(...)"
  return vim.mpack.encode({ 2, 'nvim_exec_lua', { code, { name, payload } } })
end

--- Starts one for the case T.  METHODS: method -> function(params, send) that returns a result, or
--- nil and an error {code, message}; SEND(name, payload) sends an event.  A method that is not
--- there is not answered.  Returns { seen = names of the methods called, send = function }.
function M.start(t, methods)
  local path = t:env().OPENBOOK_SOCKET
  local fake = { seen = {}, clients = {} }
  local server = assert(vim.uv.new_pipe())
  assert(server:bind(path))

  function fake.send(name, payload)
    for _, client in ipairs(fake.clients) do
      client:write(event(name, payload))
    end
  end

  local function on_message(message)
    local method, params = message[2], message[3][1]
    table.insert(fake.seen, method)
    local answer = methods[method]
    if answer then
      local result, err = answer(params, fake.send)
      fake.send('reply', { id = params.id, error = err or vim.NIL, result = result or vim.NIL })
    end
  end

  server:listen(16, function()
    local client = assert(vim.uv.new_pipe())
    server:accept(client)
    table.insert(fake.clients, client)
    local unpacker, rest = vim.mpack.Unpacker(), ''
    client:read_start(function(_, data)
      rest = rest .. (data or '')
      local at = 1
      while at <= #rest do
        local message, next_at = unpacker(rest, at)
        if message == nil then
          break
        end
        at = next_at
        on_message(message)
      end
      rest = '' -- the unpacker remembers what is incomplete
    end)
  end)

  t:at_end(function()
    for _, client in ipairs(fake.clients) do
      client:close()
    end
    server:close()
    vim.uv.fs_unlink(path)
  end)
  return fake
end

--- Answers to attach and ping as a good daemon of the project gives them.
function M.polite(t, more)
  local who = { version = 'fake', protocol = 1, pid = 0, project = t.project, shelves = {} }
  local methods = {
    attach = function()
      return who
    end,
    ping = function()
      return who
    end,
    update = function()
      return vim.empty_dict()
    end,
  }
  return vim.tbl_extend('force', methods, more or {})
end

return M
