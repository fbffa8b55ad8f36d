#!/bin/sh
# Saves the books.
books=$1
tar czf /backup/$books.tgz $books
if [ $? == 0 ]; then
    echo saved
fi
