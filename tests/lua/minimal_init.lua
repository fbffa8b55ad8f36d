-- What a child editor starts with: this plugin, nothing else, and what tests look at.
local root = vim.env.OPENBOOK_ROOT
vim.opt.runtimepath:prepend(root)
vim.o.swapfile = false
vim.o.shortmess = vim.o.shortmess .. 'I'

-- Everything a test may ask about.
_G.seen = {
  notified = {}, -- { message, level } of each vim.notify
  selected = {}, -- { items, prompt } of each vim.ui.select
  events = {}, -- { name, data } of each User Openbook*
}
-- What vim.ui.select answers: a function (labels, prompt) -> number or nil.  Without one it waits
-- until a test calls _G.pick(number).
_G.on_select = nil

vim.notify = function(message, level)
  table.insert(_G.seen.notified, { message = message, level = level or vim.log.levels.INFO })
end

vim.ui.select = function(items, opts, on_choice)
  local labels = vim.tbl_map(opts.format_item or tostring, items)
  table.insert(_G.seen.selected, { items = labels, prompt = opts.prompt })
  _G.pick = function(number)
    on_choice(number and items[number] or nil, number)
  end
  if _G.on_select then
    _G.pick(_G.on_select(labels, opts.prompt))
  end
end

vim.api.nvim_create_autocmd('User', {
  pattern = 'Openbook*',
  callback = function(args)
    table.insert(_G.seen.events, { name = args.match, data = args.data })
  end,
})

vim.cmd('source ' .. vim.fn.fnameescape(root .. '/plugin/openbook.lua'))
