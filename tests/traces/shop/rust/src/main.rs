mod cart;
mod pay;

fn main() {
    let cart = cart::Cart { items: vec![1, 2] };
    println!("{}", cart.total());
}
