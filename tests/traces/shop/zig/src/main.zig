// Payments.
const std = @import("std");

fn chargeCard(cents: []const i32, n: usize) i32 {
    var sum: i32 = 0;
    for (0..n) |i| {
        sum += cents[i];
    }
    return sum;
}

fn total(items: []const i32) i32 {
    return chargeCard(items, items.len + 1);
}

pub fn main() void {
    const items = [_]i32{ 1, 2 };
    std.debug.print("{d}\n", .{total(&items)});
}
