//go:build !linux && !darwin

package database

// writable cannot be asked here without opening the file.
func writable(string) error { return nil }
