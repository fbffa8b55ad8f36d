; Adds a coin.
global coin
section .text
coin:
    mov rax, [rdi
    add rax, 5
    ret
