package throwaway

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// Redis starts a redis-server that keeps nothing on disk.
//
// It returns once the server accepts connections. The context bounds the start
// only. The error wraps ErrNotInstalled when there is no redis-server.
func Redis(ctx context.Context) (*Server, error) {
	return serve(ctx, redisRecipe(nil, syscall.SIGTERM))
}

// RedisWith starts one with further settings, as arguments of its program. It is
// killed when it ends: a server that is frozen minds no other signal.
func RedisWith(ctx context.Context, settings ...string) (*Server, error) {
	return serve(ctx, redisRecipe(settings, syscall.SIGKILL))
}

func redisRecipe(settings []string, signal syscall.Signal) recipe {
	return recipe{
		name:      "redis-server",
		find:      findRedis,
		arguments: func(where place, port int) []string { return append(redisArguments(where, port), settings...) },
		ready:     "Ready to accept connections",
		signal:    signal,
		url:       func(port int) string { return fmt.Sprintf("redis://127.0.0.1:%d", port) },
	}
}

func findRedis() (string, error) {
	for _, folder := range filepath.SplitList(os.Getenv("PATH")) {
		if executable(folder, "redis-server") {
			return filepath.Join(folder, "redis-server"), nil
		}
	}
	return "", fmt.Errorf("redis-server is %w (Debian and Ubuntu: apt-get install redis-server)", ErrNotInstalled)
}

func redisArguments(where place, port int) []string {
	return []string{
		"--bind", "127.0.0.1", "--port", strconv.Itoa(port),
		"--dir", where.data, "--save", "", "--appendonly", "no",
		"--daemonize", "no", "--logfile", "", "--loglevel", "notice",
	}
}
