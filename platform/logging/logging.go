// Package logging makes the logger: lines for people on a terminal, JSON
// otherwise, sampled so that a flood of one message cannot stop the service.
//
// team: platform
package logging

import (
	"os"
	"time"

	"github.com/mattn/go-isatty"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// Of one message a second that many lines are kept, and of those beyond every
// hundredth.
const keptLines, keptOf = 100, 100

// New gives a logger that writes to the file, usually os.Stderr, what has at
// least the level.
func New(to *os.File, level zapcore.Level) *zap.Logger {
	if isatty.IsTerminal(to.Fd()) {
		cfg := zap.NewDevelopmentEncoderConfig()
		cfg.EncodeTime = zapcore.TimeEncoderOfLayout(time.TimeOnly)
		cfg.EncodeLevel = zapcore.CapitalColorLevelEncoder
		return zap.New(zapcore.NewCore(zapcore.NewConsoleEncoder(cfg), zapcore.Lock(to), level))
	}
	cfg := zap.NewProductionEncoderConfig()
	cfg.EncodeTime = zapcore.RFC3339NanoTimeEncoder
	core := zapcore.NewCore(zapcore.NewJSONEncoder(cfg), zapcore.Lock(to), level)
	return zap.New(zapcore.NewSamplerWithOptions(core, time.Second, keptLines, keptOf))
}
