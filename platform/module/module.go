// Package module is what the application knows of a feature module: its name,
// what it calls, and how it is wired or replaced when it is switched off.
//
// team: platform
package module

import "go.uber.org/fx"

// Module is one row of the module table in app/modules.go.
type Module struct {
	// Name is the folder below modules/ and the word in MODULES.
	Name string
	// Needs are modules without which this one cannot start.
	Needs []string
	// Uses are modules without which a part of this one is absent.
	Uses []string
	// On wires the module.
	On fx.Option
	// Off supplies the stubs that stand in for the module when it is disabled.
	Off fx.Option
}

// Enabled is the set of modules that run in this process. It is supplied to
// the fx graph, so that a module can leave out a part that uses another one.
type Enabled map[string]bool

// Has tells whether the module runs.
func (e Enabled) Has(name string) bool { return e[name] }
