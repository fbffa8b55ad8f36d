" Payments.
function! shop#charge(cents) abort
  if a:cents < 0
    throw 'negative amount: ' . a:cents
  endif
  return a:cents
endfunction

let g:total = shop#charge(1) + shop#charge(-2)
nosuchcommand
