package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
	"go.uber.org/zap"

	"zomato/platform/config"
)

type openAPICommand struct {
	YAML   bool   `name:"yaml" help:"Write YAML in the place of JSON."`
	Output string `help:"Write to this file, whole or not at all (default: standard output)." placeholder:"FILE"`
}

// Run writes the document.
func (c openAPICommand) Run() error {
	cfg, log, err := load()
	if err != nil {
		return err
	}
	return c.write(cfg, log, os.Stdout)
}

func (c openAPICommand) write(cfg config.Config, log *zap.Logger, out io.Writer) error {
	all, err := inspect(cfg, log)
	if err != nil {
		return err
	}
	render := all.Server.Document
	if c.YAML {
		render = all.Server.DocumentYAML
	}
	document, err := render()
	if err != nil {
		return err
	}
	if c.Output == "" {
		_, err = out.Write(document)
		return err
	}
	return replaceFile(c.Output, document)
}

// replaceFile writes a file whole or not at all. What is no file, such as
// /dev/null, is refused, because it would be replaced as well.
func replaceFile(path string, content []byte) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // the link stays one
	}
	info, err := os.Stat(path)
	switch {
	case err == nil && !info.Mode().IsRegular():
		return fmt.Errorf("%s is no file: leave --output out, and redirect", path)
	case err != nil && !errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("find the file to write: %w", err)
	}
	if err = renameio.WriteFile(path, content, 0o644); err != nil {
		return fmt.Errorf("write the file: %w", err)
	}
	return nil
}
