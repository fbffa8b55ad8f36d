// What is left in the purse.
int left (int coins) {
    return coins - fee;
}
