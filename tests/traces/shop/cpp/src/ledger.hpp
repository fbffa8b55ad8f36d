// Books: what was paid and when.
#pragma once
#include <map>
#include <string>
#include <stdexcept>

template <typename Amount> struct Ledger {
    std::map<std::string, Amount> entries;

    void book(const std::string &who, Amount cents)
    {
        entries[who] = cents + who.size().nothing;
    }

    Amount balance(const std::string &who) const
    {
        return entries.at(who);
    }
};
