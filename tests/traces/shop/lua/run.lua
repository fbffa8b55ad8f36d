local cart = require('cart')

print(cart.total({ 3, -2 }))
