#!/bin/sh
# Fuzzes every parser, one after the other, for so long each (default: 1m). An
# input that breaks a promise is kept in testdata/fuzz of its package, where
# `go test` runs it from then on: commit it with the cure.
set -eu

time=${1:-1m}

grep -r --include='*_test.go' '^func Fuzz' app modules platform | sort | while IFS= read -r found; do
	package=$(dirname "${found%%:*}")
	target=$(printf '%s\n' "$found" | sed 's/.*func \(Fuzz[A-Za-z_]*\).*/\1/')
	echo "$package $target"
	go test "./$package" -run '^$' -fuzz "^$target\$" -fuzztime "$time"
done
